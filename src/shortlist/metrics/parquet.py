"""A candidate's points as one Parquet file of row groups, each of which can be read by one range of bytes.

Columns: `key` (text), `step` (int64), `timestamp_ms` (int64, milliseconds since 1970 UTC) and `value` (double, NaN and
infinities as themselves), in order of key, step, timestamp and value. Each row group is a whole Parquet file inside
the file (see `parquet_footer`), so that who knows where it lies needs neither the footer at the end nor a second read.
"""

import io
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from arro3.core import Array, DataType, Field, RecordBatch, Schema
from arro3.io import read_parquet, write_parquet

from shortlist.metrics.parquet_footer import MAGIC, FooterOfMany
from shortlist.metrics.types import History
from shortlist.numeric import np

_SCHEMA = Schema(
    [
        Field("key", DataType.string(), nullable=False),
        Field("step", DataType.int64(), nullable=False),
        Field("timestamp_ms", DataType.int64(), nullable=False),
        Field("value", DataType.float64(), nullable=False),
    ]
)


class Extent(NamedTuple):
    """Where a row group lies in the file, in bytes."""

    offset: int
    length: int


class Writer:
    """Makes the bytes of a file, piece by piece: `begin`, a `group` at a time, `end`."""

    def __init__(self) -> None:
        self._footer = FooterOfMany()
        self._at = len(MAGIC)

    @property
    def rows(self) -> int:
        return self._footer.rows

    def begin(self) -> bytes:
        return MAGIC

    def group(self, series: Sequence[tuple[str, History]]) -> tuple[Extent, bytes]:
        """A row group of the points of some series, one after another: where it will lie, and its bytes."""
        content = _file(series)
        extent = Extent(self._at, len(content))
        self._footer.add(content, self._at)
        self._at += len(content)
        return extent, content

    def end(self, facts: Mapping[str, str]) -> bytes:
        return self._footer.end(facts)


def _file(series: Sequence[tuple[str, History]]) -> bytes:
    keys = [key for key, points in series for _ in range(len(points))]
    columns = [
        Array(keys, DataType.string()),
        Array.from_numpy(np.concatenate([points.step for _, points in series])),
        Array.from_numpy(np.concatenate([points.timestamp for _, points in series])),
        Array.from_numpy(np.concatenate([points.value for _, points in series])),
    ]
    batch = RecordBatch.from_arrays(columns, schema=_SCHEMA)  # pyright: ignore[reportUnknownMemberType]
    written = io.BytesIO()
    write_parquet(
        batch,
        written,
        compression="zstd(3)",
        column_dictionary_enabled={"step": False, "timestamp_ms": False, "value": False},
        column_encoding={
            "step": "delta_binary_packed",
            "timestamp_ms": "delta_binary_packed",
            "value": "byte_stream_split",
        },
        max_row_group_size=1 << 20,
        skip_arrow_metadata=True,
        created_by="shortlist",
    )
    return written.getvalue()


def points(group: bytes) -> History:
    """The points of a row group, in the file's order."""
    table = read_parquet(io.BytesIO(group), batch_size=1 << 17).read_all()
    return History(*(_column(table, name) for name in ("step", "timestamp_ms", "value")))


def _column(table: Any, name: str) -> Any:
    return table.column(name).combine_chunks().to_numpy()
