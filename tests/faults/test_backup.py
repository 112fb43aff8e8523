"""A backup of a server under load is one moment of it, and a restored installation is what was copied."""

import hashlib
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, select
from typer.testing import CliRunner, Result

from shortlist.backup.archive import Archive
from shortlist.backup.store import Content, copied_tables
from shortlist.cli.main import app
from shortlist.db.database import Database
from shortlist.db.schema import METADATA
from shortlist.errors import Unavailable
from shortlist.packages.contents import Storage
from tests.databases import DatabaseFactory
from tests.faults.load import POINTS, BatchLogger, stored_steps
from tests.live import LiveServer, live_server

WRITERS = 3
FILES = "/api/2.0/mlflow-artifacts/artifacts"


def test_a_process_that_only_makes_backups_knows_every_table() -> None:
    """The tests import everything; the command does not."""
    program = "from shortlist.backup import store; print(*(table.name for table in store.copied_tables()))"
    known = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert {*known, "small_content"} == {table.name for table in METADATA.sorted_tables}


def shortlist(*words: str) -> Result:
    result = CliRunner().invoke(app, ["backup", *words], catch_exceptions=False)
    assert result.exit_code in (0, 1, 2), result.output
    return result


def upload(client: httpx.Client, run_id: str, name: str, content: bytes) -> None:
    uri = client.get("/api/2.0/mlflow/runs/get", params={"run_id": run_id}).json()["run"]["info"]["artifact_uri"]
    path = uri.partition("mlflow-artifacts:/")[2].lstrip("/")
    assert client.put(f"{FILES}/{path}/{name}", content=content).status_code == 200


