"""Bytes on their way into a store: counted, gathered, and hashed beside the transfer."""

import asyncio
import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from concurrent.futures import Executor

from shortlist.errors import TooLarge

Buffer = bytes | memoryview

# What a write past the page cache takes whole numbers of: its size, and its places in memory and in the file.
DISK_BLOCK_BYTES = 4096

# Below this, handing the bytes to a thread takes longer than hashing them.
_HASH_INLINE_BYTES = 128 * 1024


class Digest:
    """A SHA-256 that grows in a thread (hashlib lets go of the interpreter) while the next bytes arrive."""

    def __init__(self, executor: Executor) -> None:
        self._sha = hashlib.sha256()
        self._executor = executor
        self._running: asyncio.Future[None] | None = None

    async def add(self, pieces: Sequence[Buffer]) -> None:
        await self._settle()
        if sum(map(len, pieces)) < _HASH_INLINE_BYTES:
            self._update(pieces)
        else:
            self._running = asyncio.get_running_loop().run_in_executor(self._executor, self._update, pieces)

    async def result(self) -> bytes:
        await self._settle()
        return self._sha.digest()

    def _update(self, pieces: Sequence[Buffer]) -> None:
        for piece in pieces:
            self._sha.update(piece)

    async def _settle(self) -> None:
        if self._running is not None:
            running, self._running = self._running, None
            await running


class Counted:
    """An asynchronous iterator that passes chunks on. `size` is what was seen so far.

    Raises TooLarge as soon as there are more than `limit` bytes.
    """

    def __init__(self, chunks: AsyncIterable[Buffer], limit: int) -> None:
        self._chunks = chunks
        self._limit = limit
        self.size = 0

    async def __aiter__(self) -> AsyncIterator[Buffer]:
        async for chunk in self._chunks:
            self.size += len(chunk)
            if self.size > self._limit:
                raise TooLarge(f"The file has more than {self._limit} bytes, which is the limit.", field="size")
            if chunk:
                yield chunk


async def blocks(chunks: AsyncIterable[Buffer], block_bytes: int, digest: Digest) -> AsyncIterator[bytes]:
    """Blocks of exactly `block_bytes`, but for the last, of chunks of any size."""
    pieces: list[Buffer] = []
    room = block_bytes
    async for chunk in chunks:
        rest: Buffer = chunk
        while len(rest) >= room:
            # A chunk is cut by a view, so that each byte is copied once, into its block.
            view = memoryview(rest)
            block = b"".join([*pieces, view[:room]])
            rest, pieces, room = view[room:], [], block_bytes
            await digest.add([block])
            yield block
        if rest:
            pieces.append(rest)
            room -= len(rest)
    if pieces:
        block = b"".join(pieces)
        await digest.add([block])
        yield block


async def batches(chunks: AsyncIterable[Buffer], batch_bytes: int, digest: Digest) -> AsyncIterator[list[Buffer]]:
    """Lists of chunks as they came, which have at least `batch_bytes` together, but for the last."""
    pieces: list[Buffer] = []
    gathered = 0
    async for chunk in chunks:
        pieces.append(chunk)
        gathered += len(chunk)
        if gathered >= batch_bytes:
            await digest.add(pieces)
            yield pieces
            pieces, gathered = [], 0
    if pieces:
        await digest.add(pieces)
        yield pieces
