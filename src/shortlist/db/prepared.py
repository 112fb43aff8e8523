"""Statements of the hot paths: built and compiled once for each database, then run as their text.

SQLAlchemy builds, hashes and compiles a statement anew for each call, which takes several times as long as SQLite
takes to run it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    ClauseElement,
    ColumnElement,
    Connection,
    CursorResult,
    Text,
    any_,
    bindparam,
    func,
    select,
)
from sqlalchemy.sql.compiler import SQLCompiler

from shortlist.db.dialect import as_json


class Prepared:
    """`build` makes the statement for a database ("sqlite" or "postgresql"); its values are `bindparam`s.

    Values go to the driver as they are given, and rows come back as the driver gives them.

    Args:
        lists: the names of the values that are sequences of integers or of texts, for `one_of`.
    """

    def __init__(self, build: Callable[[str], ClauseElement], *, lists: Sequence[str] = ()) -> None:
        self._build = build
        self._lists = lists
        self._texts: dict[str, tuple[str, tuple[str, ...], dict[str, Any]]] = {}

    def run(self, connection: Connection, **values: Any) -> CursorResult[Any]:
        text, names, fixed = self._text(connection)
        postgresql = connection.dialect.name == "postgresql"
        for name in self._lists:
            given = values[name]
            values[name] = list(given) if postgresql else as_json(given)
        if fixed:
            values = fixed | values
        if postgresql:
            return connection.exec_driver_sql(text, values)
        return connection.exec_driver_sql(text, tuple([values[name] for name in names]))

    def rows(self, connection: Connection, **values: Any) -> Sequence[tuple[Any, ...]]:
        """Every row of the answer, as plain tuples."""
        cursor = self.run(connection, **values).cursor
        return [] if cursor is None else cursor.fetchall()

    def row(self, connection: Connection, **values: Any) -> tuple[Any, ...] | None:
        """The only row of the answer, or None when it has none."""
        found = self.rows(connection, **values)
        return found[0] if found else None

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
