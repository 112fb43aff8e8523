"""The best value so far, pure: for the chart of an experiment and for the small lines in lists."""

from collections.abc import Sequence

from shortlist.numeric import Flags, Floats, np
from shortlist.ranking.types import Direction, Score

_POINTS = 48


def records(values: Floats, counted: Flags, direction: Direction) -> tuple[Floats, Flags]:
    """The best value so far at each place, NaN before the first that counts, and which places set it."""
    sign = 1.0 if direction is Direction.MAXIMIZE else -1.0
    able = counted & np.isfinite(values)
    best = np.maximum.accumulate(np.where(able, sign * values, -np.inf))
    before = np.concatenate(([-np.inf], best[:-1]))
    return np.where(np.isfinite(best), sign * best, np.nan), best > before


def best_so_far(newest_first: Sequence[Score], direction: Direction) -> list[float]:
    """The best value after each candidate that has a rank, oldest first; of many, some at equal distances, the last
    among them."""
    ranked = [score.value for score in reversed(newest_first) if score.unranked is None and score.value is not None]
    if not ranked:
        return []
    values = np.array(ranked, np.float64)
    best, _ = records(values, np.ones(len(values), np.bool_), direction)
    places = np.unique(np.linspace(0, len(best) - 1, min(_POINTS, len(best))).round().astype(int))
    return best[places].tolist()
