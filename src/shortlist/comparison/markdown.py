"""A comparison as Markdown, for a merge request, a wiki or a terminal without colours, pure."""

import math
from collections.abc import Iterable, Mapping, Sequence

from shortlist.comparison import rules
from shortlist.comparison.types import Cell, Comparison, MetricRow, TextRow
from shortlist.ranking.sentence import number

_ARROWS = {True: " better", False: " worse", None: ""}


def markdown(comparison: Comparison, environment: Sequence[TextRow], names: Mapping[int, str]) -> str:
    """The verdict, a table of metrics with deltas, and a table of what differs; equal rows in one line."""
    heads = [names[item.record.iid] for item in comparison.candidates]
    parts = [escaped(rules.verdict(comparison.answer, comparison.metrics, names))]
    if comparison.metrics:
        rows = [_metric(row, comparison) for row in comparison.metrics]
        parts.append(table(["Metric", *heads], rows, right=True))
    named = [*comparison.params, *comparison.datasets, *comparison.code, *environment]
    differing = [row for row in named if not row.same]
    if differing:
        texts = [[row.key, *(value or "" for value in row.values)] for row in differing]
        parts.append(table(["Differs", *heads], [[escaped(cell) for cell in cells] for cells in texts]))
    equal = [row for row in comparison.params if row.same]
    if equal:
        said = ", ".join(f"{row.key} {row.values[0]}" for row in equal)
        parts.append(f"{len(equal)} equal: {escaped(said)}.")
    return "\n\n".join(parts) + "\n"


def _metric(row: MetricRow, comparison: Comparison) -> list[str]:
    iids = [item.record.iid for item in comparison.candidates]
    cells = [_cell(cell, best=row.best == iid) for cell, iid in zip(row.cells, iids, strict=True)]
    return [escaped(row.key), *cells]


def _cell(cell: Cell, *, best: bool) -> str:
    if cell.value is None:
        return ""
    text = shown(cell.value)
    if best:
        text = f"**{text}**"
    return text if cell.delta is None else f"{text} ({delta_text(cell)})"


def delta_text(cell: Cell) -> str:
    """`+0.02 better`, `equal`; empty without a delta."""
    if cell.delta is None:
        return ""
    if cell.delta == 0:
        return "equal"
    return f"{'+' if cell.delta > 0 else '-'}{number(abs(cell.delta))}{_ARROWS[cell.better]}"


def shown(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return number(value) if math.isfinite(value) else ("inf" if value > 0 else "-inf")


def sparkline(values: Iterable[float], scale: tuple[float, float] | None = None) -> str:
    """A curve as a word of bars, one for each value; a dot where it is no finite number. The bars reach from the least
    to the greatest value, or over a scale that several share."""
    points = list(values)
    finite = [value for value in points if math.isfinite(value)]
    if not finite and scale is None:
        return ""
    low, high = scale or (min(finite), max(finite))
    bars = "▁▂▃▄▅▆▇█"
    return "".join(
        "·" if not math.isfinite(value) else bars[0 if high == low else round((value - low) / (high - low) * 7)]
        for value in points
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, right: bool = False) -> str:
    """A table of cells that are Markdown already; its head is text."""
    rule = ["---", *(("---:" if right else "---") for _ in head[1:])]
    lines = [[escaped(cell) for cell in head], rule, *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def escaped(text: str) -> str:
    """The text with what Markdown or HTML would take for its own written out: no name becomes a link or a tag."""
    for character in "\\`*_{}[]<>|#":
        text = text.replace(character, "\\" + character)
    return one_line(text)


def one_line(text: str) -> str:
    """The text without line breaks and without what would command a terminal or turn its direction of writing."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())
