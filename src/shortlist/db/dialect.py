"""The few statements that the two databases spell differently."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import ARRAY, BigInteger, ColumnElement, Connection, Double, Table, Text, any_, cast, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

_json = msgspec.json.Encoder()


def insert(connection: Connection, table: Table) -> SqliteInsert | PostgresInsert:
    """An `INSERT` that knows `on_conflict_do_update` and `on_conflict_do_nothing`."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
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
    if any(isinstance(value, float) and math.isinf(value) for value in values):
        # JSON has no infinity; SQLite reads a number beyond its range as one.
        text = ",".join(repr(value).replace("inf", "9e999") for value in values)
        return func.json_each(f"[{text}]").table_valued("value")
    return func.json_each(_json.encode(values).decode()).table_valued("value")
