"""One page of any search: its size and token checked, read in one statement, and the token of what follows."""

from sqlalchemy import Connection

from shortlist.errors import InvalidValue
from shortlist.search import page, paging
from shortlist.search.binding import Binding
from shortlist.search.compile import Filter
from shortlist.search.tree import Node, Order
from shortlist.search.types import CandidateSearch, ExperimentSearch, RegistrySearch, SearchPage

MAX_RESULTS = 50_000


def page_of(
    connection: Connection,
    binding: Binding,
    asked: tuple[Node | None, list[Order]],
    query: CandidateSearch | ExperimentSearch | RegistrySearch,
    seal: bytes,
    most: int = MAX_RESULTS,
) -> SearchPage:
    """A page of what a binding searches by (filter, order); `most` is the greatest page size that may be asked for."""
    tree, orders = asked
    size = query.max_results
    if not 1 <= size <= most:
        raise InvalidValue(
            f"Invalid value {size} for parameter 'max_results' supplied: expected 1 to {most}.",
            field="max_results",
        )
    order = page.terms(binding, orders)
    after = paging.read_token(seal, query.page_token, len(order)) if query.page_token else None
    # One row more than the page tells whether another page follows.
    iids, place = page.read_page(connection, binding, order, Filter(connection, binding, tree), after, size + 1)
    token = paging.write_token(seal, place(size - 1)) if len(iids) > size else None
    return SearchPage(iids[:size], token)
