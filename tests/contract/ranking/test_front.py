"""A goal with a second metric on a database: who is on the front of both, at the steps that rank the candidates."""

import pytest
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.db.database import Database
from shortlist.errors import InvalidValue
from shortlist.ranking import second
from shortlist.ranking import service as ranking
from shortlist.ranking.types import Direction, Goal, Second
from tests.contract.writes import log, new, scope

__all__ = ["scope"]  # a fixture

GOAL = Goal(metric="acc", direction=Direction.MAXIMIZE, second=Second("ms", Direction.MINIMIZE))
# Of each candidate its points (metric, value, step).
POINTS: list[list[tuple[str, float, int]]] = [
    [("acc", 0.9, 5), ("acc", 0.5, 6), ("ms", 30.0, 5), ("ms", 1.0, 6)],  # 30 at its best step
    [("acc", 0.8, 1), ("ms", 20.0, 0)],
    [("acc", 0.8, 1), ("ms", 20.0, 9)],  # only later: its last
    [("acc", 0.8, 1), ("ms", 21.0, 0)],  # as good, and slower
    [("acc", 0.7, 1)],
    [("acc", 0.1, 1), ("ms", float("inf"), 0)],
    [("acc", 0.2, 1), ("ms", 19.0, 0)],
]


def fill(connection: Connection, scope: Scope) -> list[int]:
    made: list[int] = []
    for number, points in enumerate(POINTS):
        record = new(connection, scope, number)
        for point in points:
            log(connection, scope, record.iid, point)
        made.append(record.iid)
    return made


def on_front(connection: Connection, scope: Scope) -> set[int] | None:
    found = ranking.standing(connection, scope, 1)
    return None if found.front is None else set(found.scores.iid[found.front].tolist())


def test_the_front_is_kept_with_the_goal_and_follows_what_is_logged(database: Database, scope: Scope) -> None:
    made = database.write_now(lambda connection: fill(connection, scope))
    assert database.read_now(lambda connection: on_front(connection, scope)) is None
    database.write_now(lambda connection: ranking.set_goal(connection, scope, 1, GOAL))
    assert database.read_now(lambda connection: ranking.goal(connection, scope, 1)) == GOAL
    expected = {made[0], made[1], made[2], made[6]}
    for _ in range(2):  # read, and kept
        assert database.read_now(lambda connection: on_front(connection, scope)) == expected
    assert database.read_now(lambda connection: ranking.answer(connection, scope, 1)).front == 4
    database.write_now(lambda connection: log(connection, scope, made[3], ("ms", 2.0, 1)))
    assert database.read_now(lambda connection: on_front(connection, scope)) == {made[0], made[3]}
    constrained = Goal(metric="acc", direction=GOAL.direction, second=GOAL.second, constraints="metrics.acc < 0.5")
    database.write_now(lambda connection: ranking.set_goal(connection, scope, 1, constrained))
    assert made[3] not in (database.read_now(lambda connection: on_front(connection, scope)) or set())


def test_of_very_many_that_go_on_the_last_values_count(
    database: Database, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second, "MOST_AT_STEP", 0)
    made = database.write_now(lambda connection: fill(connection, scope))
    database.write_now(lambda connection: ranking.set_goal(connection, scope, 1, GOAL))
    assert database.read_now(lambda connection: on_front(connection, scope)) == {made[0]}


@pytest.mark.parametrize("metric", [" ", "acc", "x" * 251])
def test_a_second_metric_is_another_one(database: Database, scope: Scope, metric: str) -> None:
    wanted = Goal(metric="acc", direction=Direction.MAXIMIZE, second=Second(metric, Direction.MINIMIZE))
    with pytest.raises(InvalidValue) as refused:
        database.write_now(lambda connection: ranking.set_goal(connection, scope, 1, wanted))
    assert refused.value.field == "second"
