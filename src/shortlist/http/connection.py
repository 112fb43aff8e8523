"""One connection of a client: uvicorn's, with what it leaves to others.

A head has a limit of size and of time. A body reaches its reader as the parser cut it, without two more copies of it;
a large one does not go through the parser.
"""

import asyncio
from asyncio.events import TimerHandle
from typing import cast
from urllib.parse import unquote

import httptools
from uvicorn._types import ASGI3Application
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from shortlist.blobs.blocks import Buffer
from shortlist.http.exchange import STALL_SECONDS, Exchange, header_line
from shortlist.http.receiving import PIECE_BYTES, Receiver
from shortlist.http.sending import PATHSEND

HEAD_SECONDS = 30
# Beside what came with its first byte, which is one read.
MOST_HEAD_BYTES = 64 * 1024
MOST_HEADERS = 100
# Requests sent before the one before them was answered; each takes a hundred times its bytes.
MOST_PIPELINED = 100
# What waits for a reader that is slower than its client; reading goes on when it has been taken.
_MOST_WAITING_BYTES = 1024 * 1024
_MOST_WAITING_PIECES = 2
# What is received without the parser: bodies of which so much has come and more than a piece is to come.
_PARSED_BYTES = 1024 * 1024
_FRAMING = (b"content-length", b"transfer-encoding")


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
            self._extensions = {PATHSEND: {}}
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
        was_in_head, was_of = self._in_head, self._exchange
        received = was_of.received_bytes if was_of is not None else 0
        self._unset_keepalive_if_required()
        try:
            self._parse(data)
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received.")
        if self._in_head:  # it did not come in one piece
            self._wait_for_head(len(data) if was_in_head else 0)
        elif (exchange := self._exchange) is not None and exchange.response_complete:
            self._be_idle()
        elif exchange is not None and exchange.received_bytes > _PARSED_BYTES:
            self._receive_rest(exchange)
        elif exchange is not None and exchange.more_body:
            beside_it = exchange is was_of and exchange.received_bytes == received
            self._head_bytes = self._head_bytes + len(data) if beside_it else 0
            if self._head_bytes > MOST_HEAD_BYTES:  # the parser keeps what is beside chunks, and behind the last one
                self.send_400_response("There is too much beside the body.")

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
            self.parser = _new_parser(self)
            self._head_is_known = True
            head = b"".join(header_line(name, value) for name, value in framing)
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
        )
        if before is None or before.response_complete:
            self._running = self._exchange
            self._start_asgi_task(self.cycle, self._application)
        else:  # sent before the last one was answered; reading goes on, to learn when the client is gone
            self.pipeline.appendleft((self.cycle, self._application))

    def on_response_complete(self) -> None:
        if self.pipeline:
            self._running = cast("Exchange", self.pipeline[-1][0])
        super().on_response_complete()

    def on_body(self, body: bytes) -> None:
        exchange = self._exchange
        if exchange is None:
            return
        exchange.received_bytes += len(body)
        if exchange.response_complete:
            return
        exchange.parts.append(body)
        exchange.waiting_bytes += len(body)
        if exchange.waiting_bytes > _MOST_WAITING_BYTES:
            self.flow.pause_reading()
        exchange.message_event.set()

    def _receive_rest(self, exchange: Exchange) -> None:
        """Receive what is left of a large body as it is, where its end is known and another request may follow it."""
        size = exchange.announced_size()
        if not exchange.more_body or size - exchange.received_bytes < PIECE_BYTES or not exchange.keep_alive:
            return
        if not self.transport.is_closing() and not self.parser.should_upgrade():
            self.transport.set_protocol(Receiver(self, exchange.received_bytes, size))

    def on_piece(self, piece: Buffer, *, last: bool) -> None:
        self._unset_keepalive_if_required()
        exchange = cast("Exchange", self._exchange)
        if exchange.response_complete:
            self._be_idle()
        else:
            exchange.pieces.append(piece)
            if len(exchange.pieces) >= _MOST_WAITING_PIECES:
                self.flow.pause_reading()
            exchange.message_event.set()
        if last:
            self.parser = _new_parser(self)  # the last one still waits for this body
            self.transport.set_protocol(self)
            self.on_message_complete()

    def _wait_for_head(self, more: int) -> None:
        self._head_bytes += more
        if self.transport.is_closing():
            return
        if self._head_bytes > MOST_HEAD_BYTES:
            self.send_400_response("The head of the request is too large.")
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def close_if_quiet(self, seconds: float) -> None:
        """Close a connection that is used for nothing, and has not been for a while. One that has just been used, or
        made, may have the next request on its way."""
        if self._running is not None and not self._running.response_complete:
            cast("Exchange", self._exchange).keep_alive = False
            return
        timer, whole = self.timeout_keep_alive_task, self.timeout_keep_alive
        if timer is None:
            timer, whole = self._head_timer, HEAD_SECONDS
        if timer is None or self.loop.time() - (timer.when() - whole) >= seconds:
            self.transport.close()

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


def _new_parser(of: Connection) -> "httptools.HttpRequestParser":
    parser = httptools.HttpRequestParser(of)
    parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as that of uvicorn
    return parser
