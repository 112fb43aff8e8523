"""A large file on its way into a local folder: threads write it and bring it to disk while more of it arrives."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor, Future, wait

from shortlist.blobs.blocks import Buffer
from shortlist.blobs.local import GrowingFile

# At least so much is written at once, and hashed by another thread meanwhile. A fast body comes in pieces of this
# size and more, of which none waits for the next one.
BATCH_BYTES = 2 * 1024 * 1024
# How much may wait in memory for the disk before it is brought there.
_TO_DISK_BYTES = 16 * 1024 * 1024


class LocalUpload:
    """Batches become a file. Every failure is an OSError, and is met by `abandon`.

    A thread that writes cannot be interrupted, so whoever is cancelled while he waits for one leaves it to `abandon`.
    """

    def __init__(self, file: GrowingFile, threads: Executor) -> None:
        self._file = file
        self._threads = threads
        self._writing: Future[None] = threads.submit(file.open)
        self._flushing: Future[None] | None = None
        self._waiting = 0

    async def add(self, batch: Sequence[Buffer]) -> None:
        await asyncio.wrap_future(self._writing)
        self._writing = self._threads.submit(self._file.write, batch)
        self._waiting += sum(map(len, batch))
        if self._waiting >= _TO_DISK_BYTES:
            await self._settle()
            self._waiting = 0
            self._flushing = self._threads.submit(self._file.to_disk)

    async def finish(self) -> None:
        """Returns when the file is visible and durable."""
        await asyncio.wrap_future(self._writing)
        await self._settle()
        self._writing = self._threads.submit(self._file.finish)
        await asyncio.wrap_future(self._writing)

    async def _settle(self) -> None:
        """A failure to flush must not be passed over: the system reports it once, and the next flush would succeed."""
        if self._flushing is not None:
            await asyncio.wrap_future(self._flushing)

    async def abandon(self) -> None:
        """Leave nothing of it. It is waited for where that is possible, and done in any case."""
        running = [step for step in (self._writing, self._flushing) if step is not None]

        def work() -> None:
            wait(running)  # they were handed to the same threads before this, so they are not behind it
            self._file.abandon()

        await asyncio.shield(asyncio.wrap_future(self._threads.submit(work)))
