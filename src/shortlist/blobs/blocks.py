"""Bytes on their way into a store: joined to blocks of one size, counted, and hashed beside the transfer."""

import asyncio
import hashlib
from collections.abc import AsyncIterable, AsyncIterator
from concurrent.futures import Executor

from shortlist.errors import TooLarge

Buffer = bytes | memoryview

# Below this, handing the bytes to a thread takes longer than hashing them.
_HASH_INLINE_BYTES = 128 * 1024


class Digest:
    """A SHA-256 that grows in a thread (hashlib lets go of the interpreter) while the next block arrives."""

    def __init__(self, executor: Executor) -> None:
        self._sha = hashlib.sha256()
        self._executor = executor
        self._running: asyncio.Future[None] | None = None

    async def add(self, block: bytes) -> None:
        await self._settle()
        if len(block) < _HASH_INLINE_BYTES:
            self._sha.update(block)
        else:
            self._running = asyncio.get_running_loop().run_in_executor(self._executor, self._sha.update, block)

    async def result(self) -> bytes:
        await self._settle()
        return self._sha.digest()

    async def _settle(self) -> None:
        if self._running is not None:
            running, self._running = self._running, None
            await running


class Blocks:
    """An asynchronous iterator of blocks of exactly `block_bytes`, but for the last, from chunks of any size.

    `size` counts what was seen so far. Raises TooLarge as soon as there are more than `limit` bytes.
    """

    def __init__(self, chunks: AsyncIterable[bytes], block_bytes: int, limit: int, digest: Digest) -> None:
        self._chunks = chunks
        self._block_bytes = block_bytes
        self._limit = limit
        self._digest = digest
        self.size = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces: list[Buffer] = []
        room = self._block_bytes
        async for chunk in self._chunks:
            self.size += len(chunk)
            if self.size > self._limit:
                raise TooLarge(f"The file has more than {self._limit} bytes, which is the limit.", field="size")
            rest: Buffer = chunk
            while len(rest) >= room:
                # A chunk is cut by a view, so that each byte is copied once, into its block.
                view = memoryview(rest)
                block = b"".join([*pieces, view[:room]])
                rest, pieces, room = view[room:], [], self._block_bytes
                await self._digest.add(block)
                yield block
            if rest:
                pieces.append(rest)
                room -= len(rest)
        if pieces:
            block = b"".join(pieces)
            await self._digest.add(block)
            yield block
