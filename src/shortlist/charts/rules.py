"""The arithmetic of charts, pure: how much of a variance a parameter explains, rank correlation."""

import math
import sys

from shortlist.numeric import Flags, Floats, Ints, np

MAX_BINS = 8
_WITHOUT = -sys.float_info.max  # a group that no value is


def bins(values: Floats) -> Floats:
    """The group of each number: itself where there are few different ones, else one of at most `MAX_BINS` of about
    equal count (fewer for few values, so that a group has more than one). NaN stays NaN."""
    present = np.isfinite(values)
    different = np.unique(values[present])
    count = int(present.sum())
    most = max(2, min(MAX_BINS, int(math.sqrt(count))))
    if len(different) <= most:
        return np.where(present, values, np.nan)
    edges = np.unique(np.quantile(values[present], np.linspace(0, 1, most + 1)[1:-1]))
    return np.where(present, np.searchsorted(edges, values, side="right").astype(np.float64), np.nan)


def choices(values: Floats, *, named: bool) -> Floats:
    """The group of each candidate by a parameter: its bin, or what it is `named`. To go without is a choice too, so
    that the shares of all parameters are of the same variance."""
    return np.where(np.isnan(values), _WITHOUT, values if named else bins(values))


def explained(groups: Floats, values: Floats) -> float | None:
    """The share of the variance of `values` that their groups explain: epsilon squared of an analysis of variance,
    never below zero. Unlike the plain share it does not grow with the number of groups. None where it is not
    defined: fewer than two groups, no group of two, or values that do not differ.
    """
    able = np.isfinite(groups) & np.isfinite(values)
    values = values[able]
    _, which, counts = np.unique(groups[able], return_inverse=True, return_counts=True)
    degrees = len(values) - len(counts)
    total = float(np.sum((values - values.mean()) ** 2)) if len(values) else 0.0
    if len(counts) < 2 or degrees < 1 or total == 0:
        return None
    means = np.bincount(which, weights=values) / counts
    within = float(np.sum((values - means[which]) ** 2))
    between = total - within
    return max(0.0, (between - (len(counts) - 1) * within / degrees) / total)


def rank_correlation(x: Floats, y: Floats) -> tuple[float | None, int]:
    """Spearman's coefficient of the pairs that are finite in both, ties sharing their mean rank, and their number.
    None for fewer than three pairs, or where one side does not differ."""
    able = np.isfinite(x) & np.isfinite(y)
    count = int(able.sum())
    if count < 3:
        return None, count
    first, second = _ranks(x[able]), _ranks(y[able])
    first, second = first - first.mean(), second - second.mean()
    size = math.sqrt(float(np.sum(first**2)) * float(np.sum(second**2)))
    if size == 0:
        return None, count
    return max(-1.0, min(1.0, float(np.sum(first * second)) / size)), count


def _ranks(values: Floats) -> Floats:
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return ((last - counts + 1 + last) / 2)[which]


def thinned(keep: Flags, most: int) -> Ints:
    """Ints to draw, in order: all that must stay, and of the others as many as there is room for, evenly."""
    others = np.flatnonzero(~keep)
    room = max(0, most - int(keep.sum()))
    if len(others) > room:
        others = others[np.linspace(0, len(others) - 1, room).astype(np.int64)] if room else others[:0]
    return np.sort(np.concatenate((np.flatnonzero(keep), others)))
