"""SQL on candidates, their parameters and their metadata."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import ClauseElement, Connection, Select, Table, Text, bindparam, cast, delete, func, select, update

from shortlist.access.scope import Scope
from shortlist.db.bulk import insert_columns, upsert_columns
from shortlist.db.dialect import among
from shortlist.db.prepared import Prepared, of_each, one_of
from shortlist.tracking.rules import as_number
from shortlist.tracking.tables import candidate, metadata, param
from shortlist.tracking.types import CandidateRecord, Status

_NAMES = CandidateRecord.__struct_fields__
_FIELDS = tuple(candidate.c[name] for name in _NAMES)
_STATUS = _NAMES.index("status")
_STATUSES = {status.value: status for status in Status}
_here = candidate.c.project_id == bindparam("project_id")

_ADD = Prepared(lambda _: candidate.insert().values({name: bindparam(name) for name in ("project_id", *_NAMES)}))
_BY_EXTERNAL_ID = Prepared(
    lambda _: select(*_FIELDS).where(_here, candidate.c.external_id == bindparam("external_id"))
)
# Who moves candidates has `FOR UPDATE` on them, and only that is kept waiting: not folds, and not other changes.
_HELD_BY_EXTERNAL_ID = Prepared(
    lambda _: (
        select(*_FIELDS)
        .where(_here, candidate.c.external_id == bindparam("external_id"))
        .with_for_update(read=True, key_share=True)
    )
)
_BY_IIDS = Prepared(
    lambda dialect: of_each(dialect, select(*_FIELDS).where(_here), candidate.c.iid, "iids"), lists=["iids"]
)


def add(connection: Connection, scope: Scope, record: CandidateRecord) -> None:
    _ADD.run(connection, project_id=scope.project_id, **{name: getattr(record, name) for name in _NAMES})


def by_external_id(
    connection: Connection, scope: Scope, external_id: str, *, hold: bool = False
) -> CandidateRecord | None:
    """Args:
    hold: it stays in its experiment until the transaction ends. SQLite's one writer sees to that anyway.
    """
    statement = _HELD_BY_EXTERNAL_ID if hold else _BY_EXTERNAL_ID
    row = statement.row(connection, project_id=scope.project_id, external_id=external_id)
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
    rows = _BY_IIDS.rows(connection, project_id=scope.project_id, iids=iids)
    records = {row[0]: _record(row) for row in rows}
    return [records[iid] for iid in iids if iid in records]


def _record(row: Sequence[Any]) -> CandidateRecord:
    values = list(row)
    values[_STATUS] = _STATUSES[values[_STATUS]]
    return CandidateRecord(*values)


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
    _change(tuple(values)).run(connection, project_id=scope.project_id, changed_iid=iid, **values)


def lock(connection: Connection, scope: Scope, iid: int) -> None:
    """Let no other transaction change the candidate before this one ends. SQLite's one writer needs no lock."""
    row = select(candidate.c.iid).where(candidate.c.project_id == scope.project_id, candidate.c.iid == iid)
    connection.execute(row.with_for_update(key_share=True))


@lru_cache(maxsize=64)
def _change(names: tuple[str, ...]) -> Prepared:
    statement = update(candidate).where(_here, candidate.c.iid == bindparam("changed_iid"))
    return Prepared(lambda _: statement.values({name: bindparam(name) for name in names}))


def add_params(connection: Connection, scope: Scope, record: CandidateRecord, pairs: Mapping[str, str]) -> bool:
    """Insert parameters. False when some key is taken: its value stays, and `params_of` tells which."""
    columns = {"key": list(pairs), "value": list(pairs.values()), "number": [as_number(v) for v in pairs.values()]}
    return insert_columns(connection, param, _owner(scope, record), columns) == len(pairs)


def set_params(connection: Connection, scope: Scope, record: CandidateRecord, pairs: Mapping[str, str]) -> None:
    columns = {"key": list(pairs), "value": list(pairs.values()), "number": [as_number(v) for v in pairs.values()]}
    upsert_columns(connection, param, _owner(scope, record), columns)


def delete_params(connection: Connection, scope: Scope, record: CandidateRecord, keys: Sequence[str]) -> None:
    connection.execute(
        delete(param).where(
            param.c.project_id == scope.project_id,
            param.c.experiment_iid == record.experiment_iid,
            param.c.key.in_(keys),
            param.c.candidate_iid == record.iid,
        )
    )


def set_metadata(connection: Connection, scope: Scope, record: CandidateRecord, pairs: Mapping[str, str]) -> None:
    columns = {"key": list(pairs), "value": list(pairs.values())}
    upsert_columns(connection, metadata, _owner(scope, record), columns)


