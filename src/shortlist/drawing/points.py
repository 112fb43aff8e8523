"""Charts whose candidates are dots: best so far, scatter, front."""

import math
from collections.abc import Sequence

from shortlist.charts.types import Chart, Column, Kind, Mark
from shortlist.drawing.looks import HUES
from shortlist.drawing.paper import BAD, FAINT, INK, RULE, cut, finite, shade, text
from shortlist.drawing.scale import Scale

_LEFT, _TOP, _RIGHT, _BOTTOM = 78, 62, 18, 40


def dots(chart: Chart, width: int, height: int, logs: tuple[bool | None, bool | None]) -> list[str]:
    """`logs` say for both axes whether they are logarithmic; None is as the values want it."""
    x, y = chart.columns[0], chart.columns[1]
    right, bottom = width - _RIGHT, height - _BOTTOM
    across = Scale(x, _LEFT, right, log=logs[0])
    up = Scale(y, bottom, _TOP, log=logs[1])
    parts = _frame(across, up, (x, y), width, height)
    parts.append(_line(chart, across, up))
    colour = chart.columns[2] if chart.kind is Kind.SCATTER and len(chart.columns) > 2 else None
    for place, mark in enumerate(chart.marks):
        left, top = float(x.numbers[place]), float(y.numbers[place])
        if across.shows(left) and up.shows(top):
            parts.append(_dot(mark, across.place(left), up.place(top), _look(colour, place, special=mark.special)))
    return [*parts, *_key(colour, width)]


def _frame(across: Scale, up: Scale, columns: tuple[Column, Column], width: int, height: int) -> list[str]:
    right, bottom = width - _RIGHT, height - _BOTTOM
    parts: list[str] = []
    for tick in up.ticks:
        parts.append(f"<path d='M{_LEFT} {tick.at:.1f}H{right}' stroke='{RULE}'/>")
        parts.append(text(_LEFT - 8, tick.at + 4, cut(tick.words, 12), "end"))
    parts.append(f"<path d='M{_LEFT} {bottom}H{right}' stroke='{FAINT}'/>")
    end = -math.inf
    for tick in across.ticks:
        half = len(tick.words) * 3.2 + 4
        if tick.at - half >= end:
            parts.append(text(tick.at, bottom + 16, tick.words, "middle"))
            end = tick.at + half
    return [*parts, text(right, height - 8, columns[0].label, "end"), text(16, 46, columns[1].label, "start")]


def _line(chart: Chart, across: Scale, up: Scale) -> str:
    """The record that holds until the next, or the front from one end to the other."""
    x, y = chart.columns[0].numbers, chart.columns[1].numbers
    corners: list[tuple[float, float]] = []
    if chart.kind is Kind.HISTORY:
        before = math.nan
        for left, best in zip(x.tolist(), chart.columns[2].numbers.tolist(), strict=True):
            if math.isfinite(before) and best != before:
                corners.append((left, before))
            if math.isfinite(best):
                corners.append((left, best))
            before = best
    else:
        corners = sorted((float(x[at]), float(y[at])) for at, mark in enumerate(chart.marks) if mark.special)
    shown = [(across.place(left), up.place(top)) for left, top in corners if across.shows(left) and up.shows(top)]
    path = "".join(f"{'L' if number else 'M'}{left:.1f} {top:.1f}" for number, (left, top) in enumerate(shown))
    return f"<path d='{path}' fill='none' stroke='{HUES[1]}' stroke-width='2'/>" if path else ""


def _look(colour: Column | None, place: int, *, special: bool) -> tuple[str, int, float]:
    """Fill, shape and radius: texts have a shape beside their hue, numbers a size beside their shade."""
    if colour is None:
        return (HUES[1], 3, 4.5) if special else (HUES[0], 0, 3.5)
    value = float(colour.numbers[place])
    if not math.isfinite(value):
        return FAINT, 0, 2.5
    if colour.texts is not None:
        return HUES[int(value) % len(HUES)], int(value), 4
    share = _share(colour.numbers.tolist(), value)
    return shade(share), 0, 2.5 + 3 * share


def _share(values: Sequence[float], value: float) -> float:
    present = finite(values)
    low, high = min(present), max(present)
    return 1.0 if high == low else (value - low) / (high - low)


def _dot(mark: Mark, left: float, top: float, look: tuple[str, int, float]) -> str:
    fill, shape, radius = look
    if not mark.found:
        return f"<circle cx='{left:.1f}' cy='{top:.1f}' r='3' fill='none' stroke='{RULE}'/>"
    if mark.unranked is not None:
        cross = f"M{left - 3.5:.1f} {top - 3.5:.1f}l7 7M{left + 3.5:.1f} {top - 3.5:.1f}l-7 7"
        return f"<path d='{cross}' stroke='{BAD}' stroke-width='1.5' fill='none'/>"
    rim = f"stroke='{INK}' stroke-width='1.5'" if mark.special else "stroke='#ffffff'"
    return f"<path d='{_shape(shape, left, top, radius)}' fill='{fill}' {rim}/>"


def _shape(shape: int, x: float, y: float, r: float) -> str:
    match shape % 4:
        case 1:
            return f"M{x - r:.1f} {y - r:.1f}h{2 * r:.1f}v{2 * r:.1f}h{-2 * r:.1f}z"
        case 2:
            return f"M{x:.1f} {y - 1.3 * r:.1f}l{1.2 * r:.1f} {2.2 * r:.1f}h{-2.4 * r:.1f}z"
        case 3:
            r *= 1.35
            return f"M{x:.1f} {y - r:.1f}l{r:.1f} {r:.1f}l{-r:.1f} {r:.1f}l{-r:.1f} {-r:.1f}z"
        case _:
            return f"M{x - r:.1f} {y:.1f}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0"


def _key(colour: Column | None, width: int) -> list[str]:
    """What the colours mean, at the right of the title."""
    if colour is None:
        return []
    if colour.texts is None:
        present = finite(colour.numbers.tolist())
        words = (
            f"{colour.label}: {min(present):.4g} (small) to {max(present):.4g} (large)" if present else colour.label
        )
        return [text(width - _RIGHT, 26, words, "end")]
    parts: list[str] = []
    left = float(width - _RIGHT)
    for place, words in reversed(list(enumerate(colour.categories[:8]))):
        left -= len(cut(words, 16)) * 6.2
        parts.append(text(left, 26, cut(words, 16), "start"))
        parts.append(f"<path d='{_shape(place, left - 9, 22, 4)}' fill='{HUES[place % len(HUES)]}'/>")
        left -= 26
    return parts
