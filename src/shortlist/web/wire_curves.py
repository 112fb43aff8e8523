"""Curves, as the browser's JSON API takes and gives them."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from shortlist.web.wire_answer import Value


class CurveQuery(msgspec.Struct):
    """Curves of up to 100 candidates (iids) times keys, at most `points` points each, cut to an interval of the axis.

    `axis` is the step, the milliseconds since the series' candidate started, the wall time in milliseconds, or
    `metric`: the metric `x_key` at the same step. Each bucket keeps its minimum and its maximum, so a spike of one
    point is always there. `minus` asks for the differences to the curves of that candidate, at steps that both have.
    """

    candidates: list[int]
    keys: list[str]
    points: int = 1000
    axis: Literal["step", "relative", "wall", "metric"] = "step"
    start: float | None = None
    end: float | None = None
    x_key: str | None = None
    minus: int | None = None


class Curve(msgspec.Struct):
    candidate: int
    key: str
    x: Sequence[float]
    y: Sequence[Value]
    count: int  # points in the interval before sampling


class CurveList(msgspec.Struct):
    curves: list[Curve]
