"""Reading points of a series: history page by page, and values at given steps."""

import base64
import binascii
import struct
from collections.abc import Iterator, Mapping, Sequence

import msgspec
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.errors import InvalidValue
from shortlist.metrics import backlog, cold, order, overlay, store_read
from shortlist.metrics.chunks import MAX_CHUNK
from shortlist.metrics.fold import tail_of
from shortlist.metrics.types import History, Latest
from shortlist.numeric import np

_CURSOR = struct.Struct("<qqd")
# Points of a long series that are read at a time, where nobody asks for another number.
PAGE = 131_072
_BEFORE_ALL = -(2**63)


class Cursor(msgspec.Struct, frozen=True):
    """The last point of a page; the next page begins after it, whatever was logged meanwhile."""

    step: int
    timestamp: int
    value: float

    def token(self) -> str:
        packed = _CURSOR.pack(self.step, self.timestamp, self.value)
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def parse(cls, token: str) -> "Cursor":
        """Raises InvalidValue: not a token that `history` gave out."""
        try:
            packed = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
            return cls(*_CURSOR.unpack(packed))
        except (ValueError, binascii.Error, struct.error):
            raise InvalidValue("The page token is not one that this server gave out.", field="page_token") from None


def history(
    connection: Connection,
    scope: Scope,
    candidate_iid: int,
    key: str,
    after: str | None = None,
    limit: int | None = None,
) -> tuple[History, str | None]:
    """Points of one metric in order of (step, timestamp, value), and the token of the next page, if there is one.

    Args:
        after: the token of the page before; None for the first page.
        limit: how many points at most, 1 or more; None for all. A page has fewer only if it is the last.

    Raises:
        InvalidValue: `after` is no token.
    """
    cursor = None if after is None else Cursor.parse(after)
    parts = [_fresh(connection, scope, candidate_iid, key, cursor, limit)]
    rows = store_read.series_of(connection, scope.project_id, [candidate_iid], [key])
    parts += [tail_of(row) for row in rows]
    if not rows or not rows[0].chunked:
        return _page(order.merge(*parts), cursor, None, limit)
    read = limit
    while True:
        loaded, complete = _load(connection, scope, (candidate_iid, rows[0].key_id), cursor, read)
        page, token = _page(order.merge(*loaded, *parts), cursor, None if complete else loaded[-1], limit)
        if len(page) or complete or read is None:
            return page, token
        # More chunks than were read share the cursor's step and timestamp.
        read = 4 * max(read, MAX_CHUNK)


def _fresh(
    connection: Connection, scope: Scope, candidate_iid: int, key: str, cursor: Cursor | None, limit: int | None
) -> History:
    """What the log has for a page, and a point more where it has one, so that another page follows."""
    try:
        logged = backlog.points(connection, scope, [candidate_iid], [key])
    except backlog.LongLogError:
        if limit is None:  # the answer has all of it
            logged = backlog.whole(connection, scope, [candidate_iid], [key])
        else:
            after = None if cursor is None else (cursor.step, cursor.timestamp, cursor.value)
            return backlog.first_after(connection, scope, candidate_iid, key, after, limit + 1)
    return order.merge(*(points for _, _, points in logged.series()))


def pages(
    connection: Connection, scope: Scope, candidate_iid: int, key: str, first_step: int | None, size: int = PAGE
) -> Iterator[History]:
    """All points of one metric from a step on, in order, so many at a time."""
    token = None if first_step is None else Cursor(first_step, _BEFORE_ALL, float("-inf")).token()
    while True:
        points, token = history(connection, scope, candidate_iid, key, token, size)
        yield points
        if token is None:
            return


def _load(
    connection: Connection, scope: Scope, series: tuple[int, int], cursor: Cursor | None, limit: int | None
) -> tuple[list[History], bool]:
    after = None if cursor is None else (cursor.step, cursor.timestamp)
    payloads, complete = store_read.chunks_page(connection, scope.project_id, series, after, limit)
    return cold.load(connection, scope.project_id, payloads), complete


def _page(
    points: History, cursor: Cursor | None, bound: History | None, limit: int | None
) -> tuple[History, str | None]:
    """Cut a page from points in order. Beyond the last of `bound`, points may be missing that were not read."""
    start = 0 if cursor is None else order.position_after(points, cursor.step, cursor.timestamp, cursor.value)
    end = len(points)
    if bound is not None:
        end = order.position_after(points, *order.last(bound))
    stop = end if limit is None else min(end, start + limit)
    page = order.take(points, slice(start, stop))
    more = stop < end or bound is not None
    return page, Cursor(*order.last(page)).token() if more and len(page) else None


def values_at(
    connection: Connection, scope: Scope, steps: Mapping[int, int], keys: Sequence[str] | None = None
) -> dict[int, list[Latest]]:
    """The last point at or before a step, of every metric of candidates (or of `keys`), in order of key.

    Args:
        steps: candidate iid to step. The points found carry their own step, which shows whether it is that one.
    """
    iids = list(steps)
    found: dict[tuple[int, str], list[History]] = {}
    for piece in backlog.pieces(connection, scope, iids):
        for iid, key, points in overlay.gather(piece, keys).series():
            _add_last(found.setdefault((iid, key), []), points, steps[iid])
    rows = store_read.series_of(connection, scope.project_id, iids, keys)
    names = {row.key_id: row.name for row in rows}
    for row in rows:
        found.setdefault((row.candidate_iid, row.name), []).append(tail_of(row))
    chunks = store_read.chunks_before(connection, scope.project_id, steps, list(names))
    loaded = cold.load(connection, scope.project_id, [row[2] for row in chunks])
    for (iid, key_id, _), points in zip(chunks, loaded, strict=True):
        found.setdefault((iid, names[key_id]), []).append(points)
    answer: dict[int, list[Latest]] = {iid: [] for iid in iids}
    for (iid, key), parts in sorted(found.items()):
        points = _until(order.merge(*parts), steps[iid])
        if len(points):
            step, timestamp, value = order.last(points)
            answer[iid].append(Latest(key, value, timestamp, step))
    return answer


def _until(points: History, step: int) -> History:
    """The last of the ordered points that is not after a step, if there is one."""
    place = int(np.searchsorted(points.step, step, "right"))
    return order.take(points, slice(max(0, place - 1), place))


def _add_last(parts: list[History], points: History, step: int) -> None:
    """Keep the last point up to a step of those that were found in the log, and of these."""
    last = _until(points, step)
    parts[:] = [_until(order.merge(*parts, last), step)] if parts else [last]
