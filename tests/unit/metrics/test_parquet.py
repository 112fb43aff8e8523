"""A file of several row groups: each can be read alone, and the whole by any reader of Parquet."""

import io

import hypothesis.strategies as st
import numpy as np
from arro3.io import read_parquet
from hypothesis import given, settings

from shortlist.metrics import parquet, parquet_footer
from shortlist.metrics.parquet import Extent
from shortlist.metrics.types import History
from tests.unit.metrics.strategies import ROWS, history, listed


def _written(groups: list[list[tuple[str, History]]]) -> tuple[bytes, list[Extent]]:
    writer = parquet.Writer()
    content, extents = writer.begin(), list[Extent]()
    for group in groups:
        extent, piece = writer.group(group)
        content += piece
        extents.append(extent)
    return content + writer.end({"shortlist.candidate": "1"}), extents


@given(series=st.lists(st.lists(ROWS, min_size=1, max_size=6), min_size=1, max_size=20))
@settings(max_examples=30)
def test_what_is_read_is_what_was_written(series: list[list[tuple[int, int, float]]]) -> None:
    groups = [[(f"clé {number}", history(rows))] for number, rows in enumerate(series)]
    content, extents = _written(groups)
    for ((_, points),), (offset, length) in zip(groups, extents, strict=True):
        assert listed(parquet.points(content[offset : offset + length])) == listed(points)
    whole = read_parquet(io.BytesIO(content)).read_all()
    assert whole.column("key").to_pylist() == [name for ((name, points),) in groups for _ in range(len(points))]
    assert whole.column("step").to_pylist() == [row[0] for rows in series for row in rows]
    assert whole.column("timestamp_ms").to_pylist() == [row[1] for rows in series for row in rows]
    assert repr(whole.column("value").to_pylist()) == repr([row[2] for rows in series for row in rows])


def test_a_large_row_group_has_several_pages_and_is_read_as_one() -> None:
    steps = np.arange(200_000, dtype=np.int64)
    points = History(steps, steps * 7, np.sqrt(steps))
    content, [extent] = _written([[("loss", points)]])
    found = parquet.points(content[extent.offset : extent.offset + extent.length])
    assert (found.value == points.value).all()
    assert read_parquet(io.BytesIO(content)).read_all().num_rows == 200_000


def test_a_footer_is_written_as_it_was_read() -> None:
    content, _ = _written([[("loss", history([(1, 2, 3.0)]))], [("acc", history([(1, 2, 3.0)]))]])
    footer = parquet_footer.footer_of(content)
    assert parquet_footer.write(parquet_footer.read(footer)) == footer
