"""Points of one metric of several candidates at once."""

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.metrics import order, sampling
from shortlist.metrics.history import history, pages
from shortlist.metrics.types import History
from shortlist.numeric import np


def whole(
    connection: Connection, scope: Scope, names: Mapping[int, str], key: str, limit: int
) -> Iterator[tuple[str, History]]:
    """Name and points of each candidate in `names` (iid to name), until there are `limit` points."""
    for iid, name in names.items():
        if limit <= 0:
            return
        points, _ = history(connection, scope, iid, key, limit=limit)
        limit -= len(points)
        if len(points):
            yield name, points


def sampled(
    connection: Connection,
    scope: Scope,
    names: Mapping[int, str],
    key: str,
    steps: tuple[int | None, int | None],
    limit: int,
) -> Iterator[tuple[str, History]]:
    """Name and at most `limit` points of each candidate, from a first to a last step; every spike is among them."""
    for iid, name in names.items():
        first, last = steps
        found: list[History] = []
        for points in pages(connection, scope, iid, key, first):
            end = len(points) if last is None else int(np.searchsorted(points.step, last, "right"))
            found.append(_thinned(order.take(points, slice(0, end)), limit))
            if end < len(points):
                break
        points = _thinned(order.merge(*found), limit)
        if len(points):
            yield name, points


def _thinned(points: History, limit: int) -> History:
    if len(points) <= limit:
        return points
    # The last point is what one point alone can say.
    last = np.array([len(points) - 1])
    return order.take(
        points, last if limit == 1 else sampling.places(points.step.astype(np.float64), points.value, limit)
    )
