"""SQL on goals and on what candidates are ranked by."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, func, or_, select

from shortlist.access.scope import Scope
from shortlist.db.dialect import among, upsert
from shortlist.metrics.tables import metric_key, metric_series
from shortlist.ranking.tables import experiment_goal
from shortlist.ranking.types import Direction, Goal, Reduction
from shortlist.tracking.tables import candidate, param


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


def delete_goal(connection: Connection, scope: Scope, experiment_iid: int) -> None:
    goal = experiment_goal.c
    connection.execute(
        delete(experiment_goal).where(goal.project_id == scope.project_id, goal.experiment_iid == experiment_iid)
    )


def series(connection: Connection, scope: Scope, experiment_iid: int, metric: str) -> Sequence[Any]:
    """A row for each candidate that is not deleted, newest first: iid, status, and the metric's facts or NULLs."""
    facts, key = metric_series.c, metric_key.c
    key_id = select(key.id).where(key.project_id == scope.project_id, key.name == metric).scalar_subquery()
    same = and_(
        facts.project_id == candidate.c.project_id, facts.candidate_iid == candidate.c.iid, facts.key_id == key_id
    )
    statement = (
        select(
            candidate.c.iid,
            candidate.c.status,
            facts["count"].label("points"),
            facts.last_value,
            facts.last_step,
            facts.min_value,
            facts.min_step,
            facts.max_value,
            facts.max_step,
        )
        .select_from(candidate.outerjoin(metric_series, same))
        .where(
            candidate.c.project_id == scope.project_id,
            candidate.c.experiment_iid == experiment_iid,
            candidate.c.deleted_at.is_(None),
        )
        .order_by(candidate.c.start_time.desc(), candidate.c.external_id)
    )
    return connection.execute(statement).all()


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
