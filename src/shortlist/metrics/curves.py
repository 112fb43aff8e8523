"""Curves of many candidates and metrics, read from the columns and sampled."""

import math
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.errors import InvalidValue
from shortlist.metrics import codec, order, overlay, store_read
from shortlist.metrics.fold import tail_of
from shortlist.metrics.sampling import sample
from shortlist.metrics.store_read import ChunkRange
from shortlist.metrics.types import Curve, CurveRequest, Floats, History

MAX_CANDIDATES = 100
_Series = tuple[int, str]


def curves(connection: Connection, scope: Scope, request: CurveRequest) -> list[Curve]:
    """The curves that have points in the interval, in order of the request's candidates, then of its keys.

    Raises:
        InvalidValue: too many candidates, fewer than two points, an interval that is no number, or the axis
            `metric` without its key.
    """
    _check(request)
    if not request.candidate_iids or not request.keys:
        return []
    keys = list(dict.fromkeys(request.keys if request.axis != "metric" else [*request.keys, request.x_key or ""]))
    iids = list(dict.fromkeys(request.candidate_iids))
    starts: dict[int, int] = {}
    if request.axis == "relative":
        starts = store_read.start_times(connection, scope.project_id, iids)
    found: dict[_Series, Curve] = {}
    reference: dict[str, History] = {}
    first = iids if request.minus is None else [request.minus, *(iid for iid in iids if iid != request.minus)]
    for iid, series in groupby(_read(connection, scope, first, keys, request), lambda item: item[0]):
        ready = [(key, points) for _, key, points in series]
        abscissa = dict(ready).get(request.x_key or "")
        if iid == request.minus:
            reference = dict(ready)
        for key, points in ready:
            if key in request.keys and (request.axis != "metric" or abscissa is not None):
                drawn = points if request.minus is None else _less(points, reference.get(key, order.EMPTY))
                curve = _curve(request, drawn, starts.get(iid, 0), abscissa)
                if curve is not None:
                    found[iid, key] = Curve(iid, key, sample(*curve, request.points))
    wanted = ((iid, key) for iid in iids for key in dict.fromkeys(request.keys))
    return [found[pair] for pair in wanted if pair in found]


def _check(request: CurveRequest) -> None:
    if len(request.candidate_iids) > MAX_CANDIDATES:
        raise InvalidValue(f"At most {MAX_CANDIDATES} candidates can be compared at once.", field="candidates")
    if request.points < 2:
        raise InvalidValue("A curve has two points at least.", field="points")
    if request.axis == "metric" and not request.x_key:
        raise InvalidValue("The axis is another metric, but its key is missing.", field="x_key")
    for name, bound in (("start", request.start), ("end", request.end)):
        if bound is not None and math.isnan(bound):
            raise InvalidValue(f"The {name} of the interval is not a number.", field=name)


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
    return None if bound is None or math.isinf(bound) else bound


def _read(
    connection: Connection, scope: Scope, iids: list[int], keys: list[str], request: CurveRequest
) -> Iterator[tuple[int, str, History]]:
    """Every series with the points that may be in the range, candidate by candidate."""
    timed = request.axis in ("relative", "wall")
    log: dict[_Series, History] = {}
    for iid, key, points in overlay.gather(
        store_read.log_of_candidates(connection, scope.project_id, iids), keys
    ).series():
        log[iid, key] = points
    rows = {
        (row.candidate_iid, row.name): row for row in store_read.series_of(connection, scope.project_id, iids, keys)
    }
    numbers = {row.key_id: row.name for row in rows.values()}
    payloads: dict[_Series, list[bytes]] = {}
    if any(row.chunked for row in rows.values()):
        for iid, key_id, payload in store_read.chunks(
            connection, scope.project_id, iids, list(numbers), _range(request)
        ):
            payloads.setdefault((iid, numbers[key_id]), []).append(payload)
    for iid in iids:
        for key in keys:
            pair = (iid, key)
            row, fresh = rows.get(pair), log.get(pair)
            if row is None:
                if fresh is not None:
                    yield iid, key, fresh
                continue
            yield iid, key, _whole(payloads.pop(pair, []), row, fresh, timed=timed)


def _whole(payloads: list[bytes], row: Any, fresh: History | None, *, timed: bool) -> History:
    """One series from its chunks, its tail and the log. Unless `timed`, its timestamps may be wrong.

    Chunks and tail follow each other in order, so timestamps matter only for what the log may put between them.
    """
    tail = tail_of(row)
    if fresh is not None and (int(fresh.step[0]), int(fresh.timestamp[0])) <= (row.last_step, row.last_timestamp):
        return order.merge(*(codec.decode_chunk(payload) for payload in payloads), tail, fresh)
    steps = [codec.chunk_steps(payload) for payload in payloads]
    values = [codec.chunk_values(payload) for payload in payloads]
    times = [codec.chunk_timestamps(payload) for payload in payloads] if timed else steps
    rest = [tail] if fresh is None else [tail, fresh]
    return History(
        np.concatenate([*steps, *(part.step for part in rest)]),
        np.concatenate([*times, *(part.timestamp for part in rest)]),
        np.concatenate([*values, *(part.value for part in rest)]),
    )


def _curve(request: CurveRequest, points: History, start: int, other: History | None) -> tuple[Floats, Floats] | None:
    """(x, y) in order of x within the interval; None where nothing is left."""
    y = points.value
    match request.axis:
        case "step":
            x = points.step.astype(np.float64)
        case "wall":
            x = points.timestamp.astype(np.float64)
        case "relative":
            x = (points.timestamp - start).astype(np.float64)
        case "metric":
            x, y = _joined(points, other or order.EMPTY)
    if request.axis != "step" and not (x[1:] >= x[:-1]).all():
        placed = np.argsort(x, kind="stable")
        x, y = x[placed], y[placed]
    low = 0 if request.start is None else int(np.searchsorted(x, request.start, "left"))
    high = len(x) if request.end is None else int(np.searchsorted(x, request.end, "right"))
    return (x[low:high], y[low:high]) if high > low else None


def _joined(points: History, other: History) -> tuple[Floats, Floats]:
    """The values of two series at the steps that both have: x from `other`, its last finite value at the step."""
    matched, values = _matched(points, other)
    return values, points.value[matched]


def _less(points: History, other: History) -> History:
    """The differences to `other` at the steps where it has a finite value."""
    matched, values = _matched(points, other)
    return History(points.step[matched], points.timestamp[matched], points.value[matched] - values)


def _matched(points: History, other: History) -> tuple[NDArray[np.bool_], Floats]:
    """Which points are at a step where `other` has a finite value, and the last such value at each of them."""
    finite = np.isfinite(other.value)
    steps, values = other.step[finite], other.value[finite]
    place = np.searchsorted(steps, points.step, "right") - 1
    matched = place >= 0
    matched[matched] = steps[place[matched]] == points.step[matched]
    return matched, values[place[matched]]
