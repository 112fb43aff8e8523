"""A stored file as an HTTP answer: conditional requests, ranges (RFC 9110, sections 13 and 14), and never a script."""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from shortlist.errors import RangeNotSatisfiable
from shortlist.http.surface import error_body
from shortlist.packages.types import PackageFile

# Opens the bytes from a start up to an end; they begin to flow before it returns.
Reader = Callable[[int, int], Awaitable[AsyncGenerator[bytes]]]

# Uploaded bytes must never act as a page of ours: whatever they are, they run nothing, load nothing, know no cookie.
_HEADERS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
    "cross-origin-resource-policy": "same-origin",
    "accept-ranges": "bytes",
    # Kept by the browser, but asked about each time: who may read can change, and so can the file at a path.
    "cache-control": "private, no-cache",
}
_INLINE_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
# Shown as they are written. Of text/*, these two could be more than text to a browser; XML can carry script, too.
_NOT_TEXT = frozenset({"text/html", "text/xml", "text/xsl"})
_TEXT = frozenset({"application/yaml", "application/toml", "application/jsonl"})

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})\Z")


async def file_response(request: Request, file: PackageFile, reader: Reader, *, inline: bool = False) -> Response:
    """The answer to GET or HEAD: 200, 206 for one range, 304, or 416. Several ranges are answered with everything.

    `inline` lets images, text, JSON and CSV be shown by the browser; everything else is always a download.
    """
    etag = f'"{file.sha256.hex()}"'
    headers = {**_HEADERS, "etag": etag, **_presentation(file, inline=inline)}
    if _matches(request.headers.get("if-none-match"), etag):
        return Response(None, 304, headers)
    start, end, status = 0, file.size, 200
    wanted = request.headers.get("range")
    if wanted is not None and request.headers.get("if-range", etag) == etag:
        chosen = _range_of(wanted, file.size)
        if chosen is not None:
            start, end = chosen
            if start >= end:
                return _unsatisfiable(file.size)
            status = 206
            headers["content-range"] = f"bytes {start}-{end - 1}/{file.size}"
    headers["content-length"] = str(end - start)
    if request.method == "HEAD":
        return Response(None, status, headers)
    return _Blocks(await reader(start, end), status, headers)


class _Blocks(Response):
    """Sends blocks as they come. An error in the middle must end the connection, lest it look complete."""

    def __init__(self, blocks: AsyncGenerator[bytes], status: int, headers: dict[str, str]) -> None:
        super().__init__(None, status, headers)
        self._blocks = blocks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async with aclosing(self._blocks) as blocks:
            async for block in blocks:
                await send({"type": "http.response.body", "body": block, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _presentation(file: PackageFile, *, inline: bool) -> dict[str, str]:
    shown = _shown_as(file.content_type) if inline else None
    name = file.path.rsplit("/", 1)[-1]
    plain = re.sub(r"[^ -~]|[\"\\%]", "_", name)
    encoded = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    disposition = "attachment" if shown is None else "inline"
    return {
        "content-type": shown or file.content_type,
        "content-disposition": f'{disposition}; filename="{plain}"{encoded}',
    }


def _shown_as(content_type: str) -> str | None:
    """The type under which a browser may show a file in place; None where it must be downloaded."""
    if content_type in _INLINE_IMAGES:
        return content_type
    if content_type == "application/json":
        return "application/json"
    if content_type in _TEXT or (content_type.startswith("text/") and content_type not in _NOT_TEXT):
        return "text/plain; charset=utf-8"
    return None


def _matches(condition: str | None, etag: str) -> bool:
    if condition is None:
        return False
    return condition.strip() == "*" or etag in (tag.strip().removeprefix("W/") for tag in condition.split(","))


def _range_of(wanted: str, size: int) -> tuple[int, int] | None:
    """Start and end of a single range, empty when nothing of it exists; None for what is to be ignored."""
    found = _RANGE.match(wanted.strip().replace(" ", ""))
    if found is None:
        return None
    first, last = found.groups()
    if first:
        if last and int(last) < int(first):
            return None
        return int(first), min(size, int(last) + 1) if last else size
    return (max(0, size - int(last)), size) if last else None


def _unsatisfiable(size: int) -> Response:
    error = RangeNotSatisfiable(f"The file has {size} bytes, and none of them is in the range.", field="Range")
    headers = {"content-type": "application/json", "content-range": f"bytes */{size}"}
    return Response(msgspec.json.encode(error_body(error)), 416, headers)
