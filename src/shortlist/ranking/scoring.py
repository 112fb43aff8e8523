"""The scores of all candidates of an experiment at once, pure."""

from collections.abc import Collection

from shortlist.numeric import Flags, Floats, Ints, Values, np
from shortlist.ranking.columns import Columns
from shortlist.ranking.scores import CODES, NO_STEP, Scores
from shortlist.ranking.types import Direction, Goal, Reduction, Unranked
from shortlist.tracking.types import Status

STATUS_CODES = {status: code for code, status in enumerate(Status)}
_FAILED = [STATUS_CODES[status] for status in (Status.FAILED, Status.KILLED)]
_RUNNING = [STATUS_CODES[status] for status in (Status.RUNNING, Status.SCHEDULED)]


def score(roster: Columns, order: Ints, facts: Columns, means: Columns | None, by: Goal) -> Scores:
    """The scores of everybody in `roster`, in the `order` of its places. O(n log n).

    Args:
        means: the means of the last points, for a goal that is one.
    """
    iids = roster.iids[order]
    at = facts.places(iids)
    has = at[1]
    ended = _taken(facts, "value", at, np.nan)
    value, step = _reduced(iids, facts, means, at, by)
    finite = np.isfinite(ended) if means is None else np.isfinite(ended) & np.isfinite(value)
    status = roster["status"][order]
    reasons = {
        Unranked.FAILED: np.isin(status, _FAILED),
        Unranked.NOT_FINITE: has & ~finite,
        Unranked.RUNNING: np.isin(status, _RUNNING),
        Unranked.NO_VALUE: ~has,
    }
    reason = np.select(list(reasons.values()), [CODES[name] for name in reasons], 0).astype(np.int8)
    # Who diverged has the value that it ended with, where it ended.
    diverged = (reason == CODES[Unranked.NOT_FINITE]) & ~np.isfinite(ended)
    last = _taken(facts, "last_step", at, NO_STEP)
    return Scores(iids, np.where(diverged, ended, value), np.where(diverged, last, step), reason)


def feasible(scores: Scores, iids: Collection[int]) -> Scores:
    """The same, where those who would have a rank have none unless they are in `iids`."""
    outside = (scores.reason == 0) & ~np.isin(scores.iid, np.fromiter(iids, np.int64, len(iids)))
    reason = np.where(outside, np.int8(CODES[Unranked.INFEASIBLE]), scores.reason)
    return Scores(scores.iid, scores.value, scores.step, reason)


_At = tuple[Ints, Flags]


def _reduced(iids: Ints, facts: Columns, means: Columns | None, at: _At, by: Goal) -> tuple[Floats, Ints]:
    if means is not None:
        return _taken(means, "mean", means.places(iids), np.nan), _taken(facts, "last_step", at, NO_STEP)
    if by.reduction is Reduction.LAST:
        return _taken(facts, "value", at, np.nan), _taken(facts, "last_step", at, NO_STEP)
    extreme = "max" if by.direction is Direction.MAXIMIZE else "min"
    return _taken(facts, f"{extreme}_value", at, np.nan), _taken(facts, f"{extreme}_step", at, NO_STEP)


def _taken(columns: Columns, name: str, at: _At, missing: float) -> Values:
    places, has = at
    if not len(columns):
        return np.full(len(places), missing, columns[name].dtype)
    return np.where(has, columns[name][places], columns[name].dtype.type(missing))
