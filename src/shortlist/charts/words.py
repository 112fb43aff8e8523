"""The titles and sentences of charts, pure."""

from collections.abc import Sequence

from shortlist.charts.types import Column, Frame, Kind
from shortlist.ranking.sentence import describe, number
from shortlist.ranking.types import Direction, Goal

TITLES = {
    Kind.HISTORY: "Best so far",
    Kind.IMPORTANCE: "What it depends on",
    Kind.SCATTER: "Scatter",
    Kind.PARALLEL: "Parallel coordinates",
    Kind.PARETO: "Pareto front",
    Kind.CORRELATION: "What goes together",
    Kind.CONTOUR: "Two parameters",
}

EXPLAINED = (
    "Share of the variance that each parameter explains by itself: epsilon squared of an analysis of variance. "
    "Numbers with many values are put into up to 8 bins of equal count, and to lack it is a value too; what "
    "parameters do together is not seen."
)
SAID = 0.005  # a share of variance below this is written as nothing
PLACES = (
    "The mean of the candidates in each place; nothing is drawn between them. More than 8 different numbers are "
    "put into bins of equal count, and to lack one is a place too."
)
RANKS = "Spearman's rank correlation of the candidates that have both."
DOMINANCE = "On the front is whom no other candidate betters at one without being worse at the other."


def counted(count: int, word: str = "candidate") -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def history(frame: Frame, names: Sequence[str], values: Sequence[float], of: int) -> str:
    """`names` and `values` are those of the records, in order."""
    goal = frame.goal
    if not names:
        return f"No candidate counts yet for the {describe(goal)}."
    times = {1: "once", 2: "twice"}.get(len(names), f"{len(names)} times")
    words = f"{names[-1]} holds the {describe(goal)}, {number(values[-1])}"
    if len(names) == 1:
        return f"{words}, since the first of {counted(of)}."
    word = "rose" if goal.direction is Direction.MAXIMIZE else "fell"
    return f"{words}; the best {word} {times} among {counted(of)}, from {number(values[0])}."


def importance(goal: Goal, ranked: Sequence[tuple[str, float]], count: int) -> str:
    if not ranked:
        return (
            f"{counted(count)} with a value of {goal.metric} {'does' if count == 1 else 'do'} not say what it depends "
            "on: no parameter differs among them with a value that repeats."
        )
    key, share = ranked[0]
    if share < SAID:
        return f"No parameter by itself explains {goal.metric} among {counted(count)}."
    words = f"{key} explains {share:.0%} of the variance of {goal.metric} among {counted(count)}"
    following = [f"{key} {share:.0%}" for key, share in ranked[1:3] if share >= SAID]
    return f"{words}{', ' + ' and '.join(following) if following else ''}."


def scatter(x: Column, y: Column, drawn: int, missing: int, correlation: float | None) -> str:
    words = f"{y.label} by {x.label} of {counted(drawn)}"
    if correlation is not None:
        strength = "hardly" if abs(correlation) < 0.2 else "loosely" if abs(correlation) < 0.6 else "closely"
        way = "the same way" if correlation > 0 else "opposite ways"
        words += f"; they go {strength} {way} (rank correlation {correlation:+.2f})".replace("-", "\u2212")
    return f"{words}.{f' {missing:,} more lack one of the two.' if missing else ''}"


def parallel(axes: Sequence[Column], found: int) -> str:
    if len(axes) < 2:
        return f"{counted(found)} with nothing to draw lines across: no parameter differs."
    return f"{counted(found)} across {', '.join(axis.label for axis in axes)}; dotted ones have no rank."


def pareto(x: Column, y: Column, lows: tuple[bool, bool], names: Sequence[str], of: int) -> str:
    def wish(column: Column, low: bool) -> str:
        return f"{'low' if low else 'high'} {column.label}"

    if not names:
        return f"No candidate counts that has both {x.label} and {y.label}."
    listed = f"{', '.join(names[:6])}{' and others' if len(names) > 6 else ''}"
    verb = "is" if len(names) == 1 else "are"
    return (
        f"{len(names):,} of {counted(of)} {verb} on the front of {wish(x, lows[0])} and {wish(y, lows[1])}: {listed}."
    )


def correlation(pairs: Sequence[tuple[str, str, float]], count: int) -> str:
    """`pairs` are (one, other, coefficient), the strongest first."""
    if not pairs:
        return f"No two fields of {counted(count)} can be correlated: three values that differ are the least."
    one, other, strength = pairs[0]
    text = f"{strength:+.2f}".replace("-", "\u2212")
    return f"{one} and {other} go together most closely ({text}) among {counted(count)}."
