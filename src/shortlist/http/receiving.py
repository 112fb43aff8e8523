"""A large body from its socket into memory of ours, without the copies that the event loop and the parser make of it.

The parser has read the head and knows where the body ends, so what comes before that end need not go through it.
"""

import asyncio
from asyncio.events import TimerHandle
from typing import Protocol

from shortlist.blobs.blocks import DISK_BLOCK_BYTES, Buffer

# What the readers of a fast body are told of at once, and what goes to a disk at its full rate. From this size on
# numpy asks for huge pages, with which hashing, copying and writing take a fifth less processor.
PIECE_BYTES = 4 * 1024 * 1024
# The readers of a slow one hear of what came after so long.
_LATEST_SECONDS = 0.05


class Behind(Protocol):
    """The protocol that has the connection again after the body, and hears meanwhile of all but its bytes."""

    def on_piece(self, piece: Buffer, *, last: bool) -> None: ...
    def eof_received(self) -> None: ...
    def connection_lost(self, exc: Exception | None) -> None: ...
    def pause_writing(self) -> None: ...
    def resume_writing(self) -> None: ...


class Receiver(asyncio.BufferedProtocol):
    """Receives a body from one offset up to another, which is its end, and nothing beyond it."""

    def __init__(self, behind: Behind, start: int, end: int) -> None:
        self._behind = behind
        self._position = start
        self._end = end
        self._free = memoryview(b"")  # of a piece, and the first so many bytes of it that were received since
        self._filled = 0
        self._timer: TimerHandle | None = None

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - its base's
        if not self._free:
            self._free = _new_piece(self._position % DISK_BLOCK_BYTES)[: self._end - self._position]
        return self._free[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        self._filled += nbytes
        self._position += nbytes
        if self._filled == len(self._free):
            piece, self._free = self._free, memoryview(b"")
            self._give(piece)
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_LATEST_SECONDS, self._give_late)

    def _give_late(self) -> None:
        """As a copy, so that a client that is slow, or stops, holds no memory for what it may send."""
        late = bytes(self._free[: self._filled])
        self._free = memoryview(b"")
        self._give(late)

    def _give(self, piece: Buffer) -> None:
        self._forget_timer()
        self._filled = 0
        self._behind.on_piece(piece, last=self._position == self._end)

    def _forget_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def eof_received(self) -> None:
        self._behind.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_timer()
        self._behind.connection_lost(exc)

    def pause_writing(self) -> None:
        self._behind.pause_writing()

    def resume_writing(self) -> None:
        self._behind.resume_writing()


def _new_piece(offset: int) -> memoryview:
    """Memory that begins so far into a block: where a byte stands in the body it stands here, so a disk can read it.
    Python's own would all be set to zero."""
    import numpy as np  # noqa: PLC0415 - the first answer does not wait for it

    memory = np.empty(PIECE_BYTES + DISK_BLOCK_BYTES, np.uint8)
    address: int = memory.__array_interface__["data"][0]
    first = -address % DISK_BLOCK_BYTES + offset
    return memoryview(memory)[first : first + PIECE_BYTES - offset]  # pyright: ignore[reportArgumentType]
