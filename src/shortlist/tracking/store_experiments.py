"""SQL on experiments and their metadata."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, case, delete, func, select, update

from shortlist.access.scope import Scope
from shortlist.db import changes, memory
from shortlist.db.dialect import among, insert, upsert
from shortlist.db.prepared import Prepared
from shortlist.tracking.tables import candidate, experiment, experiment_metadata
from shortlist.tracking.types import ExperimentActivity, ExperimentRecord, Status

_FIELDS = (
    experiment.c.iid,
    experiment.c.name,
    experiment.c.note,
    experiment.c.artifact_location,
    experiment.c.created_at,
    experiment.c.updated_at,
    experiment.c.created_by,
    experiment.c.deleted_at,
)

_BYTES_OF_ACTIVITY = 300
_DELETION = Prepared(
    lambda _: select(experiment.c.deleted_at).where(
        experiment.c.project_id == bindparam("project_id"), experiment.c.iid == bindparam("iid")
    )
)


def add(connection: Connection, scope: Scope, record: ExperimentRecord) -> bool:
    """Insert an experiment; False when its iid or its name is taken."""
    changes.note(connection, scope.project_id, record.iid)
    statement = insert(connection, experiment).on_conflict_do_nothing().returning(experiment.c.iid)
    added = connection.execute(
        statement,
        {
            "project_id": scope.project_id,
            "iid": record.iid,
            "name": record.name,
            "note": record.note,
            "artifact_location": record.artifact_location,
            "created_at": record.created_at,
            "updated_at": record.updated_at,
            "created_by": record.created_by,
            "deleted_at": record.deleted_at,
        },
    )
    return added.scalar_one_or_none() is not None


def by_iids(connection: Connection, scope: Scope, iids: Sequence[int]) -> list[ExperimentRecord]:
    """The experiments among `iids` that exist, in the order of `iids`, with their metadata. Two statements."""
    if not iids:
        return []
    here = experiment.c.project_id == scope.project_id
    rows = connection.execute(select(*_FIELDS).where(here, among(connection, experiment.c.iid, iids))).all()
    found: dict[int, dict[str, str]] = {row.iid: {} for row in rows}
    pairs = select(experiment_metadata.c.experiment_iid, experiment_metadata.c.key, experiment_metadata.c.value).where(
        experiment_metadata.c.project_id == scope.project_id,
        among(connection, experiment_metadata.c.experiment_iid, list(found)),
    )
    for iid, key, value in connection.execute(pairs.order_by(experiment_metadata.c.key)):
        found[iid][key] = value
    records = {row.iid: ExperimentRecord(*row, metadata=found[row.iid]) for row in rows}
    return [records[iid] for iid in iids if iid in records]


def deletion(connection: Connection, scope: Scope, iid: int) -> tuple[int | None] | None:
    """When an experiment was deleted, if it was, in a tuple; None when there is no such experiment."""
    row = _DELETION.row(connection, project_id=scope.project_id, iid=iid)
    return None if row is None else (row[0],)


def iid_by_name(connection: Connection, scope: Scope, name: str) -> int | None:
    statement = select(experiment.c.iid).where(experiment.c.project_id == scope.project_id, experiment.c.name == name)
    return connection.execute(statement).scalar_one_or_none()


def change(connection: Connection, scope: Scope, iid: int, values: Mapping[str, Any]) -> None:
    changes.note(connection, scope.project_id, iid)
    connection.execute(
        update(experiment).where(experiment.c.project_id == scope.project_id, experiment.c.iid == iid).values(**values)
    )


def mark_candidates(connection: Connection, scope: Scope, iid: int, deleted_at: int | None) -> None:
    """Delete the candidates that are active, or bring back every one: what a deleted experiment does to its own."""
    statement = update(candidate).where(candidate.c.project_id == scope.project_id, candidate.c.experiment_iid == iid)
    if deleted_at is not None:
        statement = statement.where(candidate.c.deleted_at.is_(None))
    connection.execute(statement.values(deleted_at=deleted_at))


def set_metadata(connection: Connection, scope: Scope, iid: int, pairs: Mapping[str, str]) -> None:
    rows = [
        {"project_id": scope.project_id, "experiment_iid": iid, "key": key, "value": value}
        for key, value in pairs.items()
    ]
    upsert(connection, experiment_metadata, rows)


def delete_metadata(connection: Connection, scope: Scope, iid: int, key: str) -> bool:
    result = connection.execute(
        delete(experiment_metadata).where(
            experiment_metadata.c.project_id == scope.project_id,
            experiment_metadata.c.experiment_iid == iid,
            experiment_metadata.c.key == key,
        )
    )
    return result.rowcount == 1


def activity(connection: Connection, scope: Scope, iids: Sequence[int]) -> dict[int, ExperimentActivity]:
    """Counts and last change for each of `iids`, in one statement, or two for a single one. O(n) for their n
    candidates; of a single one, only after a change."""
    if len(iids) != 1:
        return _activity(connection, scope, among(connection, candidate.c.experiment_iid, iids))

    def make() -> tuple[dict[int, ExperimentActivity], int]:
        # One number is faster than a list of one: SQLite then reads its candidates as one run.
        return _activity(connection, scope, candidate.c.experiment_iid == iids[0]), _BYTES_OF_ACTIVITY

    return memory.unchanged(connection, (scope.project_id, iids[0]), "activity", make)


def _activity(connection: Connection, scope: Scope, here: ColumnElement[bool]) -> dict[int, ExperimentActivity]:
    statement = (
        select(
            candidate.c.experiment_iid,
            func.count(),
            func.sum(case((candidate.c.status == Status.RUNNING, 1), else_=0)),
            func.sum(case((candidate.c.status.in_((Status.FAILED, Status.KILLED)), 1), else_=0)),
            func.max(candidate.c.updated_at),
        )
        .where(
            candidate.c.project_id == scope.project_id,
            here,
            candidate.c.deleted_at.is_(None),
        )
        .group_by(candidate.c.experiment_iid)
    )
    return {row[0]: ExperimentActivity(*row[1:]) for row in connection.execute(statement)}


def totals(connection: Connection, scope: Scope) -> tuple[int, int, int | None]:
    """Experiments and candidates of a project that are not deleted, and when a candidate last changed."""
    count = select(func.count()).where(experiment.c.project_id == scope.project_id, experiment.c.deleted_at.is_(None))
    within = select(func.count(), func.max(candidate.c.updated_at)).where(
        candidate.c.project_id == scope.project_id, candidate.c.deleted_at.is_(None)
    )
    candidates, last = connection.execute(within).one()
    return connection.execute(count).scalar_one(), candidates, last
