"""One connection of a client: uvicorn's, with what it leaves to others.

A head has a limit of size and of time. A body reaches its reader as the parser cut it, without two more copies of it.
And the kernel sends files (ASGI's `http.response.pathsend`), where nothing needs to see their bytes on the way.
"""

import asyncio
from asyncio.events import TimerHandle
from collections.abc import Iterable, Sized
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

import httptools
from starlette.types import Message
from uvicorn._types import ASGI3Application, ASGIReceiveEvent, ASGISendEvent
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)
from uvicorn.server import ServerState

from shortlist.http.sending import send_file

HEAD_SECONDS = 30
# Beside what came with its first byte, which is one read.
MOST_HEAD_BYTES = 64 * 1024
MOST_HEADERS = 100
# A client that takes nothing of its answer for so long is given up.
STALL_SECONDS = 300
# Requests sent before the one before them was answered; each takes a hundred times its bytes.
MOST_PIPELINED = 100
# What waits for a reader that is slower than its client; reading goes on when it has been taken.
_MOST_WAITING_BYTES = 1024 * 1024
# A body up to this size is copied behind its head, which is less than a second buffer costs.
_SMALL_BYTES = 16 * 1024
_BODILESS = (204, 304)
_FRAMING = (b"content-length", b"transfer-encoding")
_PATHSEND = "http.response.pathsend"


