"""What was deleted long ago goes for good, with all that was written about it, and nothing else does."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, func, select, text

from shortlist.app import Application
from shortlist.clock import now_ms
from shortlist.db.database import Database
from shortlist.db.schema import METADATA
from shortlist.metrics import cooler
from shortlist.metrics.folder import Folder
from shortlist.retention import purge
from shortlist.retention.types import Expired
from tests.http.client import Client, Mlflow, refused

# Everything that names a candidate by its number.
NAMING = {table.name: table for table in METADATA.tables.values() if "candidate_iid" in table.columns}


def test_what_was_deleted_long_ago_goes_for_good(
    application: Application, rita: Client, mlflow: Mlflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = application.services.database
    application.services.folder.stop()  # so that some points stay in the log
    experiment, empty = mlflow.new_experiment("kept"), mlflow.new_experiment("dropped")
    gone, stays, promoted = (_full(application, rita, mlflow, experiment) for _ in range(3))
    inside = _full(application, rita, mlflow, empty)
    cooler.cool_due(database, application.services.blobs, now_ms() + 60_000)
    for run_id in (gone, stays, promoted, inside):
        mlflow.call("runs/log-metric", run_id=run_id, key="loss", value=0.1, timestamp=2, step=2)
    mlflow.call("registered-models/create", name="m")
    source = mlflow.run(promoted)["info"]["artifact_uri"]
    mlflow.call("model-versions/create", name="m", run_id=promoted, source=source)
    before = database.read_now(lambda connection: _rows(connection, _iid(connection, gone)))
    assert {name for name, count in before.items() if not count} <= {"model_version"}, "the test knows every table"
    others = database.read_now(lambda connection: _rows(connection, _iid(connection, stays)))

    for run_id in (gone, promoted):
        mlflow.call("runs/delete", run_id=run_id)
    mlflow.call("experiments/delete", experiment_id=empty)
    now = now_ms()
    assert application.keeper.purge_due() == purge.expired(database, now - 60_000) == Expired(), "within the grace"
    later = now + 1000
    expected = Expired(candidates=2, logged_models=1, experiments=1)
    assert purge.expired(database, later) == expected
    iid, kept_iid = database.read_now(lambda connection: (_iid(connection, gone), _iid(connection, stays)))
    monkeypatch.setattr("shortlist.retention.keeper.now_ms", lambda: later + 30 * 24 * 3_600_000)
    assert application.keeper.purge_due() == expected
    assert application.keeper.purge_due() == Expired(), "once"

    left = database.read_now(lambda connection: _rows(connection, iid))
    assert {name for name, count in left.items() if count} == {"metric_file"}, "whose object the sweep removes"
    assert database.read_now(lambda connection: _states(connection, iid)) == {"left"}
    assert database.read_now(lambda connection: _rows(connection, kept_iid)) == others
    for run_id in (gone, inside):
        refused(mlflow.get("runs/get", run_id=run_id), 404, "RESOURCE_DOES_NOT_EXIST")
        refused(mlflow.post("runs/restore", run_id=run_id), 404, "RESOURCE_DOES_NOT_EXIST")
    refused(mlflow.get("experiments/get", experiment_id=empty), 404, "RESOURCE_DOES_NOT_EXIST")
    assert mlflow.run(promoted)["info"]["lifecycle_stage"] == "deleted", "a model version was made from it"
    mlflow.call("runs/restore", run_id=promoted)
    models = mlflow.call("logged-models/search", experiment_ids=[experiment])["models"]
    assert sorted(model["info"].get("source_run_id", "") for model in models) == sorted(["", stays, promoted])
    columns = database.read_now(lambda connection: [tuple(row) for row in connection.execute(_COLUMNS)])
    assert columns == [("loss", 2)], "the candidates that still have the metric"
    assert database.read_now(_living_files) == 2, "each has one file, and so has the model version's package"
    assert mlflow.new_experiment("dropped") != empty, "its name is free"
    events = database.read_now(lambda connection: connection.execute(_EVENTS).scalars().all())
    assert len(events) == 3


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_two_processes_purge_at_once_and_each_candidate_goes_once(
    application: Application, mlflow: Mlflow, database_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge, "_BATCH", 1)
    here = application.services.database
    experiment = mlflow.new_experiment()
    for _ in range(12):
        mlflow.call("runs/delete", run_id=mlflow.new_run(experiment))
    later, both_began = now_ms() + 1000, Barrier(2, timeout=30)

    def work(database: Database) -> int:
        batches: list[int] = []

        def told(removed: int) -> None:
            batches.append(removed)
            if len(batches) == 1:  # the other has its first batch before this one goes on
                both_began.wait()

        removed = purge.purge(database, later, told=told).candidates
        assert removed == sum(batches)
        return removed

    with closing(Database(here.url)) as there, ThreadPoolExecutor(2) as threads:
        removed = list(threads.map(work, (here, there)))
    assert sum(removed) == 12
    assert min(removed) >= 1
    assert purge.expired(here, later) == Expired()
    events = here.read_now(lambda connection: connection.execute(_DETAILS).scalars().all())
    named = [iid for event in events for iid in msgspec.json.decode(event)["candidates"]]
    assert len(named) == len(set(named)) == 12


_DETAILS = text("SELECT details FROM audit_event WHERE action = 'retention:purge'")


_COLUMNS = text(
    "SELECT k.name, sum(c.candidates) FROM metric_column c "
    "JOIN metric_key k ON k.project_id = c.project_id AND k.id = c.key_id GROUP BY k.name"
)
_EVENTS = text("SELECT details FROM audit_event WHERE action = 'retention:purge'")


def _full(application: Application, rita: Client, mlflow: Mlflow, experiment: str) -> str:
    """A finished candidate of which every table that can name one has a row."""
    run_id = mlflow.new_run(experiment, tags=[{"key": "gitlab.CI_JOB_ID", "value": "7"}])
    mlflow.call("runs/log-parameter", run_id=run_id, key="lr", value="0.1")
    model = mlflow.call("logged-models", experiment_id=experiment, name="w", source_run_id=run_id)
    model_id = model["model"]["info"]["model_id"]
    mlflow.call("runs/outputs", run_id=run_id, models=[{"model_id": model_id, "step": 0}])
    # As many as are moved to a cold file.
    points = [{"key": "loss", "value": 0.5, "timestamp": 1, "step": step, "model_id": model_id} for step in range(9)]
    mlflow.call("runs/log-batch", run_id=run_id, metrics=points)
    used = {"name": "d", "digest": "1", "source_type": "local", "source": "/d"}
    mlflow.call("runs/log-inputs", run_id=run_id, datasets=[{"dataset": used}])
    root = mlflow.run(run_id)["info"]["artifact_uri"].partition("mlflow-artifacts:/")[2].lstrip("/")
    assert rita.request("PUT", f"{mlflow.files}/{root}/a.txt", content=run_id.encode()).status_code == 200
    iid = application.services.database.read_now(lambda connection: _iid(connection, run_id))
    address = f"/api/v1/projects/{rita.project.replace('/', '%2F')}/candidates/{iid}"
    assert rita.request("PUT", f"{address}/star").status_code == 200
    mlflow.call("runs/update", run_id=run_id, status="FINISHED", end_time=now_ms())
    Folder(application.services.database).fold_all()
    return run_id


def _iid(connection: Connection, run_id: str) -> int:
    found = text("SELECT iid FROM candidate WHERE external_id = :run_id")
    return connection.execute(found, {"run_id": run_id}).scalar_one()


def _rows(connection: Connection, iid: int) -> dict[str, int]:
    """How many rows of each table name a candidate."""

    def count(table: Any) -> int:
        found = select(func.count()).select_from(table).where(table.c.candidate_iid == iid)
        return connection.execute(found).scalar_one()

    return {name: count(table) for name, table in NAMING.items()}


def _states(connection: Connection, iid: int) -> set[str]:
    file = METADATA.tables["metric_file"]
    return set(connection.execute(select(file.c.state).where(file.c.candidate_iid == iid)).scalars())


def _living_files(connection: Connection) -> int:
    file = METADATA.tables["package_file"]
    return connection.execute(
        select(func.count(file.c.sha256.distinct())).where(file.c.deleted_at.is_(None))
    ).scalar_one()
