"""A process that moves points to the object store dies after any step: nothing is lost, and another finishes."""

import asyncio
from collections.abc import Awaitable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select
from typer.testing import CliRunner

from shortlist.blobs.store import BlobStore
from shortlist.cli.main import app
from shortlist.clock import now_ms
from shortlist.db.database import Database
from shortlist.errors import Unavailable
from shortlist.metrics import cold, cold_sweep, cooling, service
from shortlist.metrics.folder import Folder
from shortlist.metrics.tables import metric_file, metric_log
from shortlist.metrics.types import CandidateKey, Points
from tests.contract.metrics.conftest import PROJECT, START, add_candidates, scope_of
from tests.live import live_server

KEYS = ("acc", "loss", "lr")
STEPS = 150
SCOPE = scope_of(PROJECT)


class Killed(BaseException):
    """The process ends here."""


class Dying:
    """A database or a store that lets so many changes through; the next is made, and never answered."""

    def __init__(self, real: Any, left: list[int], name: str) -> None:
        self._real = real
        self._left = left
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return self._change if name == self._name else getattr(self._real, name)

    async def _change(self, *arguments: Any) -> Any:
        self._left[0] -= 1
        answer: Awaitable[Any] = getattr(self._real, self._name)(*arguments)
        found = await answer
        if self._left[0] < 0:
            raise Killed
        return found


@pytest.fixture
def place(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Database, BlobStore]]:
    monkeypatch.setattr(cooling, "_MOVED_AT_ONCE", 2)
    monkeypatch.setattr(cooling, "_SERIES_AT_ONCE", 2)
    monkeypatch.setattr(cooling, "GROUP_POINTS", 100)
    blobs = BlobStore.open((tmp_path / "objects").as_uri())
    cold.attach(database, lambda: blobs)
    add_candidates(database, PROJECT, range(1, 3))
    _log(database, range(STEPS))
    Folder(database).fold_all()
    yield database, blobs
    blobs.close()


def _log(database: Database, steps: range) -> None:
    points = Points.of((key, step / 7, START + step, step) for step in steps for key in KEYS)
    database.write_now(lambda connection: service.append(connection, SCOPE, CandidateKey(1, 1), points))


def _read(database: Database) -> dict[str, list[int]]:
    def work(connection: Connection) -> dict[str, list[int]]:
        return {key: service.history(connection, SCOPE, 1, key)[0].step.tolist() for key in KEYS}

    return database.read_now(work)


def _whole(steps: int = STEPS) -> dict[str, list[int]]:
    return {key: list(range(steps)) for key in KEYS}


def _swept(database: Database, blobs: BlobStore) -> int:
    """How many objects there are after a sweep of everything that is left, and how many rows."""
    asyncio.run(cold_sweep.sweep(database, blobs, now_ms() + 2_000, dry_run=False))

    async def count() -> int:
        return sum([len(page) async for page in blobs.objects(cold.PREFIX, 2**62)])

    return asyncio.run(count())


