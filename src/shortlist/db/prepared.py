"""Statements of the hot paths: built and compiled once for each database, then run as their text.

SQLAlchemy builds, hashes and compiles a statement anew for each call, which takes several times as long as SQLite
takes to run it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import msgspec
from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    ClauseElement,
    ColumnElement,
    Connection,
    Select,
    Text,
    any_,
    bindparam,
    func,
    select,
    true,
)
from sqlalchemy.sql.compiler import SQLCompiler

from shortlist.db import driver
from shortlist.db.arrays import array
from shortlist.db.dialect import Row, alone

_json = msgspec.json.Encoder()


class Prepared:
    """`build` makes the statement for a database ("sqlite" or "postgresql"); its values are `bindparam`s.

    Values go to the driver as they are given, and rows come back as the driver gives them.

    Args:
        lists: the names of the values that are sequences of integers or of texts, for `one_of`.
        binary: PostgreSQL answers in binary, which is half the text of bytes.
    """

    def __init__(
        self, build: Callable[[str], ClauseElement], *, lists: Sequence[str] = (), binary: bool = False
    ) -> None:
        self._build = build
        self._lists = lists
        self._binary = binary
        self._texts: dict[str, tuple[str, tuple[str, ...], dict[str, Any]]] = {}

    def run(self, connection: Connection, **values: Any) -> int:
        """Run a statement that answers nothing; how many rows it changed."""
        text, given = self._bound(connection, values)
        return driver.change(connection, text, given)

    def run_many(self, connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
        """Run it once for the values of each row."""
        text, names, fixed = self._text(connection)
        given = [fixed | row for row in rows] if fixed else rows
        if connection.dialect.name == "postgresql":
            driver.change_many(connection, text, given)
        else:
            driver.change_many(connection, text, [tuple([row[name] for name in names]) for row in given])

    def rows(self, connection: Connection, **values: Any) -> list[tuple[Any, ...]]:
        """Every row of the answer, as plain tuples."""
        text, given = self._bound(connection, values)
        return driver.rows(connection, text, given, binary=self._binary and connection.dialect.name == "postgresql")

    def row(self, connection: Connection, **values: Any) -> tuple[Any, ...] | None:
        """The only row of the answer, or None when it has none."""
        found = self.rows(connection, **values)
        return found[0] if found else None

    def _bound(self, connection: Connection, values: dict[str, Any]) -> tuple[str, driver.Values]:
        text, names, fixed = self._text(connection)
        postgresql = connection.dialect.name == "postgresql"
        for name in self._lists:
            given = values[name]
            values[name] = array("text", given) if postgresql else _json.encode(given).decode()
        if fixed:
            values = fixed | values
        return text, values if postgresql else tuple([values[name] for name in names])

    def _text(self, connection: Connection) -> tuple[str, tuple[str, ...], dict[str, Any]]:
        dialect = connection.dialect
        found = self._texts.get(dialect.name)
        if found is None:
            compiled = cast("SQLCompiler", self._build(dialect.name).compile(dialect=dialect))
            binds = cast("Mapping[str, BindParameter[Any]]", compiled.binds)
            given = cast("Mapping[str, Any]", compiled.params)
            fixed = {name: value for name, value in given.items() if not binds[name].required}
            found = str(compiled), tuple(compiled.positiontup or ()), fixed
            self._texts[dialect.name] = found
        return found


def one_of(dialect: str, column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """`column IN values`, where the value called `name` is a list, whatever its length."""
    if dialect == "postgresql":
        kind = Text if isinstance(column.type, Text) else BigInteger
        return column == any_(bindparam(name, type_=ARRAY[Any](kind)))
    return column.in_(select(func.json_each(bindparam(name)).table_valued("value").c.value))


def of_each(dialect: str, found: Select[*Row], column: ColumnElement[Any], name: str) -> Select[*Row] | Select[Any]:
    """`found`, whose columns have different names, with `column IN values`.

    PostgreSQL looks every value up for itself, where it would else compare each row of the project with all values
    (see `dialect.alone`), and in their order, so that all who lock rows lock them in the same.
    """
    if dialect != "postgresql":
        return found.where(one_of(dialect, column, name))
    kind = Text if isinstance(column.type, Text) else BigInteger
    values = select(func.unnest(bindparam(name, type_=ARRAY[Any](kind))).label("value"))
    wanted = values.distinct().order_by("value").subquery()
    rows = alone(found.where(column == wanted.c.value)).lateral()
    return select(*rows.c).select_from(wanted.join(rows, true()))
