"""Many rows in one statement, given as columns: prepared text, since building it anew costs more than running it."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Connection, Table, cast, func, select, tuple_
from sqlalchemy.sql.elements import KeyedColumnElement

from shortlist.db.dialect import json_rows

_POSTGRES_TYPES = {"Double": "double precision", "Boolean": "boolean", "LargeBinary": "bytea", "Text": "text"}


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


def upsert_columns(
    connection: Connection, table: Table, same: Mapping[str, int], columns: Mapping[str, Sequence[Any]]
) -> None:
    """Insert rows that share the values of `same`; where the primary key is taken, overwrite the other columns."""
    _run(connection, _text(table, tuple(same), tuple(columns), connection.dialect.name, "overwrite"), same, columns)


def add_columns(
    connection: Connection, table: Table, same: Mapping[str, int], columns: Mapping[str, Sequence[Any]]
) -> None:
    """Insert rows; where the primary key is taken, add to the other columns."""
    _run(connection, _text(table, tuple(same), tuple(columns), connection.dialect.name, "add"), same, columns)


def _run(connection: Connection, text: str, same: Mapping[str, int], columns: Mapping[str, Sequence[Any]]) -> None:
    if not len(next(iter(columns.values()))):
        return
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(text, (*same.values(), *(list(column) for column in columns.values())))
        return
    shared = tuple(same.values())
    connection.exec_driver_sql(text, [shared + row for row in zip(*columns.values(), strict=True)])


@lru_cache(maxsize=64)
def _text(table: Table, same: tuple[str, ...], columns: tuple[str, ...], dialect: str, conflict: str) -> str:
    names = (*same, *columns)
    keys = [column.name for column in table.primary_key]
    if conflict == "add":
        changes = [f"{name} = {table.name}.{name} + excluded.{name}" for name in names if name not in keys]
    else:
        changes = [f"{name} = excluded.{name}" for name in names if name not in keys]
    if dialect == "postgresql":
        lists = ", ".join(f"%s::{_postgres_type(table, name)}[]" for name in columns)
        shared = "".join(f"%s::{_postgres_type(table, name)}, " for name in same)
        source = f"SELECT {shared}u.* FROM unnest({lists}) AS u"  # noqa: S608 - names of our own columns
    else:
        source = f"VALUES ({', '.join('?' for _ in names)})"
    return (
        f"INSERT INTO {table.name} ({', '.join(quoted(name) for name in names)}) {source} "
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {', '.join(changes)}"
    )


def quoted(name: str) -> str:
    return f'"{name}"'


def _postgres_type(table: Table, name: str) -> str:
    return _POSTGRES_TYPES.get(type(table.c[name].type).__name__, "bigint")
