"""The order of points, pure: by step, timestamp and value, where NaN counts as 0; and equal points once."""

from collections.abc import Sequence
from functools import cache

from shortlist.metrics.types import History
from shortlist.numeric import Column, Flags, Floats, Ints, np


@cache
def empty() -> History:
    """No points."""
    return History(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64))


def arrange(group: Ints | None, step: Ints, timestamp: Ints, value: Floats) -> Ints | None:
    """Where the different points are, in order of (group, step, timestamp, value). None: they are so already."""
    if _ascending(group, step, timestamp):
        return None
    if group is not None:
        order = np.argsort(group, kind="stable")
        if _ascending(group[order], step[order], timestamp[order]):
            return order
    return _sorted_once(group, step, timestamp, value)


def _sorted_once(group: Ints | None, step: Ints, timestamp: Ints, value: Floats) -> Ints:
    nan = np.isnan(value)
    columns: tuple[Column, ...] = (np.where(nan, 0.0, value), timestamp, step)
    if nan.any():
        # A NaN beside a 0: they rank equally, and must still not stand between two equal zeros.
        columns = (nan, *columns)
    if group is not None:
        columns = (*columns, group)
    order = np.lexsort(columns)
    sorted_value = value[order]
    same = sorted_value[1:] == sorted_value[:-1]
    if nan.any():
        sorted_nan = nan[order]
        same |= sorted_nan[1:] & sorted_nan[:-1]
    for column in (group, step, timestamp):
        if column is not None:
            ranked = column[order]
            same &= ranked[1:] == ranked[:-1]
    keep = np.ones(len(order), np.bool_)
    np.logical_not(same, out=keep[1:])
    return order[keep]


def _ascending(group: Ints | None, step: Ints, timestamp: Ints) -> bool:
    """Whether each point is after its predecessor by (group, step, timestamp) alone, so that none can be twice."""
    later = step[1:] > step[:-1]
    if group is None and later.all():
        return True
    later |= (step[1:] == step[:-1]) & (timestamp[1:] > timestamp[:-1])
    if group is not None:
        later = (group[1:] > group[:-1]) | ((group[1:] == group[:-1]) & later)
    return bool(later.all())


def merge(*parts: History) -> History:
    """All points of the parts, each once, in order."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return empty()
    joined = one_after_another(filled)
    return take(joined, arrange(None, joined.step, joined.timestamp, joined.value))


def one_after_another(parts: Sequence[History]) -> History:
    """All points of one part or more, as they stand."""
    if len(parts) == 1:
        return parts[0]
    return History(
        np.concatenate([part.step for part in parts]),
        np.concatenate([part.timestamp for part in parts]),
        np.concatenate([part.value for part in parts]),
    )


def take(points: History, order: Ints | Flags | slice | None) -> History:
    if order is None:
        return points
    return History(points.step[order], points.timestamp[order], points.value[order])


def copied(points: History, start: int, end: int) -> History:
    """Some of the points, which do not keep the others in memory."""
    part = slice(start, end)
    return History(points.step[part].copy(), points.timestamp[part].copy(), points.value[part].copy())


def last(points: History) -> tuple[int, int, float]:
    """Step, timestamp and value of the last of the points."""
    return int(points.step[-1]), int(points.timestamp[-1]), float(points.value[-1])


def position(points: History, step: int, timestamp: int, *, after: bool = False) -> int:
    """How many of the ordered points come before every point at (step, timestamp), or are not `after` them."""
    low = int(np.searchsorted(points.step, step, "left"))
    high = int(np.searchsorted(points.step, step, "right"))
    return low + int(np.searchsorted(points.timestamp[low:high], timestamp, "right" if after else "left"))


def position_after(points: History, step: int, timestamp: int, value: float) -> int:
    """How many of the ordered points are not after (step, timestamp, value)."""
    start, end = position(points, step, timestamp), position(points, step, timestamp, after=True)
    found, nan = points.value[start:end], np.isnan(points.value[start:end])
    number, is_nan = rank(value)
    plain = np.where(nan, 0.0, found)
    return start + int(np.count_nonzero((plain < number) | ((plain == number) & (nan <= is_nan))))


def rank(value: float) -> tuple[float, bool]:
    """A value's place among points of one step and timestamp, as `arrange` has it."""
    return (0.0, True) if value != value else (value, False)  # noqa: PLR0124 - only NaN differs from itself
