"""A client that sends what it is told to, byte by byte, and reads answers as they come."""

import select
import socket
import ssl
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

SECONDS = 30


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes = b""


class Raw:
    """A connection. All waiting has an end: a server that does not answer fails the test."""

    def __init__(self, url: str, trust: ssl.SSLContext | None = None) -> None:
        address = urlsplit(url)
        self._socket = socket.create_connection((address.hostname, address.port), timeout=SECONDS)
        if trust is not None:
            self._socket = trust.wrap_socket(self._socket, server_hostname=address.hostname)
        self._file = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()
        self._socket.close()

    def send(self, data: str | bytes) -> None:
        self._socket.sendall(data.encode() if isinstance(data, str) else data)

    def ask(self, request: str) -> Answer:
        self.send(request)
        return self.answer()

    def answer(self, *, bodiless: bool = False) -> Answer:
        head = self.head()
        return head if bodiless else Answer(head.status, head.headers, self.body(head))

    def head(self) -> Answer:
        first = self.line()
        assert first.startswith(b"HTTP/1.1 "), first
        headers: dict[str, str] = {}
        while line := self.line():
            name, _, value = line.decode().partition(": ")
            headers[name] = value
        return Answer(int(first.split()[1]), headers)

    def body(self, head: Answer) -> bytes:
        """What follows a head, with the chunks joined."""
        if "content-length" in head.headers:
            return self.exactly(int(head.headers["content-length"]))
        if head.headers.get("transfer-encoding") != "chunked":
            return self.rest()
        parts: list[bytes] = []
        while size := int(self.line(), 16):
            parts.append(self.exactly(size))
            assert self.line() == b""
        assert self.line() == b""
        return b"".join(parts)

    def line(self) -> bytes:
        line = self._file.readline()
        assert line.endswith(b"\r\n"), line
        return line[:-2]

    def exactly(self, size: int) -> bytes:
        data = self._file.read(size)
        assert len(data) == size, "the connection ended before its answer"
        return data

    def rest(self) -> bytes:
        """What comes until the server closes the connection."""
        return self._file.read()

    def has_answer(self) -> bool:
        return bool(select.select([self._socket], [], [], 0)[0])
