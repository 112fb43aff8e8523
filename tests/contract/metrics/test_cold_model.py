"""Points that go cold, and warm again, between any others: what is read never changes."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Connection, delete, select

from shortlist.access.scope import Scope
from shortlist.blobs.store import BlobStore
from shortlist.clock import now_ms
from shortlist.db.database import Database
from shortlist.metrics import chunks, cold, cold_sweep, cooling, fold, service, store_cold
from shortlist.metrics.folder import Folder
from shortlist.metrics.tables import metric_file, metric_outline
from shortlist.metrics.types import CandidateKey, CurveRequest, Points
from tests.contract.metrics.conftest import PROJECT
from tests.contract.metrics.model import Model, Point, same
from tests.contract.metrics.test_fold_model import agrees, clear
from tests.databases import DatabaseFactory
from tests.s3 import S3Server

_KEYS = st.sampled_from(["loss", "val/acc", "wéird key"])
_INT64 = st.integers(-(2**63), 2**63 - 1)
_POINT = st.tuples(_KEYS, st.floats(), st.integers(0, 3) | st.integers(0, 2**63 - 1), st.integers(-3, 12) | _INT64)
_EVENTS = st.lists(
    st.sampled_from(["fold", "cool", "cool", "warm"]) | st.lists(_POINT, min_size=1, max_size=14),
    min_size=3,
    max_size=12,
)


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits so low that a few points make several chunks, row groups and moves."""
    monkeypatch.setattr(fold, "TAIL", 2)
    monkeypatch.setattr(chunks, "MAX_CHUNK", 8)
    monkeypatch.setattr(chunks, "MAX_LATE_CHUNKS", 1)
    monkeypatch.setattr(cooling, "GROUP_POINTS", 5)
    monkeypatch.setattr(cooling, "LEAST_TAIL", 2)
    monkeypatch.setattr(cooling, "_MOVED_AT_ONCE", 2)
    monkeypatch.setattr(cooling, "_SERIES_AT_ONCE", 2)


@pytest.fixture(params=["a folder and SQLite", "S3 and PostgreSQL"])
def place(
    request: pytest.FixtureRequest,
    databases: DatabaseFactory,
    tmp_path: Path,
    s3: S3Server,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[tuple[Database, BlobStore]]:
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    remote = request.param.startswith("S3")
    url = databases.create("postgresql" if remote else "sqlite", tmp_path)
    blobs = BlobStore.open(s3.url(tmp_path.name) if remote else (tmp_path / "objects").as_uri())
    database = Database(url)
    cold.attach(database, lambda: blobs)
    yield database, blobs
    database.close()
    blobs.close()
    databases.drop(url)


@pytest.fixture
def database(place: tuple[Database, BlobStore]) -> Database:
    return place[0]


@given(events=_EVENTS, page=st.integers(1, 7))
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_reading_is_the_same_before_and_after(
    place: tuple[Database, BlobStore], scope: Scope, events: list[list[Point] | str], page: int
) -> None:
    database, blobs = place
    folder, model, owner = Folder(database), Model(), CandidateKey(1, 1)
    clear(database)
    for event in [*events, "fold", "cool"]:
        if isinstance(event, list):
            model.log(event)
            points = Points.of(event)
            database.write_now(lambda connection, points=points: service.append(connection, scope, owner, points))
        elif event == "fold":
            folder.fold_all()
        elif event == "cool":
            asyncio.run(cooling.cool(database, blobs, PROJECT, 1))
        else:
            asyncio.run(cooling.warm(database, PROJECT, 1))
        database.read_now(lambda connection: agrees(connection, scope, model, page))
        database.read_now(lambda connection: _draws(connection, scope, model))
    hot = select(metric_outline.c.sequence).where(metric_outline.c.cold.is_not(True))
    assert database.read_now(lambda connection: connection.execute(hot).all()) == []
    asyncio.run(cold_sweep.sweep(database, blobs, now_ms() + 2_000, dry_run=False))
    assert asyncio.run(_objects(blobs)) == database.read_now(_referred)
    database.read_now(lambda connection: agrees(connection, scope, model, page))


def _draws(connection: Connection, scope: Scope, model: Model) -> None:
    """Curves and values at a step read other ways to the same points."""
    for curve in service.curves(connection, scope, CurveRequest(candidate_iids=[1], keys=list(model.series))):
        assert same(curve.y.tolist(), [point[1] for point in model.ordered(curve.key)])
    for item in service.values_at(connection, scope, {1: 5})[1]:
        assert same(item.value, [point for point in model.ordered(item.key) if point[3] <= 5][-1][1])


async def _objects(blobs: BlobStore) -> set[str]:
    return {item.location async for page in blobs.objects(cold.PREFIX, 2**62) for item in page}


def _referred(connection: Connection) -> set[str]:
    rows = connection.execute(select(metric_file.c.id).where(metric_file.c.size > 0))
    return {cold.location(PROJECT, bytes(row[0])) for row in rows}


def test_files_of_a_deleted_candidate_are_swept(place: tuple[Database, BlobStore], scope: Scope) -> None:
    database, blobs = place
    points = Points.of(("loss", 1.0, 0, step) for step in range(100))
    database.write_now(lambda connection: service.append(connection, scope, CandidateKey(1, 1), points))
    Folder(database).fold_all()
    cooled = asyncio.run(cooling.cool(database, blobs, PROJECT, 1))
    assert cooled is not None
    assert cooled.points == 100
    assert len(asyncio.run(_objects(blobs))) == 1
    database.write_now(lambda connection: service.delete_candidate(connection, scope, [1]))
    assert asyncio.run(cold_sweep.sweep(database, blobs, now_ms() + 2_000, dry_run=True)) == (1, cooled.size)
    assert asyncio.run(cold_sweep.sweep(database, blobs, now_ms() + 2_000, dry_run=False)) == (1, cooled.size)
    assert asyncio.run(_objects(blobs)) == set()
    assert database.read_now(lambda connection: connection.execute(select(metric_file)).all()) == []


def test_a_project_that_is_gone_leaves_no_files(place: tuple[Database, BlobStore], scope: Scope) -> None:
    database, blobs = place
    points = Points.of(("loss", 1.0, 0, step) for step in range(100))
    database.write_now(lambda connection: service.append(connection, scope, CandidateKey(1, 1), points))
    Folder(database).fold_all()
    asyncio.run(cooling.cool(database, blobs, PROJECT, 1))
    database.write_now(lambda connection: connection.execute(delete(metric_file)))
    assert asyncio.run(cold_sweep.sweep(database, blobs, now_ms() + 2_000, dry_run=False))[0] == 1
    assert asyncio.run(_objects(blobs)) == set()


def test_what_is_cold_is_counted_by_candidate(place: tuple[Database, BlobStore]) -> None:
    """Projects have candidates of the same numbers, and a candidate may have several files."""
    database, _ = place
    file = {"state": store_cold.HELD, "size": 10, "points": 3, "began_at": 0}
    rows = [
        file | {"project_id": project, "candidate_iid": 1, "id": bytes([number]) * 16}
        for number, project in enumerate((1, 1, 2))
    ]
    database.write_now(lambda connection: connection.execute(metric_file.insert(), rows))
    assert database.read_now(store_cold.amount) == store_cold.Amount(2, 9, 30)
    assert database.read_now(lambda connection: store_cold.amount(connection, 1)) == store_cold.Amount(1, 6, 20)
    assert database.read_now(lambda connection: store_cold.amount(connection, 3)) == store_cold.Amount(0, 0, 0)
