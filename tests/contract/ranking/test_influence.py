"""What parameters explain of the goal, on a database: from a sample, and kept until there are notably more."""

import math
from collections.abc import Callable

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.charts import rules
from shortlist.charts.influence import influence, sampled
from shortlist.db.database import Database
from shortlist.numeric import np
from shortlist.ranking import service as ranking
from shortlist.ranking.scores import Scores
from shortlist.ranking.types import Direction, Goal, Score
from shortlist.tracking import logs
from shortlist.tracking.types import Batch
from tests.contract.metrics.conftest import statements
from tests.contract.writes import log, new, scope

__all__ = ["scope", "statements"]  # fixtures

KEYS = ["noise", "depth", "lr", "model", "seed"]


def add(connection: Connection, scope: Scope, number: int, *, turned: bool = False) -> None:
    record = new(connection, scope, number)
    model = "ab"[number % 2]
    params = {"model": model, "depth": str(number % 3), "noise": str(number % 5), "seed": str(number)}
    if number % 4:  # who goes without is as telling as who has it
        params["lr"] = "0.1"
    logs.log_batch(connection, scope, record.external_id, Batch(params=params))
    loss = (0.0 if turned else 10.0 * (model == "a")) + 3.0 * (number % 3) + 0.5 * (number % 4 == 0)
    log(connection, scope, record.iid, ("loss", loss, 0))


def read(database: Database, scope: Scope) -> dict[str, float]:
    return dict(database.read_now(lambda connection: influence(connection, scope, 1, KEYS)))


def test_what_explains_most_has_the_largest_share_and_seeds_and_noise_have_none(
    database: Database, scope: Scope, statements: Callable[[Callable[[Connection], object]], int]
) -> None:
    def fill(connection: Connection) -> None:
        for number in range(60):
            add(connection, scope, number)

    database.write_now(fill)
    database.read_now(lambda connection: ranking.standing(connection, scope, 1))
    first = statements(lambda connection: influence(connection, scope, 1, KEYS))
    found = read(database, scope)
    models = np.array([float(number % 2) for number in range(60)])
    values = np.array(
        [10.0 * (number % 2 == 0) + 3.0 * (number % 3) + 0.5 * (number % 4 == 0) for number in range(60)]
    )
    share = rules.explained(models, values)
    assert share is not None
    assert math.isclose(found["model"], round(share, 2))
    assert set(found) == {"model", "depth", "lr"}
    assert found["model"] > found["lr"]

    assert statements(lambda connection: influence(connection, scope, 1, KEYS)) == first - 1
    assert read(database, scope) == found
    goal = Goal(metric="none", direction=Direction.MAXIMIZE)
    database.write_now(lambda connection: ranking.set_goal(connection, scope, 1, goal))
    assert read(database, scope) == {}


def test_shares_stay_until_there_are_notably_more_candidates(database: Database, scope: Scope) -> None:
    def fill(connection: Connection, numbers: range, *, turned: bool = False) -> None:
        for number in numbers:
            add(connection, scope, number, turned=turned)

    database.write_now(lambda connection: fill(connection, range(20)))
    before = read(database, scope)
    database.write_now(lambda connection: fill(connection, range(20, 22), turned=True))
    assert read(database, scope) == before
    database.write_now(lambda connection: fill(connection, range(22, 40), turned=True))
    assert read(database, scope)["model"] < before["model"]


def test_of_very_many_a_sample_is_read_that_hardly_changes_as_they_grow() -> None:
    def made(count: int) -> Scores:
        return Scores.of(Score(iid, float(iid), 0) for iid in range(1, count + 1))

    assert len(sampled(made(50), 100)) == 50
    before, after = sampled(made(5_000), 100), sampled(made(5_500), 100)
    assert len(before) == len(after) == 100
    assert len(np.intersect1d(before.iid, after.iid)) > 80
    assert 2_000 < float(before.iid.mean()) < 3_000  # spread over all of them
