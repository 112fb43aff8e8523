"""The SQL of a search against the plain meaning of the language, on random data, on both databases."""

from collections.abc import Sequence

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.db import memory
from shortlist.db.database import Database
from shortlist.ranking.board import Board
from shortlist.ranking.filtered import Filtered
from shortlist.ranking.orders import first_page, in_order
from shortlist.search import page, service
from shortlist.search.fields import CANDIDATE
from shortlist.search.printer import print_order, print_tree
from shortlist.search.service import CandidateSearch
from shortlist.search.tree import Node, Order
from tests.contract.metrics.conftest import PROJECT, scope_of
from tests.contract.search.conftest import store
from tests.contract.search.evaluate import Record, matches, ordered
from tests.contract.search.strategies import filters, kept_filters, kept_orders, records, some_orders


@pytest.fixture(autouse=True)
def short_stretch(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stretch of the index so short that a few rows go beyond it."""
    monkeypatch.setattr(page, "_STRETCH", 1)
    monkeypatch.setattr(page, "_STRETCH_PER_ROW", 1)


_VIEWS = {"active": (False,), "deleted": (True,), "all": (False, True)}
_QUESTIONS = st.lists(
    st.tuples(st.none() | filters(), some_orders(), st.sampled_from(sorted(_VIEWS)), st.sampled_from(([1], [1, 2]))),
    min_size=6,
    max_size=6,
)
_KEPT_QUESTIONS = st.lists(
    st.tuples(kept_filters(), kept_orders(), st.just("active"), st.just([1])), min_size=6, max_size=6
)
_SETTINGS = settings(
    max_examples=20,
    deadline=None,
    # An example costs a tenth of a second, and its records are few: shrinking takes minutes and shows little more.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


def expected(
    records: Sequence[Record], tree: Node | None, orders: Sequence[Order], view: str, iids: list[int]
) -> list[int]:
    searched = [item for item in records if item.experiment in iids and item.deleted in _VIEWS[view]]
    return [item.iid for item in ordered([item for item in searched if matches(item, tree)], orders)]


def query_of(
    tree: Node | None, orders: Sequence[Order], view: str, iids: list[int], size: int = 100
) -> CandidateSearch:
    return CandidateSearch(
        experiment_iids=iids,
        filter=print_tree(tree, CANDIDATE),
        order_by=[print_order(order, CANDIDATE) for order in orders],
        view=view,
        max_results=size,
    )


def all_pages(connection: Connection, scope: Scope, query: CandidateSearch) -> list[int]:
    found: list[int] = []
    token: str | None = ""
    while token is not None:
        part = service.candidates(connection, scope, msgspec.structs.replace(query, page_token=token))
        assert len(part.iids) <= query.max_results
        found += part.iids
        token = part.next_page_token
    return found


@given(first=records(), second=records(), questions=_QUESTIONS, size=st.integers(1, 3))
@_SETTINGS
def test_a_search_finds_what_the_language_means(
    database: Database,
    scope: Scope,
    first: list[Record],
    second: list[Record],
    questions: list[tuple[Node | None, list[Order], str, list[int]]],
    size: int,
) -> None:
    """Filter, order and count agree with the evaluation, in one page and in many; a neighbour project is not seen."""
    database.write_now(lambda connection: store(connection, scope, first))
    database.write_now(lambda connection: store(connection, scope_of(PROJECT + 1), second))

    def work(connection: Connection) -> None:
        memory.of(connection).forget()  # the records were put there without a note
        for tree, orders, view, iids in questions:
            query = query_of(tree, orders, view, iids)
            wanted = expected(first, tree, orders, view, iids)
            assert service.candidates(connection, scope, query).iids == wanted, query
            assert service.count(connection, scope, query) == len(wanted), query
            assert all_pages(connection, scope, query_of(tree, orders, view, iids, size)) == wanted, query
            few = query_of(tree, orders, view, iids, size)
            assert in_order(connection, scope, few).tolist() == wanted, query
            page = first_page(connection, scope, few)
            assert page in (None, (service.candidates(connection, scope, few), len(wanted))), query

    database.read_now(work)


@given(records=records(), questions=_KEPT_QUESTIONS, size=st.integers(1, 3))
@_SETTINGS
def test_kept_columns_answer_as_the_database_does(
    database: Database,
    scope: Scope,
    records: list[Record],
    questions: list[tuple[Node, list[Order], str, list[int]]],
    size: int,
) -> None:
    """Pages, totals and tokens are the same, whether columns have just been read or are there."""
    database.write_now(lambda connection: store(connection, scope, records))

    def work(connection: Connection) -> None:
        memory.of(connection).forget()
        for question in questions:
            query = query_of(*question, size)
            asked = Filtered.of(query)
            if asked is None:
                continue
            wanted = expected(records, *question)
            page = service.candidates(connection, scope, query)
            assert page.iids == wanted[:size], query
            asked.read(Board(connection, scope, 1))
            for near in (False, True):
                found = asked.page(Board(connection, scope, 1, near=near))
                token = None if found.after is None else service.token_at(scope, query, found.after)
                assert (found.iids, token) == (page.iids, page.next_page_token), query
                assert found.total == len(wanted), query

    database.read_now(work)
