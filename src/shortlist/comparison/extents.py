"""What many candidates have of a metric, in a few numbers, pure."""

import math
import statistics
from collections.abc import Sequence

import msgspec

from shortlist.comparison.types import Compared, MetricRow
from shortlist.ranking.types import Unranked


class Extent(msgspec.Struct, frozen=True):
    """`count` says of how many candidates these are."""

    lowest: float
    median: float
    highest: float
    count: int


def extent(row: MetricRow, candidates: Sequence[Compared]) -> Extent | None:
    """Who failed or diverged counts for nothing. The pages have the same rule."""
    values = [
        cell.value
        for cell, item in zip(row.cells, candidates, strict=True)
        if cell.value is not None and math.isfinite(cell.value) and not _left_out(item)
    ]
    return Extent(min(values), statistics.median(values), max(values), len(values)) if values else None


def _left_out(item: Compared) -> bool:
    return item.score is not None and item.score.unranked in (Unranked.FAILED, Unranked.NOT_FINITE)
