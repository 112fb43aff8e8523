"""One page of any search: its size and token checked, read in one statement, and the token of what follows."""

from collections.abc import Hashable
from typing import Any

from sqlalchemy import Connection, Select

from shortlist.db.remembered import Remembered
from shortlist.errors import InvalidValue
from shortlist.search import page, paging
from shortlist.search.binding import Binding
from shortlist.search.compile import Filter
from shortlist.search.tree import Node, Order
from shortlist.search.types import CandidateSearch, ExperimentSearch, RegistrySearch, SearchPage

MAX_RESULTS = 50_000
_PAGES: Remembered[page.Nans] = Remembered(most=256)


def page_of(
    connection: Connection,
    binding: Binding,
    asked: tuple[Node | None, list[Order], bytes],
    query: CandidateSearch | ExperimentSearch | RegistrySearch,
    most: int = MAX_RESULTS,
    *,
    key: Hashable = None,
) -> SearchPage:
    """A page of what a binding searches by (filter, order, the seal of its tokens).

    Args:
        most: the greatest page size that may be asked for.
        key: all that the statement depends on besides the size and the token of the page, where it is worth keeping:
            building it takes longer than running it.
    """
    tree, orders, seal = asked
    size = query.max_results
    if not 1 <= size <= most:
        raise InvalidValue(
            f"Invalid value {size} for parameter 'max_results' supplied: expected 1 to {most}.",
            field="max_results",
        )
    after = paging.read_token(seal, query.page_token, len(page.fields(binding, orders))) if query.page_token else None

    def build() -> tuple[Select[Any], page.Nans]:
        # One row more than the page tells whether another page follows.
        return page.page_statement(
            binding, page.terms(binding, orders), Filter(connection, binding, tree), after, size + 1
        )

    if key is None:
        statement, nans = build()
        rows = connection.execute(statement).all()
    else:
        rows, nans = _PAGES.rows(connection, (key, size, query.page_token), build)
    token = paging.write_token(seal, page.place_of(rows[size - 1], nans)) if len(rows) > size else None
    return SearchPage([row[0] for row in rows[:size]], token)
