"""The few statements that the two databases spell differently."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVarTuple

import msgspec
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Double,
    Select,
    Table,
    Text,
    any_,
    cast,
    func,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.sql.elements import KeyedColumnElement

if TYPE_CHECKING:
    from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
    from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

Row = TypeVarTuple("Row")

_json = msgspec.json.Encoder()


def insert(connection: Connection, table: Table) -> "SqliteInsert | PostgresInsert":
    """An `INSERT` that knows `on_conflict_do_update` and `on_conflict_do_nothing`."""
    return insert_for(connection.dialect.name, table)


def insert_for(dialect: str, table: Table) -> "SqliteInsert | PostgresInsert":
    """The same, for a statement that is prepared before there is a connection."""
    # A server has one of the two, and PostgreSQL's is a twentieth of a start.
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite  # noqa: PLC0415

    return sqlite.insert(table)


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; where the primary key is taken, overwrite the other columns that the rows carry."""
    if not rows:
        return
    statement = insert(connection, table)
    keys = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    if changed:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=changed)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    connection.execute(statement, [dict(row) for row in rows])


def insert_ignore(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; where any key is taken, keep what is there."""
    if not rows:
        return
    connection.execute(insert(connection, table).on_conflict_do_nothing(), [dict(row) for row in rows])


def among(
    connection: Connection, column: ColumnElement[Any], values: Sequence[int] | Sequence[str] | Sequence[float]
) -> ColumnElement[bool]:
    """`column IN values` as one bound value, so that the statement's text does not depend on how many there are.

    Neither database then meets its limit of bound values. The values are of one type.
    """
    if connection.dialect.name == "postgresql":
        kind: Any = _array_type(column, values)
        whole = [float(value) for value in values] if kind is Double else list(values)
        return column == any_(cast(whole, ARRAY[Any](kind)))
    return column.in_(select(json_rows(values).c.value))


def _array_type(column: ColumnElement[Any], values: Sequence[Any]) -> Any:
    if isinstance(values[0], str) if values else isinstance(column.type, Text):
        return Text
    return Double if any(isinstance(value, float) for value in values) else BigInteger


def json_rows(values: Sequence[Any]) -> Any:
    """SQLite: values as a table with the column `value`."""
    return func.json_each(as_json(values)).table_valued("value")


def as_json(values: Sequence[Any]) -> str:
    """Values as SQLite's `json_each` takes them."""
    if any(isinstance(value, float) and math.isinf(value) for value in values):
        # JSON has no infinity; SQLite reads a number beyond its range as one.
        return f"[{','.join(repr(value).replace('inf', '9e999') for value in values)}]"
    return _json.encode(values).decode()


def among_rows(
    connection: Connection, columns: Sequence[KeyedColumnElement[Any]], rows: Sequence[tuple[Any, ...]]
) -> ColumnElement[bool]:
    """`(column, ...) IN rows`, for columns of integers, as one bound value a column at most."""
    if connection.dialect.name == "postgresql":
        lists = [cast(list(values), ARRAY(BigInteger)) for values in zip(*rows, strict=True)]
        names = [f"c{number}" for number in range(len(columns))]
        table = func.unnest(*lists).table_valued(*names).render_derived()
        return tuple_(*columns).in_(select(*(table.c[name] for name in names)))
    table = json_rows(rows)
    fields = [func.json_extract(table.c.value, f"$[{number}]") for number in range(len(columns))]
    return tuple_(*columns).in_(select(*fields))


def pairs_table(connection: Connection, pairs: Sequence[tuple[int, int]]) -> Any:
    """Pairs of integers as a table with the columns `first` and `second`, to join with."""
    if connection.dialect.name == "postgresql":
        lists = [cast([pair[number] for pair in pairs], ARRAY(BigInteger)) for number in (0, 1)]
        return func.unnest(*lists).table_valued("first", "second").render_derived()
    table = json_rows(pairs)
    fields = [func.json_extract(table.c.value, f"$[{number}]") for number in (0, 1)]
    return select(fields[0].label("first"), fields[1].label("second")).subquery()


def alone(found: Select[*Row]) -> Select[*Row]:
    """A subquery that PostgreSQL's planner does not merge with what is around it.

    The planner has no statistics of what came in the last minutes, and never any of the part of a table that is one
    experiment's and one key's. It takes every such part for a single row, and so may read all of it again for each
    row beside it. In a statement of its own, about one row of the outer one, it has nothing to choose but the index.
    """
    return found.offset(literal_column("0"))
