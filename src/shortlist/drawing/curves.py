"""A chart of curves as an SVG document, pure.

It draws what the pages draw: every sampled point, a gap and a cross where a value is not finite, a colour and a dash
for each line and its name beside its end, so that it can be read without colours and in either theme.
"""

import math
from collections.abc import Sequence
from typing import Literal

import msgspec

from shortlist.drawing.looks import DASHES, HUES
from shortlist.drawing.paper import FAINT, RULE, opening, spread, spread_log, text, without_outliers
from shortlist.drawing.smooth import smooth
from shortlist.drawing.ticks import decades, label, ticks
from shortlist.drawing.times import moment_words, span_words, time_ticks

_LEFT, _TOP, _BOTTOM, _LABELS, _GAP = 64, 44, 34, 150, 13
_ODD_ROWS = 4


class Line(msgspec.Struct, frozen=True):
    """Points in order of x. A value that is not finite is a gap with a mark. With `deviation`, how far a band reaches
    to both sides of each point. `look` is a number that `looks` gave."""

    label: str
    x: Sequence[float]
    y: Sequence[float]
    deviation: Sequence[float] | None = None
    look: int = 0

    def edge(self, sign: int) -> list[float]:
        return [
            y + sign * deviation for y, deviation in zip(self.y, self.deviation or [0.0] * len(self.y), strict=True)
        ]


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """`summary` is what the picture says to those who do not see it. With `clip`, the vertical axis leaves out the few
    values that lie far from all others; `smooth` is the weight of an average over each line, 0 for none. `along` says
    what the horizontal axis counts: numbers, seconds since a start, or seconds since 1970. Sizes are in pixels."""

    title: str
    summary: str
    x_label: str
    lines: Sequence[Line]
    along: Literal["number", "span", "moment"] = "number"
    log: bool = False
    clip: bool = False
    smooth: float = 0.0
    width: int = 720
    height: int = 360


class _Frame:
    """From values to places on the picture."""

    def __init__(self, chart: Chart) -> None:
        xs = [x for line in chart.lines for x in line.x if math.isfinite(x)]
        edges = [*(line.y for line in chart.lines), *(line.edge(sign) for line in chart.lines for sign in (-1, 1))]
        ys = [y for edge in edges for y in edge if math.isfinite(y) and (y > 0 or not chart.log)]
        if chart.clip:
            ys = without_outliers(ys)
        self.log = chart.log
        self.x_low, self.x_high = spread(xs, 0.0)
        self.y_low, self.y_high = spread_log(ys) if chart.log else spread(ys, 0.06)
        self.right, self.bottom = chart.width - _LABELS, chart.height - _BOTTOM

    def left(self, x: float) -> float:
        return _LEFT + (x - self.x_low) / (self.x_high - self.x_low) * (self.right - _LEFT)

    def top(self, y: float) -> float:
        low, high, value = self.y_low, self.y_high, y
        if self.log:
            low, high, value = math.log10(low), math.log10(high), math.log10(y)
        return self.bottom - (value - low) / (high - low) * (self.bottom - _TOP)

    def shows(self, y: float) -> bool:
        return math.isfinite(y) and (y > 0 or not self.log)


def svg(chart: Chart) -> str:
    """The document."""
    frame = _Frame(chart)
    parts = [
        opening(chart.title, chart.summary, chart.width, chart.height),
        *_axes(frame, chart),
    ]
    inside = f"<clipPath id='plot'><path d='M{_LEFT} {_TOP}H{frame.right}V{frame.bottom}H{_LEFT}z'/></clipPath>"
    parts += [inside, "<g clip-path='url(#plot)'>"] if chart.clip else ["<g>"]
    parts += [_band(frame, line) for line in chart.lines if line.deviation is not None]
    parts += [_line(frame, line, faint=chart.smooth > 0) for line in chart.lines]
    if chart.smooth > 0:
        averages = [msgspec.structs.replace(line, y=smooth(line.y, chart.smooth)) for line in chart.lines]
        parts += [_line(frame, line) for line in averages]
    odd = [line for line in chart.lines if not all(map(math.isfinite, line.y))]
    parts += [_odd(frame, line, row % _ODD_ROWS) for row, line in enumerate(odd)]
    parts.append("</g>")
    parts += _ends(frame, chart)
    return "".join([*parts, "</svg>"])


