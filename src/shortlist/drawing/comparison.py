"""A comparison as an SVG document: metrics with deltas and best marks, and what differs; of many a summary."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from shortlist.comparison import rules
from shortlist.comparison.extents import extent
from shortlist.comparison.markdown import delta_text, shown
from shortlist.comparison.types import Cell, Comparison, TextRow
from shortlist.drawing.looks import DASHES, HUES, looks
from shortlist.drawing.paper import BAD, FAINT, GOOD, INK, RULE, cut, heading, opening, text
from shortlist.ranking.sentence import number
from shortlist.ranking.types import Direction

MAX_COLUMNS = 8
_MAX_ROWS = 40
_GAP, _KEYS, _LETTER, _ROW, _LEAST = 16, 170, 6.2, 22, 104
_DELTAS = {True: GOOD, False: BAD, None: FAINT}
_WISHES = {None: "", Direction.MAXIMIZE: "higher is better", Direction.MINIMIZE: "lower is better"}


class _Entry(NamedTuple):
    words: str
    fill: str = INK
    bold: bool = False
    below: str = ""
    below_fill: str = FAINT


class _Row(NamedTuple):
    """Of one part of the table; a row without entries is its heading, or a `plain` line."""

    key: str
    entries: Sequence[_Entry] = ()
    plain: bool = False
    below: str = ""


def svg(comparison: Comparison, environment: Sequence[TextRow], names: Mapping[int, str], width: int = 720) -> str:
    """The document, `width` pixels wide unless the columns need more."""
    count = len(comparison.candidates)
    verdict = rules.verdict(comparison.answer, comparison.metrics, names)
    differing = [*comparison.params, *comparison.datasets, *comparison.code, *environment]
    if count > MAX_COLUMNS:
        heads, rows = ["best", "lowest", "median", "highest", "candidates"], _summary(comparison, names)
        rows += _tallied(differing)
    else:
        heads = [names[item.record.iid] for item in comparison.candidates]
        rows = [*_metrics(comparison), *_differing(differing)]
    rows += _equal(comparison)
    room = max(_LEAST, (width - _KEYS - 2 * _GAP) / len(heads))
    wide = round(max(width, _KEYS + 2 * _GAP + room * len(heads)))
    said = textwrap.wrap(verdict, int((wide - 2 * _GAP) / _LETTER)) or [""]
    parts = [text(_GAP, 46 + 15 * place, line, "start", INK) for place, line in enumerate(said)]
    top = 46 + 15 * len(said) + 12
    parts += _heads(comparison, heads, room, top)
    top += 14
    for row in rows[:_MAX_ROWS]:
        top, drawn = _drawn(row, top, room, wide)
        parts += drawn
    if len(rows) > _MAX_ROWS:
        parts.append(text(_GAP, top + 15, f"and {len(rows) - _MAX_ROWS:,} more rows on the page", "start"))
        top += _ROW
    title = f"Comparison of {count} candidate{'' if count == 1 else 's'}"
    return "".join([opening(title, verdict, wide, top + 12), *parts, "</svg>"])


def _heads(comparison: Comparison, heads: Sequence[str], room: float, top: float) -> list[str]:
    parts: list[str] = []
    lines = looks([item.record.iid for item in comparison.candidates])
    for place, words in enumerate(heads):
        left = _KEYS + _GAP + place * room
        if len(comparison.candidates) <= MAX_COLUMNS:
            dash = DASHES[lines[place] // len(HUES) % len(DASHES)]
            dashed = f" stroke-dasharray='{dash}'" if dash else ""
            hue = HUES[lines[place] % len(HUES)]
            parts.append(f"<path d='M{left:.1f} {top - 6}h14' stroke='{hue}' stroke-width='2.5'{dashed}/>")
            parts.append(text(left + 18, top, cut(words, int((room - 22) / _LETTER)), "start", INK))
        else:
            parts.append(text(left, top, words, "start"))
    if len(comparison.candidates) <= MAX_COLUMNS:
        parts.append(text(_KEYS + _GAP, top + 14, "baseline", "start"))
    return parts


def _drawn(row: _Row, top: int, room: float, wide: int) -> tuple[int, list[str]]:
    """Where the next row begins, and the parts of this one."""
    if row.plain:
        return top + _ROW, [text(_GAP, top + 15, cut(row.key, int((wide - 2 * _GAP) / _LETTER)), "start")]
    if not row.entries:
        return top + _ROW + 8, [heading(_GAP, top + 24, cut(row.key, int((wide - 2 * _GAP) / 6.6)), 12)]
    parts = [
        f"<path d='M{_GAP} {top}H{wide - _GAP}' stroke='{RULE}'/>",
        text(_GAP, top + 15, cut(row.key, int((_KEYS - 8) / _LETTER)), "start", INK),
        text(_GAP, top + 29, row.below, "start"),
    ]
    most = max(3, int((room - 8) / _LETTER))
    for place, entry in enumerate(row.entries):
        left = _KEYS + _GAP + place * room
        words = cut(entry.words, most)
        parts.append(
            heading(left, top + 15, words, 11) if entry.bold else text(left, top + 15, words, "start", entry.fill)
        )
        if entry.below:
            parts.append(text(left, top + 29, cut(entry.below, most), "start", entry.below_fill))
    return top + _ROW + (14 if row.below or any(entry.below for entry in row.entries) else 0), parts


def _metrics(comparison: Comparison) -> list[_Row]:
    iids = [item.record.iid for item in comparison.candidates]
    rows = [
        _Row(
            row.key,
            [_metric(cell, best=row.best == iid) for cell, iid in zip(row.cells, iids, strict=True)],
            below=_WISHES[row.direction],
        )
        for row in comparison.metrics
        if not rules.is_system(row.key)
    ]
    return [_Row("Metrics"), *rows] if rows else []


def _metric(cell: Cell, *, best: bool) -> _Entry:
    words = "none" if cell.value is None else f"{shown(cell.value)}{' best' if best else ''}"
    return _Entry(
        words,
        FAINT if cell.value is None else INK,
        bold=best,
        below=delta_text(cell).replace("-", "\u2212", 1),
        below_fill=_DELTAS[cell.better],
    )


def _differing(found: Sequence[TextRow]) -> list[_Row]:
    rows = [
        _Row(row.key, [_Entry("none", FAINT) if value is None else _Entry(value) for value in row.values])
        for row in found
        if not row.same
    ]
    return [_Row("What differs"), *rows] if rows else []


def _equal(comparison: Comparison) -> list[_Row]:
    equal = [f"{row.key} {row.values[0]}" for row in comparison.params if row.same]
    word = "parameter" if len(equal) == 1 else "parameters"
    return [_Row(f"{len(equal)} equal {word}: {', '.join(equal)}", plain=True)] if equal else []


def _summary(comparison: Comparison, names: Mapping[int, str]) -> list[_Row]:
    rows: list[_Row] = []
    for row in comparison.metrics:
        found = extent(row, comparison.candidates)
        if found is None or rules.is_system(row.key):
            continue
        numbers = [_Entry(number(value)) for value in (found.lowest, found.median, found.highest)]
        best = _Entry("none", FAINT) if row.best is None else _Entry(names[row.best], bold=True)
        rows.append(_Row(row.key, [best, *numbers, _Entry(f"{found.count:,}")], below=_WISHES[row.direction]))
    return [_Row("Metrics"), *rows] if rows else []


def _tallied(found: Sequence[TextRow]) -> list[_Row]:
    """How many different values, and the most frequent of them."""
    rows: list[_Row] = []
    for row in found:
        if row.same:
            continue
        counts = {value: row.values.count(value) for value in row.values}
        often = sorted(counts, key=lambda value: -counts[value])[:4]
        entries = [_Entry(f"{'none' if value is None else value} \u00d7 {counts[value]}") for value in often]
        rows.append(_Row(row.key, [*entries, *([_Entry(f"{len(counts) - 4} more")] if len(counts) > 4 else [])]))
    return [_Row("What differs"), *rows] if rows else []
