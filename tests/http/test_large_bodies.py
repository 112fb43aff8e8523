"""A large body goes around the parser: the same bytes reach its reader, and the next request is found behind it."""

import asyncio
import hashlib
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest
import uvloop
from starlette.types import Message, Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.server import ServerState

from shortlist.http.connection import Connection
from shortlist.http.receiving import PIECE_BYTES
from tests.cli.test_tls import certificate

# Some pieces and the rest of one; a request that nobody made is in it.
LARGE = (b"\r\n\r\nGET /nobody HTTP/1.1\r\n\r\n" + os.urandom(9973)) * 2000
DIGEST = hashlib.sha256(LARGE).hexdigest().encode()
HEAD = f"PUT /read HTTP/1.1\r\nContent-Length: {len(LARGE)}\r\n"


class Reader:
    """An application that answers with the digest of a body, or at once. `asked` is what for; `aligned` whether views
    stood where a disk could read them; `gone` whether a client was lost, `heard` that something of a body came."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.views = 0
        self.aligned = True
        self.heard = threading.Event()
        self.gone = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append(scope["path"])
        if scope["path"] == "/refuse":
            answer = (await receive())["type"].encode()
        else:
            answer = await self._digest(receive)
        if answer is not None:
            headers = [(b"content-length", b"%d" % len(answer))]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": answer})

    async def _digest(self, receive: Receive) -> bytes | None:
        message: Message = {"more_body": True}
        digest, position = hashlib.sha256(), 0
        while message["more_body"]:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.gone.set()
                return None
            self._look(message["body"], position)
            digest.update(message["body"])
            position += len(message["body"])
        return digest.hexdigest().encode()

    def _look(self, part: bytes | memoryview, position: int) -> None:
        if part:
            self.heard.set()
        if isinstance(part, memoryview):
            self.views += 1
            address: int = np.frombuffer(part, np.uint8).__array_interface__["data"][0]
            self.aligned &= (address - position) % 4096 == 0


@contextmanager
def listening(reader: Reader, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server in a thread of its own; its port."""
    started: list[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]] = []
    ready = threading.Event()

    async def serve() -> None:
        config = Config(
            reader, http=Connection, ws="none", lifespan="off", interface="asgi3", log_config=None, proxy_headers=False
        )
        config.load()
        loop, stop, state = asyncio.get_running_loop(), asyncio.Event(), ServerState()
        server = await loop.create_server(lambda: Connection(config, state), "127.0.0.1", 0, ssl=context)
        started.append((loop, stop, server.sockets[0].getsockname()[1]))
        ready.set()
        await stop.wait()
        server.close()

    thread = threading.Thread(target=lambda: uvloop.run(serve()))
    thread.start()
    assert ready.wait(30)
    loop, stop, port = started[0]
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.fixture(scope="module")
def port(reader: Reader) -> Iterator[int]:
    with listening(reader) as found:
        yield found


def answers(connection: socket.socket, *sent: bytes) -> list[bytes]:
    """The bodies of what is answered until the connection ends. They are so short that they can wait until all is
    sent: a TLS connection of Python's is for one thread at a time."""
    with connection, connection.makefile("rb") as file:
        for part in (*sent, b"GET /last HTTP/1.1\r\nConnection: close\r\n\r\n"):
            connection.sendall(part)
        received = file.read()
    return [part.partition(b"\r\n\r\n")[2] for part in received.split(b"HTTP/1.1 200 ")[1:]]


def test_what_is_sent_behind_a_large_body_is_the_next_request(reader: Reader, port: int) -> None:
    reader.asked.clear()
    reader.views = 0
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    whole = f"{HEAD}\r\n".encode() + LARGE
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (LARGE[:100], LARGE[100:]))
    chunked = b"PUT /chunked HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
    nothing = hashlib.sha256().hexdigest().encode()
    found = answers(connection, whole, whole + whole, chunked, b"GET /small HTTP/1.1\r\n\r\n", whole)
    assert found == [DIGEST, DIGEST, DIGEST, DIGEST, nothing, DIGEST, nothing]
    assert reader.asked == ["/read", "/read", "/read", "/chunked", "/small", "/read", "/last"]
    assert reader.views >= 4 * (len(LARGE) // PIECE_BYTES)
    assert reader.aligned


def test_a_large_body_that_is_answered_before_its_end_is_not_taken_for_requests(reader: Reader, port: int) -> None:
    reader.asked.clear()
    refused = HEAD.replace("/read", "/refuse").encode() + b"\r\n" + LARGE
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection, suppress(OSError):
        connection.sendall(refused + refused)
        while connection.recv(1000):
            pass
    assert reader.asked == ["/refuse"]


def test_a_connection_that_is_to_close_ends_after_its_large_body(reader: Reader, port: int) -> None:
    reader.asked.clear()
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(f"{HEAD}Connection: close\r\n\r\n".encode() + LARGE)
    with connection, connection.makefile("rb") as file:
        assert file.read().endswith(DIGEST)
    assert reader.asked == ["/read"]


def test_a_reader_hears_of_what_comes_slowly_and_of_the_end_of_a_client(reader: Reader, port: int) -> None:
    reader.heard.clear()
    reader.gone.clear()
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(f"{HEAD}Expect: 100-continue\r\n\r\n".encode())
    assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.sendall(LARGE[: 3 * PIECE_BYTES])
    assert reader.heard.wait(30)
    reader.heard.clear()
    connection.sendall(b"x")
    assert reader.heard.wait(30)
    connection.close()
    assert reader.gone.wait(30)


def test_large_bodies_come_encrypted_too(tmp_path: Path) -> None:
    reader = Reader()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate(tmp_path))
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    whole = f"{HEAD}\r\n".encode() + LARGE
    with listening(reader, context) as port:
        connection = client.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=30))
        found = answers(connection, whole, b"GET /small HTTP/1.1\r\n\r\n", whole)
    assert (found[0], found[2]) == (DIGEST, DIGEST)
    assert reader.asked == ["/read", "/small", "/read", "/last"]
    assert reader.views > 0
