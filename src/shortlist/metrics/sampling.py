"""Curves for the eye, pure: few points, and yet each bucket's least and greatest value, so that no spike is lost."""

from shortlist.metrics.types import Axis, CurvePoints, History
from shortlist.numeric import Flags, Floats, Ints, np


def along(points: History, axis: Axis, start: int) -> Floats:
    """Where points are on an axis of steps or of time; relative time counts from `start`, in milliseconds."""
    if axis == "step":
        return points.step.astype(np.float64)
    return (points.timestamp - (start if axis == "relative" else 0)).astype(np.float64)


def sample(x: Floats, y: Floats, points: int) -> CurvePoints:
    """At most `points` points (two or more) of a curve whose `x` does not fall.

    The range of x is cut into equal buckets. A bucket keeps the first of its least and of its greatest finite
    values, and its first value that is not finite as a mark. The curve's first and last point are kept where there
    is room beside one bucket.
    """
    if len(x) <= points:
        return CurvePoints(x, y, len(x))
    found = places(x, y, points)
    return CurvePoints(x[found], y[found], len(x))


def places(x: Floats, y: Floats, points: int) -> Ints:
    """Where the points that `sample` keeps stand, of a curve that has more of them."""
    count = len(x)
    finite = np.isfinite(y)
    plain = bool(finite.all())
    kept = 2 if plain or points == 2 else 3
    ends = points >= kept + 2
    starts = _bucket_starts(x, max(1, (points - 2 * ends) // kept))
    lengths = np.diff(np.append(starts, count))
    chosen = [
        _firsts(np.minimum, starts, lengths, y if plain else np.where(finite, y, np.inf)),
        _firsts(np.maximum, starts, lengths, y if plain else np.where(finite, y, -np.inf)),
    ]
    if kept == 3:
        chosen.append(_marks(starts, lengths, finite))
    if ends:
        chosen.append(np.array([0, count - 1]))
    flags = np.zeros(count, np.bool_)  # several times faster than sorting the places
    for found in chosen:
        flags[found] = True
    return np.flatnonzero(flags)


def _bucket_starts(x: Floats, buckets: int) -> Ints:
    """Where each bucket that has points begins."""
    edges: Floats = x[0] + (x[-1] - x[0]) / buckets * np.arange(buckets)
    starts = np.searchsorted(x, edges)
    return starts[np.append(True, starts[1:] > starts[:-1])]


def _firsts(chooser: "np.ufunc", starts: Ints, lengths: Ints, y: Floats) -> Ints:
    """The place of the first extreme value of each bucket."""
    best = chooser.reduceat(y, starts)
    hits = np.flatnonzero(y == np.repeat(best, lengths))
    return hits[np.searchsorted(hits, starts)]


def _marks(starts: Ints, lengths: Ints, finite: Flags) -> Ints:
    """The place of the first value of each bucket that is not finite."""
    hits = np.flatnonzero(~finite)
    first = np.searchsorted(hits, starts)
    last = np.searchsorted(hits, starts + lengths)
    return hits[first[first < last]]
