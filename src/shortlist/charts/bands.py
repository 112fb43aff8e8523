"""The mean of a metric over candidates that belong together, step by step: those that differ in nothing but their
seed, or those that have the same values of chosen parameters."""

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.errors import InvalidValue
from shortlist.metrics import sampling
from shortlist.metrics import service as metrics
from shortlist.metrics.types import Curve
from shortlist.numeric import Floats, np
from shortlist.ranking.rules import without_seeds
from shortlist.tracking import candidates, store_candidates
from shortlist.tracking.types import Status

# Of longer series, this many points of each member enter the mean, the extremes of each stretch among them.
MAX_POINTS = 50_000
_MAX_BY = 6


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """The mean, the sample's standard deviation (n - 1, NaN for one) and the number of members at each step.
    `left_out` are members that failed, or whose series did not end in a finite number."""

    params: Mapping[str, str]
    iids: Sequence[int]
    left_out: Sequence[int]
    x: Floats
    mean: Floats
    deviation: Floats
    n: Floats


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """The metric `key` of candidates, at most `points` steps of each group between two steps. Candidates are a group
    that have the same values of the parameters `by`, or lack them; without any, those that differ in their seed."""

    iids: Sequence[int]
    key: str
    points: int
    start: float | None = None
    end: float | None = None
    by: Sequence[str] = ()


def bands(connection: Connection, scope: Scope, wanted: Wanted) -> list[Band]:
    """A band for each group among candidates, in the order of their first members.

    Raises:
        InvalidValue: too many candidates or parameters, fewer than two points, or an interval that is no number.
    """
    iids, key, by = wanted.iids, wanted.key, wanted.by
    if len(by) > _MAX_BY:
        raise InvalidValue(f"Candidates are grouped by at most {_MAX_BY} parameters.", field="by")
    request = metrics.CurveRequest(
        candidate_iids=iids, keys=[key], points=MAX_POINTS, start=wanted.start, end=wanted.end
    )
    curves = {curve.candidate_iid: curve for curve in metrics.curves(connection, scope, request)}
    failed = {
        record.iid
        for record in store_candidates.by_iids(connection, scope, list(iids))
        if record.status in (Status.FAILED, Status.KILLED)
    }
    ends = metrics.latest(connection, scope, list(curves), [key])
    able = {
        iid for iid in curves if iid not in failed and any(np.isfinite(found.value) for found in ends.get(iid, []))
    }
    params = candidates.params(connection, scope, list(curves))
    groups: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for iid in curves:
        shared = {key: params[iid][key] for key in by if key in params[iid]} if by else without_seeds(params[iid])
        groups.setdefault(tuple(sorted(shared.items())), []).append(iid)
    return [
        _band(dict(common), members, [curves[iid] for iid in members if iid in able], able, wanted.points)
        for common, members in groups.items()
        if any(iid in able for iid in members)
    ]


def _band(
    params: Mapping[str, str], members: Sequence[int], curves: Sequence[Curve], able: set[int], points: int
) -> Band:
    x, mean, deviation, n = averaged([(curve.x, curve.y) for curve in curves])
    kept = sampling.places(x, mean, points) if len(x) > points else np.arange(len(x))
    return Band(
        params=params,
        iids=[iid for iid in members if iid in able],
        left_out=[iid for iid in members if iid not in able],
        x=x[kept],
        mean=mean[kept],
        deviation=deviation[kept],
        n=n[kept],
    )


def averaged(curves: Sequence[tuple[Floats, Floats]]) -> tuple[Floats, Floats, Floats, Floats]:
    """(x, mean, deviation, n) over curves in order of x. Of several values of one curve at one x the last finite one
    counts; at each x the curves that have a finite value there."""
    parts = [_last_of_each(x[np.isfinite(y)], y[np.isfinite(y)]) for x, y in curves]
    every, values = np.concatenate([x for x, _ in parts]), np.concatenate([y for _, y in parts])
    x, place, counts = np.unique(every, return_inverse=True, return_counts=True)
    mean = np.bincount(place, weights=values, minlength=len(x)) / counts
    squares = np.bincount(place, weights=(values - mean[place]) ** 2, minlength=len(x))
    deviation = np.full(len(x), np.nan)
    several = counts > 1
    deviation[several] = np.sqrt(squares[several] / (counts[several] - 1))
    return x, mean, deviation, counts.astype(np.float64)


def _last_of_each(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    last = np.append(x[1:] != x[:-1], True) if len(x) else np.zeros(0, bool)
    return x[last], y[last]
