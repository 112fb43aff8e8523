"""Prepared text on the driver's own cursor: what SQLAlchemy does around a statement costs more than a small one.

Nothing else is different. A statement runs in the connection's transaction, errors have SQLAlchemy's classes, and a
lost connection leaves the pool. Where somebody listens for statements, they go the long way and are heard.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

T = TypeVar("T")
Values = Mapping[str, Any] | tuple[Any, ...]


def rows(connection: Connection, text: str, values: Values, *, binary: bool = False) -> list[tuple[Any, ...]]:
    """Every row that `text` answers, as the driver gives it; its placeholders are those of the driver. `binary` is for
    PostgreSQL alone."""

    def work(cursor: Any) -> list[tuple[Any, ...]]:
        cursor.execute(text, values)
        return cursor.fetchall()

    if _has_listeners(connection):
        return [tuple(row) for row in connection.exec_driver_sql(text, values)]
    return _run(connection, text, values, work, binary=binary)


def change(connection: Connection, text: str, values: Values) -> int:
    """Run `text`; how many rows it changed."""

    def work(cursor: Any) -> int:
        cursor.execute(text, values)
        return cursor.rowcount

    if _has_listeners(connection):
        return connection.exec_driver_sql(text, values).rowcount
    return _run(connection, text, values, work)


def change_many(connection: Connection, text: str, values: Sequence[Values]) -> int:
    """Run `text` once for each of `values`; how many rows it changed in all."""

    def work(cursor: Any) -> int:
        cursor.executemany(text, values)
        return cursor.rowcount

    if _has_listeners(connection):
        return connection.exec_driver_sql(text, list(values)).rowcount
    return _run(connection, text, values, work)


def _has_listeners(connection: Connection) -> bool:
    return bool(connection.dispatch.before_cursor_execute)


def _run(connection: Connection, text: str, values: Any, work: Callable[[Any], T], *, binary: bool = False) -> T:
    raw = connection.connection
    cursor: Any = None
    try:
        cursor = raw.cursor(binary=True) if binary else raw.cursor()
        return work(cursor)
    except Exception as error:
        dialect = connection.dialect
        base = dialect.loaded_dbapi.Error
        if not isinstance(error, base):
            raise
        lost = dialect.is_disconnect(error, raw, cursor)
        wrapped = DBAPIError.instance(text, values, error, base, connection_invalidated=lost, dialect=dialect)
        if lost:
            connection.invalidate(error)
        raise wrapped from error
    finally:
        if cursor is not None:
            cursor.close()
