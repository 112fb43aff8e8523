"""One page of rows in order, in one statement, by one of two plans.

*In parts.* The rows fall into up to three parts by the first field of the order: those with a value, those with NaN,
those without. Each part is read for itself, because the first then comes out of an index in order, and the others
mostly need not be read at all: each part's LIMIT is what the ones before it left.

*Gathered.* No planner knows how many rows a condition finds: SQLite's never, PostgreSQL's not of what came in the last
minutes. Parts are slow when those are few. So the first stretch of the index is tried; when it does not fill the page,
the rows of the conditions are gathered, cut with each other and sorted. Either way a page costs a bounded share of the
experiment.

In both the place after which to go on (the keyset) is a plain condition on the fields of the order.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    and_,
    case,
    func,
    intersect,
    literal,
    select,
    tuple_,
    union_all,
)

from shortlist.search.binding import Binding
from shortlist.search.compile import Filter
from shortlist.search.fields import ATTRIBUTE
from shortlist.search.keyset import Keyset, Term, has_rank, stretch
from shortlist.search.paging import MISSING, NAN, VALUE, Mark
from shortlist.search.slots import Owners
from shortlist.search.tree import Field, Order

# Of each field of an order, whether its values can be NaN; None where no row has a value.
Nans = tuple[bool | None, ...]

# How much of an index is tried before the conditions are gathered, in rows, and in rows for each of the page.
_STRETCH = 2_000
_STRETCH_PER_ROW = 10
# Rows of a condition that are gathered at once, without trying an index first, when there are no more.
_MANY = 1_000


def fields(binding: Binding, orders: Sequence[Order]) -> list[Order]:
    """The fields of the whole order: what was asked for, then what decides between equals."""
    asked = [order.field for order in orders]
    ties = binding.ties(ordered=bool(orders))
    found = [Order(Field(ATTRIBUTE, name), descending) for name, descending in ties]
    return [*orders, *(order for order in found if order.field not in asked)]


def terms(binding: Binding, orders: Sequence[Order]) -> list[Term]:
    """The whole order."""
    return [Term(binding.slot(order.field).joined(), order.descending) for order in fields(binding, orders)]


def page_statement(
    binding: Binding, order: Sequence[Term], asked: Filter, after: Sequence[Mark] | None, limit: int
) -> tuple[Select[Any], Nans]:
    """What reads the iids of up to `limit` rows after a place, and beside them what `place_of` needs."""
    reading = _Reading(binding, Keyset(order, after), asked)
    looked_up = Keyset(order, after, led=False)
    statement = reading.gathered(limit, looked_up) if asked.gathered else reading.in_parts(limit)
    return statement, _nans(order)


def count_of_rows(binding: Binding, asked: Filter) -> Select[int]:
    """How many rows a search finds."""
    return select(func.count()).select_from(binding.table).where(_found(binding, asked))


def all_iids(binding: Binding, asked: Filter) -> Select[int]:
    """The iids of all rows that a search finds."""
    return select(binding.table.c.iid).where(_found(binding, asked))


def iids_in_order(connection: Connection, binding: Binding, order: Sequence[Term], asked: Filter) -> list[int]:
    """The iids of all rows that a search finds, in its order."""
    keyset = Keyset(order, None, led=False)
    statement = (
        select(binding.table.c.iid)
        .select_from(keyset.joined_to(binding.table))
        .where(_found(binding, asked))
        .order_by(*keyset.sorted())
    )
    return list(connection.scalars(statement))


def marks_of(connection: Connection, binding: Binding, order: Sequence[Term], iid: int) -> list[Mark]:
    """The place of a row in an order. It is one of those that are searched."""
    keyset = Keyset(order, None, led=False)
    columns: list[ColumnElement[Any]] = [binding.table.c.iid, *keyset.columns()]
    statement = select(*columns).select_from(keyset.joined_to(binding.table))
    row = connection.execute(statement.where(binding.searched, binding.table.c.iid == iid)).one()
    return place_of(row, _nans(order))


def _nans(order: Sequence[Term]) -> Nans:
    return tuple(None if term.joined is None else term.joined.present is not None for term in order)


def place_of(row: Sequence[Any], nans: Nans) -> list[Mark]:
    """Where a row stands in each field of the order."""
    found: list[Mark] = []
    place = 1
    for has_nan in nans:
        if has_nan is None:
            found.append(Mark(MISSING))
            continue
        value = row[place]
        if value is not None:
            found.append(Mark(VALUE, value))
        else:
            found.append(Mark(NAN if has_nan and row[place + 1] is not None else MISSING))
        place += 2 if has_nan else 1
    return found


def _found(binding: Binding, asked: Filter) -> ColumnElement[bool]:
    if asked.gathered:
        return _among_gathered(binding, asked)
    return and_(binding.searched, asked.condition)


def _among_gathered(binding: Binding, asked: Filter) -> ColumnElement[bool]:
    """The condition that starts from the gathered rows: as a pair, it leaves the planner no other index to take."""
    rows = asked.gathered[0].rows
    if len(asked.gathered) > 1:
        # Behind a SELECT of its own; SQLite takes no index for a pair among the rows of an INTERSECT.
        rows = select(*intersect(*(found.rows for found in asked.gathered)).subquery().c)
    table = binding.table.c
    return tuple_(table.project_id, table.iid).in_(rows) & binding.kept & asked.others


def _numbered(table: FromClause, number: int) -> Select[Any]:
    part: ColumnElement[Any] = literal(number, Integer).label("part")
    return select(part, *table.c)


def _are_many(found: Owners) -> ColumnElement[bool]:
    """Whether so many rows fulfil a condition that a stretch of another index may well hold a page of them."""
    return select(func.count()).select_from(found.rows.limit(_MANY).subquery()).scalar_subquery() >= _MANY


class _Reading:
    def __init__(self, binding: Binding, keyset: Keyset, asked: Filter) -> None:
        self._binding = binding
        self._keyset = keyset
        self._asked = asked

    def in_parts(self, limit: int) -> Select[Any]:
        parts = [self._part(rank) for rank in self._keyset.ranks()]
        if len(parts) == 1:
            return parts[0].limit(limit)
        left: ColumnElement[int] = literal(limit)
        read: list[Select[Any]] = []
        for number, part in enumerate(parts):
            table = part.limit(left).cte(f"part{number}")
            left = left - select(func.count()).select_from(table).scalar_subquery()
            read.append(_numbered(table, number))
        return self._together(read)

    def gathered(self, limit: int, looked_up: Keyset) -> Select[Any]:
        keyset = self._keyset
        rest = (
            self._columns(looked_up)
            .select_from(looked_up.joined_to(self._binding.table))
            .where(_among_gathered(self._binding, self._asked), looked_up.beyond())
            .order_by(*looked_up.sorted())
        )
        tried = stretch(keyset, _STRETCH + _STRETCH_PER_ROW * limit)
        if tried is None:
            return rest.limit(limit)
        many = [_are_many(found) for found in self._asked.gathered if found.indexed]
        walk = self._part(VALUE).where(tried, *many).limit(limit).cte("walk")
        found = select(func.count()).select_from(walk).scalar_subquery()
        gathered = rest.limit(case((found < limit, limit), else_=0)).cte("gathered")
        return self._together([_numbered(walk, 0).where(found >= limit), _numbered(gathered, 0)])

    def _together(self, read: Sequence[Select[Any]]) -> Select[Any]:
        whole = union_all(*read).subquery()
        columns: list[ColumnElement[Any]] = [whole.c[name] for name in ("iid", *self._keyset.labels())]
        return select(*columns).order_by(whole.c.part, *self._keyset.sorted(whole))

    def _part(self, rank: int) -> Select[Any]:
        first = self._keyset.first
        statement = self._columns(self._keyset, rank).select_from(self._keyset.joined_to(self._binding.table, rank))
        statement = statement.where(self._asked.condition)
        if first.driving is not None and rank != MISSING:
            statement = statement.where(first.driving, self._binding.kept)
        else:
            statement = statement.where(self._binding.searched)
        if first.nullable:
            statement = statement.where(has_rank(first, rank))
        return statement.where(self._keyset.beyond(rank)).order_by(*self._keyset.sorted(rank=rank))

    def _columns(self, keyset: Keyset, rank: int | None = None) -> Select[Any]:
        columns: list[ColumnElement[Any]] = [self._binding.table.c.iid, *keyset.columns(rank)]
        return select(*columns)
