"""All candidates of an experiment in the order of a search, worked out from columns that are kept (`ranking.board`).

The order is that of `search.service.in_order`, without a look at every row beside the candidates.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.numeric import Flags, Ints, Values, np
from shortlist.ranking import store_columns
from shortlist.ranking.board import Board
from shortlist.ranking.columns import Columns
from shortlist.ranking.scoring import STATUS_CODES
from shortlist.search import service as search
from shortlist.search.fields import ATTRIBUTE, CANDIDATE, METADATA, METRIC, PARAM
from shortlist.search.order import parse_order
from shortlist.search.paging import MISSING, NAN, VALUE
from shortlist.search.service import CandidateSearch, SearchPage
from shortlist.search.tree import Field, Order

_ATTRIBUTES = frozenset(("iid", "run_id", "start_time", "name", "status", "end_time", "duration"))
_BY_NAME = sorted(STATUS_CODES, key=lambda status: status.value.upper())
_STATUSES = [_BY_NAME.index(status) for status in STATUS_CODES]  # where each stands by its name, by its code


class _Keys(NamedTuple):
    """What candidates are ordered by in one field. `ranks` are values, then NaN, then what is missing, whatever the
    direction; None where all have a value. Of several `values` the first decides before the others."""

    values: Sequence[Values]
    ranks: Values | None = None


def in_order(connection: Connection, scope: Scope, query: CandidateSearch) -> Ints:
    """The iids of every candidate that a search finds, in its order, whatever the size of its pages; of metrics counts
    what has been folded. A statement for each field after a change, and one or two while there is none.

    Raises:
        InvalidValue: a filter or an order that is not good.
    """
    found = _Order.of(connection, scope, query)
    if found is None:
        return search.in_order(connection, scope, query)
    if not query.filter:
        return found.iids()
    matching = search.matching(connection, scope, query.experiment_iids[0], query.filter)
    order = found.iids()
    return order[np.isin(order, np.fromiter(matching, np.int64, len(matching)))]


def first_page(connection: Connection, scope: Scope, query: CandidateSearch) -> tuple[SearchPage, int] | None:
    """The page of `search.service.candidates`, and how many the search finds in all; None where that is to be asked:
    for a search with a filter, after the first page, or where an index of SQLite is faster.

    Raises:
        InvalidValue: an order that is not good.
    """
    size = query.max_results
    if query.filter or query.page_token or not query.order_by or not 1 <= size <= search.MAX_RESULTS:
        return None
    found = _Order.of(connection, scope, query)
    if found is None or (connection.dialect.name == "sqlite" and not found.is_kept):
        return None
    order = found.iids()
    iids: list[int] = order[:size].tolist()
    token = search.token_after(connection, scope, query, iids[-1]) if len(order) > size else None
    return SearchPage(iids, token), len(order)


class _Order:
    """The order of a search without its filter."""

    def __init__(self, board: Board, orders: Sequence[Order]) -> None:
        self._board = board
        self._orders = orders
        self._name = ("order", *((order.field, order.descending) for order in orders))

    @classmethod
    def of(cls, connection: Connection, scope: Scope, query: CandidateSearch) -> "_Order | None":
        """None where the order is not one that can be worked out from what is kept."""
        orders = parse_order(query.order_by, CANDIDATE)
        kept = query.view == "active" and all(_is_kept(order.field) for order in orders)
        if not kept or len(query.experiment_iids) != 1:
            return None
        return cls(Board(connection, scope, query.experiment_iids[0]), orders)

    @property
    def is_kept(self) -> bool:
        return self._board.has(self._name)

    def iids(self) -> Ints:
        return self._board.derived(self._name, self._make)

    def _make(self) -> tuple[Ints, int]:
        roster, newest = self._board.roster(), self._board.newest_first()
        keys: list[Values] = []
        for order in reversed(self._orders):
            found = _keys(self._board, roster, order.field)
            keys += [turned(values[newest], descending=order.descending) for values in reversed(found.values)]
            if found.ranks is not None:
                keys.append(found.ranks[newest])
        # Equals stay as they are: newest first, then by external id.
        made = roster.iids[newest[np.lexsort(keys)] if keys else newest]
        return made, made.nbytes


def _is_kept(field: Field) -> bool:
    if field.group == ATTRIBUTE:
        return field.key in _ATTRIBUTES
    if field.group == METRIC:
        return field.function in ("", "last")
    return field.group in (PARAM, METADATA)


def turned(values: Values, *, descending: bool) -> Values:
    """Values whose ascending order is the wanted one."""
    if not descending:
        return values
    return -values if values.dtype.kind == "f" else ~values


def ranked(values: Values, has: Flags | None, *, absent: int) -> tuple[Values, Values]:
    """Numbers as they are ordered, and their ranks, which decide before. `absent` is what a NaN means; what `has`
    leaves out is missing."""
    ranks = np.where(np.isnan(values), np.int8(absent), np.int8(VALUE))
    if has is not None:
        ranks = np.where(has, ranks, np.int8(MISSING))
    return np.where(ranks == VALUE, values, 0.0), ranks


def _keys(board: Board, roster: Columns, field: Field) -> _Keys:
    if field.group == ATTRIBUTE:
        return _attribute(board, roster, field.key)
    if field.group == METRIC:
        return _numbers(roster, board.latest(field.key), "value", absent=NAN)
    if field.function == "number":
        return _numbers(roster, board.values("number", field.key), "number", absent=MISSING)
    return _texts(roster, board.values("param" if field.group == PARAM else "metadata", field.key), "value")


def _attribute(board: Board, roster: Columns, key: str) -> _Keys:
    if key == "iid":
        return _Keys([roster.iids])
    if key == "run_id":
        return _Keys([roster["high"], roster["low"]])
    if key == "start_time":
        return _Keys([roster["start"]])
    if key == "status":
        return _Keys([np.array(_STATUSES)[roster["status"]]])
    details = board.details()
    if key == "name":
        return _texts(roster, details, "name")
    at, _ = details.places(roster.iids)
    ends = details["end"][at]
    values = ends - roster["start"] if key == "duration" else ends
    missing = ends == store_columns.NO_TIME
    return _Keys([np.where(missing, 0, values)], np.where(missing, np.int8(MISSING), np.int8(VALUE)))


def _numbers(roster: Columns, columns: Columns, name: str, *, absent: int) -> _Keys:
    """`absent` is what a NaN means."""
    at, has = columns.places(roster.iids)
    if not len(columns):
        return _Keys([], np.full(len(roster), np.int8(MISSING)))
    values, ranks = ranked(columns[name][at], has, absent=absent)
    return _Keys([values], ranks)


def _texts(roster: Columns, columns: Columns, name: str) -> _Keys:
    """Texts as the places that they have among all of them."""
    if not len(columns):
        return _Keys([], np.full(len(roster), np.int8(MISSING)))
    texts: list[str] = columns[name].tolist()
    # By code point, as both databases have it.
    place = {text: at for at, text in enumerate(sorted(set(texts)))}
    places = np.fromiter(map(place.__getitem__, texts), np.int64, len(texts))
    at, has = columns.places(roster.iids)
    return _Keys([np.where(has, places[at], 0)], np.where(has, np.int8(VALUE), np.int8(MISSING)))
