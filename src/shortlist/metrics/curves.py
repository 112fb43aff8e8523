"""Curves of many candidates and metrics, read from the columns and sampled."""

import math
from itertools import groupby

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.errors import InvalidValue
from shortlist.metrics import order, store_read
from shortlist.metrics.drawn import drawn
from shortlist.metrics.sampling import along, sample
from shortlist.metrics.types import Curve, CurvePoints, CurveRequest, History
from shortlist.numeric import Flags, Floats, np

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
    for iid, group in groupby(drawn(connection, scope, first, keys, request, starts), lambda series: series.iid):
        ready = {series.key: series for series in group}
        abscissa = ready[request.x_key].points if request.x_key in ready else None
        if iid == request.minus:
            reference = {key: series.points for key, series in ready.items()}
        for key, series in ready.items():
            if key in request.keys and (request.axis != "metric" or abscissa is not None):
                points = series.points
                if request.minus is not None:
                    points = _less(points, reference.get(key, order.empty()))
                curve = _curve(request, points, starts.get(iid, 0), abscissa)
                if curve is not None:
                    found[iid, key] = Curve(iid, key, _sampled(*curve, request.points, series.left_out))
    wanted = ((iid, key) for iid in iids for key in dict.fromkeys(request.keys))
    return [found[pair] for pair in wanted if pair in found]


def _sampled(x: Floats, y: Floats, points: int, left_out: int) -> CurvePoints:
    found = sample(x, y, points)
    return CurvePoints(found.x, found.y, found.count + left_out)


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


def _curve(request: CurveRequest, points: History, start: int, other: History | None) -> tuple[Floats, Floats] | None:
    """(x, y) in order of x within the interval; None where nothing is left."""
    if request.axis == "metric":
        x, y = _joined(points, other or order.empty())
    else:
        x, y = along(points, request.axis, start), points.value
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


def _matched(points: History, other: History) -> tuple[Flags, Floats]:
    """Which points are at a step where `other` has a finite value, and the last such value at each of them."""
    finite = np.isfinite(other.value)
    steps, values = other.step[finite], other.value[finite]
    place = np.searchsorted(steps, points.step, "right") - 1
    matched = place >= 0
    matched[matched] = steps[place[matched]] == points.step[matched]
    return matched, values[place[matched]]
