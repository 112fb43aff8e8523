"""Many rows in one statement, given as columns: prepared text, since building it anew costs more than running it."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table

from shortlist.db import driver
from shortlist.db.arrays import array

_POSTGRES_TYPES = {"Double": "double precision", "Boolean": "boolean", "LargeBinary": "bytea", "Text": "text"}


def upsert_columns(
    connection: Connection, table: Table, same: Mapping[str, int], columns: Mapping[str, Sequence[Any]]
) -> None:
    """Insert rows that share the values of `same`; where the primary key is taken, overwrite the other columns."""
    _write(connection, table, "overwrite", same, columns)


def append_columns(
    connection: Connection, table: Table, same: Mapping[str, int], columns: Mapping[str, Sequence[Any]]
) -> None:
    """Insert rows; a key that is taken is an error."""
    _write(connection, table, "refuse", same, columns)


def change_columns(
    connection: Connection,
    table: Table,
    same: Mapping[str, int],
    columns: Mapping[str, Sequence[Any]],
    changed: tuple[str, ...],
) -> None:
    """Overwrite the columns `changed` of rows that are there and are given whole.

    It is the INSERT of a key that is taken, since PostgreSQL may read the whole project for an UPDATE of several rows
    (see `dialect.alone`), and goes to a taken key by its index.
    """
    _write(connection, table, "overwrite", same, columns, changed)


def insert_columns(
    connection: Connection, table: Table, same: Mapping[str, int], columns: Mapping[str, Sequence[Any]]
) -> int:
    """Insert rows; where any key is taken, keep what is there. How many were inserted."""
    if connection.dialect.name != "postgresql" or not len(next(iter(columns.values()))):
        return _write(connection, table, "keep", same, columns)
    # Counted by what comes back: Citus says of an INSERT with SELECT how many rows it was given.
    text = _text(table, tuple(same), tuple(columns), connection.dialect.name, "keep")
    values = _arrays(table, same, columns)
    return len(driver.rows(connection, f"{text} RETURNING {quoted(next(iter(same)))}", values))


def add_columns(
    connection: Connection, table: Table, same: Mapping[str, int], columns: Mapping[str, Sequence[Any]]
) -> None:
    """Insert rows; where the primary key is taken, add to the other columns."""
    _write(connection, table, "add", same, columns)


def _write(
    connection: Connection,
    table: Table,
    conflict: str,
    same: Mapping[str, int],
    columns: Mapping[str, Sequence[Any]],
    changed: tuple[str, ...] = (),
) -> int:
    if not len(next(iter(columns.values()))):
        return 0
    text = _text(table, tuple(same), tuple(columns), connection.dialect.name, conflict, changed)
    if connection.dialect.name == "postgresql":
        return driver.change(connection, text, _arrays(table, same, columns))
    shared = tuple(same.values())
    return driver.change_many(connection, text, [shared + row for row in zip(*columns.values(), strict=True)])


def _arrays(table: Table, same: Mapping[str, int], columns: Mapping[str, Sequence[Any]]) -> tuple[Any, ...]:
    return (*same.values(), *(array(_postgres_type(table, name), values) for name, values in columns.items()))


@lru_cache(maxsize=64)
def _text(
    table: Table,
    same: tuple[str, ...],
    columns: tuple[str, ...],
    dialect: str,
    conflict: str,
    changed: tuple[str, ...] = (),
) -> str:
    names = (*same, *columns)
    keys = [column.name for column in table.primary_key]
    others = changed or [name for name in names if name not in keys]
    action = {
        "refuse": "",
        "keep": " ON CONFLICT DO NOTHING",
    }.get(conflict, f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {_changes(table, others, conflict)}")
    if dialect == "postgresql":
        lists = ", ".join(f"%s::{_postgres_type(table, name)}[]" for name in columns)
        shared = "".join(f"%s::{_postgres_type(table, name)}, " for name in same)
        # In one order for all: two who write the same keys would wait for each other's rows otherwise.
        order = ", ".join(str(names.index(key) + 1) for key in keys if key in columns)
        source = f"SELECT {shared}u.* FROM unnest({lists}) AS u ORDER BY {order}"  # noqa: S608 - names of our columns
    else:
        source = f"VALUES ({', '.join('?' for _ in names)})"
    return f"INSERT INTO {table.name} ({', '.join(quoted(name) for name in names)}) {source}{action}"


def _changes(table: Table, names: Sequence[str], conflict: str) -> str:
    before = "{table}.{name} + " if conflict == "add" else ""
    form = f"{{name}} = {before}excluded.{{name}}"
    return ", ".join(form.format(name=name, table=table.name) for name in names)


def quoted(name: str) -> str:
    return f'"{name}"'


def _postgres_type(table: Table, name: str) -> str:
    return _POSTGRES_TYPES.get(type(table.c[name].type).__name__, "bigint")
