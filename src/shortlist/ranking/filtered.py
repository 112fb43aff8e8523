"""Filtered candidates from columns that are kept (`ranking.board`): the answer of `search.service.candidates`.

A filter of conditions that must all hold, an order by metrics, parameters as numbers or the start, and a first page:
what loops and polling clients ask. All else is a matter of SQL.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from shortlist.numeric import Flags, Ints, Values, np
from shortlist.ranking.board import Board
from shortlist.ranking.columns import Columns
from shortlist.ranking.conditions import Condition, condition_of
from shortlist.ranking.orders import ranked, turned
from shortlist.ranking.sheet import Sheet, Source
from shortlist.search.fields import ATTRIBUTE, CANDIDATE, METRIC, PARAM
from shortlist.search.order import parse_order
from shortlist.search.paging import MISSING, NAN, VALUE, Mark
from shortlist.search.parser import parse
from shortlist.search.service import MAX_RESULTS, CandidateSearch
from shortlist.search.tree import And, Order


class _By(NamedTuple):
    """A field of the order."""

    source: Source
    key: str
    descending: bool


_START = "start_time"
_NEWEST = _By("start", _START, descending=True)
# Of more rows than so many times those of a page, the best are picked before they are sorted.
_FEW = 4

_ABSENT: Mapping[Source, int] = {"metric": NAN, "number": MISSING}


class Found(NamedTuple):
    """A page: its iids, how many the filter finds in all, and the place after which others follow, if they do."""

    iids: list[int]
    total: int
    after: list[Mark] | None


class Filtered:
    """The first page of a search, in terms of columns."""

    def __init__(self, conditions: Sequence[Condition], order: Sequence[_By], size: int) -> None:
        # Comparing texts takes longest: it is left for the few that numbers leave.
        self._conditions = sorted(conditions, key=lambda condition: condition.is_of_texts)
        starts = any(by.source == "start" for by in order)
        self._order = order if starts else [*order, _NEWEST]
        self._size = size

    @classmethod
    def of(cls, query: CandidateSearch) -> "Filtered | None":
        """None where a search is a matter of SQL.

        Raises:
            InvalidValue: a filter or an order that is not good.
        """
        if query.page_token or query.view != "active" or len(query.experiment_iids) != 1:
            return None
        tree = parse(query.filter, CANDIDATE, loose=True)
        orders = parse_order(query.order_by, CANDIDATE)
        nodes = tree.items if isinstance(tree, And) else () if tree is None else (tree,)
        conditions = [found for node in nodes if (found := condition_of(node)) is not None]
        order = [found for item in orders if (found := _by(item)) is not None]
        known = len(conditions) == len(nodes) > 0 and len(order) == len(orders)
        return cls(conditions, order, query.max_results) if known and 1 <= query.max_results <= MAX_RESULTS else None

    def read(self, board: Board) -> int:
        """Have everything kept that a page needs, one statement for each column that was not; how many candidates
        there are."""
        sheet = Sheet(board)
        for condition in self._conditions:
            sheet.beside(condition.source, condition.key)
        for by in self._order:
            sheet.beside(by.source, by.key)
        return len(sheet.roster)

    def page(self, board: Board) -> Found:
        """Raises NotNearError: as the board does."""
        sheet = Sheet(board)
        keys = [_Key(*sheet.beside(by.source, by.key), by.descending, _ABSENT.get(by.source)) for by in self._order]
        places = self._matching(sheet)
        best = _best(sheet.roster, keys, places, self._size + 1)
        iids: list[int] = sheet.roster.iids[best[: self._size]].tolist()
        follows = len(best) > self._size
        return Found(iids, len(places), _marks(sheet.roster, keys, int(best[self._size - 1])) if follows else None)

    def _matching(self, sheet: Sheet) -> Ints:
        """Places in the roster of those whom the filter finds."""
        passing = np.ones(len(sheet.roster), np.bool_)
        for condition in self._conditions:
            values, has = sheet.beside(condition.source, condition.key)
            if condition.is_of_texts:
                left = np.flatnonzero(passing)
                passing[left] = condition.passes(values[left])
            else:
                passing &= condition.passes(values)
            if has is not None:
                passing &= has
        return np.flatnonzero(passing)


def _by(order: Order) -> _By | None:
    """None for a field by which rows are sorted by SQL."""
    field = order.field
    if field.group == METRIC and field.function in ("", "last"):
        return _By("metric", field.key, order.descending)
    if field.group == PARAM and field.function == "number":
        return _By("number", field.key, order.descending)
    if field.group == ATTRIBUTE and field.key == _START:
        return _By("start", _START, order.descending)
    return None


class _Key(NamedTuple):
    """What candidates are ordered by, at their places, as `Beside` has it. NaN has the rank `absent`."""

    values: Values
    has: Flags | None
    descending: bool
    absent: int | None  # None: integers

    def taken(self, places: Ints) -> tuple[Values, Values | None]:
        """Values whose ascending order is the wanted one, and ranks, which decide before; None where all are VALUE."""
        values = turned(self.values[places], descending=self.descending)
        if self.absent is None:
            return values, None
        return ranked(values, None if self.has is None else self.has[places], absent=self.absent)


def _best(roster: Columns, keys: Sequence[_Key], places: Ints, count: int) -> Ints:
    """The first of some places in the order."""
    if len(places) > _FEW * count:
        places = _picked(keys[0], places, count)
    by = [roster["low"][places], roster["high"][places]]
    for key in reversed(keys):
        by += [found for found in key.taken(places) if found is not None]
    return places[np.lexsort(by)[:count]]


def _picked(key: _Key, places: Ints, count: int) -> Ints:
    """Places among which the first are, as far as the first field tells."""
    values, ranks = key.taken(places)
    if ranks is not None:
        able = np.flatnonzero(ranks == VALUE)
        if len(able) < count:
            return places
        values, places = values[able], places[able]
    return places[values <= np.partition(values, count - 1)[count - 1]]


def _marks(roster: Columns, keys: Sequence[_Key], place: int) -> list[Mark]:
    """Where a candidate stands in each field of the whole order."""
    marks: list[Mark] = []
    for key in keys:
        _, ranks = key.taken(np.array([place]))
        rank = VALUE if ranks is None else int(ranks[0])
        marks.append(Mark(rank, key.values[place].item() if rank == VALUE else None))
    return [*marks, Mark(VALUE, f"{int(roster['high'][place]):016x}{int(roster['low'][place]):016x}")]
