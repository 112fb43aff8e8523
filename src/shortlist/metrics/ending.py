"""How one metric ended, of many candidates at once."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.metrics import cold, order, store_read
from shortlist.metrics.fold import tail_of
from shortlist.metrics.history import pages
from shortlist.metrics.types import History
from shortlist.numeric import Floats


class Ending(msgspec.Struct, frozen=True):
    """Where a series ends, the first step whose value is not finite, if there is one and it is known, and what there
    is of such values."""

    last_step: int
    odd_step: int | None
    has_nan: bool
    has_infinity: bool


def endings(connection: Connection, scope: Scope, candidate_iids: Sequence[int], key: str) -> dict[int, Ending]:
    """How the folded series of each candidate that has the metric ended. One statement."""
    rows = store_read.series_of(connection, scope.project_id, candidate_iids, [key])
    return {
        row.candidate_iid: Ending(row.last_step, row.odd_step, bool(row.has_nan), bool(row.has_infinity))
        for row in rows
    }


def last_values(
    connection: Connection, scope: Scope, candidate_iids: Sequence[int], key: str, count: int
) -> dict[int, Floats]:
    """The values of the last `count` folded points of each candidate that has the metric, in order of step.

    Two statements, and one more for each candidate whose last chunk holds fewer points than that.
    """
    rows = {
        row.candidate_iid: row for row in store_read.series_of(connection, scope.project_id, candidate_iids, [key])
    }
    short = [row for row in rows.values() if row.count - row.chunked < count and row.chunked]
    chunks: dict[int, list[History]] = {}
    if short:
        until = {row.candidate_iid: row.last_step for row in short}
        found_chunks = store_read.chunks_before(connection, scope.project_id, until, [short[0].key_id])
        loaded = cold.load(connection, scope.project_id, [row[2] for row in found_chunks])
        for (iid, _, _), points in zip(found_chunks, loaded, strict=True):
            chunks.setdefault(iid, []).append(points)
    found: dict[int, Floats] = {}
    for iid, row in rows.items():
        points = order.merge(*chunks.get(iid, []), tail_of(row))
        if len(points) < min(count, row.count):
            points = _last_points(connection, scope, iid, key, count)
        found[iid] = points.value[-count:]
    return found


def _last_points(connection: Connection, scope: Scope, iid: int, key: str, count: int) -> History:
    last = order.empty()
    for points in pages(connection, scope, iid, key, None):
        last = order.merge(last, points)
        last = order.copied(last, max(0, len(last) - count), len(last))
    return last
