"""A small HTTP load client: keep-alive connections, bodies made before the clock starts, latency of every answer.

It runs in a process of its own (`python -m bench.load`), fed with a JSON plan on standard input, so that it never
shares the interpreter of what it measures. One connection sends its next request when the last is answered.
"""

import asyncio
import json
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field

import psutil

# Of one connection; a server that closes more often cannot be measured with connections that are kept.
_MOST_RECONNECTS = 50
_REFUSED_SECONDS, _PAUSE_SECONDS = 10.0, 0.05


@dataclass
class Result:
    """`seconds` from the first request to the last answer; `latencies` in seconds; `bytes` of all answers."""

    seconds: float
    requests: int
    bytes: int
    failures: int
    reconnects: int
    latencies: list[float] = field(default_factory=list)
    first_failure: str = ""


class Connection(asyncio.Protocol):
    """Sends prepared requests one after another and reads answers by their length or their chunks."""

    def __init__(self, address: tuple[str, int], requests: list[bytes], done: "asyncio.Future[None]") -> None:
        self._address = address
        self._requests = iter(requests)
        self._done = done
        self._again: asyncio.Future[None] | None = None
        self.reconnects = 0
        self._buffer = bytearray()
        self._sent_at = 0.0
        self._transport: asyncio.Transport | None = None
        self._pending: bytes | None = None
        self.latencies: list[float] = []
        self.received = 0
        self.failures = 0
        self.first_failure = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if self._pending is None:
            self._next()
        else:
            transport.write(self._pending)

    def connection_lost(self, exc: Exception | None) -> None:
        """Connect again and send what was not answered: some servers close a connection after a while."""
        if self._done.done():
            return
        self.reconnects += 1
        if self.reconnects > _MOST_RECONNECTS:
            self._done.set_exception(exc or ConnectionError("the server keeps closing the connection"))
            return
        self._buffer.clear()
        self._again = asyncio.ensure_future(self._connect())

    async def _connect(self) -> None:
        """A server that has just replaced a process may refuse for a moment."""
        host, port = self._address
        until = time.perf_counter() + _REFUSED_SECONDS
        while not self._done.done():
            try:
                await asyncio.get_running_loop().create_connection(lambda: self, host, port)
            except OSError as error:
                if time.perf_counter() > until:
                    self._done.set_exception(error)
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                return

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        self._buffer += data
        if self._complete():
            self.latencies.append(time.perf_counter() - self._sent_at)
            if not self._buffer.startswith((b"HTTP/1.1 2", b"HTTP/1.0 2")):
                self.failures += 1
                self.first_failure = self.first_failure or bytes(self._buffer[:500]).decode(errors="replace")
            self._buffer.clear()
            self._next()

    def _complete(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(self._buffer[:end]).lower()
        start = head.find(b"content-length:")
        if start >= 0:
            length = int(head[start + 15 :].split(b"\r\n", 1)[0])
            return len(self._buffer) >= end + 4 + length
        return self._buffer.endswith(b"0\r\n\r\n")

    def _next(self) -> None:
        assert self._transport is not None
        request = next(self._requests, None)
        if request is None:
            if not self._done.done():
                self._done.set_result(None)
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._pending = request
        self._transport.write(request)


def encode(host: str, port: int, token: str, method: str, path: str, body: object | None) -> bytes:
    """A whole HTTP/1.1 request."""
    payload = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}:{port}", f"Content-Length: {len(payload)}"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if payload:
        lines.append("Content-Type: application/json")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + payload


async def drive(host: str, port: int, streams: list[list[bytes]]) -> Result:
    """Send each list of requests on a connection of its own, all at once."""
    loop = asyncio.get_running_loop()
    connections: list[Connection] = []
    waiting: list[asyncio.Future[None]] = []

    def make(requests: list[bytes]) -> Connection:
        done: asyncio.Future[None] = loop.create_future()
        waiting.append(done)
        connections.append(Connection((host, port), requests, done))
        return connections[-1]

    started = time.perf_counter()
    await asyncio.gather(
        *(loop.create_connection(lambda stream=stream: make(stream), host, port) for stream in streams)
    )
    await asyncio.gather(*waiting)
    seconds = time.perf_counter() - started
    return Result(
        seconds=seconds,
        requests=sum(len(connection.latencies) for connection in connections),
        bytes=sum(connection.received for connection in connections),
        failures=sum(connection.failures for connection in connections),
        reconnects=sum(connection.reconnects for connection in connections),
        latencies=sorted(latency for connection in connections for latency in connection.latencies),
        first_failure=next((connection.first_failure for connection in connections if connection.failures), ""),
    )


def _cpu_seconds(pid: int) -> float:
    """Of a server's processes, some of which may end while they are looked at."""
    found = 0.0
    with suppress(psutil.NoSuchProcess):
        for process in [root := psutil.Process(pid), *root.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                found += sum(process.cpu_times()[:2])
    return found


def main() -> None:
    """Read {"host", "port", "token", "pid", "streams": [[[method, path, body], ...], ...]}; write what was found."""
    plan = json.load(sys.stdin)
    streams = [
        [encode(plan["host"], plan["port"], plan["token"], *request) for request in stream]
        for stream in plan["streams"]
    ]
    cpu, own = _cpu_seconds(plan["pid"]), time.process_time()
    result = asyncio.run(drive(plan["host"], plan["port"], streams))
    own, cpu = time.process_time() - own, _cpu_seconds(plan["pid"]) - cpu
    count = len(result.latencies)
    json.dump(
        {
            "seconds": result.seconds,
            "requests": result.requests,
            "bytes": result.bytes,
            "failures": result.failures,
            "reconnects": result.reconnects,
            "first_failure": result.first_failure,
            "p50": result.latencies[count // 2],
            "p99": result.latencies[min(count - 1, count * 99 // 100)],
            "server_cpu": cpu,
            "client_cpu": own,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
