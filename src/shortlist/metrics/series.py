"""What is known of many series at once, pure: one array a fact, one place a series, so that a fold of a thousand
short series costs no thousand small computations."""

from collections.abc import Sequence
from typing import Any

from shortlist.numeric import Flags, Floats, Ints, np

NOT_ODD = 2**63 - 1


class Facts:
    """First and last point, extremes of the finite values with the first step that has them, and what else is there.

    `least` and `greatest` are infinite, inside out, where a series has no finite value. `odd_step` is the first step
    whose value is not finite, `NOT_ODD` where all are; it says nothing unless `odd_known`, since it was not always
    kept. Every number of 64 bits is a step too, `NOT_ODD` included.
    """

    __slots__ = (
        "first_step",
        "first_timestamp",
        "first_value",
        "greatest",
        "greatest_step",
        "has_infinity",
        "has_nan",
        "last_step",
        "last_timestamp",
        "last_value",
        "least",
        "least_step",
        "odd_known",
        "odd_step",
    )
    first_step: Ints
    first_timestamp: Ints
    first_value: Floats
    last_step: Ints
    last_timestamp: Ints
    last_value: Floats
    least: Floats
    least_step: Ints
    greatest: Floats
    greatest_step: Ints
    has_nan: Flags
    has_infinity: Flags
    odd_step: Ints
    odd_known: Flags


def facts(starts: Ints, step: Ints, timestamp: Ints, value: Floats) -> Facts:
    """The facts of series whose points, in order, begin at `starts`; no series is empty."""
    found = Facts()
    ends = np.append(starts[1:], len(step)) - 1
    found.first_step, found.first_timestamp, found.first_value = step[starts], timestamp[starts], value[starts]
    found.last_step, found.last_timestamp, found.last_value = step[ends], timestamp[ends], value[ends]
    finite = np.isfinite(value)
    lengths = ends - starts + 1
    if finite.all():
        found.has_nan, found.has_infinity = np.zeros(len(starts), np.bool_), np.zeros(len(starts), np.bool_)
        found.odd_step = np.full(len(starts), NOT_ODD, np.int64)
    else:
        found.has_nan = np.logical_or.reduceat(np.isnan(value), starts)
        found.has_infinity = np.logical_or.reduceat(np.isinf(value), starts)
        found.odd_step = np.minimum.reduceat(np.where(finite, NOT_ODD, step), starts)
    found.odd_known = np.ones(len(starts), np.bool_)
    found.least, found.least_step = _extreme(np.minimum, starts, lengths, step, np.where(finite, value, np.inf))
    found.greatest, found.greatest_step = _extreme(np.maximum, starts, lengths, step, np.where(finite, value, -np.inf))
    return found


def _extreme(chooser: "np.ufunc", starts: Ints, lengths: Ints, step: Ints, value: Floats) -> tuple[Floats, Ints]:
    best = chooser.reduceat(value, starts)
    if len(value) == len(starts):
        return best, step[starts]
    hits = np.flatnonzero(value == np.repeat(best, lengths))
    # The first hit of each series: there is at least one, the worst value itself where nothing is finite.
    return best, step[hits[np.searchsorted(hits, starts)]]


def of_rows(rows: Sequence[Any]) -> Facts:
    """The facts that are stored in rows of `metric_series`."""
    found = Facts()
    found.first_step = _ints([row.first_step for row in rows])
    found.first_timestamp = _ints([row.first_timestamp for row in rows])
    found.first_value = _floats([row.first_value for row in rows], np.nan)
    found.last_step = _ints([row.last_step for row in rows])
    found.last_timestamp = _ints([row.last_timestamp for row in rows])
    found.last_value = _floats([row.last_value for row in rows], np.nan)
    found.least = _floats([row.min_value for row in rows], np.inf)
    found.least_step = _ints([0 if row.min_step is None else row.min_step for row in rows])
    found.greatest = _floats([row.max_value for row in rows], -np.inf)
    found.greatest_step = _ints([0 if row.max_step is None else row.max_step for row in rows])
    found.has_nan = np.array([row.has_nan for row in rows], np.bool_)
    found.has_infinity = np.array([row.has_infinity for row in rows], np.bool_)
    found.odd_step = _ints([NOT_ODD if row.odd_step is None else row.odd_step for row in rows])
    found.odd_known = np.array([row.odd_step is not None or not (row.has_nan or row.has_infinity) for row in rows])
    return found


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, np.int64)


