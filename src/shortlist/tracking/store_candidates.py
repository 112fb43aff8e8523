"""SQL on candidates, their parameters and their metadata."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from sqlalchemy import ClauseElement, Connection, Select, Table, Text, bindparam, cast, delete, func, select, update

from shortlist.access.scope import Scope
from shortlist.db.bulk import append_columns, change_columns, insert_columns, upsert_columns
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

# How a candidate is held until the transaction ends. "here": it stays in its experiment; who moves candidates has
# `FOR UPDATE` on them, and only that is kept waiting: not folds, and not other changes. "whole": nobody changes it.
Hold = Literal["not", "here", "whole"]
_HERE, _WHOLE = {"read": True, "key_share": True}, {"key_share": True}
# What a client changes of a candidate that it has created.
_CHANGED = ("name", "note", "status", "end_time", "updated_at")


class Owned(NamedTuple):
    """Parameters or metadata of a candidate."""

    record: CandidateRecord
    pairs: Mapping[str, str]


def _found_by(hold: Hold) -> tuple[Prepared, Prepared]:
    """Statements that find one candidate by its external id, and several."""
    found = select(*_FIELDS).where(_here)
    if hold != "not":
        found = found.with_for_update(**(_HERE if hold == "here" else _WHOLE))
    one = found.where(candidate.c.external_id == bindparam("external_id"))
    some = Prepared(lambda dialect: of_each(dialect, found, candidate.c.external_id, "ids"), lists=["ids"])
    return Prepared(lambda _: one), some


_BY_EXTERNAL_ID: Mapping[Hold, tuple[Prepared, Prepared]] = {
    "not": _found_by("not"),
    "here": _found_by("here"),
    "whole": _found_by("whole"),
}
_BY_IIDS = Prepared(
    lambda dialect: of_each(dialect, select(*_FIELDS).where(_here), candidate.c.iid, "iids"), lists=["iids"]
)


def add(connection: Connection, project_id: int, records: Sequence[CandidateRecord]) -> None:
    append_columns(connection, candidate, {"project_id": project_id}, _columns(records))


def change_held(connection: Connection, project_id: int, records: Sequence[CandidateRecord]) -> None:
    """Write what clients change of candidates that were held whole. One statement."""
    change_columns(connection, candidate, {"project_id": project_id}, _columns(records), _CHANGED)


def _columns(records: Sequence[CandidateRecord]) -> dict[str, list[Any]]:
    return {name: [getattr(record, name) for record in records] for name in _NAMES}


def by_external_id(
    connection: Connection, scope: Scope, external_id: str, *, hold: bool = False
) -> CandidateRecord | None:
    """Args:
    hold: it stays in its experiment until the transaction ends. SQLite's one writer sees to that anyway.
    """
    return by_external_ids(connection, scope.project_id, [external_id], "here" if hold else "not").get(external_id)


def by_external_ids(
    connection: Connection, project_id: int, external_ids: Collection[str], hold: Hold = "not"
) -> dict[str, CandidateRecord]:
    """The candidates that exist, by external id. One statement, which locks them in order of that."""
    one, some = _BY_EXTERNAL_ID[hold]
    if len(external_ids) == 1:
        [external_id] = external_ids
        rows = one.rows(connection, project_id=project_id, external_id=external_id)
    else:
        rows = some.rows(connection, project_id=project_id, ids=list(external_ids))
    return {record.external_id: record for record in map(_record, rows)}


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


def add_params(connection: Connection, project_id: int, owned: Sequence[Owned]) -> bool:
    """Insert parameters of candidates. False when some key is taken: its value stays, and `params_of` tells which."""
    columns = _param_columns(owned)
    return insert_columns(connection, param, {"project_id": project_id}, columns) == len(columns["key"])


def set_params(connection: Connection, scope: Scope, record: CandidateRecord, pairs: Mapping[str, str]) -> None:
    upsert_columns(connection, param, {"project_id": scope.project_id}, _param_columns([Owned(record, pairs)]))


def _param_columns(owned: Sequence[Owned]) -> dict[str, list[Any]]:
    columns = _pair_columns(owned)
    return {**columns, "number": [as_number(value) for value in columns["value"]]}


def _pair_columns(owned: Sequence[Owned]) -> dict[str, list[Any]]:
    return {
        "experiment_iid": [record.experiment_iid for record, pairs in owned for _ in pairs],
        "candidate_iid": [record.iid for record, pairs in owned for _ in pairs],
        "key": [key for _, pairs in owned for key in pairs],
        "value": [value for _, pairs in owned for value in pairs.values()],
    }


def delete_params(connection: Connection, scope: Scope, record: CandidateRecord, keys: Sequence[str]) -> None:
    connection.execute(
        delete(param).where(
            param.c.project_id == scope.project_id,
            param.c.experiment_iid == record.experiment_iid,
            param.c.key.in_(keys),
            param.c.candidate_iid == record.iid,
        )
    )


def set_metadata(connection: Connection, project_id: int, owned: Sequence[Owned]) -> None:
    """Set metadata of candidates, each of which comes once. One statement."""
    upsert_columns(connection, metadata, {"project_id": project_id}, _pair_columns(owned))


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
