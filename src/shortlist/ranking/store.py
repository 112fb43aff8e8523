"""SQL on goals, and on what belongs together in an experiment."""

from collections.abc import Sequence

from sqlalchemy import Connection, and_, bindparam, delete, select

from shortlist.access.scope import Scope
from shortlist.db import changes
from shortlist.db.dialect import among, upsert
from shortlist.db.prepared import Prepared
from shortlist.ranking.tables import experiment_goal
from shortlist.ranking.types import Direction, Goal, Reduction, Second
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
