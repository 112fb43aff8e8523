"""What the load client can send at most: it sends to a server that answers `{}` to everything."""

import asyncio
import multiprocessing
import socket

from bench.client import NOW, Request, drive_at
from bench.servers import HOST

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
_POINT = {"run_id": "0" * 32, "key": "loss", "value": 0.5, "timestamp": NOW, "step": 1}
_REQUESTS = 20_000


class _Nothing(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:  # noqa: ARG002 - each packet is one small request
        self._transport.write(_ANSWER)


def limit(connections: int) -> float:
    """Requests a second that the load client sends on so many connections."""
    with socket.create_server((HOST, 0)) as listening:
        process = multiprocessing.get_context("fork").Process(target=_serve, args=(listening,), daemon=True)
        process.start()
        request: Request = ("POST", "/api/2.0/mlflow/runs/log-metric", _POINT)
        streams: list[list[Request]] = [[request] * (_REQUESTS // connections)] * connections
        driven = drive_at(listening.getsockname()[1], process.pid or 0, streams)
        process.kill()
        process.join()
    return driven["requests"] / driven["seconds"]


def _serve(listening: socket.socket) -> None:
    async def forever() -> None:
        server = await asyncio.get_running_loop().create_server(_Nothing, sock=listening)
        await server.serve_forever()

    asyncio.run(forever())
