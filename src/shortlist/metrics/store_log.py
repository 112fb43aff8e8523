"""SQL of the log, for readers. A row is what one request logged to a candidate."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ClauseElement, ColumnElement, Connection, Select, and_, bindparam, func, select

from shortlist.db.prepared import Prepared, of_each
from shortlist.metrics.tables import metric_log
from shortlist.tracking.tables import candidate

LogRow = tuple[int, bytes]  # candidate, payload
ALL = 1 << 62


def _of_log(*columns: ColumnElement[Any]) -> Select[Any]:
    """What is in the log of candidates; their experiments lead to the rows' place in the key."""
    log = metric_log.c
    joined = and_(
        log.project_id == candidate.c.project_id,
        log.experiment_iid == candidate.c.experiment_iid,
        log.candidate_iid == candidate.c.iid,
    )
    here = candidate.c.project_id == bindparam("project_id")
    return select(*columns).select_from(candidate.join(metric_log, joined)).where(here)


def _log(dialect: str) -> Select[Any]:
    rows = _of_log(metric_log.c.candidate_iid, metric_log.c.payload)
    return of_each(dialect, rows, candidate.c.iid, "iids").limit(bindparam("most"))


def _log_amounts(dialect: str) -> ClauseElement:
    log = metric_log.c
    rows = _of_log(*_amount()).group_by(log.experiment_iid, log.candidate_iid)
    return of_each(dialect, rows, candidate.c.iid, "iids")


def _amount() -> tuple[ColumnElement[Any], ...]:
    log = metric_log.c
    return log.experiment_iid, log.candidate_iid, func.count().label("rows"), func.sum(log.points).label("points")


def _logged(dialect: str) -> ClauseElement:
    log = metric_log.c
    here = and_(log.project_id == bindparam("project_id"), log.experiment_iid == bindparam("experiment_iid"))
    return of_each(dialect, select(log.candidate_iid).distinct().where(here), log.candidate_iid, "iids")


_LOG = Prepared(_log, lists=["iids"])
_LOG_AMOUNTS = Prepared(_log_amounts, lists=["iids"])
_LOGGED = Prepared(_logged, lists=["iids"])


def log_of_candidates(connection: Connection, project_id: int, iids: Sequence[int], most: int = ALL) -> list[LogRow]:
    """The log rows of candidates, or so many of them, in any order."""
    return _LOG.rows(connection, project_id=project_id, iids=iids, most=most)  # pyright: ignore[reportReturnType]


def log_of_experiment(connection: Connection, project_id: int, experiment_iid: int, most: int) -> list[LogRow]:
    """The same of an experiment."""
    statement = select(metric_log.c.candidate_iid, metric_log.c.payload).where(_in_log(project_id, experiment_iid))
    return [(row[0], row[1]) for row in connection.execute(statement.limit(most))]


class LogAmount(NamedTuple):
    """How much of a candidate is in the log."""

    experiment_iid: int
    candidate_iid: int
    rows: int
    points: int


def log_amounts(connection: Connection, project_id: int, iids: Sequence[int]) -> list[LogAmount]:
    """Of those candidates that have any."""
    return [LogAmount(*row) for row in _LOG_AMOUNTS.rows(connection, project_id=project_id, iids=iids)]


def log_amounts_of_experiment(connection: Connection, project_id: int, experiment_iid: int) -> list[LogAmount]:
    log = metric_log.c
    statement = select(*_amount()).where(_in_log(project_id, experiment_iid))
    rows = connection.execute(statement.group_by(log.experiment_iid, log.candidate_iid))
    return [LogAmount(*row) for row in rows]


def log_sizes(
    connection: Connection, project_id: int, place: tuple[int, int], after: bytes, most: int
) -> list[tuple[bytes, int]]:
    """(id, points) of so many log rows of an (experiment, candidate) after an id, in order."""
    log = metric_log.c
    here = and_(_in_log(project_id, place[0]), log.candidate_iid == place[1], log.id > after)
    rows = connection.execute(select(log.id, log.points).where(here).order_by(log.id).limit(most))
    return [(bytes(row[0]), row[1]) for row in rows]


def log_between(
    connection: Connection, project_id: int, place: tuple[int, int], after: bytes, last: bytes
) -> list[LogRow]:
    """The log rows of an (experiment, candidate) after an id, up to another."""
    log = metric_log.c
    here = and_(_in_log(project_id, place[0]), log.candidate_iid == place[1], log.id > after, log.id <= last)
    rows = connection.execute(select(log.candidate_iid, log.payload).where(here))
    return [(row[0], row[1]) for row in rows]


def _in_log(project_id: int, experiment_iid: int) -> ColumnElement[bool]:
    return and_(metric_log.c.project_id == project_id, metric_log.c.experiment_iid == experiment_iid)


def logged(connection: Connection, project_id: int, experiment_iid: int, iids: Sequence[int]) -> set[int]:
    """Those of some candidates of an experiment that have rows in the log."""
    rows = _LOGGED.rows(connection, project_id=project_id, experiment_iid=experiment_iid, iids=iids)
    return {row[0] for row in rows}
