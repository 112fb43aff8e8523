"""Hands blocks to an upload that pulls them, so that the upload can always be ended by its own clean-up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any


class _Abandoned(Exception):  # noqa: N818 - a signal to the upload, never seen outside
    """The source failed; the upload must undo what it wrote."""


class Feed:
    """What the upload iterates over: at most one block waits.

    A cancelled upload would leave its parts behind in the store, so it is never cancelled: it is told through the
    iterator that the source failed, upon which it aborts, and that is waited for.
    """

    def __init__(self) -> None:
        self._slot: asyncio.Queue[bytes | _Abandoned | None] = asyncio.Queue(1)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (block := await self._slot.get()) is not None:
            if isinstance(block, _Abandoned):
                raise block
            yield block

    async def carry(self, first: bytes, rest: AsyncIterator[bytes], upload: "asyncio.Future[Any]") -> None:
        """Give `first` and `rest` to `upload` and wait until it is done. Passes on what either of them raises."""
        try:
            await self._give(first, upload)
            async for block in rest:
                await self._give(block, upload)
            await self._give(None, upload)
            await asyncio.shield(upload)
        except BaseException:
            await self._abandon(upload)
            raise

    async def _give(self, block: bytes | None, upload: "asyncio.Future[Any]") -> None:
        """Wait until the slot is free, or raise what the upload died of."""
        giving = asyncio.ensure_future(self._slot.put(block))
        try:
            await asyncio.wait({giving, upload}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            giving.cancel()
        if upload.done():
            upload.result()

    async def _abandon(self, upload: "asyncio.Future[Any]") -> None:
        if upload.done():
            return
        with suppress(asyncio.QueueEmpty):
            self._slot.get_nowait()
        self._slot.put_nowait(_Abandoned())
        with suppress(Exception):
            await upload
