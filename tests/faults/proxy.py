"""A small proxy in front of servers: connections in turn, to the next where one does not accept; and faults.

In front of a database or an object store it makes them slow, break off, or answer with errors.
"""

import asyncio
import itertools
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

Server = int | str  # a port of this machine, or the path of a socket
_REQUEST = re.compile(rb"(?:GET|PUT|POST|DELETE|HEAD) ")


class Proxy:
    """The faults hold for what comes after they are set, from any thread."""

    def __init__(self, servers: Sequence[Server]) -> None:
        self._turn = itertools.cycle(servers)
        self._count = len(servers)
        self.port = 0
        self.delay = 0.0  # seconds that each block takes longer, on its way there and back
        self.most_sent: int | None = None  # bytes from a client after which its connection breaks
        self.most_answered: int | None = None  # bytes to a client after which its connection breaks
        self.refusal: bytes | None = None  # what each HTTP request is answered, instead of passing it on
        self.flowing = threading.Event()  # nothing passes while it is not set
        self.flowing.set()
        self.broken = 0  # connections that were broken
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, started: threading.Event, stop: asyncio.Event) -> None:
        async with await asyncio.start_server(self._accept, "127.0.0.1", 0) as server:
            self.port = server.sockets[0].getsockname()[1]
            started.set()
            await stop.wait()
            for writer in self._open:
                writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(self._count):
            with suppress(OSError):
                there, back = await _connect(next(self._turn))
                self._open |= {writer, back}
                await asyncio.gather(self._pass_on(reader, back, writer), self._pass_back(there, writer))
                self._open -= {writer, back}
                return
        writer.close()

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answers: asyncio.StreamWriter
    ) -> None:
        passed = 0
        with suppress(OSError):
            while block := await self._next(reader):
                if self.refusal is not None and _REQUEST.match(block):
                    answers.write(self.refusal)
                    break
                passed += len(block)
                if self.most_sent is not None and passed > self.most_sent:
                    self.broken += 1
                    answers.close()
                    break
                writer.write(block)
                await writer.drain()
        writer.close()

    async def _pass_back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passed = 0
        with suppress(OSError):
            while block := await self._next(reader):
                passed += len(block)
                if self.most_answered is not None and passed > self.most_answered:
                    self.broken += 1
                    break
                writer.write(block)
                await writer.drain()
        writer.close()

    async def _next(self, reader: asyncio.StreamReader) -> bytes:
        block = await reader.read(65536)
        await asyncio.sleep(self.delay)
        while not self.flowing.is_set():  # noqa: ASYNC110 - another thread sets it
            await asyncio.sleep(0.02)
        return block


async def _connect(server: Server) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if isinstance(server, str):
        return await asyncio.open_unix_connection(server)
    return await asyncio.open_connection("127.0.0.1", server)


@contextmanager
def proxy(servers: Sequence[Server]) -> Iterator[Proxy]:
    """A proxy before servers of this machine, in a thread of its own."""
    made, started = Proxy(servers), threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(made.serve(started, stop),), daemon=True)
    thread.start()
    assert started.wait(60)
    try:
        yield made
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(60)
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.close()
