"""Candidates written straight to the tables, and what is asked of them."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Connection, delete, insert

from shortlist.access.scope import Scope
from shortlist.db.database import Database
from shortlist.metrics import service as metrics
from shortlist.metrics.folder import fold_piece
from shortlist.metrics.tables import metric_column, metric_key, metric_latest, metric_log, metric_series
from shortlist.metrics.types import CandidateKey, Points
from shortlist.tracking import store_candidates, store_datasets
from shortlist.tracking.tables import (
    candidate,
    dataset,
    dataset_input,
    experiment,
    metadata,
    param,
)
from shortlist.tracking.types import CandidateRecord, DatasetInput, Status
from tests.contract.metrics.conftest import PROJECT, scope_of, statements
from tests.contract.search.evaluate import Record

__all__ = ["statements"]

_TABLES = (
    dataset_input,
    dataset,
    param,
    metadata,
    metric_log,
    metric_latest,
    metric_series,
    metric_column,
    metric_key,
    candidate,
)


@pytest.fixture
def scope(database: Database) -> Scope:
    """The scope of a project with the experiments 1 and 2, and of a neighbour with the same."""

    def work(connection: Connection) -> None:
        common = {"note": "", "created_at": 0, "updated_at": 0}
        connection.execute(
            insert(experiment),
            [
                common | {"project_id": project, "iid": iid, "name": f"experiment {iid}"}
                for project in (PROJECT, PROJECT + 1)
                for iid in (1, 2)
            ],
        )

    database.write_now(work)
    return scope_of(PROJECT)


def store(connection: Connection, scope: Scope, records: Sequence[Record]) -> None:
    """Make the project's candidates these."""
    for table in _TABLES:
        connection.execute(delete(table).where(table.c.project_id == scope.project_id))
    add(connection, scope, records)


def add(connection: Connection, scope: Scope, records: Sequence[Record]) -> None:
    for item in records:
        record = _record(item)
        store_candidates.add(connection, scope.project_id, [record])
        store_candidates.add_params(connection, scope.project_id, [store_candidates.Owned(record, item.params)])
        store_candidates.set_metadata(connection, scope.project_id, [store_candidates.Owned(record, item.metadata)])
        inputs = [
            DatasetInput(
                name=str(used["name"]),
                digest=str(used["digest"]),
                source_type="",
                source="",
                schema=None,
                profile=None,
                tags={} if used["context"] is None else {"mlflow.data.context": used["context"]},
            )
            for used in item.datasets
        ]
        store_datasets.link(connection, scope, record, inputs)
        points = [(key, value, 0, step) for key, found in item.metrics.items() for step, value in enumerate(found)]
        metrics.append(connection, scope, CandidateKey(item.iid, item.experiment), Points.of(points))
    until = fold_piece(connection, scope.project_id, [1, 2], None)
    while until is not None:
        until = fold_piece(connection, scope.project_id, [1, 2], until)


def _record(item: Record) -> CandidateRecord:
    return CandidateRecord(
        iid=item.iid,
        external_id=item.run_id,
        experiment_iid=item.experiment,
        name=item.name,
        note=item.note,
        status=Status(item.status),
        start_time=item.start_time,
        end_time=item.end_time,
        user_id=None,
        user_name=item.created_by,
        parent_external_id=item.parent,
        created_at=0,
        updated_at=item.updated,
        deleted_at=1 if item.deleted else None,
    )
