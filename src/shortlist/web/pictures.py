"""What all pictures and files by address have in common: their headers, their sizes, the candidates that they name."""

import asyncio
import re
from collections.abc import Mapping

from starlette.responses import Response

from shortlist.drawing.png import png
from shortlist.errors import InvalidValue

MAX_LINES = 48  # as many as a colour and a dash tell apart
_LARGEST = 4000
# A picture loads nothing and runs nothing, whatever its texts say.
_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
    "cache-control": "private, no-cache",
}


async def picture(drawn: str, suffix: str, name: str | None) -> Response:
    """An SVG document as it is, or as PNG; with a name, as a file to save."""
    if suffix == "svg":
        return answer(drawn, "image/svg+xml", name)
    return answer(await asyncio.to_thread(png, drawn), "image/png", name)


def answer(content: str | bytes, media_type: str, name: str | None) -> Response:
    headers = _HEADERS if name is None else {**_HEADERS, "content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


def size_of(given: Mapping[str, str]) -> tuple[int, int]:
    """Width and height in pixels, as a query gives them. Raises InvalidValue: too small or too large."""
    return _size(given.get("width", "720"), "width"), _size(given.get("height", "360"), "height")


def iids_of(text: str, field: str = "candidates", most: int = MAX_LINES) -> list[int]:
    """Numbers of candidates as a query gives them. Raises InvalidValue: none, too many, or not a number."""
    words = [word for word in re.split(r"[.,]", text) if word]
    if not 1 <= len(words) <= most or not all(re.fullmatch(r"[0-9]{1,15}", word) for word in words):
        raise InvalidValue(f"Name between 1 and {most} candidates by number.", field=field)
    return [int(word) for word in words]


def _size(text: str, field: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 240 <= int(text) <= _LARGEST:
        raise InvalidValue(f"The {field} is between 240 and {_LARGEST} pixels.", field=field)
    return int(text)
