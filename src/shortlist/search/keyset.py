"""The fields of an order as SQL: what is joined for them, how they sort, and which rows come after a place."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Double, FromClause, and_, cast, false, func, literal, null, or_, true

from shortlist.search.paging import MISSING, NAN, VALUE, Mark
from shortlist.search.slots import Joined

_LEAST, _GREATEST = -(2**63), 2**63 - 1


@dataclass(frozen=True, slots=True)
class Term:
    """A field of the order; without `joined` no row has a value, and all are equal."""

    joined: Joined | None
    descending: bool


class Keyset:
    """An order, and the place in it after which rows are wanted (None: from the start).

    With `led`, a search may start from the rows that the first field joins.
    """

    def __init__(self, order: Sequence[Term], after: Sequence[Mark] | None, *, led: bool = True) -> None:
        self._joins: list[Joined] = []
        self._down: list[bool] = []
        self._after: list[Mark] | None = None if after is None else []
        for number, term in enumerate(order):
            if term.joined is None:
                continue
            leads = led and not self._joins
            self._joins.append(term.joined if leads else term.joined.looked_up or term.joined)
            self._down.append(term.descending)
            if after is not None and self._after is not None:
                self._after.append(after[number])

    @property
    def first(self) -> Joined:
        return self._joins[0]

    @property
    def first_descending(self) -> bool:
        return self._down[0]

    @property
    def first_mark(self) -> Mark | None:
        return None if self._after is None else self._after[0]

    def ranks(self) -> list[int]:
        """The ranks of the first field that rows after the place can have, in order."""
        ranks = [VALUE]
        if self.first.nullable:
            ranks += [MISSING] if self.first.present is None else [NAN, MISSING]
        return [rank for rank in ranks if self._after is None or rank >= self._after[0].rank]

    def joined_to(self, table: FromClause, rank: int | None = None) -> FromClause:
        """The searched table with all that the order needs. With `rank`, only rows that have this one in the first
        field are wanted."""
        source = table
        for number, joined in enumerate(self._joins):
            if joined.table is None or joined.on is None or (number == 0 and self._is_without(rank)):
                continue
            if number == 0 and rank not in (None, MISSING):
                source = joined.only(source)
            else:
                source = source.outerjoin(joined.table, joined.on)
        return source

    def _is_without(self, rank: int | None) -> bool:
        """Whether rows of this rank are found without a join for the first field."""
        return rank == MISSING and self.first.missing is not None

    def labels(self) -> list[str]:
        return [column.name for column in self.columns()]

    def columns(self, rank: int | None = None) -> list[Any]:
        found: list[Any] = []
        for number, joined in enumerate(self._joins):
            absent = number == 0 and self._is_without(rank)
            found.append(_or_null(joined.value, absent=absent).label(f"value{number}"))
            if joined.present is not None:
                found.append(_or_null(joined.present, absent=absent).label(f"present{number}"))
        return found

    def sorted(self, whole: FromClause | None = None, rank: int | None = None) -> list[ColumnElement[Any]]:
        """The terms of ORDER BY: values, then NaN, then what is missing, whatever the direction.

        `whole` has the columns under their labels. With `rank`, all rows have this one in the first field.
        """
        found: list[ColumnElement[Any]] = []
        for number, (joined, down) in enumerate(zip(self._joins, self._down, strict=True)):
            value = joined.value if whole is None else whole.c[f"value{number}"]
            present = joined.present
            if present is not None and whole is not None:
                present = whole.c[f"present{number}"]
            ranked = number == 0 and rank is not None
            if ranked and rank != VALUE:
                continue
            if joined.nullable and not ranked:
                found.append(value.is_(None))
                if present is not None:
                    found.append(present.is_(None))
            found.append(value.desc() if down else value.asc())
        return found

    def beyond(self, rank: int | None = None) -> ColumnElement[bool]:
        """Whether a row comes after the place: beyond it in some field, and equal in all fields before that one.

        With `rank`, all rows have this one in the first field.
        """
        if self._after is None or (rank is not None and rank != self._after[0].rank):
            return true()
        choices: list[ColumnElement[bool]] = []
        equal: list[ColumnElement[bool]] = []
        fields = list(zip(self._joins, self._down, self._after, strict=True))
        for joined, down, mark in fields[0 if rank in (None, VALUE) else 1 :]:
            choices.append(and_(true(), *equal, _is_beyond(joined, mark, descending=down)))
            equal.append(_is_equal(joined, mark))
        return and_(self._from_place() if rank == VALUE else true(), or_(false(), *choices))

    def _from_place(self) -> ColumnElement[bool]:
        """Implied by the choices, but only this form lets an index begin at the place."""
        if self._after is None:
            return true()
        return not_before(self.first.value, self._after[0], descending=self._down[0])


def _or_null(column: ColumnElement[Any], *, absent: bool) -> ColumnElement[Any]:
    return cast(null(), column.type) if absent else column


def has_rank(joined: Joined, rank: int) -> ColumnElement[bool]:
    """The rows that have a value in a field, a NaN, or nothing."""
    if rank == MISSING and joined.missing is not None:
        return joined.missing
    if rank == VALUE:
        return joined.value.is_not(None)
    if joined.present is None or rank == NAN:
        return joined.value.is_(None)
    return joined.present.is_(None)


def stretch(keyset: Keyset, rows: int) -> ColumnElement[bool] | None:
    """The condition that ends an index of the first field so many rows after the place; None without such an index."""
    index, mark, down = keyset.first.indexed, keyset.first_mark, keyset.first_descending
    if index is None or (mark is not None and mark.rank != VALUE):
        return None
    value = next(iter(index.selected_columns))
    if mark is not None:
        index = index.where(not_before(value, mark, descending=down))
    end = index.order_by(value.desc() if down else value.asc()).limit(1).offset(rows).scalar_subquery()
    kind = keyset.first.value.type
    if isinstance(kind, Double):
        beyond_all: ColumnElement[Any] = literal(-math.inf if down else math.inf, Double)
    else:
        beyond_all = literal(_LEAST if down else _GREATEST, BigInteger)
    last = func.coalesce(end, beyond_all)
    return keyset.first.value >= last if down else keyset.first.value <= last


def not_before(value: ColumnElement[Any], mark: Mark, *, descending: bool) -> ColumnElement[bool]:
    bound = literal(mark.value, value.type)
    return value <= bound if descending else value >= bound


def _is_equal(joined: Joined, mark: Mark) -> ColumnElement[bool]:
    if mark.rank == VALUE:
        return joined.value == literal(mark.value, joined.value.type)
    absent = joined.value.is_(None)
    if joined.present is None:
        return absent
    return and_(absent, joined.present.is_(None) if mark.rank == MISSING else joined.present.is_not(None))


def _is_beyond(joined: Joined, mark: Mark, *, descending: bool) -> ColumnElement[bool]:
    if mark.rank == MISSING:
        return false()
    if mark.rank == NAN:
        return false() if joined.present is None else joined.present.is_(None)
    bound = literal(mark.value, joined.value.type)
    beyond = joined.value < bound if descending else joined.value > bound
    return or_(beyond, joined.value.is_(None)) if joined.nullable else beyond
