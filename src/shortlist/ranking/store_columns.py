"""SQL on what candidates are ranked and ordered by: columns of all in an experiment, or of some of them.

Each function is one statement, and takes `iids` to read those alone.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import (
    BindParameter,
    ClauseElement,
    ColumnElement,
    Connection,
    Select,
    Table,
    bindparam,
    case,
    func,
    select,
)

from shortlist.access.scope import Scope
from shortlist.db.dialect import Row
from shortlist.db.packed import Kind, Packed, integers, side_by_side
from shortlist.db.prepared import Prepared, one_of
from shortlist.metrics.tables import metric_key, metric_latest
from shortlist.numeric import Ints, Values, np
from shortlist.ranking.columns import Columns
from shortlist.ranking.rules import is_seed
from shortlist.ranking.scores import NO_STEP
from shortlist.ranking.scoring import STATUS_CODES
from shortlist.tracking.tables import candidate, metadata, param

_STATUSES = {status.value: code for status, code in STATUS_CODES.items()}
_FINITE = ("value", "min_value", "max_value")
_WHOLE = ("last_step", "min_step", "max_step")
NO_TIME = -(2**63)

_integers = msgspec.json.Decoder(list[int])
_texts = msgspec.json.Decoder(list[str])


def _roster() -> Select[Any, Any, Any, Any]:
    here = candidate.c
    status = case(_STATUSES, value=here.status)
    return select(
        here.iid, status.label("status"), here.start_time.label("start"), here.external_id.label("halves")
    ).where(
        here.project_id == bindparam("project_id"),
        here.experiment_iid == bindparam("experiment_iid"),
        here.deleted_at.is_(None),
    )


def _of_metric(*columns: ColumnElement[Any]) -> Select[Any]:
    latest, key = metric_latest.c, metric_key.c
    project_id: BindParameter[int] = bindparam("project_id")
    key_id = select(key.id).where(key.project_id == project_id, key.name == bindparam("metric")).scalar_subquery()
    found: list[ColumnElement[Any]] = [latest.candidate_iid.label("iid"), *columns]
    return select(*found).where(
        latest.project_id == project_id,
        latest.experiment_iid == bindparam("experiment_iid"),
        latest.key_id == key_id,
    )


def _facts() -> Select[Any]:
    latest = metric_latest.c
    steps = (func.coalesce(latest[name], NO_STEP).label(name) for name in _WHOLE)
    return _of_metric(*(latest[name] for name in _FINITE), *steps)


def _packed(
    found: Callable[[], Select[*Row]], kinds: Mapping[str, Kind], own: ColumnElement[int]
) -> tuple[Packed, Packed]:
    """The columns of everybody, and of `iids`."""
    return Packed(lambda _: found(), kinds), Packed(
        lambda dialect: found().where(one_of(dialect, own, "iids")), kinds, lists=["iids"]
    )


_ROSTER = _packed(
    _roster, {"iid": Kind.WHOLE, "status": Kind.WHOLE, "start": Kind.WHOLE, "halves": Kind.HEX}, candidate.c.iid
)
_FACTS = _packed(
    _facts,
    {"iid": Kind.WHOLE, **dict.fromkeys(_FINITE, Kind.FLOAT), **dict.fromkeys(_WHOLE, Kind.WHOLE)},
    metric_latest.c.candidate_iid,
)

_LATEST = _packed(
    lambda: _of_metric(metric_latest.c.value),
    {"iid": Kind.WHOLE, "value": Kind.FLOAT},
    metric_latest.c.candidate_iid,
)


def _read(
    connection: Connection, statements: tuple[Packed, Packed], iids: Sequence[int] | None, **values: Any
) -> tuple[Ints, dict[str, Values]]:
    """Iids, and the columns beside them."""
    everybody, some = statements
    found = everybody.columns(connection, **values) if iids is None else some.columns(connection, **values, iids=iids)
    return found.pop("iid"), found


def roster(connection: Connection, scope: Scope, experiment_iid: int, iids: Sequence[int] | None = None) -> Columns:
    """The candidates of an experiment (or those of `iids` in it) that are not deleted: `status`, `start` in
    milliseconds, and `high` and `low`, the halves of the external id."""
    place = {"project_id": scope.project_id, "experiment_iid": experiment_iid}
    found, columns = _read(connection, _ROSTER, iids, **place)
    halves = columns.pop("halves").reshape(-1, 2)
    return Columns.arranged(
        found,
        {
            "status": columns["status"].astype(np.int8),
            "start": columns["start"],
            "high": halves[:, 0],
            "low": halves[:, 1],
        },
    )


def facts(
    connection: Connection, scope: Scope, experiment_iid: int, metric: str, iids: Sequence[int] | None = None
) -> Columns:
    """What a ranking needs of a metric, of all in an experiment (or of `iids`) that have it: `value` and `last_step`,
    `min_value`, `min_step`, `max_value`, `max_step`. A value that is NaN is one, and the step of none is `NO_STEP`.

    Deleted candidates are among them.
    """
    given = {"project_id": scope.project_id, "experiment_iid": experiment_iid, "metric": metric}
    return Columns.arranged(*_read(connection, _FACTS, iids, **given))


def latest(
    connection: Connection, scope: Scope, experiment_iid: int, metric: str, iids: Sequence[int] | None = None
) -> Columns:
    """The `value` of `facts` alone."""
    given = {"project_id": scope.project_id, "experiment_iid": experiment_iid, "metric": metric}
    return Columns.arranged(*_read(connection, _LATEST, iids, **given))


def _details() -> Select[Any, Any, Any]:
    here = candidate.c
    return select(here.iid, here.name, func.coalesce(here.end_time, NO_TIME).label("end")).where(
        here.project_id == bindparam("project_id"),
        here.experiment_iid == bindparam("experiment_iid"),
        here.deleted_at.is_(None),
    )


_DETAILS = _packed(_details, {"iid": Kind.WHOLE, "name": Kind.TEXT, "end": Kind.WHOLE}, candidate.c.iid)


def details(connection: Connection, scope: Scope, experiment_iid: int, iids: Sequence[int] | None = None) -> Columns:
    """`name` and `end`, in milliseconds or `NO_TIME`, of the candidates that are not deleted."""
    place = {"project_id": scope.project_id, "experiment_iid": experiment_iid}
    return Columns.arranged(*_read(connection, _DETAILS, iids, **place))


def _of_key(table: Table, name: str, kind: Kind) -> tuple[Packed, Packed]:
    def build() -> Select[Any, Any]:
        here = table.c
        return select(here.candidate_iid.label("iid"), here[name]).where(
            here.project_id == bindparam("project_id"),
            here.experiment_iid == bindparam("experiment_iid"),
            here.key == bindparam("key"),
        )

    return _packed(build, {"iid": Kind.WHOLE, name: kind}, table.c.candidate_iid)


_VALUES = {
    "param": _of_key(param, "value", Kind.TEXT),
    "number": _of_key(param, "number", Kind.FLOAT),
    "metadata": _of_key(metadata, "value", Kind.TEXT),
}


def values(
    connection: Connection,
    scope: Scope,
    experiment_iid: int,
    of: tuple[Literal["param", "number", "metadata"], str],
    iids: Sequence[int] | None = None,
) -> Columns:
    """What candidates have under a key: `value`, a text, or `number`, a parameter as a number or NaN.

    Deleted candidates are among them.
    """
    table, key = of
    given = {"project_id": scope.project_id, "experiment_iid": experiment_iid, "key": key}
    return Columns.arranged(*_read(connection, _VALUES[table], iids, **given))


def _marks(dialect: str, *, of_some: bool) -> ClauseElement:
    here = param.c
    if dialect == "postgresql":
        mark = func.hashtextextended(here.value, 0)
        found = select(here.key, side_by_side(here.candidate_iid), side_by_side(mark))
    else:
        # As one text each: the rows would take longer to become objects than to be read.
        found = select(here.key, func.json_group_array(here.candidate_iid), func.json_group_array(here.value))
    found = found.where(
        here.project_id == bindparam("project_id"), here.experiment_iid == bindparam("experiment_iid")
    ).group_by(here.key)
    return found.where(one_of(dialect, here.candidate_iid, "iids")) if of_some else found


_MARKS = Prepared(lambda dialect: _marks(dialect, of_some=False), binary=True)
_MARKS_OF = Prepared(lambda dialect: _marks(dialect, of_some=True), lists=["iids"], binary=True)


def kinds(connection: Connection, scope: Scope, experiment_iid: int, iids: Sequence[int] | None = None) -> Columns:
    """`kind` of every candidate that has parameters: the same number for those whose parameters, seeds aside, are the
    same. It means nothing in another process."""
    place = {"project_id": scope.project_id, "experiment_iid": experiment_iid}
    rows = _MARKS.rows(connection, **place) if iids is None else _MARKS_OF.rows(connection, **place, iids=iids)
    postgresql = connection.dialect.name == "postgresql"
    marks = {key: (_marked if postgresql else _hashed)(own, values) for key, own, values in rows}
    everybody = np.unique(np.concatenate([own for own, _ in marks.values()])) if marks else np.empty(0, np.int64)
    sums = np.zeros(len(everybody), np.int64)
    for key, (own, found) in marks.items():
        if not is_seed(key):
            # Two different sets of parameters add up to one number once in 2^64; Python's hashes differ in each
            # process. Odd, so that no two values of a key become one.
            sums[np.searchsorted(everybody, own)] += found * np.int64(hash(key) | 1)
    return Columns(everybody, {"kind": sums})


def _marked(own: bytes, marks: bytes) -> tuple[Ints, Ints]:
    return integers(own), integers(marks)


def _hashed(own: str, values: str) -> tuple[Ints, Ints]:
    texts = _texts.decode(values)
    return np.array(_integers.decode(own), np.int64), np.fromiter(map(hash, texts), np.int64, len(texts))
