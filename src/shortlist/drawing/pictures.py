"""Pictures of candidates beside each other as an SVG document that holds them."""

import base64
from collections.abc import Sequence

import msgspec

from shortlist.drawing.looks import DASHES, HUES, looks
from shortlist.drawing.paper import INK, RULE, cut, heading, opening, text
from shortlist.drawing.thumbnails import Thumbnail, thumbnail

_TOP, _GAP, _LETTER = 40, 16, 6.2
_LEAST, _NONE = 120, 48


class Cell(msgspec.Struct, frozen=True):
    """A picture by its content, or in its place the words that say why there is none; `caption` stands below."""

    content: bytes | None
    words: str
    caption: str


class Row(msgspec.Struct, frozen=True):
    name: str
    cells: Sequence[Cell]


def svg(title: str, summary: str, heads: Sequence[tuple[int, str]], rows: Sequence[Row], width: int) -> str:
    """The document, `width` pixels wide unless the columns need more. `heads` are numbers and names of candidates."""
    side = max(_LEAST, (width - _GAP) // len(heads) - _GAP)
    wide = max(width, len(heads) * (side + _GAP) + _GAP)
    parts: list[str] = []
    top = _TOP
    for row in rows:
        if len(rows) > 1:
            parts.append(heading(_GAP, top + 16, cut(row.name, int(wide / 7)), 12))
            top += 26
        # Twice as many dots as pixels: most screens and every PNG of ours show them.
        shown = [None if cell.content is None else thumbnail(cell.content, 2 * side) for cell in row.cells]
        tall = max([_NONE, *(_size(found, side)[1] for found in shown if found is not None)])
        for place, (head, look, cell, found) in enumerate(
            zip(heads, looks([iid for iid, _ in heads]), row.cells, shown, strict=True)
        ):
            left = _GAP + place * (side + _GAP)
            parts += _cell(cell, found, (left, top, side, tall))
            parts += _caption(head[1], cell.caption, look, (left, top + tall, side))
        top += tall + 46
    return "".join([opening(title, summary, wide, top), *parts, "</svg>"])


def _size(found: Thumbnail, side: int) -> tuple[int, int]:
    scale = side / max(found.width, found.height)
    return round(found.width * scale), round(found.height * scale)


def _cell(cell: Cell, found: Thumbnail | None, place: tuple[int, int, int, int]) -> list[str]:
    left, top, side, tall = place
    frame = f"<rect x='{left}' y='{top}' width='{side}' height='{tall}' fill='none' stroke='{RULE}'/>"
    if found is None:
        words = cell.words or "not a picture that can be drawn"
        return [frame, text(left + side / 2, top + tall / 2 + 4, cut(words, int(side / _LETTER)), "middle")]
    wide, high = _size(found, side)
    data = base64.b64encode(found.content).decode()
    box = f"x='{left + (side - wide) / 2:.1f}' y='{top + (tall - high) / 2:.1f}' width='{wide}' height='{high}'"
    return [frame, f"<image {box} href='data:{found.media_type};base64,{data}'/>"]


def _caption(name: str, words: str, look: int, place: tuple[int, int, int]) -> list[str]:
    left, top, side = place
    dash = DASHES[look // len(HUES) % len(DASHES)]
    dashed = f" stroke-dasharray='{dash}'" if dash else ""
    most = int((side - 24) / _LETTER)
    return [
        f"<path d='M{left} {top + 13}h16' stroke='{HUES[look % len(HUES)]}' stroke-width='2.5'{dashed}/>",
        text(left + 22, top + 17, cut(name, most), "start", INK),
        text(left + 22, top + 32, words, "start"),
    ]