class Connection(HttpToolsProtocol):
    """Parses what comes and starts a task for each request."""

    def __init__(self, config: Config, server_state: ServerState) -> None:
        super().__init__(config, server_state, app_state={})
        self._application = cast("ASGI3Application", config.loaded_app)  # pyright: ignore[reportUnknownMemberType]
        self._exchange: Exchange | None = None  # whose request came last
        self._running: Exchange | None = None  # whose request is being answered, or was the last to be
        self._head_is_known = False
        self._in_head = False
        self._head_bytes = 0
        self._head_timer: TimerHandle | None = None
        self._stall_timer: TimerHandle | None = None
        self._extensions: dict[str, dict[object, object]] = {}

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        if self.scheme == "http":
            self._extensions = {_PATHSEND: {}}
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_timer()
        self._unset_keepalive_if_required()
        if self._running is not None:
            self._running.forsake()
        super().connection_lost(exc)
        self._forget_stall()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stall_timer = self.loop.call_later(STALL_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        self._forget_stall()
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        was_in_head = self._in_head
        self._unset_keepalive_if_required()
        try:
            self._parse(data)
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received.")
        if self._in_head:  # it did not come in one piece
            self._wait_for_head(len(data) if was_in_head else 0)
        elif (exchange := self._exchange) is not None and exchange.response_complete:
            self._be_idle()

    def _parse(self, data: bytes) -> None:
        """Raises HttpParserError."""
        while data:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                data = data[cast("int", upgrade.args[0]) :]
                self._stay_with_this_protocol()
            else:
                return

    def _stay_with_this_protocol(self) -> None:
        """Go on as if no other had been proposed. The parser leaves out the body of such a request; what follows must
        not be taken for another one."""
        exchange = cast("Exchange", self._exchange)
        framing = [pair for pair in exchange.scope["headers"] if pair[0] in _FRAMING]
        if framing:
            exchange.more_body = True
            exchange.message_event.clear()
            self.parser = httptools.HttpRequestParser(self)
            self._head_is_known = True
            head = b"".join(_line(name, value) for name, value in framing)
            self.parser.feed_data(b"POST / HTTP/1.1\r\n" + head + b"\r\n")

    def send_400_response(self, msg: str) -> None:
        """After the answers to what came before."""
        self._in_head = False
        running, last = self._running, self._exchange
        if running is None or last is None or running.response_complete:
            super().send_400_response(msg)
        elif last.more_body and not running.response_started and running is last:
            super().send_400_response(msg)
            running.forsake()
        elif last.more_body and running is last:
            self.transport.close()
        else:
            self.flow.pause_reading()
            last.keep_alive = False

    def on_message_begin(self) -> None:
        if self._head_is_known:
            return
        self._in_head = True
        self._head_bytes = 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._in_head:
            return  # behind a body: whoever took it for one of the head would trust what proxies have not seen
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        if self._head_is_known:
            self._head_is_known = False
            return
        self._in_head = False
        if self._head_timer is not None:
            self._forget_timer()
        if len(self.headers) > MOST_HEADERS:
            raise ValueError("too many headers")  # the parser gives up, and the client is told so
        if len(self.pipeline) >= MOST_PIPELINED:
            raise ValueError("too many requests at once")
        parser, scope = self.parser, self.scope
        parsed = httptools.parse_url(self.url)
        path = parsed.path.decode("ascii")
        scope["method"] = parser.get_method().decode("ascii")
        scope["http_version"] = version = parser.get_http_version()
        scope["path"] = unquote(path) if "%" in path else path
        scope["raw_path"] = parsed.path
        scope["query_string"] = parsed.query or b""
        scope["extensions"] = self._extensions
        before = self._exchange
        self.cycle = self._exchange = Exchange(
            scope=scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=version != "1.0" and parser.should_keep_alive(),
            on_response=self.on_response_complete,
            pipeline=self.pipeline,
        )
        if before is None or before.response_complete:
            self._running = self._exchange
            self._start_asgi_task(self.cycle, self._application)
        else:  # sent before the last one was answered
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self._application))

    def on_response_complete(self) -> None:
        if self.pipeline:
            self._running = cast("Exchange", self.pipeline[-1][0])
        super().on_response_complete()
        if self.pipeline:
            self.flow.pause_reading()  # not before all that is here has been answered

    def on_body(self, body: bytes) -> None:
        exchange = self._exchange
        if exchange is None or exchange.response_complete:
            return
        exchange.parts.append(body)
        exchange.waiting_bytes += len(body)
        if exchange.waiting_bytes > _MOST_WAITING_BYTES:
            self.flow.pause_reading()
        exchange.message_event.set()

    def _wait_for_head(self, more: int) -> None:
        self._head_bytes += more
        if self.transport.is_closing():
            return
        if self._head_bytes > MOST_HEAD_BYTES:
            self.send_400_response("The head of the request is too large.")
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _be_idle(self) -> None:
        if self.timeout_keep_alive_task is None and not self.transport.is_closing():
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def _give_up(self) -> None:
        self._head_timer = None
        self.transport.close()

    def _forget_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _forget_stall(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None


class Exchange(RequestResponseCycle):
    """One request and its answer."""

    def __init__(self, *, pipeline: Sized, **options: Any) -> None:
        super().__init__(**options)
        self._followed_by = pipeline
        self.parts: list[bytes] = []
        self.waiting_bytes = 0
        self._head = b""  # made, and not written yet
        self._bodiless = self.scope["method"] == "HEAD"
        self._received = False
        self._noted = cast("dict[str, Any]", self.scope)  # for the application, beside what ASGI has
        self._noted["whole_body"] = self.whole_body

    def whole_body(self) -> bytes | None:
        """The body, where all of it has come and nothing of it was received: as with nearly every small request."""
        if self.more_body or self.disconnected or self._received:
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

    async def receive(self) -> ASGIReceiveEvent:
        if self.waiting_for_100_continue and not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.waiting_for_100_continue = False
        self._received = True
        if not self.disconnected and not self.response_complete:
            if not self._followed_by:
                self.flow.resume_reading()
            await self.message_event.wait()
            self.message_event.clear()
        if self.disconnected or self.response_complete:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": self._take(), "more_body": self.more_body}

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
        elif kind == _PATHSEND:
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
            lines.append(_line(name, value))
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
def _line(name: bytes, value: bytes) -> bytes:
    """A header's line. Raises RuntimeError: a line break in it would begin another header."""
    if HEADER_RE.search(name) or HEADER_VALUE_RE.search(value):
        raise RuntimeError(f"invalid header {name!r}")
    return name + b": " + value + b"\r\n"
