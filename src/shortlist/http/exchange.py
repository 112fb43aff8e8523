"""One request and its answer, on the connection that it came on.

The kernel sends files (ASGI's `http.response.pathsend`), where nothing needs to see their bytes on the way.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, cast

from starlette.types import Message
from uvicorn._types import ASGIReceiveEvent, ASGISendEvent
from uvicorn.protocols.http.httptools_impl import HEADER_RE, HEADER_VALUE_RE, STATUS_LINE, RequestResponseCycle

from shortlist.blobs.blocks import Buffer
from shortlist.http.body import announced_size
from shortlist.http.sending import PATHSEND, send_file

# A client that takes nothing of its answer for so long is given up.
STALL_SECONDS = 300
# A body up to this size is copied behind its head, which is less than a second buffer costs.
_SMALL_BYTES = 16 * 1024
_BODILESS = (204, 304)


class Exchange(RequestResponseCycle):
    """One request and its answer."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.parts: list[bytes] = []
        self.waiting_bytes = 0
        self._head = b""  # made, and not written yet
        self._bodiless = self.scope["method"] == "HEAD"
        self._received = False
        self._noted = cast("dict[str, Any]", self.scope)  # for the application, beside what ASGI has
        self._noted["whole_body"] = self.whole_body
        self.received_bytes = 0
        self.pieces: deque[Buffer] = deque()  # what came after the parts, without the parser

    def whole_body(self) -> bytes | None:
        """The body, where all of it has come and nothing of it was received: as with nearly every small request."""
        if self.more_body or self.disconnected or self._received or self.pieces:
            return None
        self.message_event.clear()
        return self._take()

    def _take(self) -> bytes:
        parts, self.parts, self.waiting_bytes = self.parts, [], 0
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def forsake(self) -> None:
        """The client is gone, or has been told what it will get."""
        if not self.response_complete:
            self.disconnected = True
        self.message_event.set()

    def announced_size(self) -> int:
        """How long the body is by its Content-Length; 0 where that is not what ends it."""
        return announced_size({name.decode(): value.decode("latin-1") for name, value in self.scope["headers"]}) or 0

    async def receive(self) -> ASGIReceiveEvent:
        if self.waiting_for_100_continue and not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.waiting_for_100_continue = False
        self._received = True
        if not self.disconnected and not self.response_complete:
            self.flow.resume_reading()
            await self.message_event.wait()
            self.message_event.clear()
        if self.disconnected or self.response_complete:
            return {"type": "http.disconnect"}
        # Pieces go one by one, since to join them is to copy them.
        body = self._take() if self.parts or not self.pieces else cast("bytes", self.pieces.popleft())
        if self.pieces:
            self.message_event.set()
        return {"type": "http.request", "body": body, "more_body": self.more_body or bool(self.pieces)}

    async def send(self, message: ASGISendEvent) -> None:
        """uvicorn writes the head and the body of an answer one after the other: two calls of the system, and two
        turns of the client."""
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        given = cast("Message", message)  # uvicorn's type knows of no files
        kind = given["type"]
        if self.response_complete or self.response_started == (kind == "http.response.start"):
            raise RuntimeError(f"{kind} is not what comes now")
        if kind == "http.response.start":
            self._begin(given["status"], given.get("headers", ()))
        elif kind == PATHSEND:
            self._write_head()
            try:
                await send_file(self.transport, Path(given["path"]), self.expected_content_length, STALL_SECONDS)
            except (ConnectionError, TimeoutError):
                self.forsake()
                self.transport.abort()
                return
            self.expected_content_length = 0
            self._end()
        else:
            more = given.get("more_body", False)
            self._write(given.get("body", b""), more=more)
            if not more:
                self._end()

    def _begin(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> None:
        self.response_started = True
        self.waiting_for_100_continue = False
        if self.more_body:  # what is left of it would be read without an end, and without a reader
            self.keep_alive = False
        lines = [STATUS_LINE[status]]
        length: int | None = None
        said_to_close = False
        for name, value in chain(self.default_headers, headers):
            lines.append(header_line(name, value))
            if name == b"content-length":
                length = int(value)
            elif name == b"connection" and value == b"close":
                self.keep_alive, said_to_close = False, True
        self._bodiless |= status in _BODILESS
        if length is not None:
            self.expected_content_length = 0 if self._bodiless else length
        elif not self._bodiless and self.scope["http_version"] == "1.1":
            self.chunked_encoding = True
            lines.append(b"transfer-encoding: chunked\r\n")
        elif not self._bodiless:  # a client that knows no chunks learns where the body ends by the connection's end
            self.chunked_encoding = False
            self.keep_alive = False
        if not self.keep_alive and not said_to_close:
            lines.append(b"connection: close\r\n")
        lines.append(b"\r\n")
        self._head = b"".join(lines)
        # With the body if it follows at once; a stream's reader hears of the head before there is anything to read.
        asyncio.get_running_loop().call_soon(self._write_head)

    def _write_head(self) -> None:
        head, self._head = self._head, b""
        if head and not self.transport.is_closing():
            self.transport.write(head)

    def _write(self, body: bytes, *, more: bool) -> None:
        if self._bodiless:
            body = b""
        elif self.chunked_encoding:
            body = b"".join((b"%x\r\n" % len(body), body, b"\r\n")) if body else b""
            body += b"" if more else b"0\r\n\r\n"
        elif self.chunked_encoding is None:
            self.expected_content_length -= len(body)
            if self.expected_content_length < 0 or (self.expected_content_length and not more):
                raise RuntimeError("the body has another length than its head says")
        head, self._head = self._head, b""
        if len(body) <= _SMALL_BYTES:
            self.transport.write(head + body)
        else:
            self.transport.writelines((head, body) if head else (body,))

    def _end(self) -> None:
        del self._noted["whole_body"]  # which leads back here: nothing of a request waits for the collector
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()


@lru_cache(1024)
def header_line(name: bytes, value: bytes) -> bytes:
    """A header's line. Raises RuntimeError: a line break in it would begin another header."""
    if HEADER_RE.search(name) or HEADER_VALUE_RE.search(value):
        raise RuntimeError(f"invalid header {name!r}")
    return name + b": " + value + b"\r\n"
