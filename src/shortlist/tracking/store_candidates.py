"""SQL on candidates, their parameters and their metadata."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import Connection, delete, func, select, update

from shortlist.access.scope import Scope
from shortlist.db.dialect import among, insert_ignore, upsert
from shortlist.tracking.rules import as_number
from shortlist.tracking.tables import candidate, metadata, param
from shortlist.tracking.types import CandidateRecord, Status

_FIELDS = tuple(candidate.c[name] for name in CandidateRecord.__struct_fields__)


def add(connection: Connection, scope: Scope, record: CandidateRecord) -> None:
    values = {name: getattr(record, name) for name in CandidateRecord.__struct_fields__}
    connection.execute(candidate.insert(), {"project_id": scope.project_id, **values})


def by_external_id(connection: Connection, scope: Scope, external_id: str) -> CandidateRecord | None:
    statement = select(*_FIELDS).where(
        candidate.c.project_id == scope.project_id, candidate.c.external_id == external_id
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else _record(row)


def iids_of(connection: Connection, scope: Scope, external_ids: Sequence[str]) -> dict[int, str]:
    """External ids by iid, in order of the external id, of the candidates that exist."""
    statement = (
        select(candidate.c.iid, candidate.c.external_id)
        .where(candidate.c.project_id == scope.project_id, candidate.c.external_id.in_(external_ids))
        .order_by(candidate.c.external_id)
    )
    return {row.iid: row.external_id for row in connection.execute(statement)}


def by_iid(connection: Connection, scope: Scope, iid: int) -> CandidateRecord | None:
    found = by_iids(connection, scope, [iid])
    return found[0] if found else None


def by_iids(connection: Connection, scope: Scope, iids: Sequence[int]) -> list[CandidateRecord]:
    """The candidates among `iids` that exist, in the order of `iids`."""
    statement = select(*_FIELDS).where(
        candidate.c.project_id == scope.project_id, among(connection, candidate.c.iid, iids)
    )
    records = {row.iid: _record(row) for row in connection.execute(statement)}
    return [records[iid] for iid in iids if iid in records]


def _record(row: Any) -> CandidateRecord:
    values = row._asdict()
    values["status"] = Status(values["status"])
    return CandidateRecord(**values)


def children(connection: Connection, scope: Scope, external_id: str) -> list[CandidateRecord]:
    """The candidates nested directly below one, oldest first."""
    statement = (
        select(*_FIELDS)
        .where(
            candidate.c.project_id == scope.project_id,
            candidate.c.parent_external_id == external_id,
            candidate.c.deleted_at.is_(None),
        )
        .order_by(candidate.c.start_time, candidate.c.iid)
        .limit(1000)
    )
    return [_record(row) for row in connection.execute(statement)]


def change(connection: Connection, scope: Scope, iid: int, values: Mapping[str, Any]) -> None:
    connection.execute(
        update(candidate).where(candidate.c.project_id == scope.project_id, candidate.c.iid == iid).values(**values)
    )


def add_params(connection: Connection, scope: Scope, record: CandidateRecord, pairs: Mapping[str, str]) -> None:
    """Insert parameters; where a key is taken, its value stays (`params_of` tells which)."""
    rows = [
        {
            "project_id": scope.project_id,
            "experiment_iid": record.experiment_iid,
            "key": key,
            "candidate_iid": record.iid,
            "value": value,
            "number": as_number(value),
        }
        for key, value in pairs.items()
    ]
    insert_ignore(connection, param, rows)


def set_metadata(connection: Connection, scope: Scope, record: CandidateRecord, pairs: Mapping[str, str]) -> None:
    rows = [
        {
            "project_id": scope.project_id,
            "experiment_iid": record.experiment_iid,
            "key": key,
            "candidate_iid": record.iid,
            "value": value,
        }
        for key, value in pairs.items()
    ]
    upsert(connection, metadata, rows)


def delete_metadata(connection: Connection, scope: Scope, record: CandidateRecord, key: str) -> bool:
    result = connection.execute(
        delete(metadata).where(
            metadata.c.project_id == scope.project_id,
            metadata.c.experiment_iid == record.experiment_iid,
            metadata.c.key == key,
            metadata.c.candidate_iid == record.iid,
        )
    )
    return result.rowcount == 1


def params_of(
    connection: Connection, scope: Scope, iids: Sequence[int], keys: Sequence[str] | None = None
) -> dict[int, dict[str, str]]:
    """Parameters of each candidate in `iids`, by key in order. One statement."""
    return _pairs(connection, scope, param, iids, keys)


def metadata_of(
    connection: Connection, scope: Scope, iids: Sequence[int], keys: Sequence[str] | None = None
) -> dict[int, dict[str, str]]:
    """Metadata of each candidate in `iids`, by key in order. One statement."""
    return _pairs(connection, scope, metadata, iids, keys)


def _pairs(
    connection: Connection, scope: Scope, table: Any, iids: Sequence[int], keys: Sequence[str] | None
) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {iid: {} for iid in iids}
    statement = (
        select(table.c.candidate_iid, table.c.key, table.c.value)
        .where(table.c.project_id == scope.project_id, among(connection, table.c.candidate_iid, iids))
        .order_by(table.c.candidate_iid, table.c.key)
    )
    if keys is not None:
        statement = statement.where(among(connection, table.c.key, keys))
    for iid, key, value in connection.execute(statement):
        found[iid][key] = value
    return found


def keys_of_experiment(
    connection: Connection, scope: Scope, kind: Literal["param", "metadata"], experiment_iid: int
) -> list[tuple[str, int, int]]:
    """(key, candidates that have it, 1 or 2 for one or several different values) of parameters or metadata."""
    table = param if kind == "param" else metadata
    statement = (
        select(
            table.c.key,
            func.count(),
            func.min(table.c.value) != func.max(table.c.value),
        )
        .join(
            candidate,
            (candidate.c.project_id == table.c.project_id) & (candidate.c.iid == table.c.candidate_iid),
        )
        .where(
            table.c.project_id == scope.project_id,
            table.c.experiment_iid == experiment_iid,
            candidate.c.deleted_at.is_(None),
        )
        .group_by(table.c.key)
        .order_by(table.c.key)
    )
    return [(key, count, 2 if several else 1) for key, count, several in connection.execute(statement)]
