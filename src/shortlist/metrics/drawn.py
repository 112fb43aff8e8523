"""The series that curves are made of: of long ones the outlines of their chunks where these are fine enough, else
every point."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.metrics import backlog, codec, cold, long_log, order, outlines, store_read
from shortlist.metrics.fold import tail_of
from shortlist.metrics.store_read import ChunkRange
from shortlist.metrics.types import CurveRequest, History
from shortlist.numeric import np

# Shorter series are read whole, in one statement for all.
_LONG = 4 * outlines.MIN_POINTS

_Pair = tuple[int, str]  # candidate, key
_Place = tuple[int, int, int]  # candidate, key id, sequence


class Series(msgspec.Struct):
    """One series with the points that may be in the interval. Unless the axis is one of time, its timestamps may be
    wrong. `left_out` of its points are in the interval and stand for no extreme value of their stretch."""

    iid: int
    key: str
    points: History
    left_out: int = 0


class _Part(msgspec.Struct):
    """The points of a chunk, all or those of its outline, and the step and timestamp of its last. Unless they are
    `timed`, the points may have wrong timestamps."""

    last: tuple[int, int]
    payload: bytes | History = b""  # of a cold chunk its points
    outline: History | None = None
    left_out: int = 0

    def points(self, *, timed: bool = True) -> History:
        if self.outline is not None:
            return self.outline
        if isinstance(self.payload, History):
            return self.payload
        if timed:
            return codec.decode_chunk(self.payload)
        steps = codec.chunk_steps(self.payload)
        return History(steps, steps, codec.chunk_values(self.payload))


def drawn(
    connection: Connection,
    scope: Scope,
    iids: Sequence[int],
    keys: Sequence[str],
    request: CurveRequest,
    starts: Mapping[int, int],
) -> Iterator[Series]:
    """Every series, candidate by candidate; `starts` has the candidates' start on the relative axis.

    Raises:
        Unavailable: too much is in the log to join it step by step, and it cannot be folded now.
    """
    timed = request.axis in ("relative", "wall")
    try:
        logged = backlog.points(connection, scope, iids, keys)
    except backlog.LongLogError as long:
        if not request.is_joined:
            yield from (
                Series(iid, key, *found)
                for iid in iids
                for key in keys
                if (found := long_log.thinned(connection, scope, (iid, key), request, starts.get(iid, 0)))
            )
            return
        logged = long_log.held(connection, scope, iids, keys, long)
    log: dict[_Pair, History] = {(iid, key): points for iid, key, points in logged.series()}
    rows = {
        (row.candidate_iid, row.name): row for row in store_read.series_of(connection, scope.project_id, iids, keys)
    }
    parts: dict[_Pair, list[_Part]] = {}
    if any(row.chunked for row in rows.values()):
        parts = _parts(connection, scope.project_id, request, rows, log, starts)
    for iid in iids:
        for key in keys:
            pair = (iid, key)
            row, fresh = rows.get(pair), log.get(pair)
            if row is not None:
                found = parts.pop(pair, [])
                yield Series(iid, key, _whole(found, row, fresh, timed=timed), sum(part.left_out for part in found))
            elif fresh is not None:
                yield Series(iid, key, fresh)


def _parts(
    connection: Connection,
    project_id: int,
    request: CurveRequest,
    rows: Mapping[_Pair, Any],
    log: Mapping[_Pair, History],
    starts: Mapping[int, int],
) -> dict[_Pair, list[_Part]]:
    names = {row.key_id: row.name for row in rows.values()}
    where = (connection, project_id, list({iid for iid, _ in rows}), list(names), _range(request))
    if not request.is_joined and any(row.chunked >= _LONG for row in rows.values()):
        heads: dict[_Pair, list[Any]] = {}
        for head in store_read.outlines(*where):
            heads.setdefault((head.candidate_iid, names[head.key_id]), []).append(head)
        coarse = {
            place: outline
            for pair, found in heads.items()
            for place, outline in _outlines(found, request, starts.get(pair[0], 0), log.get(pair)).items()
        }
        places = [_place(head) for found in heads.values() for head in found if _place(head) not in coarse]
        if coarse:
            payloads = store_read.chunk_payloads(connection, project_id, places)
            # On PostgreSQL a fold may have taken a chunk away between the two statements; the one below finds all.
            if len(payloads) == len(places):
                ready = dict(zip(payloads, cold.resolve(connection, project_id, list(payloads.values())), strict=True))
                return {pair: [_part(head, ready, coarse) for head in found] for pair, found in heads.items()}
    parts: dict[_Pair, list[_Part]] = {}
    chunks = store_read.chunks(*where)
    found = cold.resolve(connection, project_id, [chunk.payload for chunk in chunks])
    for chunk, payload in zip(chunks, found, strict=True):
        part = _Part((chunk.last_step, chunk.last_timestamp), payload)
        parts.setdefault((chunk.candidate_iid, names[chunk.key_id]), []).append(part)
    return parts


def _place(head: Any) -> _Place:
    return head.candidate_iid, head.key_id, head.sequence


def _part(head: Any, payloads: Mapping[_Place, bytes | History], coarse: Mapping[_Place, History]) -> _Part:
    place, last = _place(head), (head.last_step, head.last_timestamp)
    outline = coarse.get(place)
    if outline is None:
        return _Part(last, payloads[place])
    return _Part(last, outline=outline, left_out=head.count - head.outlined)


def _range(request: CurveRequest) -> ChunkRange:
    interval = (_finite(request.start), _finite(request.end))
    match request.axis:
        case "step":
            return ChunkRange(step=interval)
        case "wall":
            return ChunkRange(timestamp=interval)
        case "relative":
            return ChunkRange(timestamp=interval, relative=True)
        case "metric":
            return ChunkRange()


def _finite(bound: float | None) -> float | None:
    return None if bound is None or np.isinf(bound) else bound


def _outlines(heads: Sequence[Any], request: CurveRequest, base: int, fresh: History | None) -> dict[_Place, History]:
    """The outlines that can stand for chunks of one series: those of chunks that are wholly in the interval, have no
    point in the log, and are drawn narrower than the curve shows."""
    start = -np.inf if request.start is None else request.start
    end = np.inf if request.end is None else request.end
    ends = [_ends(head, request, base) for head in heads]
    width = min(end, max(high for _, high in ends)) - max(start, min(low for low, _ in ends))
    usable: dict[_Place, History] = {}
    for head, (low, high) in zip(heads, ends, strict=True):
        if not head.outlined or low < start or high > end or (request.axis != "step" and not head.in_time):
            continue
        if fresh is not None and _touches(head, fresh):
            continue
        outline = codec.decode_tail(head.outline, head.outlined)
        axis = outline.step if request.axis == "step" else outline.timestamp
        if outlines.is_fine(axis, 2 * width / request.points):
            usable[_place(head)] = outline
    return usable


def _ends(head: Any, request: CurveRequest, base: int) -> tuple[int, int]:
    if request.axis == "step":
        return head.first_step, head.last_step
    return head.min_timestamp - base, head.max_timestamp - base


def _touches(head: Any, fresh: History) -> bool:
    first = order.position(fresh, head.first_step, head.first_timestamp)
    return first < order.position(fresh, head.last_step, head.last_timestamp, after=True)


def _whole(parts: Sequence[_Part], row: Any, fresh: History | None, *, timed: bool) -> History:
    """One series from its chunks, its tail and the log.

    They follow each other in order, so timestamps matter only where the log has points that belong between them, or
    where, on PostgreSQL, the chunks were read after a fold that the row was read before.
    """
    tail = tail_of(row)
    rest = [points for points in (tail, fresh) if points is not None and len(points)]
    last = parts[-1].last if parts else None
    for points in rest:
        first = (int(points.step[0]), int(points.timestamp[0]))
        if last is not None and first <= last:
            return order.merge(*(part.points() for part in parts), *rest)
        last = (int(points.step[-1]), int(points.timestamp[-1]))
    return order.one_after_another([*(part.points(timed=timed) for part in parts), *rest] or [order.empty()])
