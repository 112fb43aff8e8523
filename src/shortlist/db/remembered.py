"""Statements that are asked again with the same values, as by clients that poll: built once, and then only run."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import ClauseElement, Connection
from sqlalchemy.sql.compiler import SQLCompiler

from shortlist.db import driver

T = TypeVar("T")


class Remembered(Generic[T]):
    """The latest statements by a key that says all that they depend on, each with what its builder says of its rows.
    Values go to the driver as they are, and rows come back as it gives them. For any thread."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[str, driver.Values, T]] = OrderedDict()
        self._lock = threading.Lock()

    def rows(
        self, connection: Connection, key: Hashable, build: Callable[[], tuple[ClauseElement, T]]
    ) -> tuple[list[tuple[Any, ...]], T]:
        """Every row of the answer, and what is said of them."""
        key = (connection.dialect.name, key)
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
        if found is None:
            found = _compiled(connection, *build())
            with self._lock:
                self._kept[key] = found
                if len(self._kept) > self._most:
                    self._kept.popitem(last=False)
        text, values, said = found
        return driver.rows(connection, text, values), said


def _compiled(connection: Connection, statement: ClauseElement, said: T) -> tuple[str, driver.Values, T]:
    compiled = cast(
        "SQLCompiler", statement.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    )
    values = cast("Mapping[str, Any]", compiled.params)
    given = tuple(values[name] for name in compiled.positiontup) if compiled.positiontup is not None else dict(values)
    return str(compiled), given, said
