"""What a connection gives up after a while, with the whiles made short, over a real pair of sockets."""

import asyncio
import os
import socket
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import uvloop
from starlette.types import Receive, Scope, Send

from shortlist.http import connection, exchange, server

REQUEST = b"GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n"
MUCH = 64 * 1024 * 1024
SECONDS = 30


class Application:
    """Answers by the address: `/small`, `/large` and `/file` with a body of that kind, `/wait` when its client is
    gone. `ended` is set when a request is over."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.ended = asyncio.Event()
        self.begun = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert (await receive())["type"] == "http.request"
        self.begun.set()
        try:
            await self.answer(scope["path"], receive, send)
        finally:
            self.ended.set()

    async def answer(self, path: str, receive: Receive, send: Send) -> None:
        if path == "/wait":
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        size = 2 if path == "/small" else MUCH
        head = [(b"content-length", str(size).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        if path == "/file":
            await send({"type": "http.response.pathsend", "path": str(self.file)})
            return
        for _ in range(16):
            await send({"type": "http.response.body", "body": bytes(size // 16), "more_body": True})
        await send({"type": "http.response.body", "body": bytes(size % 16)})


class Client:
    """The other end of a connection."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.loop = asyncio.get_running_loop()
        self.socket, self._served = socket.socketpair()
        self.socket.setblocking(False)

    async def connect(self) -> None:
        connections = server._Connections(self.application)  # pyright: ignore[reportPrivateUsage, reportArgumentType]
        await self.loop.connect_accepted_socket(connections.new, self._served)

    async def send(self, data: bytes) -> None:
        await self.loop.sock_sendall(self.socket, data)

    async def rest(self) -> bytes:
        """What comes until the connection ends, if that is soon."""
        received = b""
        async with asyncio.timeout(SECONDS):
            while data := await self.loop.sock_recv(self.socket, 65536):
                received += data
        return received


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Callable[[Client], Coroutine[Any, Any, None]]], None]:
    times = (
        (connection, "HEAD_SECONDS"),
        (connection, "STALL_SECONDS"),
        (exchange, "STALL_SECONDS"),
        (server, "_IDLE_SECONDS"),
    )
    for module, name in times:
        monkeypatch.setattr(module, name, 0.05)
    file = tmp_path / "file"
    file.touch()
    os.truncate(file, MUCH)

    async def with_a_client(check: Callable[[Client], Coroutine[Any, Any, None]]) -> None:
        client = Client(Application(file))
        await client.connect()
        with client.socket:
            await check(client)

    def running(check: Callable[[Client], Coroutine[Any, Any, None]]) -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(with_a_client(check))

    return running


Run = Callable[[Callable[[Client], Coroutine[Any, Any, None]]], None]


@pytest.mark.parametrize("sent", [b"", b"GET /small HTTP/1.1\r\nHost: l", b"\r\n\r\n"], ids=["none", "half", "blank"])
def test_a_head_that_does_not_come(run: Run, sent: bytes) -> None:
    async def check(client: Client) -> None:
        await client.send(sent)
        assert await client.rest() == b""

    run(check)


@pytest.mark.parametrize("sent", [b"", b"GET /small HTTP/1.1\r\nHost: l", b"\r\n\r\n"], ids=["none", "half", "blank"])
def test_a_head_that_does_not_come_after_another(run: Run, sent: bytes) -> None:
    async def check(client: Client) -> None:
        await client.send(REQUEST % b"small" + sent)
        assert (await client.rest()).count(b"HTTP/1.1") == 1

    run(check)


@pytest.mark.parametrize("kind", [b"large", b"file"])
def test_an_answer_that_is_not_taken(run: Run, kind: bytes) -> None:
    async def check(client: Client) -> None:
        await client.send(REQUEST % kind)
        async with asyncio.timeout(SECONDS):
            await client.application.ended.wait()
        assert len(await client.rest()) < MUCH

    run(check)


def test_a_client_that_goes_with_a_request_in_its_queue(run: Run) -> None:
    async def check(client: Client) -> None:
        await client.send(REQUEST % b"wait")
        async with asyncio.timeout(SECONDS):
            await client.application.begun.wait()
            await client.send(REQUEST % b"small")
            client.socket.close()
            await client.application.ended.wait()

    run(check)
