"""Pictures and comparisons for places that run no script of ours: SVG, PNG and Markdown by address."""

import asyncio
import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from shortlist.access.actions import Action
from shortlist.comparison import service as comparing
from shortlist.comparison.markdown import markdown
from shortlist.drawing.png import png
from shortlist.errors import InvalidValue
from shortlist.http.endpoint import Call, Endpoint, Mode
from shortlist.web import compare, operations

MAX_LINES = 48  # as many as a colour and a dash tell apart
_LARGEST = 4000
# A picture loads nothing and runs nothing, whatever its texts say.
_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
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


async def comparison_markdown(call: Call, request: Request) -> Response:
    """Write a comparison as Markdown: `?candidates=1.2`, the first of which is the baseline."""
    iids = iids_of(request.query_params.get("candidates", ""))
    found, environment = await compare.read(call.services, call.project, iids)
    text = markdown(found, environment, comparing.names(found))
    return Response(text, media_type="text/markdown; charset=utf-8", headers=_HEADERS)


def iids_of(text: str, field: str = "candidates") -> list[int]:
    """Numbers of candidates as a query gives them. Raises InvalidValue: none, too many, or not a number."""
    words = [word for word in re.split(r"[.,]", text) if word]
    if not 1 <= len(words) <= MAX_LINES or not all(re.fullmatch(r"[0-9]{1,15}", word) for word in words):
        raise InvalidValue(f"Name between 1 and {MAX_LINES} candidates by number.", field=field)
    return [int(word) for word in words]


def _size(text: str, field: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 240 <= int(text) <= _LARGEST:
        raise InvalidValue(f"The {field} is between 240 and {_LARGEST} pixels.", field=field)
    return int(text)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{operations.PROJECT}/compare.md",
        action=Action.EXPERIMENT_READ,
        mode=Mode.STREAM,
        handler=comparison_markdown,
        tags=("compare.md",),
    ),
)
