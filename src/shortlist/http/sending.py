"""Files from the kernel's memory into a socket (sendfile(2)), without a turn of the interpreter for each block.

A thread sends as long as the client takes what comes. A client that is slow is waited for on the event loop, so that
it holds no thread.
"""

import asyncio
import os
import select
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

# The extension of ASGI by which an application answers with what a file holds.
PATHSEND = "http.response.pathsend"

_THREADS = 8
# A thread goes on to another file after so many bytes, or when it has waited for the client so long in all.
_TURN_BYTES = 32 * 1024 * 1024
_PATIENCE_SECONDS = 0.02
_POLL_SECONDS = 0.005

_threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="send-file")


async def send_file(transport: asyncio.Transport, path: Path, size: int, patience_seconds: float) -> None:
    """Send the first `size` bytes of a file after what was written to the transport, to which nothing is written
    meanwhile.

    Raises:
        ConnectionError: the client is gone. TimeoutError: it has taken nothing for so long.
        OSError: the file cannot be read. EOFError: it is shorter.
    """
    loop = asyncio.get_running_loop()
    turn: asyncio.Future[int] | None = None
    held = ExitStack()
    try:
        file = held.enter_context(path.open("rb"))
        async with asyncio.timeout(patience_seconds):
            await _written(transport)
        # The transport's own descriptor is closed when the client goes, and its number may be another's at once.
        socket = os.dup(transport.get_extra_info("socket").fileno())
        held.callback(os.close, socket)
        sent = 0
        while sent < size:
            turn = loop.run_in_executor(_threads, _send_some, socket, file.fileno(), sent, size)
            before, sent = sent, await asyncio.shield(turn)
            if sent - before < min(_TURN_BYTES, size - before):
                async with asyncio.timeout(patience_seconds):
                    await _writable(loop, socket)
    finally:
        # Who waits here may be cancelled, but the thread still has the descriptors.
        if turn is None or turn.done():
            held.close()
        else:
            turn.add_done_callback(lambda _: held.close())


async def _written(transport: asyncio.Transport) -> None:
    """Wait until the socket has what was written before: nearly always after this turn of the event loop."""
    await asyncio.sleep(0)
    while transport.get_write_buffer_size() and not transport.is_closing():  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(_POLL_SECONDS)
    if transport.is_closing():
        raise ConnectionError("the client is gone")


def _send_some(socket: int, file: int, start: int, size: int) -> int:
    """Send from `start` on; where the sending ended."""
    end = min(start + _TURN_BYTES, size)
    poll = select.poll()
    poll.register(socket, select.POLLOUT)
    patience = _PATIENCE_SECONDS
    while start < end:
        try:
            sent = os.sendfile(socket, file, start, end - start)
        except BlockingIOError:
            began = time.monotonic()
            if patience <= 0 or not poll.poll(patience * 1000):
                break
            patience -= time.monotonic() - began
            continue
        if sent == 0:
            raise EOFError("the file is shorter than it was")
        start += sent
    return start


async def _writable(loop: asyncio.AbstractEventLoop, socket: int) -> None:
    writable = asyncio.Event()
    loop.add_writer(socket, writable.set)
    try:
        await writable.wait()
    finally:
        loop.remove_writer(socket)