def test_death_after_any_step_loses_nothing(
    place: tuple[Database, BlobStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    database, blobs = place
    deaths = 0
    for step in range(40):
        left = [step]
        dying = Dying(database, left, "write"), Dying(blobs, left, "put_stream")
        try:
            asyncio.run(cooling.cool(*dying, PROJECT, 1))  # pyright: ignore[reportArgumentType]
            break
        except Killed:
            deaths += 1
        assert _read(database) == _whole()
        if _is_claimed(database):  # by the dead, for a while: nobody else begins
            assert asyncio.run(cooling.cool(database, blobs, PROJECT, 1)) is None
        monkeypatch.setattr(cooling, "CLAIM_MS", -1)
        assert asyncio.run(cooling.cool(database, blobs, PROJECT, 1)) == cooling.Cooled(3 * STEPS, _size(database))
        assert _read(database) == _whole()
        assert _swept(database, blobs) == 1
        assert _read(database) == _whole()
        asyncio.run(cooling.warm(database, PROJECT, 1))
        monkeypatch.undo()
        monkeypatch.setattr(cooling, "_MOVED_AT_ONCE", 2)
        monkeypatch.setattr(cooling, "_SERIES_AT_ONCE", 2)
        monkeypatch.setattr(cooling, "GROUP_POINTS", 100)
    assert deaths >= 8
    assert _read(database) == _whole()


def _is_claimed(database: Database) -> bool:
    statement = select(metric_file.c.id).where(metric_file.c.state == "writing")
    return database.read_now(lambda connection: connection.execute(statement).first()) is not None


def _size(database: Database) -> int:
    statement = select(metric_file.c.size).where(metric_file.c.state == "held")
    return database.read_now(lambda connection: connection.execute(statement).scalar_one())


def test_two_at_once_move_a_candidate_once(place: tuple[Database, BlobStore]) -> None:
    database, blobs = place

    async def both() -> list[Any]:
        return await asyncio.gather(*(cooling.cool(database, blobs, PROJECT, 1) for _ in range(2)))

    found = asyncio.run(both())
    assert sorted(item is None for item in found) == [False, True]
    assert _read(database) == _whole()
    assert _swept(database, blobs) == 1


def test_points_that_come_while_it_moves_are_kept(place: tuple[Database, BlobStore]) -> None:
    database, blobs = place

    class Meddling(Dying):
        async def _change(self, *arguments: Any) -> Any:
            stored = await self._real.put_stream(*arguments)
            _log(database, range(STEPS - 20, STEPS + 200))  # twenty of them were there already
            Folder(database).fold_all()
            return stored

    asyncio.run(cooling.cool(database, Meddling(blobs, [], "put_stream"), PROJECT, 1))  # pyright: ignore[reportArgumentType]
    assert _read(database) == _whole(STEPS + 200)
    asyncio.run(cooling.cool(database, blobs, PROJECT, 1))
    assert _read(database) == _whole(STEPS + 200)
    assert _swept(database, blobs) == 1


def test_a_store_that_is_gone_holds_up_late_points_and_nothing_else(
    place: tuple[Database, BlobStore], tmp_path: Path
) -> None:
    database, blobs = place
    asyncio.run(cooling.cool(database, blobs, PROJECT, 1))
    cold.attach(database, lambda: blobs)  # nothing is in memory
    (tmp_path / "objects").rename(tmp_path / "elsewhere")
    _log(database, range(10))
    points = Points.of([("other", 1.0, START, 0)])
    database.write_now(lambda connection: service.append(connection, SCOPE, CandidateKey(2, 1), points))
    Folder(database).fold_all()
    logged = select(metric_log.c.candidate_iid)
    assert database.read_now(lambda connection: connection.execute(logged).scalars().all()) == [1]
    with pytest.raises(Unavailable):
        _read(database)
    (tmp_path / "elsewhere").rename(tmp_path / "objects")
    Folder(database).fold_all()
    assert database.read_now(lambda connection: connection.execute(logged).scalars().all()) == []
    assert _read(database) == _whole()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_command_moves_what_has_ended_beside_a_running_server(tmp_path: Path, database_kind: str) -> None:
    data = tmp_path / "data"
    here = ("--data", str(data))
    with live_server(data) as server, server.client() as client:
        runs = "/api/2.0/mlflow/runs"
        ids = [
            client.post(f"{runs}/create", json={"experiment_id": "0"}).json()["run"]["info"]["run_id"] for _ in "ab"
        ]
        points = [{"key": "loss", "value": step / 3, "timestamp": step, "step": step} for step in range(1000)]
        for run_id in ids:
            assert client.post(f"{runs}/log-batch", json={"run_id": run_id, "metrics": points}).status_code == 200
        client.post(f"{runs}/update", json={"run_id": ids[0], "status": "FINISHED"})
        asked = {"run_id": ids[0], "metric_key": "loss", "max_results": 2000}
        before = client.get("/api/2.0/mlflow/metrics/get-history", params=asked).json()
        folded = "/api/2.0/mlflow/runs/search"
        client.post(folded, json={"experiment_ids": ["0"], "order_by": ["metrics.loss"]})
        moved = CliRunner().invoke(app, ["points", "cool", "--days", "0", *here], catch_exceptions=False)
        assert "Moved 1000 points of 1 candidates" in moved.output
        assert client.get("/api/2.0/mlflow/metrics/get-history", params=asked).json() == before
        assert "shortlist_cold_points 1000" in client.get("/-/metrics").text
        assert "1 cold candidates with 1000 points" in CliRunner().invoke(app, ["points", "status", *here]).output
        looked = CliRunner().invoke(app, ["doctor", *here]).output
        assert "1000 points of 1 candidates are cold" in " ".join(looked.split())
        back = CliRunner().invoke(app, ["points", "warm", "root/default", *here], catch_exceptions=False)
        assert "Brought back 1000 points of 1 candidates" in back.output
        assert client.get("/api/2.0/mlflow/metrics/get-history", params=asked).json() == before
