"""The charts of an experiment as SVG documents: what the page draws, from the same data."""

import math

from shortlist.charts.types import Chart, Column, Kind
from shortlist.charts.words import SAID
from shortlist.drawing import contour
from shortlist.drawing.looks import HUES
from shortlist.drawing.paper import FAINT, INK, RULE, cut, finite, opening, shade, text
from shortlist.drawing.points import dots
from shortlist.drawing.scale import Scale

_ROW = 22
_MAX_BARS = 20


def svg(
    chart: Chart, width: int = 720, height: int = 360, logs: tuple[bool | None, bool | None] = (None, None)
) -> str:
    """The document, `width` by `height` pixels; bars and squares are as high as they need to be."""
    nothing = not chart.columns or len(chart.columns[0].numbers) == 0
    if nothing or (chart.kind is Kind.PARALLEL and len(chart.columns) == 1):
        return _document(chart, width, height, [text(16, height / 2, chart.summary, "start")])
    match chart.kind:
        case Kind.IMPORTANCE:
            rows = min(_MAX_BARS, len(chart.columns[0].numbers))
            return _document(chart, width, 64 + rows * _ROW, _bars(chart, width, rows))
        case Kind.CORRELATION:
            size = len(chart.columns[0].numbers)
            return _document(chart, width, 64 + size * _ROW + 120, _square(chart))
        case Kind.CONTOUR:
            return _document(chart, width, contour.height(chart), contour.squares(chart, width))
        case Kind.PARALLEL:
            return _document(chart, width, height, _parallel(chart, width, height))
        case Kind.HISTORY | Kind.SCATTER | Kind.PARETO:
            return _document(chart, width, height, dots(chart, width, height, logs))


def _document(chart: Chart, width: int, height: int, parts: list[str]) -> str:
    return "".join([opening(chart.title, chart.summary, width, height), *parts, "</svg>"])


def _names(column: Column) -> list[str]:
    return [str(words) for words in column.texts or []]


def _bars(chart: Chart, width: int, rows: int) -> list[str]:
    keys, shares, ways = chart.columns[:3]
    most = max(0.01, *shares.numbers.tolist())
    left, right = 170, width - 170
    parts: list[str] = []
    for place, key in enumerate(_names(keys)[:rows]):
        top = 46 + place * _ROW
        share, way = float(shares.numbers[place]), float(ways.numbers[place])
        parts.append(text(left - 8, top + 12, cut(key, 24), "end", INK))
        parts.append(f"<rect x='{left}' y='{top + 2}' width='{max(1.0, (right - left) * share / most):.1f}'")
        parts.append(f" height='12' rx='2' fill='{HUES[0]}'/>")
        parts.append(text(right + 42, top + 12, f"{share:.0%}", "end", INK))
        if share >= SAID and math.isfinite(way) and abs(way) >= 0.2:
            parts.append(text(right + 52, top + 12, "higher with it" if way > 0 else "lower with it", "start"))
    return parts


def _square(chart: Chart) -> list[str]:
    names = _names(chart.columns[0])
    left, top, side = 230, 44, 46
    parts: list[str] = []
    for row, name in enumerate(names):
        parts.append(text(left - 8, top + row * _ROW + 15, cut(name, 34), "end", INK))
        for place in range(len(names)):
            value = float(chart.columns[place + 1].numbers[row])
            words = "" if place == row else "\u2013" if math.isnan(value) else f"{value:.2f}".replace("-", "\u2212")
            strength = 0 if math.isnan(value) or place == row else 0.55 * abs(value)
            fill = HUES[0] if value > 0 else HUES[1]
            parts.append(f"<rect x='{left + place * side}' y='{top + row * _ROW}' width='{side - 2}'")
            parts.append(f" height='{_ROW - 2}' rx='3' fill='{fill}' fill-opacity='{strength:.2f}' stroke='{RULE}'/>")
            parts.append(text(left + place * side + side / 2 - 1, top + row * _ROW + 15, words, "middle", INK))
    below = top + len(names) * _ROW + 6
    for place, name in enumerate(names):
        at = left + place * side + side / 2
        turned = text(0, 0, cut(name, 20), "end", INK)
        parts.append(f"<g transform='translate({at + 4:.1f} {below}) rotate(-70)'>{turned}</g>")
    return parts


def _parallel(chart: Chart, width: int, height: int) -> list[str]:
    top, bottom, nothing = 72, height - 40, height - 16
    between = (width - 130) / max(1, len(chart.columns) - 1)
    places = [70 + number * between for number in range(len(chart.columns))]
    scales = [Scale(column, bottom, top) for column in chart.columns]
    goal = chart.columns[-1].numbers.tolist()
    present = finite(goal)
    parts: list[str] = []
    for number, mark in sorted(enumerate(chart.marks), key=lambda pair: pair[1].found):
        corners: list[str] = []
        for column, scale, left in zip(chart.columns, scales, places, strict=True):
            value = float(column.numbers[number])
            at = scale.place(value) if scale.shows(value) else nothing
            corners.append(f"{'L' if corners else 'M'}{left:.1f} {at:.1f}")
        share = (goal[number] - min(present)) / ((max(present) - min(present)) or 1) if present else math.nan
        share = 1 - share if chart.columns[-1].low else share
        stroke = RULE if not mark.found else FAINT if mark.unranked or not math.isfinite(share) else shade(share)
        dashed = " stroke-dasharray='2 3'" if mark.unranked else ""
        wide = 1 + 1.4 * share if math.isfinite(share) else 1
        parts.append(f"<path d='{''.join(corners)}' fill='none' stroke='{stroke}' stroke-width='{wide:.1f}'{dashed}/>")
    for column, scale, left in zip(chart.columns, scales, places, strict=True):
        parts.append(f"<path d='M{left:.1f} {top}V{bottom}' stroke='{FAINT}' stroke-width='1.5'/>")
        parts.append(text(left, top - 14, cut(column.label, max(8, int(between / 6.4))), "middle", INK))
        # Left of the last axis are its lines.
        way, anchor = (6, "start") if left == places[-1] else (-6, "end")
        parts += [text(left + way, tick.at + 4, cut(tick.words, 10), anchor, above=True) for tick in scale.ticks]
        if len(finite(column.numbers.tolist())) < len(chart.marks):
            parts.append(text(left + way, nothing + 4, "none", anchor, above=True))
    return parts
