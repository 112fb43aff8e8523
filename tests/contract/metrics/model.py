"""The metric engine as a set of tuples: what it must agree with, in the plainest words."""

import math
from collections.abc import Iterable

from shortlist.metrics.types import History, Latest, SeriesSummary

Point = tuple[str, float, int, int]  # key, value, timestamp, step


def rank(point: Point) -> tuple[int, int, float, bool]:
    """The order of points: NaN counts as 0, and comes after it."""
    _, value, timestamp, step = point
    return (step, timestamp, 0.0, True) if math.isnan(value) else (step, timestamp, value, False)


class Model:
    """One candidate's points, each once."""

    def __init__(self) -> None:
        self.series: dict[str, dict[tuple[int, int, float, bool], Point]] = {}

    def log(self, points: Iterable[Point]) -> None:
        for point in points:
            self.series.setdefault(point[0], {}).setdefault(rank(point), point)

    def ordered(self, key: str) -> list[Point]:
        return [point for _, point in sorted(self.series.get(key, {}).items())]

    def latest(self) -> list[Latest]:
        return [Latest(*self.ordered(key)[-1]) for key in sorted(self.series)]

    def summaries(self) -> list[SeriesSummary]:
        return [_summary(key, self.ordered(key)) for key in sorted(self.series)]


def _summary(key: str, points: list[Point]) -> SeriesSummary:
    finite = [point for point in points if math.isfinite(point[1])]
    low = min(finite, key=lambda point: (point[1], point[3]), default=None)
    high = min(finite, key=lambda point: (-point[1], point[3]), default=None)
    return SeriesSummary(
        key=key,
        count=len(points),
        first=points[0][1],
        first_step=points[0][3],
        first_timestamp=points[0][2],
        last=points[-1][1],
        last_step=points[-1][3],
        last_timestamp=points[-1][2],
        minimum=low and low[1],
        minimum_step=low and low[3],
        maximum=high and high[1],
        maximum_step=high and high[3],
        has_nan=any(math.isnan(point[1]) for point in points),
        has_infinity=any(math.isinf(point[1]) for point in points),
        odd_step=next((point[3] for point in points if not math.isfinite(point[1])), None),
    )


def points_of(key: str, history: History) -> list[Point]:
    return [
        (key, value, timestamp, step)
        for value, timestamp, step in zip(
            history.value.tolist(), history.timestamp.tolist(), history.step.tolist(), strict=True
        )
    ]


def same(left: object, right: object) -> bool:
    """Equality in which NaN equals NaN, through the way both are written."""
    return repr(left).replace("-0.0", "0.0") == repr(right).replace("-0.0", "0.0")
