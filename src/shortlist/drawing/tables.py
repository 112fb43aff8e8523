"""Tables of candidates beside each other as an SVG document: histograms, matrices, or the first rows as they are."""

from collections.abc import Sequence

from shortlist.charts.tables import ComparedTables, Matrix, Panel, deepest
from shortlist.drawing.looks import HUES, looks
from shortlist.drawing.paper import FAINT, INK, RULE, cut, opening, text
from shortlist.ranking.sentence import number

_TOP, _GAP = 44, 16
_BARS = 190
_SIDE, _CELL, _ROW = 96, 46, 24
_ROWS, _COLUMNS, _LETTER = 12, 5, 6.2


def svg(found: ComparedTables, width: int = 720) -> str:
    """The document, `width` pixels wide unless matrices need more: a panel for each candidate, two in a row."""
    panels = found.panels
    across = 1 if len(panels) == 1 else 2
    room = (width - (across + 1) * _GAP) / across
    match found.kind:
        case "histograms":
            inner, parts = _BARS, _bars(found, room)
        case "matrices":
            size = max(len(panel.matrix.labels) for panel in panels if panel.matrix is not None)
            room = max(room, _SIDE + size * _CELL)
            inner, parts = size * _ROW + 22, _matrices(panels)
        case "tables":
            most = max((len(panel.table.rows) for panel in panels if panel.table is not None), default=0)
            inner, parts = (min(_ROWS, most) + 2) * 18, [_rows(panel, room) for panel in panels]
    high = inner + 52
    drawn = [
        f"<g transform='translate({_GAP + place % across * (room + _GAP):.1f} {_TOP + place // across * high})'>"
        f"{_head(panel, look, room)}{part}</g>"
        for place, (panel, look, part) in enumerate(
            zip(panels, looks([panel.iid for panel in panels]), parts, strict=True)
        )
    ]
    wide = round(across * room + (across + 1) * _GAP)
    rows = (len(panels) + across - 1) // across
    return "".join([opening(found.title, found.summary, wide, _TOP + rows * high), *drawn, "</svg>"])


def _head(panel: Panel, look: int, room: float) -> str:
    dot = f"<circle cx='4' cy='8' r='4' fill='{HUES[look % len(HUES)]}'/>"
    most = int(room / _LETTER)
    return dot + text(14, 12, cut(panel.name, most - 4), "start", INK) + text(0, 28, cut(panel.summary, most), "start")


def _bars(found: ComparedTables, room: float) -> list[str]:
    most = max(1, *(max(panel.counts, default=0) for panel in found.panels))
    bar = room / (len(found.edges) - 1)
    bottom = 36 + _BARS - 24
    drawn: list[str] = []
    for panel, look in zip(found.panels, looks([panel.iid for panel in found.panels]), strict=True):
        heights = [(count / most) * (bottom - 44) for count in panel.counts]
        wide = f"{max(0.5, bar - 1):.1f}"
        rects = "".join(
            f"<rect x='{place * bar:.1f}' y='{bottom - tall:.1f}' width='{wide}' height='{tall:.1f}'/>"
            for place, tall in enumerate(heights)
        )
        ends = text(0, bottom + 16, number(found.edges[0]), "start") + text(
            room, bottom + 16, number(found.edges[-1]), "end"
        )
        drawn.append(
            f"<g fill='{HUES[look % len(HUES)]}'>{rects}</g><path d='M0 {bottom}H{room:.1f}' stroke='{FAINT}'/>{ends}"
        )
    return drawn


def _matrices(panels: Sequence[Panel]) -> list[str]:
    most = deepest([panel.matrix for panel in panels if panel.matrix is not None])
    return ["" if panel.matrix is None else _matrix(panel.matrix, most) for panel in panels]


def _matrix(matrix: Matrix, most: tuple[float, float]) -> str:
    """The diagonal is what was right; everything else is shaded in the other hue."""
    parts = [text(_SIDE - 6, 50, cut(matrix.rows, 14), "end")]
    for place, label in enumerate(matrix.labels):
        parts.append(text(_SIDE + (place + 0.5) * _CELL, 50, cut(label, 7), "middle"))
    for at, row in enumerate(matrix.values):
        top = 56 + at * _ROW
        parts.append(text(_SIDE - 6, top + 15, cut(matrix.labels[at], 14), "end", INK))
        for place, value in enumerate(row):
            greatest = most[0] if at == place else most[1]
            depth = 0.5 * max(0.0, value) / greatest if greatest > 0 else 0.0
            parts.append(
                f"<rect x='{_SIDE + place * _CELL}' y='{top}' width='{_CELL - 2}' height='{_ROW - 2}' rx='3'"
                f" fill='{HUES[0] if at == place else HUES[1]}' fill-opacity='{depth:.3f}' stroke='{RULE}'/>"
            )
            parts.append(text(_SIDE + (place + 0.5) * _CELL - 1, top + 15, number(value), "middle", INK))
    return "".join(parts)


def _rows(panel: Panel, room: float) -> str:
    """The first rows and columns, and how many more there are."""
    if panel.table is None:
        return ""
    columns = panel.table.columns[:_COLUMNS]
    wide = room / max(1, len(columns))
    most = max(3, int(wide / _LETTER) - 1)
    parts = [text(place * wide, 50, cut(name, most), "start") for place, name in enumerate(columns)]
    parts.append(f"<path d='M0 56H{room:.1f}' stroke='{RULE}'/>")
    for at, row in enumerate(panel.table.rows[:_ROWS]):
        top = 72 + at * 18
        parts += [text(place * wide, top, cut(cell, most), "start", INK) for place, cell in enumerate(row[:_COLUMNS])]
    rows, more = len(panel.table.rows) - _ROWS, len(panel.table.columns) - _COLUMNS
    left = [f"{count:,} more {word}" for count, word in ((rows, "rows"), (more, "columns")) if count > 0]
    if left:
        parts.append(text(0, 72 + min(_ROWS, len(panel.table.rows)) * 18, f"and {' and '.join(left)}", "start"))
    return "".join(parts)