def everything(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in an order that both databases agree on."""
    database = Database(url, readers=1, writers=1)

    def read(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in copied_tables()
        }

    try:
        return database.read_now(read)
    finally:
        database.close()


def stored(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def log_until(server: LiveServer, answers: int, work: Sequence[threading.Thread] = ()) -> list[BatchLogger]:
    """Loggers that have had so many answers and go on."""
    enough = threading.Semaphore(0)
    loggers = [BatchLogger(server, enough) for _ in range(WRITERS)]
    for logger in (*loggers, *work):
        logger.start()
    for _ in range(answers):
        assert enough.acquire(timeout=60)
    return loggers


def cold_candidate(server: LiveServer, client: httpx.Client, here: Sequence[str]) -> str:
    """The run id of a candidate that has ended, whose points are in the object store."""
    runs = "/api/2.0/mlflow/runs"
    run_id = client.post(f"{runs}/create", json={"experiment_id": "0"}).json()["run"]["info"]["run_id"]
    BatchLogger(server, threading.Semaphore(0), run_id=run_id)._log(client)
    client.post(f"{runs}/update", json={"run_id": run_id, "status": "FINISHED"})
    client.post(f"{runs}/search", json={"experiment_ids": ["0"], "order_by": ["metrics.loss"]})
    moved = CliRunner().invoke(app, ["points", "cool", "--days", "0", *here], catch_exceptions=False)
    assert f"Moved {POINTS} points of 1 candidates" in moved.output
    return run_id


def test_a_backup_under_load_is_restored_whole_into_either_database(
    running: LiveServer, database_url: str, database_kind: str, databases: DatabaseFactory, tmp_path: Path
) -> None:
    here = ("--database", database_url, "--data", str(tmp_path / "data"))
    place = str(tmp_path / "backups")
    loggers = log_until(running, 60)
    before = {logger.run_id: logger.acknowledged for logger in loggers}
    with running.client() as client:
        for number, run_id in enumerate(before):
            upload(client, run_id, "model.bin", bytes([number]) * 100_000)
            upload(client, run_id, "same.txt", b"the same in every candidate")
        ended = cold_candidate(running, client, here)

        made = shortlist("make", place, *here)
        assert made.exit_code == 0, made.output
        assert f"of which {WRITERS + 2} " in made.output, "the same bytes once, and the file of cold points"
        for logger in loggers:
            logger.stop.set()
            logger.join(timeout=60)
            assert not logger.is_alive()
        upload(client, loggers[0].run_id, "later.bin", b"later")
    running.stop()
    again = shortlist("make", place, *here)
    assert "of which 1 with 5 bytes were new" in again.output, again.output
    assert shortlist("verify", place).exit_code == 0
    first = shortlist("list", place).output.split()[0]

    # The copy at rest, in a database of the other kind, row by row and byte by byte.
    (tmp_path / "other").mkdir()
    other = databases.create_empty("sqlite" if database_kind == "postgresql" else "postgresql", tmp_path / "other")
    assert shortlist("restore", place, "--database", other, "--data", str(tmp_path / "other")).exit_code == 0
    source, copy = everything(database_url), everything(other)
    assert {name: len(rows) for name, rows in copy.items()} == {name: len(rows) for name, rows in source.items()}
    assert [name for name, rows in source.items() if copy[name] != rows and name != "package_sweep"] == []
    assert any(name.startswith("points/") for name in stored(tmp_path / "other" / "artifacts"))
    assert stored(tmp_path / "other" / "artifacts") == stored(tmp_path / "data" / "artifacts")
    refusal = shortlist("restore", place, "--database", other, "--data", str(tmp_path / "other"))
    assert refusal.exit_code == 2
    assert "not empty" in refusal.output

    # The copy under load: a moment after what was acknowledged when it began, and a server goes on from it.
    (tmp_path / "moment").mkdir()
    moment = databases.create_empty(database_kind, tmp_path / "moment")
    data = tmp_path / "moment" / "data"
    assert shortlist("restore", place, "--name", first, "--database", moment, "--data", str(data)).exit_code == 0
    with live_server(data, moment) as restored, restored.client() as client:
        assert stored_steps(client, ended) == list(range(POINTS))
        for run_id, acknowledged in before.items():
            steps = stored_steps(client, run_id)
            assert steps == list(range(len(steps)))
            assert len(steps) >= acknowledged
            assert len(steps) % POINTS == 0
        logger = BatchLogger(restored, threading.Semaphore(0))
        created = client.post("/api/2.0/mlflow/runs/create", json={"experiment_id": "0"})
        logger.run_id = created.json()["run"]["info"]["run_id"]
        logger._log(client)
        assert logger.statuses[200] == 1
        upload(client, logger.run_id, "new.bin", b"new")
    for made_url in (other, moment):
        databases.drop(made_url)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_cut_off_backup_goes_on_and_a_damaged_one_is_found(
    running: LiveServer, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = ("--database", database_url, "--data", str(tmp_path / "data"))
    place = tmp_path / "backups"
    with running.client() as client:
        run_id = client.post("/api/2.0/mlflow/runs/create", json={"experiment_id": "0"}).json()["run"]["info"][
            "run_id"
        ]
        for number in range(9):
            upload(client, run_id, f"{number}.bin", bytes([number]) * 1000)
    put, calls = Archive.put_content, iter(range(100))

    async def fails_after_five(self: Archive, content: Content, source: Storage) -> None:
        if next(calls) >= 5:
            raise Unavailable("The place of the backups is gone.")
        await put(self, content, source)

    with monkeypatch.context() as patch:
        patch.setattr(Archive, "put_content", fails_after_five)
        assert shortlist("make", str(place), *here).exit_code == 2
    assert shortlist("verify", str(place)).exit_code == 2, "there is no finished backup"
    for name, modified_at in (("20200101T000000-000000Z", 0), ("another that is being made", time.time())):
        (place / "backups" / name).mkdir()
        (place / "backups" / name / "candidate").write_bytes(b"")
        os.utime(place / "backups" / name / "candidate", (modified_at, modified_at))
    for number in range(9):  # a killed process leaves what it was writing
        digest = hashlib.sha256(bytes([number]) * 1000).hexdigest()
        staged = place / "contents" / digest[:2] / f"{digest}#1"
        staged.parent.mkdir(exist_ok=True)
        staged.write_bytes(b"half")
    again = shortlist("make", str(place), *here)
    copied = re.search(r"9 files of 9000 bytes, of which (\d) with", again.output)
    assert copied is not None, again.output
    assert copied[1] in "45", "what was copied, and of the four on their way all that were done"
    assert not list((place / "backups" / "20200101T000000-000000Z").glob("*"))
    assert (place / "backups" / "another that is being made" / "candidate").exists()

    contents = sorted(path for path in (place / "contents").rglob("*/*") if "#" not in path.name)
    contents[0].write_bytes(contents[0].read_bytes()[:-1] + b"!")
    contents[1].unlink()
    [finished] = (place / "backups").glob("*/manifest.json")  # what the one that was cut off wrote is still there
    table = finished.with_name("candidate")
    table.write_bytes(table.read_bytes()[:-9])
    damaged = shortlist("verify", str(place))
    assert damaged.exit_code == 1
    for sentence in (
        f"{contents[0].name} is damaged",
        f"{contents[1].name} is missing",
        "table candidate is not what",
    ):
        assert sentence in damaged.output, damaged.output
    into = ("--database", f"sqlite:///{tmp_path / 'new.db'}", "--data", str(tmp_path / "new"))
    assert shortlist("restore", str(place), *into).exit_code == 2, "what is damaged is not restored"
