"""What is kept of an experiment: whatever was written, and by whom, a reader who keeps nothing finds the same."""

import random
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.db.database import Database
from shortlist.numeric import np
from shortlist.ranking import service as ranking
from shortlist.ranking.orders import in_order
from shortlist.ranking.types import Direction, Goal, Reduction
from shortlist.search.service import CandidateSearch
from shortlist.tracking import candidates, logs, store_experiments, store_keys
from shortlist.tracking.types import Batch, CandidateChange, CandidateRecord, Status
from tests.contract.metrics.conftest import statements
from tests.contract.writes import Writes, log, new, rounds_of, scope

__all__ = ["scope", "statements"]  # fixtures

GOALS = [
    Goal(metric="acc", direction=Direction.MAXIMIZE),
    Goal(metric="acc", direction=Direction.MINIMIZE, reduction=Reduction.LAST),
    Goal(metric="loss", direction=Direction.MINIMIZE, reduction=Reduction.MEAN_LAST, last=2),
    Goal(metric="acc", direction=Direction.MAXIMIZE, constraints="params.lr = '1'"),
]

ORDERS = ("metrics.acc DESC", "params.p", "number(params.q) DESC", "metadata.k DESC", "name", "status", "end_time")


def answers(connection: Connection, scope: Scope) -> list[object]:
    found: list[object] = [store_keys.keys_of_experiment(connection, scope, kind, 1) for kind in ("param", "metadata")]
    found.append(ranking.answer(connection, scope, 1).group)
    found.append(store_experiments.activity(connection, scope, [1]))
    standing = ranking.standing(connection, scope, 1)
    folded = ranking.by_seed(connection, scope, 1, standing, np.arange(len(standing.scores)), [])
    found += [folded.group(row) for row in range(len(folded.iids))]
    searches = [CandidateSearch([1], order_by=[field]) for field in ORDERS]
    found += [in_order(connection, scope, search).tolist() for search in searches]
    return found + [
        [*ranking.scores(connection, scope, 1, goal), *ranking._by_goal(connection, scope, 1, goal)[0]]
        for goal in GOALS
    ]


def plain(database: Database, scope: Scope) -> list[object]:
    """The answers of a reader that has kept nothing."""
    other = Database(database.url, readers=1, writers=1)
    try:
        return other.read_now(lambda connection: answers(connection, scope))
    finally:
        other.close()


@pytest.mark.parametrize("seed", [1, 2])
def test_random_writes_are_seen_by_who_keeps_what_it_read(database: Database, scope: Scope, seed: int) -> None:
    for _ in rounds_of(database, Writes(scope, random.Random(seed)), 30):
        assert database.read_now(lambda connection: answers(connection, scope)) == plain(database, scope)


def test_a_writer_sees_what_it_did_and_nobody_what_it_took_back(database: Database, scope: Scope) -> None:
    one, two = (database.write_now(lambda connection: new(connection, scope)) for _ in range(2))
    for record, value in ((one, 1.0), (two, 2.0)):
        database.write_now(lambda connection: log(connection, scope, record.iid, ("acc", value, 0)))  # noqa: B023

    def best(connection: Connection) -> int | None:
        found = ranking.answer(connection, scope, 1).best
        return None if found is None else found.iid

    assert database.read_now(best) == two.iid

    def fail_it(connection: Connection) -> None:
        candidates.change(connection, scope, two, CandidateChange(status=Status.FAILED))
        assert best(connection) == one.iid
        raise KeyError

    with pytest.raises(KeyError):
        database.write_now(fail_it)
    assert database.read_now(best) == two.iid
    for _ in range(20):  # whichever connection of the pool
        assert database.read_now(best) == two.iid


def test_readers_beside_writers_end_with_the_answer_of_all_writes(database: Database, scope: Scope) -> None:
    records = [database.write_now(lambda connection: new(connection, scope)) for _ in range(4)]
    seen: list[float] = []
    done = threading.Event()

    def write(record: CandidateRecord) -> None:
        for step in range(15):
            value = step * 10 + record.iid
            database.write_now(lambda connection: log(connection, scope, record.iid, ("acc", value, step)))  # noqa: B023

    def read() -> None:
        while not done.is_set():
            best = database.read_now(lambda connection: ranking.answer(connection, scope, 1)).best
            seen.append(-1.0 if best is None or best.value is None else best.value)

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=write, args=(record,)) for record in records]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    # Values only grow, so who saw a smaller one later saw something older.
    assert seen == sorted(seen)
    assert database.read_now(lambda connection: answers(connection, scope)) == plain(database, scope)


def test_nothing_is_read_again_while_nothing_changes(
    database: Database, scope: Scope, statements: Callable[[Callable[[Connection], object]], int]
) -> None:
    records = [database.write_now(lambda connection: new(connection, scope)) for _ in range(3)]
    database.write_now(lambda connection: log(connection, scope, records[0].iid, ("acc", 1.0, 0)))

    def read(connection: Connection) -> object:
        return ranking.scores(connection, scope, 1, GOALS[0])

    cold = statements(read)
    assert statements(read) == 1  # the revision
    database.write_now(lambda connection: candidates.set_metadata(connection, scope, records[1], {"k": "v"}))
    assert statements(read) == cold


def test_the_group_of_the_best_is_who_differs_in_the_seed_alone(database: Database, scope: Scope) -> None:
    """More than are compared by all their parameters at once, so that every parameter is asked for."""
    alike = {"path": "/data/that/all/have", "depth": "3", "model": "a"}
    others = [{**alike, "depth": "4"}, {**alike, "model": "b"}, {"path": alike["path"]}, {**alike, "extra": "1"}, {}]

    def fill(connection: Connection) -> list[str]:
        made: list[str] = []
        for number, params in enumerate([*([alike] * 110), *others]):
            record = new(connection, scope, number)
            batch = Batch(params={**params, "seed": str(number)} if params else {})
            logs.log_batch(connection, scope, record.external_id, batch)
            log(connection, scope, record.iid, ("acc", 1.0 - number / 1000, 0))
            made.append(record.external_id)
        return made

    made = database.write_now(fill)
    found = database.read_now(lambda connection: ranking.answer(connection, scope, 1))
    assert found.group is not None
    assert (found.group.n, found.group.params) == (110, alike)
    more = Batch(params={"warmup": "5"})
    database.write_now(lambda connection: logs.log_batch(connection, scope, made[7], more))
    found = database.read_now(lambda connection: ranking.answer(connection, scope, 1))
    assert found.group is not None
    assert found.group.n == 109
