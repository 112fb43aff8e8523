"""Searches of candidates, as the program calls them. docs/search.md has the language."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Select

from shortlist.access.scope import Scope
from shortlist.db.remembered import Remembered
from shortlist.errors import InvalidValue
from shortlist.metrics import store as metric_store
from shortlist.numeric import Ints, np
from shortlist.search import page, paging
from shortlist.search.candidates import CandidateBinding
from shortlist.search.compile import Filter
from shortlist.search.cut import MAX_RESULTS, page_of
from shortlist.search.fields import ANY, ATTRIBUTE, CANDIDATE, METRIC, PERSONAL
from shortlist.search.order import parse_order
from shortlist.search.parser import parse
from shortlist.search.resolve import resolve
from shortlist.search.tree import Node, Order, fields_of
from shortlist.search.types import CandidateSearch, SearchPage

__all__ = [
    "MAX_RESULTS",
    "CandidateSearch",
    "SearchPage",
    "candidates",
    "check_filter",
    "count",
    "in_order",
    "matching",
    "reads_metrics",
    "token_after",
    "token_at",
]

_MAX_IID = 2**63 - 1
_OF_ALL: Remembered[None] = Remembered(most=128)


def reads_metrics(query: CandidateSearch) -> bool:
    """Whether the filter or the order names a metric, or a key that may be one."""
    tree, orders = _parsed(query)
    return bool(_metric_keys(tree, orders)) or any(field.group == ANY for field in fields_of(tree))


def candidates(connection: Connection, scope: Scope, query: CandidateSearch) -> SearchPage:
    """A page of candidates, in one statement, and one before it when metrics are named.

    Keys without their group cost one more, which finds what each of them is.

    Raises:
        InvalidValue: a filter, order, page size or token that is not good, with the field and the position.
    """
    tree, orders = _parsed(query)
    iids = _searched(query)
    if not iids:
        return SearchPage([], None)
    tree = resolve(connection, scope, iids, tree)
    binding, key = _bound(connection, scope, query, tree, orders)
    return page_of(connection, binding, (tree, orders, _seal(scope, query)), query, key=key)


def token_after(connection: Connection, scope: Scope, query: CandidateSearch, iid: int) -> str:
    """The token of the page that follows a candidate whom a search finds, in one statement, and one before it when
    metrics are named."""
    _, orders = _parsed(query)
    binding, _ = _candidate_binding(connection, scope, query, None, orders)
    return token_at(scope, query, page.marks_of(connection, binding, page.terms(binding, orders), iid))


def token_at(scope: Scope, query: CandidateSearch, marks: list[paging.Mark]) -> str:
    """The token of the page that follows a place in the whole order of a search."""
    return paging.write_token(_seal(scope, query), marks)


def _seal(scope: Scope, query: CandidateSearch) -> bytes:
    order = list(query.order_by)
    return paging.seal("candidates", scope.project_id, _searched(query), query.filter, order, query.view)


def count(connection: Connection, scope: Scope, query: CandidateSearch) -> int:
    """How many candidates a search finds on all its pages, in one statement or two."""
    if not _searched(query):
        parse(query.filter, CANDIDATE, loose=True)
        return 0
    return _rows(connection, scope, query, page.count_of_rows)[0][0]


def _rows(
    connection: Connection,
    scope: Scope,
    query: CandidateSearch,
    statement: Callable[[CandidateBinding, Filter], Select[int]],
) -> list[tuple[Any, ...]]:
    """What a statement about all that a filter finds answers; the statement is kept by what it depends on."""
    plain = msgspec.structs.replace(query, order_by=())
    tree = resolve(connection, scope, _searched(query), parse(query.filter, CANDIDATE, loose=True))
    binding, key = _bound(connection, scope, plain, tree, [])

    def build() -> tuple[Select[int], None]:
        return statement(binding, Filter(connection, binding, tree)), None

    return _OF_ALL.rows(connection, (statement, key), build)[0]


def _bound(
    connection: Connection, scope: Scope, query: CandidateSearch, tree: Node | None, orders: Sequence[Order]
) -> tuple[CandidateBinding, Hashable]:
    """A search of candidates, and all that its statements depend on."""
    binding, key_ids = _candidate_binding(connection, scope, query, tree, orders)
    # The text beside what it means, because 1 and 1.0 are the same to Python.
    of_keys = tuple(sorted(key_ids.items()))
    return binding, (_seal(scope, query), query.filter, tree, scope.actor.user_id, of_keys)


def check_filter(text: str, field: str) -> None:
    """Check a filter that holds for everybody.

    Raises:
        InvalidValue: not a filter on candidates, or one that asks for what is each person's own; it names `field` and
            the position.
    """
    try:
        tree = parse(text, CANDIDATE)
    except InvalidValue as error:
        raise InvalidValue(error.message, field=field, position=error.position) from None
    for found in fields_of(tree):
        if found.group == ATTRIBUTE and found.key in PERSONAL:
            raise InvalidValue(
                f"'{found.key}' is each person's own, and this filter holds for everybody.",
                field=field,
                position=found.position,
            )


def matching(connection: Connection, scope: Scope, experiment_iid: int, text: str) -> set[int]:
    """Every candidate of an experiment that matches a filter, whatever their number. Two statements."""
    query = CandidateSearch(experiment_iids=[experiment_iid], filter=text)
    return {row[0] for row in _rows(connection, scope, query, page.all_iids)}


def in_order(connection: Connection, scope: Scope, query: CandidateSearch) -> Ints:
    """The iids of every candidate that a search finds, in its order, whatever the size of its pages. Two statements.

    Raises:
        InvalidValue: a filter or an order that is not good.
    """
    tree, orders = _parsed(query)
    binding, _ = _candidate_binding(connection, scope, query, tree, orders)
    found = page.iids_in_order(connection, binding, page.terms(binding, orders), Filter(connection, binding, tree))
    return np.array(found, np.int64)


def _parsed(query: CandidateSearch) -> tuple[Node | None, list[Order]]:
    return parse(query.filter, CANDIDATE, loose=True), parse_order(query.order_by, CANDIDATE)


def _metric_keys(tree: Node | None, orders: Sequence[Order]) -> list[str]:
    fields = [*fields_of(tree), *(order.field for order in orders)]
    return list({field.key for field in fields if field.group == METRIC})


def _searched(query: CandidateSearch) -> list[int]:
    """The experiments to search, each once; a number that no experiment can have finds nothing."""
    return sorted({iid for iid in query.experiment_iids if 0 <= iid <= _MAX_IID})


def _candidate_binding(
    connection: Connection, scope: Scope, query: CandidateSearch, tree: Node | None, orders: Sequence[Order]
) -> tuple[CandidateBinding, Mapping[str, int]]:
    keys = _metric_keys(tree, orders)
    key_ids = metric_store.key_ids(connection, scope.project_id, keys) if keys else {}
    return CandidateBinding(connection, scope, _searched(query), query.view, key_ids), key_ids
