"""Curves of what is in a log that is too long to be held and cannot be folded now: of a read-only database, or while
folds fail or others log faster. Memory stays bounded, which takes time instead: each page reads the log anew."""

import math
from collections.abc import Sequence

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.errors import Unavailable
from shortlist.metrics import backlog, order, sampling
from shortlist.metrics.backlog import LongLogError
from shortlist.metrics.history import pages
from shortlist.metrics.overlay import LogPoints
from shortlist.metrics.types import CurveRequest, History
from shortlist.numeric import np

# So much finer than the curve's own are the buckets, whose borders are elsewhere.
_FINER = 4


def held(
    connection: Connection, scope: Scope, iids: Sequence[int], keys: Sequence[str], long: LongLogError
) -> LogPoints:
    """What is in the log, for series that are joined.

    Raises:
        Unavailable: it is too much.
    """
    if long.points > backlog.MOST_HELD:
        raise Unavailable(
            f"{long.points:,} points of these candidates are still to be put in order, more than can be compared step "
            "by step now. Try again later, or ask for fewer candidates."
        ) from long
    return backlog.whole(connection, scope, iids, keys)


def thinned(
    connection: Connection, scope: Scope, series: tuple[int, str], request: CurveRequest, base: int
) -> tuple[History, int] | None:
    """The points of a series in the interval that have the extreme values of each bucket, several times as many as the
    curve shows, and how many were left out; None where there are none. `base` is what relative time counts from."""
    iid, key = series
    by_step = request.axis == "step"
    first = _first_step(request.start) if by_step else None
    kept = order.empty()
    count = 0
    for points in pages(connection, scope, iid, key, first, backlog.LONG_POINTS):
        within = _within(points, request, base)
        count += len(within)
        kept = _extremes(order.merge(kept, within), request, base)
        if by_step and request.end is not None and len(points) and points.step[-1] > request.end:
            break
    return (kept, count - len(kept)) if count else None


def _first_step(start: float | None) -> int | None:
    """Beyond 53 bits several steps are one float: all are read."""
    return None if start is None or abs(start) >= 2**53 else math.ceil(start)


def _within(points: History, request: CurveRequest, base: int) -> History:
    x = sampling.along(points, request.axis, base)
    flags = np.ones(len(x), np.bool_)
    if request.start is not None:
        flags &= x >= request.start
    if request.end is not None:
        flags &= x <= request.end
    return order.take(points, flags)


def _extremes(points: History, request: CurveRequest, base: int) -> History:
    most = _FINER * request.points
    if len(points) <= most:
        return points
    x = sampling.along(points, request.axis, base)
    placed = np.argsort(x, kind="stable")
    found = placed[sampling.places(x[placed], points.value[placed], most)]
    return order.take(points, np.sort(found))
