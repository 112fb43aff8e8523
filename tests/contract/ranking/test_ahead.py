"""Searches from columns that are kept: who writes what, the answer is that of the database."""

import itertools
import random
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.db.database import Database
from shortlist.ranking.ahead import Ahead
from shortlist.search import service as search
from shortlist.search.service import CandidateSearch, SearchPage
from tests.contract.metrics.conftest import statements
from tests.contract.writes import Writes, log, new, rounds_of, scope

__all__ = ["scope", "statements"]  # fixtures

_ASKED = [
    ("metrics.acc > 0", ["metrics.acc DESC"]),
    ("metrics.acc != 0.5 AND params.p != '2'", ["metrics.loss"]),
    ("params.p >= 1 AND status != 'FAILED'", ["number(params.p) DESC", "start_time"]),
    ("metadata.k = '1'", []),
]
QUERIES = [CandidateSearch([1], text, order, max_results=2) for text, order in _ASKED]


@pytest.fixture
def reads(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[Future[Any]]:
    """What was read beside searches, each time to its end."""
    found: list[Future[Any]] = []
    beside = database.read_beside

    def read(work: Callable[[Connection], object]) -> Future[Any]:
        found.append(beside(work))
        found[-1].result()
        return found[-1]

    monkeypatch.setattr(database, "read_beside", read)
    return found


def answers(connection: Connection, scope: Scope, find: Callable[..., SearchPage]) -> list[SearchPage]:
    return [find(connection, scope, query) for query in QUERIES]


@pytest.mark.parametrize("seed", [1, 2])
def test_random_writes_are_seen(database: Database, scope: Scope, seed: int, reads: list[Future[Any]]) -> None:
    ahead = Ahead(database)
    for _ in rounds_of(database, Writes(scope, random.Random(seed)), 25):
        for _ in range(2):
            found = database.read_now(lambda connection: answers(connection, scope, ahead.candidates))
            assert found == database.read_now(lambda connection: answers(connection, scope, search.candidates))
    assert reads


def test_who_searches_again_asks_the_database_for_nothing_but_the_revision(
    database: Database,
    scope: Scope,
    reads: list[Future[Any]],
    statements: Callable[[Callable[[Connection], object]], int],
) -> None:
    ahead = Ahead(database)
    one, two = (database.write_now(lambda connection: new(connection, scope)) for _ in range(2))
    for record in (one, two):
        database.write_now(lambda connection: log(connection, scope, record.iid, ("acc", record.iid, 0)))  # noqa: B023

    def find(connection: Connection) -> list[int]:
        return ahead.candidates(connection, scope, QUERIES[0]).iids

    database.read_now(find)
    assert not reads
    database.read_now(find)
    assert len(reads) == 1
    assert statements(find) == 1
    database.write_now(lambda connection: log(connection, scope, one.iid, ("acc", 9.0, 1)))
    assert database.read_now(find) == [one.iid, two.iid]
    assert statements(find) == 1
    assert len(reads) == 1
    found = database.read_now(lambda connection: ahead.first_page(connection, scope, QUERIES[0]))
    assert found == (SearchPage([one.iid, two.iid], None), 2)


def test_columns_that_nobody_finds_are_read_less_and_less(
    database: Database, scope: Scope, reads: list[Future[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where another process changes the experiment all the time."""
    clock = [0.0]

    def monotonic() -> float:
        clock[0] += 1.0
        return clock[0]

    monkeypatch.setattr("shortlist.ranking.ahead.monotonic", monotonic)
    ahead = Ahead(database)
    elsewhere = Database(database.url, readers=1, writers=1)
    try:
        numbers: list[int] = []
        for number in range(100):
            elsewhere.write_now(lambda connection: new(connection, scope))
            before = len(reads)
            database.read_now(lambda connection: ahead.candidates(connection, scope, QUERIES[0]))
            numbers += [number] * (len(reads) - before)
    finally:
        elsewhere.close()
    pauses = [later - earlier for earlier, later in itertools.pairwise(numbers)]
    assert len(pauses) >= 3
    assert pauses == sorted(pauses)
    assert pauses[-1] > 2 * pauses[0]
