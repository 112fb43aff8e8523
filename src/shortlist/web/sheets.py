"""A table of candidates in the formats of files: CSV, JSON, Markdown and Parquet."""

import asyncio
import csv
import io
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from enum import Enum

import msgspec
from arro3.core import Array, DataType, RecordBatch, Table
from arro3.io import write_parquet

from shortlist.comparison.markdown import escaped, shown
from shortlist.formulas import guarded
from shortlist.web import translate, wire

Cell = str | float | int | None
Pages = AsyncIterator[Sequence[wire.CandidateRow]]


class Kind(Enum):
    """What the cells of a column are; TIME is milliseconds since 1970, in UTC."""

    TEXT = DataType.string()
    WHOLE = DataType.int64()
    NUMBER = DataType.float64()
    TIME = DataType.timestamp("ms", tz="UTC")
    FLAG = DataType.bool()


class Column(msgspec.Struct, frozen=True):
    name: str
    kind: Kind
    read: Callable[[wire.CandidateRow], Cell]


async def as_csv(columns: Sequence[Column], pages: Pages) -> AsyncGenerator[bytes]:
    """Lines end as RFC 4180 says; every value has all its digits."""
    yield _csv_lines([[column.name for column in columns]])
    async for rows in pages:
        yield await asyncio.to_thread(_csv_page, columns, rows)


async def as_json(columns: Sequence[Column], pages: Pages) -> AsyncGenerator[bytes]:
    """A list of objects, flat, with null for what a candidate does not have."""
    before = b"["
    async for rows in pages:
        if rows:
            yield before + await asyncio.to_thread(_json_page, columns, rows)
            before = b","
    yield b"[]" if before == b"[" else b"]"


async def as_markdown(columns: Sequence[Column], pages: Pages) -> AsyncGenerator[bytes]:
    """A table for people: numbers are rounded."""
    rules = ["---" if column.kind in (Kind.TEXT, Kind.TIME) else "---:" for column in columns]
    yield _markdown_lines([[escaped(column.name) for column in columns], rules])
    async for rows in pages:
        yield await asyncio.to_thread(_markdown_page, columns, rows)


async def as_parquet(columns: Sequence[Column], pages: Pages) -> AsyncGenerator[bytes]:
    """One file, made in memory: its columns are written at the end."""
    batches = [await asyncio.to_thread(_batch, columns, rows) async for rows in pages]
    yield await asyncio.to_thread(_parquet, batches)


def _batch(columns: Sequence[Column], rows: Sequence[wire.CandidateRow]) -> RecordBatch:
    arrays = [_array(column, [column.read(row) for row in rows]) for column in columns]
    return RecordBatch.from_arrays(arrays, names=[column.name for column in columns])  # pyright: ignore[reportUnknownMemberType]


def _array(column: Column, cells: Sequence[Cell]) -> Array:
    if column.kind is Kind.TIME:
        return Array(cells, DataType.int64()).cast(column.kind.value)
    return Array(cells, column.kind.value)


def _parquet(batches: Sequence[RecordBatch]) -> bytes:
    written = io.BytesIO()
    write_parquet(Table.from_batches(batches), written)
    return written.getvalue()


def _csv_page(columns: Sequence[Column], rows: Sequence[wire.CandidateRow]) -> bytes:
    return _csv_lines([[_csv_cell(column, column.read(row)) for column in columns] for row in rows])


def _csv_cell(column: Column, cell: Cell) -> str:
    return guarded(cell) if isinstance(cell, str) else _text(column, cell)


def _csv_lines(rows: Sequence[Sequence[str]]) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()


def _json_page(columns: Sequence[Column], rows: Sequence[wire.CandidateRow]) -> bytes:
    objects = [{column.name: _plain(column, column.read(row)) for column in columns} for row in rows]
    return msgspec.json.encode(objects)[1:-1]


def _markdown_page(columns: Sequence[Column], rows: Sequence[wire.CandidateRow]) -> bytes:
    return _markdown_lines([[_rounded(column, column.read(row)) for column in columns] for row in rows])


def _markdown_lines(rows: Sequence[Sequence[str]]) -> bytes:
    return "".join(f"| {' | '.join(row)} |\n" for row in rows).encode()


def _plain(column: Column, cell: Cell) -> Cell:
    if column.kind is Kind.TIME:
        return _text(column, cell)
    return translate.value(cell) if isinstance(cell, float) else cell


def _text(column: Column, cell: Cell) -> str:
    if cell is None:
        return ""
    if column.kind is Kind.TIME and isinstance(cell, int):
        return _moment(cell)
    if column.kind is Kind.FLAG:
        return "true" if cell else "false"
    return str(translate.value(cell)) if isinstance(cell, float) else str(cell)


def _moment(milliseconds: int) -> str:
    try:
        moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return str(milliseconds)  # clients may send any number, also of a year that no calendar has
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _rounded(column: Column, cell: Cell) -> str:
    return shown(cell) if isinstance(cell, float) else escaped(_text(column, cell))
