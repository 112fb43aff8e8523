"""A grid of two fields as squares, each with the mean and the number of the candidates in it."""

from shortlist.charts.types import Chart
from shortlist.drawing.looks import HUES
from shortlist.drawing.paper import INK, RULE, cut, text
from shortlist.ranking.sentence import number

_LEFT, _TOP, _RIGHT, _ROW, _LETTER = 150, 62, 16, 40, 6.2


def height(chart: Chart) -> int:
    """In pixels: a row for each group of the second field."""
    return _TOP + len(chart.columns[1].categories) * _ROW + 44


def squares(chart: Chart, width: int) -> list[str]:
    """The better a mean, the deeper its square; its number is written in it."""
    x, y, means, _, counts = chart.columns
    wide = (width - _LEFT - _RIGHT) / len(x.categories)
    rows = len(y.categories)
    low, high = float(means.numbers.min()), float(means.numbers.max())
    parts = [text(16, 46, y.label, "start"), text(width - _RIGHT, _TOP + rows * _ROW + 36, x.label, "end")]
    for place, name in enumerate(y.categories):
        parts.append(text(_LEFT - 8, _row(rows, place) + _ROW / 2 + 3, cut(name, 21), "end", INK))
    for place, name in enumerate(x.categories):
        words = cut(name, max(3, int(wide / _LETTER)))
        parts.append(text(_LEFT + (place + 0.5) * wide, _TOP + rows * _ROW + 16, words, "middle", INK))
    for place in range(len(means.numbers)):
        mean = float(means.numbers[place])
        share = 1.0 if high == low else (mean - low) / (high - low)
        share = 1 - share if means.low and high != low else share
        left, top = _LEFT + float(x.numbers[place]) * wide, _row(rows, int(y.numbers[place]))
        parts.append(f"<rect x='{left:.1f}' y='{top}' width='{wide - 2:.1f}' height='{_ROW - 2}' rx='3'")
        parts.append(f" fill='{HUES[0]}' fill-opacity='{0.05 + 0.5 * share:.3f}' stroke='{RULE}'/>")
        middle = left + wide / 2 - 1
        parts.append(text(middle, top + 17, number(mean), "middle", INK))
        parts.append(text(middle, top + 31, f"n = {int(counts.numbers[place])}", "middle", INK))
    return parts


def _row(rows: int, place: int) -> int:
    """The first group is at the bottom, as along an axis."""
    return _TOP + (rows - 1 - place) * _ROW
