"""Curves as lines of text on one scale, pure: for a terminal, and for Markdown where no picture can be."""

import math
from collections.abc import Sequence

import msgspec

from shortlist.comparison.markdown import escaped, shown, sparkline, table
from shortlist.ranking.sentence import number

WIDTH = 48


class Course(msgspec.Struct, frozen=True):
    """One curve: a bar for each of `WIDTH` equal stretches of the steps of all, and the ends of its finite values.

    A bar stands for the last value of its stretch, a space for none yet, a dot for one that is not finite. What no bar
    shows, such as a spike, is in `lowest` or `highest`, each with its step.
    """

    name: str
    bars: str
    lowest: tuple[float, float] | None
    highest: tuple[float, float] | None
    last: float


class Plot(msgspec.Struct, frozen=True):
    key: str
    steps: tuple[float, float]
    values: tuple[float, float] | None
    courses: Sequence[Course]

    @property
    def sentence(self) -> str:
        spread = (
            "no finite value" if self.values is None else f"▁ {number(self.values[0])} to █ {number(self.values[1])}"
        )
        return f"{self.key}, steps {self.steps[0]:.0f} to {self.steps[1]:.0f}, {spread}"


def plot(key: str, curves: Sequence[tuple[str, Sequence[float], Sequence[float]]]) -> Plot | None:
    """Curves as (name, steps, values), steps in order; None where there are none."""
    drawn = [(name, xs, ys) for name, xs, ys in curves if len(xs)]
    if not drawn:
        return None
    start, end = min(xs[0] for _, xs, _ in drawn), max(xs[-1] for _, xs, _ in drawn)
    finite = [y for _, _, ys in drawn for y in ys if math.isfinite(y)]
    values = (min(finite), max(finite)) if finite else None
    return Plot(key, (start, end), values, [_course(*curve, (start, end), values) for curve in drawn])


def _course(
    name: str,
    xs: Sequence[float],
    ys: Sequence[float],
    steps: tuple[float, float],
    values: tuple[float, float] | None,
) -> Course:
    cells: list[float | None] = [None] * WIDTH
    length = steps[1] - steps[0]
    for x, y in zip(xs, ys, strict=True):
        cells[int((x - steps[0]) / length * (WIDTH - 1)) if length else 0] = y
    filled = [place for place, cell in enumerate(cells) if cell is not None]
    # Between two points a line goes on from the first.
    for place in range(filled[0], filled[-1]):
        cells[place + 1] = cells[place] if cells[place + 1] is None else cells[place + 1]
    finite = [(y, x) for x, y in zip(xs, ys, strict=True) if math.isfinite(y)]
    return Course(
        name,
        " " * filled[0] + sparkline([cell for cell in cells if cell is not None], values or (0.0, 0.0)),
        min(finite, default=None),
        max(finite, key=lambda pair: pair[0], default=None),
        ys[-1],
    )


def markdown(found: Plot) -> str:
    """A table with the bars of each candidate, below the sentence that says their scale."""
    rows = [
        [escaped(course.name), f"`{course.bars}`", said(course.lowest), said(course.highest), shown(course.last)]
        for course in found.courses
    ]
    return f"{escaped(found.sentence)}\n\n{table([found.key, 'course', 'lowest', 'highest', 'last'], rows)}\n"


def said(place: tuple[float, float] | None) -> str:
    """`0.5 at 12`."""
    return "" if place is None else f"{number(place[0])} at {place[1]:.0f}"