def _floats(values: Sequence[float | None], missing: float) -> Floats:
    return np.array([missing if value is None else value for value in values], np.float64)


def combine(new: Facts, at: Ints, old: Facts) -> None:
    """Widen `new` by what was known before: `old` describes the same series as the places `at` of `new`."""
    earlier = _before(
        (old.first_step, old.first_timestamp, old.first_value),
        (new.first_step[at], new.first_timestamp[at], new.first_value[at]),
    )
    for name in ("first_step", "first_timestamp", "first_value"):
        getattr(new, name)[at[earlier]] = getattr(old, name)[earlier]
    later = _before(
        (new.last_step[at], new.last_timestamp[at], new.last_value[at]),
        (old.last_step, old.last_timestamp, old.last_value),
    )
    for name in ("last_step", "last_timestamp", "last_value"):
        getattr(new, name)[at[later]] = getattr(old, name)[later]
    _widen(new, at, old, "least", np.less)
    _widen(new, at, old, "greatest", np.greater)
    new.has_nan[at] |= old.has_nan
    new.has_infinity[at] |= old.has_infinity
    new.odd_step[at] = np.minimum(new.odd_step[at], old.odd_step)
    new.odd_known[at] &= old.odd_known


def _widen(new: Facts, at: Ints, old: Facts, name: str, better: "np.ufunc") -> None:
    mine, theirs = getattr(new, name)[at], getattr(old, name)
    steps, their_steps = getattr(new, f"{name}_step"), getattr(old, f"{name}_step")
    chosen = better(theirs, mine) | ((theirs == mine) & (their_steps < steps[at]))
    getattr(new, name)[at[chosen]] = theirs[chosen]
    steps[at[chosen]] = their_steps[chosen]


def _before(left: tuple[Ints, Ints, Floats], right: tuple[Ints, Ints, Floats]) -> Flags:
    """Where the point on the left comes before the one on the right, by step, timestamp and value."""
    nan_left, nan_right = np.isnan(left[2]), np.isnan(right[2])
    value_left, value_right = np.where(nan_left, 0.0, left[2]), np.where(nan_right, 0.0, right[2])
    by_value = (value_left < value_right) | ((value_left == value_right) & (nan_right & ~nan_left))
    by_timestamp = (left[1] < right[1]) | ((left[1] == right[1]) & by_value)
    return (left[0] < right[0]) | ((left[0] == right[0]) & by_timestamp)


def as_columns(found: Facts) -> dict[str, list[Any]]:
    """The facts as columns of `metric_series`: NaN, and an extreme of nothing, as None."""
    return {
        "first_step": found.first_step.tolist(),
        "first_timestamp": found.first_timestamp.tolist(),
        "first_value": nullable(found.first_value),
        "last_step": found.last_step.tolist(),
        "last_timestamp": found.last_timestamp.tolist(),
        "last_value": nullable(found.last_value),
        "min_value": _where_finite(found.least, found.least.tolist()),
        "min_step": _where_finite(found.least, found.least_step.tolist()),
        "max_value": _where_finite(found.greatest, found.greatest.tolist()),
        "max_step": _where_finite(found.greatest, found.greatest_step.tolist()),
        "has_nan": found.has_nan.tolist(),
        "has_infinity": found.has_infinity.tolist(),
        "odd_step": _where_odd(found),
    }


def _where_odd(found: Facts) -> list[int | None]:
    known = (found.has_nan | found.has_infinity) & found.odd_known
    return [step if odd else None for step, odd in zip(found.odd_step.tolist(), known.tolist(), strict=True)]


def nullable(values: Floats) -> list[float | None]:
    """Numbers for the database, None for NaN."""
    listed: list[float | None] = values.tolist()
    for place in np.flatnonzero(np.isnan(values)):
        listed[place] = None
    return listed


def _where_finite(values: Floats, listed: list[Any]) -> list[Any]:
    for place in np.flatnonzero(~np.isfinite(values)):
        listed[place] = None
    return listed
