"""SQL on goals and on what candidates are ranked by."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, func, or_, select

from shortlist.access.scope import Scope
from shortlist.db import changes
from shortlist.db.dialect import among, upsert
from shortlist.metrics.tables import metric_key, metric_latest
from shortlist.ranking.tables import experiment_goal
from shortlist.ranking.types import Direction, Goal, Reduction
from shortlist.tracking.tables import candidate, param


class Facts(NamedTuple):
    """What a ranking needs of a series. The last value is None where it is NaN, extremes where no value is finite."""

    last_value: float | None
    last_step: int
    min_value: float | None
    min_step: int | None
    max_value: float | None
    max_step: int | None


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
    ).where(goal.project_id == scope.project_id, among(connection, goal.experiment_iid, experiment_iids))
    return {
        row.experiment_iid: Goal(
            metric=row.metric,
            direction=Direction(row.direction),
            reduction=Reduction(row.reduction),
            last=row.last,
            constraints=row.constraints,
            baseline=row.baseline_iid,
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


def ranked_candidates(connection: Connection, scope: Scope, experiment_iid: int) -> list[tuple[int, str]]:
    """(iid, status) of each candidate that is not deleted, newest first."""
    statement = (
        select(candidate.c.iid, candidate.c.status)
        .where(
            candidate.c.project_id == scope.project_id,
            candidate.c.experiment_iid == experiment_iid,
            candidate.c.deleted_at.is_(None),
        )
        .order_by(candidate.c.start_time.desc(), candidate.c.external_id)
    )
    return [(row[0], row[1]) for row in connection.execute(statement)]


def facts(connection: Connection, scope: Scope, experiment_iid: int, metric: str) -> dict[int, Facts]:
    """The last value and the extremes of a metric, by candidate, of all in an experiment that have it."""
    latest, key = metric_latest.c, metric_key.c
    key_id = select(key.id).where(key.project_id == scope.project_id, key.name == metric).scalar_subquery()
    statement = select(
        latest.candidate_iid,
        latest.value,
        latest.last_step,
        latest.min_value,
        latest.min_step,
        latest.max_value,
        latest.max_step,
    ).where(latest.project_id == scope.project_id, latest.experiment_iid == experiment_iid, latest.key_id == key_id)
    return {row[0]: Facts(*row[1:]) for row in connection.execute(statement)}


def with_params(connection: Connection, scope: Scope, iids: Sequence[int], params: Mapping[str, str]) -> list[int]:
    """Those of `iids` that have all these parameters; all of them where there are none."""
    if not params:
        return list(iids)
    here = param.c
    wanted = or_(*(and_(here.key == key, here.value == value) for key, value in params.items()))
    statement = (
        select(here.candidate_iid)
        .where(here.project_id == scope.project_id, among(connection, here.candidate_iid, iids), wanted)
        .group_by(here.candidate_iid)
        .having(func.count() == len(params))
    )
    return list(connection.scalars(statement))
