"""One page of rows in order, in one statement.

The rows of a page fall into up to three parts by the first field of the order: those with a value, those with NaN,
those without. Each part is read for itself, because the first then comes out of an index in order, and the others
mostly need not be read at all: each part's LIMIT is what the ones before it left. Inside a part the place after which
to go on (the keyset) is a plain condition on the fields of the order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    union_all,
)

from shortlist.search.binding import Binding
from shortlist.search.paging import MISSING, NAN, VALUE, Mark
from shortlist.search.slots import Joined
from shortlist.search.tree import Order


@dataclass(frozen=True, slots=True)
class Term:
    """A field of the order; without `joined` no row has a value, and all are equal."""

    joined: Joined | None
    descending: bool


def terms(binding: Binding, orders: Sequence[Order]) -> list[Term]:
    """The whole order: what was asked for, then what decides between equals."""
    asked = [Term(binding.slot(order.field).joined(), order.descending) for order in orders]
    keys = {order.field.key for order in orders if order.field.group == "attribute"}
    ties = binding.ties(ordered=bool(orders))
    return asked + [Term(Joined(column, nullable=False), down) for name, column, down in ties if name not in keys]


def read_page(
    connection: Connection,
    binding: Binding,
    order: Sequence[Term],
    condition: ColumnElement[bool],
    after: Sequence[Mark] | None,
    limit: int,
) -> list[tuple[int, list[Mark]]]:
    """Up to `limit` rows after a place: the iid of each and its own place."""
    reading = _Reading(binding, order, condition, after)
    rows = connection.execute(reading.statement(limit))
    return [(row[0], reading.marks(row)) for row in rows]


class _Reading:
    def __init__(
        self, binding: Binding, order: Sequence[Term], condition: ColumnElement[bool], after: Sequence[Mark] | None
    ) -> None:
        self._binding = binding
        self._order = order
        self._condition = condition
        placed = [term for term in order if term.joined is not None]
        self._joins = [term.joined for term in placed if term.joined is not None]
        self._down = [term.descending for term in placed]
        self._after = None
        if after is not None:
            self._after = [mark for mark, term in zip(after, order, strict=True) if term.joined is not None]

    def statement(self, limit: int) -> Select[Any]:
        parts = [self._part(rank) for rank in self._ranks()]
        if len(parts) == 1:
            return parts[0].limit(limit)
        left: ColumnElement[int] = literal(limit)
        read: list[Any] = []
        for number, part in enumerate(parts):
            table = part.limit(left).cte(f"part{number}")
            left = left - select(func.count()).select_from(table).scalar_subquery()
            read.append(select(literal_column(str(number)).label("part"), *table.c))
        whole = union_all(*read).subquery()
        columns: list[ColumnElement[Any]] = [whole.c[name] for name in self._names()]
        return select(*columns).order_by(whole.c.part, *self._sorted(*self._columns_of(whole)))

    def marks(self, row: Row[Any]) -> list[Mark]:
        """Where a row stands in each field of the order."""
        found: list[Mark] = []
        place = 1
        for term in self._order:
            if term.joined is None:
                found.append(Mark(MISSING))
                continue
            value = row[place]
            has_nan = term.joined.present is not None
            if value is not None:
                found.append(Mark(VALUE, value))
            else:
                found.append(Mark(NAN if has_nan and row[place + 1] is not None else MISSING))
            place += 2 if has_nan else 1
        return found

    def _ranks(self) -> list[int]:
        """The parts of the rows that a page may reach."""
        first = self._joins[0]
        ranks = [VALUE]
        if first.nullable:
            ranks += [MISSING] if first.present is None else [NAN, MISSING]
        return [rank for rank in ranks if self._after is None or rank >= self._after[0].rank]

    def _part(self, rank: int) -> Select[Any]:
        first = self._joins[0]
        statement = select(*self._labelled()).select_from(self._source(rank)).where(self._condition)
        drives = first.driving is not None and rank != MISSING
        if drives:
            statement = statement.where(first.driving, self._binding.kept)
        else:
            statement = statement.where(self._binding.searched)
        if first.nullable:
            statement = statement.where(_has_rank(first, rank))
        if self._after is not None and rank == self._after[0].rank:
            statement = statement.where(self._beyond(self._after, skip=0 if rank == VALUE else 1))
        values = [joined.value for joined in self._joins]
        presents = [joined.present for joined in self._joins]
        return statement.order_by(*self._sorted(values, presents, first_rank=rank))

    def _source(self, rank: int) -> FromClause:
        table: FromClause = self._binding.table
        for number, joined in enumerate(self._joins):
            if joined.table is None:
                continue
            if number == 0 and rank != MISSING:
                table = joined.table.join(table, joined.on)
            else:
                table = table.outerjoin(joined.table, joined.on)
        return table

    def _names(self) -> list[str]:
        names = ["iid"]
        for number, joined in enumerate(self._joins):
            names.append(f"value{number}")
            if joined.present is not None:
                names.append(f"present{number}")
        return names

    def _labelled(self) -> list[ColumnElement[Any]]:
        columns: list[ColumnElement[Any]] = [self._binding.table.c.iid]
        for number, joined in enumerate(self._joins):
            columns.append(joined.value.label(f"value{number}"))
            if joined.present is not None:
                columns.append(joined.present.label(f"present{number}"))
        return columns

    def _columns_of(self, whole: Any) -> tuple[list[ColumnElement[Any]], list[ColumnElement[Any] | None]]:
        values = [whole.c[f"value{number}"] for number in range(len(self._joins))]
        presents = [
            None if joined.present is None else whole.c[f"present{number}"]
            for number, joined in enumerate(self._joins)
        ]
        return values, presents

    def _sorted(
        self,
        values: Sequence[ColumnElement[Any]],
        presents: Sequence[ColumnElement[Any] | None],
        first_rank: int = VALUE,
    ) -> list[ColumnElement[Any]]:
        """The terms of ORDER BY: values, then NaN, then what is missing, whatever the direction."""
        found: list[ColumnElement[Any]] = []
        for number, (joined, value, present) in enumerate(zip(self._joins, values, presents, strict=True)):
            if number == 0:
                if first_rank == VALUE:
                    found.append(value.desc() if self._down[0] else value.asc())
                continue
            if joined.nullable:
                found.append(value.is_(None))
            if present is not None:
                found.append(present.is_(None))
            found.append(value.desc() if self._down[number] else value.asc())
        return found

    def _beyond(self, after: Sequence[Mark], skip: int) -> ColumnElement[bool]:
        """Rows after a place: beyond it in some field, and equal in all fields before that one."""
        choices: list[ColumnElement[bool]] = []
        equal: list[ColumnElement[bool]] = []
        for joined, down, mark in list(zip(self._joins, self._down, after, strict=True))[skip:]:
            choices.append(and_(true(), *equal, _is_beyond(joined, down, mark)))
            equal.append(_is_equal(joined, mark))
        within: ColumnElement[bool] = true()
        first, mark = self._joins[0], after[0]
        if skip == 0 and mark.rank == VALUE:
            # Implied by the choices, but only this form lets an index begin at the place.
            bound = literal(mark.value, first.value.type)
            within = first.value <= bound if self._down[0] else first.value >= bound
        return and_(within, or_(false(), *choices))


def _has_rank(joined: Joined, rank: int) -> ColumnElement[bool]:
    if rank == VALUE:
        return joined.value.is_not(None)
    if joined.present is None or rank == NAN:
        return joined.value.is_(None)
    return joined.present.is_(None)


def _is_equal(joined: Joined, mark: Mark) -> ColumnElement[bool]:
    if mark.rank == VALUE:
        return joined.value == literal(mark.value, joined.value.type)
    absent = joined.value.is_(None)
    if joined.present is None:
        return absent
    return and_(absent, joined.present.is_(None) if mark.rank == MISSING else joined.present.is_not(None))


def _is_beyond(joined: Joined, down: bool, mark: Mark) -> ColumnElement[bool]:
    if mark.rank == MISSING:
        return false()
    if mark.rank == NAN:
        return false() if joined.present is None else joined.present.is_(None)
    bound = literal(mark.value, joined.value.type)
    beyond = joined.value < bound if down else joined.value > bound
    return or_(beyond, joined.value.is_(None)) if joined.nullable else beyond
