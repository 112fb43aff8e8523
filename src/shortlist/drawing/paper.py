"""What every picture is drawn with: colours, words, and the room around values."""

import math
from collections.abc import Sequence
from html import escape

INK, FAINT, RULE, GROUND = "#1c1a17", "#6b665c", "#e4dfd5", "#ffffff"
GOOD, BAD = "#12653f", "#ab2318"
FONT = "font-family='system-ui, sans-serif'"


def opening(title: str, summary: str, width: int, height: int) -> str:
    """The beginning of a document: its size, what it says to those who do not see it, and its title."""
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'"
        f" width='{width}' height='{height}' role='img' aria-labelledby='title summary'>"
        f"<title id='title'>{escape(title)}</title><desc id='summary'>{escape(summary)}</desc>"
        f"<rect width='{width}' height='{height}' fill='{GROUND}'/>"
        f"{heading(16, 26, title, 15)}"
    )


def heading(x: float, y: float, words: str, size: int) -> str:
    return f"<text x='{x}' y='{y}' {FONT} font-size='{size}' font-weight='600' fill='{INK}'>{escape(words)}</text>"


def text(x: float, y: float, words: str, anchor: str, fill: str = FAINT, *, above: bool = False) -> str:
    """Words, with a rim of the ground where they stand above lines."""
    place = f"x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}'"
    if above:
        place += f" stroke='{GROUND}' stroke-width='3' paint-order='stroke'"
    return f"<text {place} {FONT} font-size='11' fill='{fill}'>{escape(words)}</text>"


def cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


def spread(values: Sequence[float], room: float) -> tuple[float, float]:
    """The ends of an axis for finite values, with a share of room beyond them."""
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    if low == high:
        return low - (abs(low) * 0.1 or 1), high + (abs(high) * 0.1 or 1)
    return low - (high - low) * room, high + (high - low) * room


def spread_log(values: Sequence[float]) -> tuple[float, float]:
    """The ends of a logarithmic axis for values above zero."""
    if not values:
        return 0.1, 1.0
    low, high = min(values), max(values)
    return (low / 2, high * 2) if low == high else (low / 1.1, high * 1.1)


def without_outliers(values: Sequence[float]) -> list[float]:
    """The values but those further than three times the distance between the quartiles beyond them; all of them where
    they are few or mostly the same. The pages leave out the same ones."""
    ordered = sorted(values)
    if len(ordered) < 8:
        return ordered
    first, third = (ordered[round(share * (len(ordered) - 1))] for share in (0.25, 0.75))
    room = 3 * (third - first)
    return [value for value in ordered if first - room <= value <= third + room] if room else ordered


def shade(share: float) -> str:
    """A colour between two that differ in lightness too, for a share from 0 to 1."""
    low, high = (0xD8, 0xC4, 0x8A), (0x2B, 0x4A, 0xCB)
    mixed = (round(a + (b - a) * min(1.0, max(0.0, share))) for a, b in zip(low, high, strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def finite(values: Sequence[float]) -> list[float]:
    return [value for value in values if math.isfinite(value)]
