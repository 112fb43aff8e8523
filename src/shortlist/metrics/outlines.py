"""Large chunks in few points, pure: what a curve over many of them is drawn from, without reading all of its points.

An outline keeps, as `sampling` does, the least, the greatest and the first odd value of each of its stretches. So
whatever it leaves out stands beside a kept point of its own stretch that lies lower, and one that lies higher.
"""

from collections.abc import Sequence
from typing import Any

from shortlist.metrics import codec, order, sampling
from shortlist.metrics.types import History
from shortlist.numeric import Ints, np

# Smaller chunks have no outline: they are read in a few milliseconds.
MIN_POINTS = 16_384
POINTS = 1024


def outline(points: History) -> History:
    """About `POINTS` of the points of a chunk; its first and last among them."""
    return order.take(points, sampling.places(points.step.astype(np.float64), points.value, POINTS))


def columns(chunks: Sequence[History]) -> dict[str, list[Any]]:
    """What `metric_outline` says of chunks beside their places: outlines are not compressed, as a curve reads many."""
    drawn = [outline(points) if len(points) >= MIN_POINTS else order.empty() for points in chunks]
    start = np.zeros(1, np.int64)
    return {
        "in_time": [in_time(points) for points in chunks],
        "outlined": [len(points) for points in drawn],
        "outline": [
            codec.encode_tails(points, start, start, np.array([len(points)]))[0] if len(points) else None
            for points in drawn
        ],
    }


def bounds(chunks: Sequence[History]) -> dict[str, list[Any]]:
    """What both tables say of chunks: how many points, and where they begin and end."""
    return {
        "count": [len(points) for points in chunks],
        "first_step": [int(points.step[0]) for points in chunks],
        "first_timestamp": [int(points.timestamp[0]) for points in chunks],
        "last_step": [int(points.step[-1]) for points in chunks],
        "last_timestamp": [int(points.timestamp[-1]) for points in chunks],
        "min_timestamp": [int(points.timestamp.min()) for points in chunks],
        "max_timestamp": [int(points.timestamp.max()) for points in chunks],
    }


def in_time(points: History) -> bool:
    """Whether the timestamps do not fall, so that the stretches of an outline are stretches of time too."""
    return bool((points.timestamp[1:] >= points.timestamp[:-1]).all())


def is_fine(x: Ints, width: float) -> bool:
    """Whether an outline at these places of an axis, which do not fall, has no stretch that is wider than `width`.

    A stretch keeps three points at most, and lies between the points that its neighbours keep.
    """
    return len(x) > 1 and int(np.diff(x).max()) * 4 <= width