def _axes(frame: _Frame, chart: Chart) -> list[str]:
    parts: list[str] = []
    most = max(3, chart.height // 50)
    marks = decades(frame.y_low, frame.y_high) if frame.log else ticks(frame.y_low, frame.y_high, most)
    for value in marks:
        top = frame.top(value)
        parts.append(f"<path d='M{_LEFT} {top:.1f}H{frame.right}' stroke='{RULE}'/>")
        parts.append(text(_LEFT - 8, top + 4, label(value), "end"))
    parts.extend(text(frame.left(value), frame.bottom + 16, words, "middle") for value, words in _along(frame, chart))
    parts.append(f"<path d='M{_LEFT} {frame.bottom}H{frame.right}' stroke='{FAINT}'/>")
    parts.append(text(frame.right, chart.height - 4, chart.x_label, "end"))
    return parts


def _along(frame: _Frame, chart: Chart) -> list[tuple[float, str]]:
    """The ticks of the horizontal axis and their words."""
    if chart.along == "moment":
        marks = time_ticks(frame.x_low, frame.x_high, 6)
        return list(zip(marks, moment_words(marks), strict=True))
    if chart.along == "span":
        return [(value, span_words(value)) for value in time_ticks(frame.x_low, frame.x_high, 7) if value >= 0]
    places = {x for line in chart.lines for x in line.x if math.isfinite(x)}
    marks = list(places) if len(places) == 1 else ticks(frame.x_low, frame.x_high, 7)
    return [(value, label(value)) for value in marks]


def _band(frame: _Frame, line: Line) -> str:
    """The area between both edges, where these have a place."""
    low, high = (
        [
            f"{frame.left(x):.2f} {frame.top(y):.2f}"
            for x, y in zip(line.x, line.edge(sign), strict=True)
            if frame.shows(y)
        ]
        for sign in (-1, 1)
    )
    return (
        f"<path d='M{'L'.join([*low, *reversed(high)])}z' fill='{HUES[line.look % len(HUES)]}' fill-opacity='0.16'/>"
    )


def _line(frame: _Frame, line: Line, *, faint: bool = False) -> str:
    steps: list[str] = []
    drawing = False
    for x, y in zip(line.x, line.y, strict=True):
        if not math.isfinite(x):
            continue
        if not frame.shows(y):
            drawing = False
            continue
        steps.append(f"{'L' if drawing else 'M'}{frame.left(x):.2f} {frame.top(y):.2f}")
        # A point alone would be invisible as a line of no length.
        drawing = True
    colour, dash = HUES[line.look % len(HUES)], DASHES[line.look // len(HUES) % len(DASHES)]
    dashed = f" stroke-dasharray='{dash}'" if dash else ""
    if faint:
        dashed += " stroke-opacity='0.3'"
    path = (
        f"<path d='{''.join(steps)}' fill='none' stroke='{colour}' stroke-width='1.6' stroke-linecap='round'{dashed}/>"
    )
    if len(steps) == 1:
        left, top = steps[0][1:].split(" ")
        path = f"<circle cx='{left}' cy='{top}' r='3' fill='{colour}'/>"
    return path


def _odd(frame: _Frame, line: Line, row: int) -> str:
    """A cross where values stop being numbers, a wedge where they are infinite, and a dotted line to where that ends.
    Lines with such values have rows of their own."""
    marks: list[str] = []
    runs: list[str] = []
    kind, end = "", math.nan
    for x, y in zip(line.x, line.y, strict=True):
        now = "" if math.isfinite(y) or not math.isfinite(x) else str(y)
        away = 6 + 11 * row
        left, top = frame.left(x), (_TOP + away if y == math.inf else frame.bottom - away)
        if now and now == kind:
            runs.append(f"M{end:.1f} {top:.1f}H{left:.1f}")
        elif now == "nan":
            marks.append(f"M{left - 4:.1f} {top - 4:.1f}l8 8M{left + 4:.1f} {top - 4:.1f}l-8 8")
        elif now:
            way = -8 if y > 0 else 8
            marks.append(f"M{left - 4:.1f} {top - way / 2:.1f}l4 {way}l4 {-way}")
        kind, end = now, left
    stroke = f"stroke='{HUES[line.look % len(HUES)]}' stroke-width='1.5' fill='none'"
    dotted = f"<path d='{''.join(runs)}' {stroke} stroke-dasharray='1 3'/>" if runs else ""
    return f"<path d='{''.join(marks)}' {stroke}/>{dotted}"


def _ends(frame: _Frame, chart: Chart) -> list[str]:
    """The name of each line beside its last point, moved apart where they would overlap."""
    ends: list[tuple[float, int]] = []
    for place, line in enumerate(chart.lines):
        last = next((y for y in reversed(line.y) if frame.shows(y)), None)
        if last is not None:
            # The end of a line that leaves the axis stands at its edge.
            ends.append((min(max(frame.top(last), _TOP), frame.bottom), place))
    ends.sort()
    lowest = chart.height - 8
    room = int((lowest - _TOP) / _GAP) + 1
    left_out = len(ends) - room
    parts: list[str] = []
    for number, top in enumerate(_spread([top for top, _ in ends[:room]], lowest)):
        place = ends[number][1]
        name = chart.lines[place].label
        # Names that are alike differ at their ends.
        shown = name if len(name) <= 22 else f"{name[:7]}…{name[-14:]}"
        if left_out > 0 and number == room - 1:
            shown = f"and {left_out + 1} more"
        parts.append(text(frame.right + 8, top + 4, shown, "start", HUES[chart.lines[place].look % len(HUES)]))
    return parts


def _spread(tops: Sequence[float], lowest: float) -> list[float]:
    """Ascending places moved apart, each as near to its own as can be, and none below `lowest`."""
    placed: list[float] = []
    for top in tops:
        placed.append(max(top, placed[-1] + _GAP) if placed else top)
    for place in reversed(range(len(placed))):
        placed[place] = min(placed[place], lowest - (len(placed) - 1 - place) * _GAP)
    return placed
