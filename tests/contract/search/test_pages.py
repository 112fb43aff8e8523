"""Pages: in order, each row once, whatever is added meanwhile; and what a page costs in statements."""

import math
from collections.abc import Callable

import pytest
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.db.database import Database
from shortlist.errors import InvalidValue
from shortlist.search import page, service
from shortlist.search.service import CandidateSearch, SearchPage
from tests.contract.search.conftest import add, store
from tests.contract.search.evaluate import Record

_ORDERS = (
    [],
    ["start_time ASC"],
    ["metrics.loss ASC"],
    ["metrics.loss DESC", "params.lr"],
    ["metadata.team DESC"],
    ["end_time", "min(metrics.loss)"],
    ["metrics.never"],
)


def _record(iid: int) -> Record:
    """One of every kind: numbers, ties, infinities, NaN, nothing."""
    values = [0.5, 0.5, 0.25, math.inf, -math.inf, math.nan, None]
    value = values[iid % 7]
    return Record(
        iid=iid,
        name=f"c{iid}",
        start_time=iid // 3,
        end_time=None if iid % 2 else iid,
        metrics={} if value is None else {"loss": [1.0, value]},
        params={"lr": str(iid % 4)} if iid % 3 else {},
        metadata={"team": "ab"[iid % 2]} if iid % 5 else {},
    )


def _page(database: Database, scope: Scope, **fields: object) -> SearchPage:
    query = CandidateSearch(**({"experiment_iids": [1]} | fields))  # pyright: ignore[reportArgumentType]
    return database.read_now(lambda connection: service.candidates(connection, scope, query))


@pytest.mark.parametrize("order_by", _ORDERS, ids=lambda order: ",".join(order) or "default")
@pytest.mark.parametrize("text", ["", "name != 'c3' AND iid IN (" + ",".join(map(str, range(1, 80))) + ")"])
def test_pages_stay_put_while_candidates_are_added(
    database: Database, scope: Scope, order_by: list[str], text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "_STRETCH", 2)
    monkeypatch.setattr(page, "_STRETCH_PER_ROW", 1)
    database.write_now(lambda connection: store(connection, scope, [_record(iid) for iid in range(1, 30)]))
    search = {"order_by": order_by, "filter": text, "max_results": 4}
    before = _page(database, scope, **(search | {"max_results": 100})).iids
    found: list[int] = []
    token, added = "", 30
    while token is not None:
        part = _page(database, scope, page_token=token, **search)
        found += part.iids
        token = part.next_page_token
        if added < 40:
            new = [_record(added), _record(added + 1)]
            database.write_now(lambda connection, new=new: add(connection, scope, new))
            added += 2
    assert len(set(found)) == len(found)
    assert [iid for iid in found if iid < 30] == before


@pytest.mark.parametrize(
    ("direction", "first"), [("ASC", [-math.inf, 0.25, 0.5, math.inf]), ("DESC", [math.inf, 0.5, 0.25, -math.inf])]
)
def test_numbers_come_first_then_nan_then_what_is_missing(
    database: Database, scope: Scope, direction: str, first: list[float]
) -> None:
    values = {1: math.nan, 2: 0.5, 3: None, 4: -math.inf, 5: math.inf, 6: 0.25}
    records = [
        Record(iid=iid, start_time=iid, metrics={} if value is None else {"loss": [value]})
        for iid, value in values.items()
    ]
    database.write_now(lambda connection: store(connection, scope, records))
    found = _page(database, scope, order_by=[f"metrics.loss {direction}"]).iids
    assert [values[iid] for iid in found[:4]] == first
    assert found[4:] == [1, 3]


def test_a_token_of_another_search_is_refused(database: Database, scope: Scope) -> None:
    database.write_now(lambda connection: store(connection, scope, [_record(iid) for iid in range(1, 9)]))
    token = _page(database, scope, max_results=2, order_by=["metrics.loss"]).next_page_token
    # The page size is free; all else belongs to the token.
    assert len(_page(database, scope, max_results=3, order_by=["metrics.loss"], page_token=token).iids) == 3
    for change in ({"filter": "c"}, {"order_by": ["metrics.loss DESC"]}, {"view": "all"}, {"experiment_iids": [1, 2]}):
        with pytest.raises(InvalidValue) as caught:
            _page(database, scope, **({"order_by": ["metrics.loss"], "page_token": token} | change))
        assert caught.value.field == "page_token"


@pytest.mark.parametrize("size", [0, -1, 50_001])
def test_a_page_has_1_to_50000_rows(database: Database, scope: Scope, size: int) -> None:
    with pytest.raises(InvalidValue) as caught:
        _page(database, scope, max_results=size)
    assert caught.value.field == "max_results"


def test_experiments_that_nobody_made_hold_nothing(database: Database, scope: Scope) -> None:
    database.write_now(lambda connection: store(connection, scope, [_record(1)]))
    for iids in ([], [99], [-1], [2**70]):
        assert _page(database, scope, experiment_iids=iids) == SearchPage([], None)
    assert _page(database, scope, experiment_iids=[99, 1, 1]).iids == [1]


@pytest.mark.parametrize("size", [1, 30, 50_000])
@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ({}, 1),
        ({"filter": "params.lr > 1 AND metadata.team = 'a' AND (word OR NOT name LIKE 'x%')"}, 1),
        ({"order_by": ["params.lr", "metadata.team DESC"]}, 1),
        ({"filter": "metrics.loss < 1 OR min(metrics.loss) < 1", "order_by": ["metrics.loss DESC"]}, 2),
    ],
)
def test_a_page_of_any_size_costs_the_same_statements(
    database: Database,
    scope: Scope,
    statements: Callable[[Callable[[Connection], object]], int],
    search: dict[str, object],
    expected: int,
    size: int,
) -> None:
    database.write_now(lambda connection: store(connection, scope, [_record(iid) for iid in range(1, 40)]))
    query = CandidateSearch(experiment_iids=[1], max_results=size, **search)  # pyright: ignore[reportArgumentType]
    assert statements(lambda connection: service.candidates(connection, scope, query)) == expected
    assert statements(lambda connection: service.count(connection, scope, query)) <= expected
