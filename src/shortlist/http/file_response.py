"""A stored file as an HTTP answer: conditional requests, ranges (RFC 9110, sections 13 and 14), and never a script."""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from enum import Enum
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from shortlist.errors import RangeNotSatisfiable
from shortlist.http.sending import PATHSEND
from shortlist.http.surface import error_body
from shortlist.packages.types import PackageFile


class Reader(NamedTuple):
    """How to come by the bytes of a file."""

    open: Callable[
        [int, int], Awaitable[AsyncGenerator[bytes]]
    ]  # from a start up to an end; they flow when it returns
    local: Callable[[], Awaitable[Path | None]]  # where the server can send the whole file from by itself


# Uploaded bytes must never act as a page of ours: whatever they are, they run nothing, load nothing, know no cookie.
_HEADERS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
    "cross-origin-resource-policy": "same-origin",
    "accept-ranges": "bytes",
    # Kept by the browser, but asked about each time: who may read can change, and so can the file at a path.
    "cache-control": "private, no-cache",
}
# A report may run its own scripts, but as nobody: of no origin, without a way to send anything anywhere.
_PAGE_POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob: data:{cdn}; "
    "style-src 'unsafe-inline' data:{cdn}; img-src data: blob:; font-src data:{cdn}; media-src data: blob:; "
    "worker-src blob:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
# Where charting libraries let their reports load them from. Only the one who reads a report can allow it.
_CDN = " https://cdn.plot.ly https://cdn.jsdelivr.net https://cdnjs.cloudflare.com https://unpkg.com https://cdn.bokeh.org"
_INLINE_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
# Shown as they are written. Of text/*, these two could be more than text to a browser; XML can carry script, too.
_NOT_TEXT = frozenset({"text/html", "text/xml", "text/xsl"})
_TEXT = frozenset({"application/yaml", "application/toml", "application/jsonl"})

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})\Z")


class Shown(Enum):
    """How a browser gets a file.

    INLINE: images, sound, video, text, JSON and CSV are shown in place; everything else is a download all the same.
    PAGE: HTML, too, in a sandbox; PAGE_CDN: there it may load libraries from well-known places.
    """

    DOWNLOAD = "download"
    INLINE = "inline"
    PAGE = "page"
    PAGE_CDN = "page-cdn"


async def file_response(
    request: Request, file: PackageFile, reader: Reader, shown: Shown = Shown.DOWNLOAD, content: bytes | None = None
) -> Response:
    """The answer to GET or HEAD: 200, 206 for one range, 304, or 416. Several ranges are answered with everything.

    `content` is the whole file, where it has been read already.
    """
    etag = _etag(file)
    headers = {**_HEADERS, "etag": etag, **_presentation(file, shown)}
    if not_modified(request, file):
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
    if content is not None:
        return Response(content[start:end], status, headers)
    if status == 200 and PATHSEND in request.scope.get("extensions", ()):
        path = await reader.local()
        if path is not None:
            return _LocalFile(path, status, headers)
    return _Blocks(await reader.open(start, end), status, headers)


def stream_response(blocks: AsyncGenerator[bytes], content_type: str, name: str) -> Response:
    """A download whose length is not known before it is made."""
    headers = {
        **_HEADERS,
        "accept-ranges": "none",
        "content-type": content_type,
        "content-disposition": _disposition("attachment", name),
    }
    return _Blocks(blocks, 200, headers)


def not_modified(request: Request, file: PackageFile) -> bool:
    """Whether the caller has said that it has these bytes."""
    return _matches(request.headers.get("if-none-match"), _etag(file))


def _etag(file: PackageFile) -> str:
    return f'"{file.sha256.hex()}"'


class _LocalFile(Response):
    """Has the server send a file by itself, without a turn of the interpreter for each block.

    It opens the file once, so a sweep that deletes it takes nothing from who is reading it.
    """

    def __init__(self, path: Path, status: int, headers: dict[str, str]) -> None:
        super().__init__(None, status, headers)
        self._path = str(path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": PATHSEND, "path": self._path})


class _Blocks(Response):
    """Sends blocks as they come. An error in the middle must end the connection, lest it look complete."""

    def __init__(self, blocks: AsyncGenerator[bytes], status: int, headers: dict[str, str]) -> None:
        super().__init__(None, status, headers)
        if "content-length" not in headers:
            del self.headers["content-length"]  # of a body that is not there
        self._blocks = blocks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async with aclosing(self._blocks) as blocks:
            async for block in blocks:
                await send({"type": "http.response.body", "body": block, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _presentation(file: PackageFile, shown: Shown) -> dict[str, str]:
    name = file.path.rsplit("/", 1)[-1]
    if file.content_type == "text/html" and shown in (Shown.PAGE, Shown.PAGE_CDN):
        return {
            "content-type": "text/html; charset=utf-8",
            "content-disposition": _disposition("inline", name),
            "content-security-policy": _PAGE_POLICY.format(cdn=_CDN if shown is Shown.PAGE_CDN else ""),
            "x-frame-options": "SAMEORIGIN",
        }
    kind = None if shown is Shown.DOWNLOAD else _shown_as(file.content_type)
    return {
        "content-type": kind or file.content_type,
        "content-disposition": _disposition("attachment" if kind is None else "inline", name),
    }


def _disposition(kind: str, name: str) -> str:
    """Any name as a header that every browser reads (RFC 6266): plain ASCII, and as it is beside it."""
    name = name.replace("/", "_")
    plain = re.sub(r"[^ -~]|[\"\\%]", "_", name)
    encoded = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'{kind}; filename="{plain}"{encoded}'


def _shown_as(content_type: str) -> str | None:
    """The type under which a browser may show a file in place; None where it must be downloaded."""
    if content_type in _INLINE_IMAGES or content_type.startswith(("audio/", "video/")):
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
