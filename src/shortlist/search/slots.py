"""Where a field's value is in SQL: in the searched row, in a row beside it, or nowhere.

A slot answers three questions. A filter asks `where(test)`: is there a value that passes? An order asks `joined()`:
the value as a column, and what must be joined to have it. A plan asks `owners(test)`: all rows whose value passes,
found without a look at every row. Every answer to a filter is true or false, never NULL, so that NOT turns it round.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

from sqlalchemy import ColumnElement, FromClause, Select, and_, exists, false, or_, select, true

from shortlist.db.dialect import alone

Test = Callable[[ColumnElement[Any]], ColumnElement[bool]]
Link = Callable[[FromClause], ColumnElement[bool]]


class Owners(NamedTuple):
    """The searched rows with a value that passes. `indexed`: an index leads to them, and no others are looked at."""

    rows: Select[int, int]  # (project, iid)
    indexed: bool


@dataclass(frozen=True, slots=True)
class Joined:
    """A value to order by.

    `table`, unless the value is in the searched row, is to be joined by `on`. `value` is NULL for what comes after
    all values. `present`, where there are NaNs, tells them from what is missing: it is NULL where no row was joined.
    `driving` finds all joined rows of the searched rows by themselves, so that a search may start from them.
    `indexed` selects the values of all that is searched from an index that has them in order. `missing` says of a
    searched row, without the join, that it would join none. `looked_up` is the same value found by the searched row,
    where that is another join than the one from which a search may start.
    """

    value: ColumnElement[Any]
    nullable: bool = True
    table: FromClause | None = None
    on: ColumnElement[bool] | None = None
    present: ColumnElement[Any] | None = None
    driving: ColumnElement[bool] | None = None
    indexed: Select[Any] | None = None
    missing: ColumnElement[bool] | None = None
    looked_up: "Joined | None" = None

    def only(self, searched: FromClause) -> FromClause:
        """The searched rows that it joins, with what it joins; it stands first where a search may start from it."""
        if self.table is None or self.on is None:
            return searched
        return searched.join(self.table, self.on) if self.driving is None else self.table.join(searched, self.on)


class Slot(Protocol):
    def where(self, test: Test, *, with_nan: bool = False) -> ColumnElement[bool]:
        """Whether there is a value that passes; `with_nan` says that NaN does."""
        ...

    def owners(self, test: Test) -> Owners | None:
        """The searched rows with a value that passes; None when they are not found faster than by looking at each."""
        ...

    def missing(self) -> ColumnElement[bool]: ...

    def joined(self) -> Joined | None:
        """None: no row has a value, so the field orders nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Own:
    """A value in the searched row."""

    column: ColumnElement[Any]
    nullable: bool = False
    indexed: Select[Any] | None = None
    rows: Select[int, int] | None = None  # all searched rows, where an index leads from the value to them

    def where(self, test: Test, *, with_nan: bool = False) -> ColumnElement[bool]:  # noqa: ARG002
        return and_(self.column.is_not(None), test(self.column)) if self.nullable else test(self.column)

    def missing(self) -> ColumnElement[bool]:
        return self.column.is_(None) if self.nullable else false()

    def owners(self, test: Test) -> Owners | None:
        return None if self.rows is None else Owners(self.rows.where(self.where(test)), indexed=True)

    def joined(self) -> Joined | None:
        return Joined(self.column, self.nullable, indexed=self.indexed)


@dataclass(frozen=True, slots=True)
class Beside:
    """A value in a row of another table. At most one belongs to a searched row where the field can be ordered by.

    `on` links an alias of the table to the searched row, `driving` to the search as a whole. With `nan`, a row
    without a value is a NaN.
    """

    table: FromClause
    value: str
    on: Link
    nan: bool = False
    driving: Link | None = None
    indexed: bool = False

    def where(self, test: Test, *, with_nan: bool = False) -> ColumnElement[bool]:
        other = self.table.alias()
        value = other.c[self.value]
        passes = or_(value.is_(None), test(value)) if self.nan and with_nan else test(value)
        return exists(self._looked(select(1).select_from(other).where(self.on(other), passes)))

    def missing(self) -> ColumnElement[bool]:
        other = self.table.alias()
        there = select(1).select_from(other).where(self.on(other))
        if not self.nan:
            there = there.where(other.c[self.value].is_not(None))
        return ~exists(self._looked(there))

    def _looked(self, found: Select[Any]) -> Select[Any]:
        """What is looked for beside one searched row."""
        return found

    def owners(self, test: Test) -> Owners | None:
        if self.driving is None:
            return None
        other = self.table.alias()
        found = select(other.c.project_id, other.c.candidate_iid)
        return Owners(found.where(self.driving(other), test(other.c[self.value])), self.indexed)

    def joined(self) -> Joined | None:
        other = self.table.alias()
        values: Select[Any] | None = None
        if self.indexed and self.driving is not None:
            row = self.table.alias()
            values = select(row.c[self.value]).where(self.driving(row), row.c[self.value].is_not(None))
        return Joined(
            indexed=values,
            value=other.c[self.value],
            table=other,
            on=self.on(other),
            present=other.c.project_id if self.nan else None,
            driving=None if self.driving is None else self.driving(other),
        )


class LookedUp(Beside):
    """The same on PostgreSQL: the value beside each row is looked up for itself, see `dialect.alone`."""

    def _looked(self, found: Select[Any]) -> Select[Any]:
        return alone(found)

    def joined(self) -> Joined | None:
        other = self.table.alias()
        found = alone(select(other.c.project_id, other.c[self.value].label("value")).where(self.on(other))).lateral()
        return Joined(
            value=found.c.value,
            table=found,
            on=true(),
            present=found.c.project_id if self.nan else None,
            missing=self.missing(),
        )


@dataclass(frozen=True, slots=True)
class Led:
    """A value that a search starts from in one table, the rows of `leading`, and looks up in another, or by another
    link: PostgreSQL must not have the choice, see `LookedUp`."""

    leading: Beside
    looked_up: LookedUp

    def where(self, test: Test, *, with_nan: bool = False) -> ColumnElement[bool]:
        return self.looked_up.where(test, with_nan=with_nan)

    def missing(self) -> ColumnElement[bool]:
        return self.looked_up.missing()

    def owners(self, test: Test) -> Owners | None:
        return self.leading.owners(test)

    def joined(self) -> Joined | None:
        first = self.leading.joined()
        return None if first is None else replace(first, missing=self.missing(), looked_up=self.looked_up.joined())


@dataclass(frozen=True, slots=True)
class Nowhere:
    """A value that no row has, such as that of a metric which was never logged."""

    def where(self, test: Test, *, with_nan: bool = False) -> ColumnElement[bool]:  # noqa: ARG002
        return false()

    def missing(self) -> ColumnElement[bool]:
        return true()

    def owners(self, test: Test) -> Owners | None:  # noqa: ARG002
        return None

    def joined(self) -> Joined | None:
        return None
