"""Columns of very many rows as arrays, without an object for each value where that can be.

PostgreSQL puts the values of a column side by side and sends them as one: its driver takes longer to make an object of
each than all else of reading a hundred thousand rows takes together. SQLite's takes as long, and asks the interpreter
for each row besides, so integers and texts come from there as JSON. That has no more than 15 digits of other numbers,
so what has these beside it is read row by row.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto
from typing import Any

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Connection, Select, Text, cast, func, literal_column, select

from shortlist.db.dialect import Row
from shortlist.db.prepared import Prepared
from shortlist.numeric import Values, np

_strings = msgspec.json.Decoder(list[str])
_integers = msgspec.json.Decoder(list[int])


class Kind(Enum):
    """What a column becomes: int64; float64, where NULL is NaN; what hexadecimal digits say, those of all rows side by
    side, as uint64; Python's texts."""

    WHOLE = auto()
    FLOAT = auto()
    HEX = auto()
    TEXT = auto()


class Packed:
    """A statement that is read as columns. `build` selects them, under the names of `kinds`, for a database; they are
    not NULL except where they are of `Kind.FLOAT`, which no texts stand beside."""

    def __init__(
        self, build: Callable[[str], Select[*Row]], kinds: Mapping[str, Kind], *, lists: Sequence[str] = ()
    ) -> None:
        self._kinds = kinds
        self._rows = Prepared(build, lists=lists)
        self._whole = Prepared(lambda dialect: _together(dialect, build(dialect), kinds), lists=lists, binary=True)

    def columns(self, connection: Connection, **values: Any) -> dict[str, Values]:
        """Every column by its name, all in one order of the rows."""
        dialect = connection.dialect.name
        if dialect == "postgresql" or Kind.FLOAT not in self._kinds.values():
            [found] = self._whole.rows(connection, **values)
            read = _unpacked if dialect == "postgresql" else _read
            return {name: read(kind, value) for (name, kind), value in zip(self._kinds.items(), found, strict=True)}
        rows = self._rows.rows(connection, **values)
        found = zip(*rows, strict=True) if rows else [()] * len(self._kinds)
        return {name: _array(kind, value) for (name, kind), value in zip(self._kinds.items(), found, strict=True)}


def _together(dialect: str, rows: Select[*Row], kinds: Mapping[str, Kind]) -> Select[Any]:
    found = rows.subquery()
    packed = _packed if dialect == "postgresql" else _written
    return select(*(packed(kind, found.c[name]) for name, kind in kinds.items()))


def _written(kind: Kind, column: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.group_concat(column, "") if kind is Kind.HEX else func.json_group_array(column)


def _packed(kind: Kind, column: ColumnElement[Any]) -> ColumnElement[Any]:
    if kind is Kind.TEXT:
        return cast(func.json_agg(column), Text)
    if kind is Kind.WHOLE:
        return side_by_side(cast(column, BigInteger))
    if kind is Kind.HEX:
        return func.string_agg(func.decode(column, literal_column("'hex'")), literal_column("''::bytea"))
    number = func.coalesce(column, literal_column("'NaN'::double precision"))
    return func.string_agg(func.float8send(number), literal_column("''::bytea"))


def side_by_side(column: ColumnElement[int]) -> ColumnElement[Any]:
    """PostgreSQL: the values of an aggregate's rows as bytes, for `integers`."""
    return func.string_agg(func.int8send(column), literal_column("''::bytea"))


def integers(value: bytes | None) -> Values:
    """What `side_by_side` gives, as int64."""
    return np.frombuffer(value or b"", ">i8").astype(np.int64)


def _unpacked(kind: Kind, value: Any) -> Values:
    if kind is Kind.TEXT:
        return _objects(_strings.decode(value or "[]"))
    if kind is Kind.WHOLE:
        return integers(value)
    if kind is Kind.HEX:
        return np.frombuffer(value or b"", ">u8").astype(np.uint64)
    return np.frombuffer(value or b"", ">f8").astype(np.float64)


def _read(kind: Kind, value: str | None) -> Values:
    """What SQLite wrote of a column."""
    if kind is Kind.TEXT:
        return _objects(_strings.decode(value or "[]"))
    if kind is Kind.HEX:
        return np.frombuffer(bytes.fromhex(value or ""), ">u8").astype(np.uint64)
    return np.array(_integers.decode(value or "[]"), np.int64)


def _array(kind: Kind, column: Sequence[Any]) -> Values:
    return np.array(column, np.int64 if kind is Kind.WHOLE else np.float64)


def _objects(texts: Sequence[str]) -> Values:
    found = np.empty(len(texts), np.object_)
    found[:] = texts
    return found