def _owner(scope: Scope, record: CandidateRecord) -> dict[str, int]:
    return {
        "project_id": scope.project_id,
        "experiment_iid": record.experiment_iid,
        "candidate_iid": record.iid,
    }


def values_in_use(
    connection: Connection, scope: Scope, experiment_iid: int, key: str, values: Sequence[str]
) -> set[str]:
    """Those of `values` that candidates of an experiment that are not deleted have of a key."""
    of_candidate = (candidate.c.project_id == metadata.c.project_id) & (candidate.c.iid == metadata.c.candidate_iid)
    statement = (
        select(metadata.c.value)
        .join(candidate, of_candidate)
        .where(
            metadata.c.project_id == scope.project_id,
            metadata.c.experiment_iid == experiment_iid,
            metadata.c.key == key,
            among(connection, metadata.c.value, values),
            candidate.c.deleted_at.is_(None),
        )
    )
    return set(connection.execute(statement).scalars())


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


def _read_pairs(table: Table) -> tuple[Prepared, Prepared]:
    """Statements that read all pairs of candidates, and those of some keys."""

    pairs = select(table.c.candidate_iid, table.c.key, table.c.value)
    pairs = pairs.where(table.c.project_id == bindparam("project_id"))

    def ordered(dialect: str, found: Select[Any, Any, Any]) -> ClauseElement:
        return of_each(dialect, found, table.c.candidate_iid, "iids").order_by("candidate_iid", "key")

    def some(dialect: str) -> ClauseElement:
        return ordered(dialect, pairs.where(one_of(dialect, table.c.key, "keys")))

    return Prepared(lambda dialect: ordered(dialect, pairs), lists=["iids"]), Prepared(some, lists=["iids", "keys"])


_PARAMS, _METADATA = _read_pairs(param), _read_pairs(metadata)


def params_of(
    connection: Connection, scope: Scope, iids: Sequence[int], keys: Sequence[str] | None = None
) -> dict[int, dict[str, str]]:
    """Parameters of each candidate in `iids`, by key in order. One statement."""
    return _pairs(connection, scope, _PARAMS, iids, keys)


def metadata_of(
    connection: Connection, scope: Scope, iids: Sequence[int], keys: Sequence[str] | None = None
) -> dict[int, dict[str, str]]:
    """Metadata of each candidate in `iids`, by key in order. One statement."""
    return _pairs(connection, scope, _METADATA, iids, keys)


def _pairs(
    connection: Connection,
    scope: Scope,
    statements: tuple[Prepared, Prepared],
    iids: Sequence[int],
    keys: Sequence[str] | None,
) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {iid: {} for iid in iids}
    whole, some = statements
    if keys is None:
        rows = whole.rows(connection, project_id=scope.project_id, iids=iids)
    else:
        rows = some.rows(connection, project_id=scope.project_id, iids=iids, keys=keys)
    for iid, key, value in rows:
        found[iid][key] = value
    return found


def _pairs_as_json(table: Table) -> Prepared:
    def build(dialect: str) -> ClauseElement:
        columns = (table.c.candidate_iid, table.c.key, table.c.value)
        here = table.c.project_id == bindparam("project_id")
        rows = of_each(dialect, select(*columns).where(here), table.c.candidate_iid, "iids")
        if dialect == "postgresql":
            from sqlalchemy.dialects.postgresql import aggregate_order_by  # noqa: PLC0415 - as in db/dialect

            pairs = rows.subquery().c
            pair = func.json_build_object("key", pairs.key, "value", pairs.value)
            text = cast(func.json_agg(aggregate_order_by(pair, pairs.key)), Text)
        else:
            # An aggregate of SQLite takes its rows as they come, and those of a subquery come in its order.
            pairs = rows.order_by("candidate_iid", "key").subquery().c
            text = func.json_group_array(func.json_object("key", pairs.key, "value", pairs.value))
        return select(pairs.candidate_iid, text).group_by(pairs.candidate_iid)

    return Prepared(build, lists=["iids"])


_PARAMS_AS_JSON, _METADATA_AS_JSON = _pairs_as_json(param), _pairs_as_json(metadata)


def pairs_as_json(
    connection: Connection, scope: Scope, kind: Literal["param", "metadata"], iids: Sequence[int]
) -> dict[int, str]:
    """Parameters or metadata of candidates as JSON, `[{"key": …, "value": …}, …]` by key, of those that have any.

    The database writes it: a page of a thousand candidates would else make an object of each of their pairs, only to
    write the same text. One statement.
    """
    statement = _PARAMS_AS_JSON if kind == "param" else _METADATA_AS_JSON
    rows = statement.rows(connection, project_id=scope.project_id, iids=iids)
    return {row[0]: row[1] for row in rows}
