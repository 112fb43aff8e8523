"""SQL on goals and on what candidates are ranked by."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    func,
    select,
)

from shortlist.access.scope import Scope
from shortlist.db import changes
from shortlist.db.dialect import among, upsert
from shortlist.db.prepared import Prepared, one_of
from shortlist.metrics.tables import metric_key, metric_latest
from shortlist.numeric import np
from shortlist.ranking.columns import Columns
from shortlist.ranking.rules import is_seed
from shortlist.ranking.scores import NO_STEP
from shortlist.ranking.scoring import STATUS_CODES
from shortlist.ranking.tables import experiment_goal
from shortlist.ranking.types import Direction, Goal, Reduction, Second
from shortlist.tracking.tables import candidate, param

_STATUSES = {status.value: code for status, code in STATUS_CODES.items()}
_FINITE = ("value", "min_value", "max_value")
_WHOLE = ("last_step", "min_step", "max_step")


def goals(connection: Connection, scope: Scope, experiment_iids: Sequence[int]) -> dict[int, Goal]:
    """The goals that somebody set, by experiment. One statement."""
    goal = experiment_goal.c
    statement = select(
        goal.experiment_iid,
        goal.metric,
        goal.direction,
        goal.reduction,
        goal.last,
        goal.constraints,
        goal.baseline_iid,
        goal.second_metric,
        goal.second_direction,
    ).where(goal.project_id == scope.project_id, among(connection, goal.experiment_iid, experiment_iids))
    return {
        row.experiment_iid: Goal(
            metric=row.metric,
            direction=Direction(row.direction),
            reduction=Reduction(row.reduction),
            last=row.last,
            constraints=row.constraints,
            baseline=row.baseline_iid,
            second=None if row.second_metric is None else Second(row.second_metric, Direction(row.second_direction)),
        )
        for row in connection.execute(statement)
    }


def put_goal(connection: Connection, scope: Scope, experiment_iid: int, goal: Goal, now: int) -> None:
    row = {
        "project_id": scope.project_id,
        "experiment_iid": experiment_iid,
        "metric": goal.metric,
        "direction": goal.direction.value,
        "reduction": goal.reduction.value,
        "last": goal.last,
        "constraints": goal.constraints,
        "baseline_iid": goal.baseline,
        "second_metric": None if goal.second is None else goal.second.metric,
        "second_direction": None if goal.second is None else goal.second.direction.value,
        "updated_at": now,
        "updated_by": scope.actor.user_id,
    }
    upsert(connection, experiment_goal, [row])
    changes.note(connection, scope.project_id, experiment_iid)


def delete_goal(connection: Connection, scope: Scope, experiment_iid: int) -> None:
    goal = experiment_goal.c
    connection.execute(
        delete(experiment_goal).where(goal.project_id == scope.project_id, goal.experiment_iid == experiment_iid)
    )
    changes.note(connection, scope.project_id, experiment_iid)


def _roster() -> Select[Any, Any, Any, Any]:
    here = candidate.c
    return select(here.iid, here.status, here.start_time, here.external_id).where(
        here.project_id == bindparam("project_id"),
        here.experiment_iid == bindparam("experiment_iid"),
        here.deleted_at.is_(None),
    )


def _facts() -> Select[Any]:
    latest, key = metric_latest.c, metric_key.c
    project_id: BindParameter[int] = bindparam("project_id")
    key_id = select(key.id).where(key.project_id == project_id, key.name == bindparam("metric")).scalar_subquery()
    steps = (func.coalesce(latest[name], NO_STEP) for name in _WHOLE)
    return select(latest.candidate_iid, *(latest[name] for name in _FINITE), *steps).where(
        latest.project_id == project_id,
        latest.experiment_iid == bindparam("experiment_iid"),
        latest.key_id == key_id,
    )


_ROSTER = Prepared(lambda _: _roster())
_ROSTER_OF = Prepared(lambda dialect: _roster().where(one_of(dialect, candidate.c.iid, "iids")), lists=["iids"])
_FACTS = Prepared(lambda _: _facts())
_FACTS_OF = Prepared(
    lambda dialect: _facts().where(one_of(dialect, metric_latest.c.candidate_iid, "iids")), lists=["iids"]
)


def roster(connection: Connection, scope: Scope, experiment_iid: int, iids: Sequence[int] | None = None) -> Columns:
    """The candidates of an experiment (or those of `iids` in it) that are not deleted: `status`, `start` in
    milliseconds, and `high` and `low`, the halves of the external id. One statement."""
    place = {"project_id": scope.project_id, "experiment_iid": experiment_iid}
    rows = _ROSTER.rows(connection, **place) if iids is None else _ROSTER_OF.rows(connection, **place, iids=iids)
    numbers, statuses, starts, external_ids = zip(*rows, strict=True) if rows else ((), (), (), ())
    halves = np.frombuffer(bytes.fromhex("".join(external_ids)), ">u8").astype(np.uint64).reshape(-1, 2)
    codes = [_STATUSES[status] for status in statuses]
    return Columns.arranged(
        np.array(numbers, np.int64),
        {
            "status": np.array(codes, np.int8),
            "start": np.array(starts, np.int64),
            "high": halves[:, 0],
            "low": halves[:, 1],
        },
    )


def facts(
    connection: Connection, scope: Scope, experiment_iid: int, metric: str, iids: Sequence[int] | None = None
) -> Columns:
    """What a ranking needs of a metric, of all in an experiment (or of `iids`) that have it: `value` and `last_step`,
    `min_value`, `min_step`, `max_value`, `max_step`. No value is NaN, and the step of none is `NO_STEP`.

    Deleted candidates are among them. One statement.
    """
    given = {"project_id": scope.project_id, "experiment_iid": experiment_iid, "metric": metric}
    rows = _FACTS.rows(connection, **given) if iids is None else _FACTS_OF.rows(connection, **given, iids=iids)
    kinds: dict[str, Any] = {**dict.fromkeys(_FINITE, np.float64), **dict.fromkeys(_WHOLE, np.int64)}
    return Columns.of(kinds, rows)


_PARAMS = Prepared(
    lambda _: select(param.c.candidate_iid, param.c.key, param.c.value).where(
        param.c.project_id == bindparam("project_id"), param.c.experiment_iid == bindparam("experiment_iid")
    )
)


def kinds(connection: Connection, scope: Scope, experiment_iid: int) -> Columns:
    """`kind` of every candidate that has parameters: the same number for those whose parameters, seeds aside, are the
    same. It means nothing in another process. One statement."""
    rows = _PARAMS.rows(connection, project_id=scope.project_id, experiment_iid=experiment_iid)
    seeds = {key: is_seed(key) for key in {key for _, key, _ in rows}}
    own = np.fromiter((iid for iid, _, _ in rows), np.int64, len(rows))
    # Two different sets of parameters add up to one number once in 2^64; Python's hashes differ in each process.
    marks = np.fromiter((0 if seeds[key] else hash((key, value)) for _, key, value in rows), np.int64, len(rows))
    iids, which = np.unique(own, return_inverse=True)
    sums = np.zeros(len(iids), np.int64)
    np.add.at(sums, which, marks)
    return Columns(iids, {"kind": sums})


def parents(connection: Connection, scope: Scope, experiment_iid: int) -> dict[int, int]:
    """The iid of the parent of each candidate that has one in the project. One statement."""
    child, parent = candidate.alias(), candidate.alias()
    statement = (
        select(child.c.iid, parent.c.iid)
        .join(
            parent,
            and_(parent.c.project_id == child.c.project_id, parent.c.external_id == child.c.parent_external_id),
        )
        .where(child.c.project_id == scope.project_id, child.c.experiment_iid == experiment_iid)
    )
    return {child: parent for child, parent in connection.execute(statement)}  # noqa: C416


_WITH_PARAM = Prepared(
    lambda _: select(param.c.candidate_iid).where(
        param.c.project_id == bindparam("project_id"),
        param.c.experiment_iid == bindparam("experiment_iid"),
        param.c.key == bindparam("key"),
        param.c.value == bindparam("value"),
    )
)


def with_param(connection: Connection, scope: Scope, experiment_iid: int, key: str, value: str) -> set[int]:
    """The candidates of an experiment that have a parameter at this value. One statement, which reads one key.

    Several parameters in one statement are a join for each: PostgreSQL plans it for longer than all of this takes.
    """
    rows = _WITH_PARAM.rows(
        connection, project_id=scope.project_id, experiment_iid=experiment_iid, key=key, value=value
    )
    return {iid for (iid,) in rows}
