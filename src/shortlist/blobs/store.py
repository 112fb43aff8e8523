"""The object store as the rest of the program sees it: streams in, ranges out, one kind of failure."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from obstore.store import AzureStore, GCSStore, S3Store

from shortlist.blobs import connect
from shortlist.blobs.blocks import Buffer, Counted, Digest, batches, blocks
from shortlist.blobs.direct import Direct
from shortlist.blobs.feed import Feed
from shortlist.blobs.growing import BATCH_BYTES, LocalUpload
from shortlist.blobs.local import LocalFolder
from shortlist.blobs.through import READ_BYTES, nothing, read_through
from shortlist.blobs.types import Stored, StoredObject
from shortlist.errors import DomainError, Unavailable
from shortlist.meters.meters import Meters

if TYPE_CHECKING:
    from obstore.store import ObjectStore

# One part of a large upload, and the most that is held of a small one. Several parts are on their way at once.
PART_BYTES = 8 * 1024 * 1024
_PARTS_AT_ONCE = 2
# S3 allows 10,000 parts; above 70 GiB parts must be larger.
_MAX_PARTS = 9_000

_DELETES_AT_ONCE = 500

# They mostly wait for the disk, which flushes what is asked for together at once.
_THREADS = 8


class BlobStore:
    """Objects in a local folder, S3, GCS or Azure. Every failure of the store is `Unavailable`.

    A location is a key that the caller made up; nothing is ever read at one before `put_stream` returned for it.
    """

    def __init__(
        self, url: str, store: "ObjectStore", folder: LocalFolder | None, meters: Meters | None = None
    ) -> None:
        self.url = url
        self._meters = meters or Meters()
        self._store = store
        self._folder = folder
        self.direct = Direct(store, self._unavailable) if isinstance(store, S3Store) else None
        self._ranges = True
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="blob")

    @classmethod
    def open(cls, url: str, meters: Meters | None = None) -> "BlobStore":
        """A store by URL: `file:///folder`, `s3://bucket/prefix`, `gs://bucket/prefix`, `az://container/prefix`.

        Raises:
            InvalidValue: the URL or its credentials make no store; `check` finds out whether it works.
        """
        if url.startswith("file:"):
            store, root = connect.open_local(url)
            return cls(url, store, LocalFolder(root), meters)
        return cls(url, connect.open_remote(url), None, meters)

    def close(self) -> None:
        self._threads.shutdown()

    def _unavailable(self, error: Exception, operation: str, location: str) -> DomainError:
        self._meters.store_failures[operation].add()
        return connect.unavailable(error, operation, location)

    async def check(self) -> int:
        """Write, read and delete a small object; when the store says it was written, in milliseconds since 1970 UTC.

        Raises:
            InvalidValue: the store refuses, which names the setting. Unavailable: it does not answer.
        """
        location = f"check/{secrets.token_hex(8)}"
        try:
            await obstore.put_async(self._store, location, b"check")
            written_at = (await obstore.get_async(self._store, location)).meta["last_modified"]
            await obstore.delete_async(self._store, location)
        except connect.STORE_ERRORS as error:
            if self._folder is not None or connect.refused(error):
                raise connect.invalid(self.url, f"it cannot be written: {connect.first_line(error)}") from None
            raise self._unavailable(error, "check", location) from error
        return int(written_at.timestamp() * 1000)

    async def put_stream(self, location: str, chunks: AsyncIterable[Buffer], limit: int) -> Stored:
        """Store what `chunks` yields; it is durable when this returns.

        Memory stays below a few parts, whatever the size. Whatever goes wrong on the way (an exception from `chunks`,
        which is passed on, too many bytes, a cancelled task, the store), nothing is kept at `location`.

        Raises:
            TooLarge: more than `limit` bytes. Unavailable: the store failed.
        """
        digest = Digest(self._threads)
        counted = Counted(chunks, limit)
        if self._folder is None:
            await self._put_remote(location, counted, limit, digest)
        else:
            await self._put_local(self._folder, location, counted, digest)
        return Stored(counted.size, await digest.result())

    async def _put_remote(self, location: str, chunks: AsyncIterable[Buffer], limit: int, digest: Digest) -> None:
        part_bytes = max(PART_BYTES, -(-limit // _MAX_PARTS))
        parts = blocks(chunks, part_bytes, digest)
        first = await anext(parts, b"")
        if len(first) < part_bytes:
            await self._put_whole(location, first)
        else:
            await self._put_parts(location, first, parts, part_bytes)

    async def _put_local(
        self, folder: LocalFolder, location: str, chunks: AsyncIterable[Buffer], digest: Digest
    ) -> None:
        gathered = batches(chunks, BATCH_BYTES, digest)
        first = await anext(gathered, None) or []
        if sum(map(len, first)) < BATCH_BYTES:
            await self._put_whole(location, b"".join(first))
            return
        upload = LocalUpload(folder.begin(location), self._threads)
        try:
            await self._grow(upload, location, first)
            async for batch in gathered:
                await self._grow(upload, location, batch)
            await self._grow(upload, location, None)
        except BaseException:
            await upload.abandon()
            raise

    async def _grow(self, upload: LocalUpload, location: str, batch: Sequence[Buffer] | None) -> None:
        """With None, finish. The source of the bytes may raise a file error, too; those from here are the store's."""
        try:
            await (upload.finish() if batch is None else upload.add(batch))
        except OSError as error:
            raise self._unavailable(error, "put", location) from error

    async def _put_whole(self, location: str, content: bytes) -> None:
        upload = asyncio.ensure_future(self._write_whole(location, content))
        try:
            with self._meters.store("put"):
                await asyncio.shield(upload)
        except asyncio.CancelledError:
            await asyncio.wait({upload})
            await self._discard(location)
            raise
        except connect.STORE_ERRORS as error:
            raise self._unavailable(error, "put", location) from error

    async def _write_whole(self, location: str, content: bytes) -> None:
        if self._folder is None:
            await obstore.put_async(self._store, location, content, use_multipart=False)
        else:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._threads, self._folder.put, location, content)

    async def _put_parts(self, location: str, first: bytes, rest: AsyncIterator[bytes], part_bytes: int) -> None:
        feed = Feed()
        upload = asyncio.ensure_future(
            obstore.put_async(
                self._store, location, feed, use_multipart=True, chunk_size=part_bytes, max_concurrency=_PARTS_AT_ONCE
            )
        )
        try:
            await feed.carry(first, rest, upload)
        except asyncio.CancelledError:
            await self._discard(location)
            raise
        except connect.STORE_ERRORS as error:
            # The source of the bytes may raise a file error, too, and that one is not the store's.
            if upload.done() and upload.exception() is error:
                raise self._unavailable(error, "put", location) from error
            raise

    async def _discard(self, location: str) -> None:
        """Take back an object that nobody will refer to; what this misses, a sweep finds."""
        with suppress(Unavailable):
            await self.delete([location])

    async def open_range(self, location: str, start: int, end: int) -> AsyncGenerator[bytes]:
        """The bytes from `start` up to, not including, `end`, both inside the object.

        The first of them are read before this returns, so that a missing object fails here and not in mid-answer.

        Raises:
            Unavailable: the object cannot be read; also later, from the iterator.
        """
        if start >= end:
            return nothing()
        if self._ranges:
            try:
                first = await self._read(location, start, min(end, start + READ_BYTES))
            except connect.STORE_ERRORS as error:
                if not connect.ignores_ranges(error):
                    raise self._unavailable(error, "get", location) from error
                self._ranges = False
            else:
                return self._read_ahead(location, first, start + len(first), end)
        return await read_through(self._store, self._unavailable, location, start, end)

    async def local_file(self, location: str, size: int) -> Path | None:
        """The file of an object of more than one block, which never changes, in a local folder; None elsewhere.

        Raises:
            Unavailable: it is not there or not whole.
        """
        if self._folder is None or size <= READ_BYTES:
            return None
        loop = asyncio.get_running_loop()
        try:
            with self._meters.store("get"):
                return await loop.run_in_executor(self._threads, self._folder.whole, location, size)
        except OSError as error:
            raise self._unavailable(error, "get", location) from error

    def read_ranges(self, wanted: Mapping[str, Sequence[tuple[int, int]]]) -> dict[str, list[bytes]]:
        """For threads: of each object the bytes at some places, each an offset and a length.

        Raises:
            Unavailable: an object cannot be read.
        """
        if len(wanted) == 1:
            return {key: self._ranges_of(key, places) for key, places in wanted.items()}
        return dict(zip(wanted, self._threads.map(self._ranges_of, wanted, wanted.values()), strict=True))

    def _ranges_of(self, location: str, places: Sequence[tuple[int, int]]) -> list[bytes]:
        starts, lengths = [place[0] for place in places], [place[1] for place in places]
        try:
            with self._meters.store("get"):
                if self._ranges:
                    try:
                        return [
                            bytes(part)
                            for part in obstore.get_ranges(self._store, location, starts=starts, lengths=lengths)
                        ]
                    except connect.STORE_ERRORS as error:
                        if not connect.ignores_ranges(error):
                            raise
                        self._ranges = False
                whole = bytes(obstore.get(self._store, location).bytes())
        except connect.STORE_ERRORS as error:
            raise self._unavailable(error, "get", location) from error
        return [whole[start : start + length] for start, length in zip(starts, lengths, strict=True)]

    async def _read(self, location: str, start: int, end: int) -> bytes:
        with self._meters.store("get"):
            return bytes(await obstore.get_range_async(self._store, location, start=start, end=end))

    async def _read_ahead(self, location: str, block: bytes, position: int, end: int) -> AsyncGenerator[bytes]:
        coming: asyncio.Task[bytes] | None = None
        try:
            while position < end:
                upto = min(end, position + READ_BYTES)
                coming = asyncio.ensure_future(self._read(location, position, upto))
                yield block
                block = await coming
                position = upto
            yield block
        except connect.STORE_ERRORS as error:
            raise self._unavailable(error, "get", location) from error
        finally:
            if coming is not None and not coming.cancel() and not coming.cancelled():
                coming.exception()  # seen here, if nowhere else

    async def digest(self, location: str) -> Stored | None:
        """Read an object that others wrote, for what it is; None when there is none.

        Raises:
            Unavailable: the store failed.
        """
        digest, size = Digest(self._threads), 0
        try:
            answer = await obstore.get_async(self._store, location)
            async for block in answer.stream(READ_BYTES):
                await digest.add([bytes(block)])
                size += len(block)
        except FileNotFoundError:
            return None
        except connect.STORE_ERRORS as error:
            raise self._unavailable(error, "get", location) from error
        return Stored(size, await digest.result())

    async def size(self, location: str) -> int | None:
        """The bytes of an object without reading them; None when there is none.

        Raises:
            Unavailable: the store failed.
        """
        try:
            return (await obstore.head_async(self._store, location))["size"]
        except FileNotFoundError:
            return None
        except connect.STORE_ERRORS as error:
            raise self._unavailable(error, "head", location) from error

    async def signed_address(self, location: str, seconds: int) -> str | None:
        """Where the store itself gives out an object, for so many seconds; None where it cannot.

        Raises:
            Unavailable: the store has no key to sign with at the moment.
        """
        store = self._store
        if not isinstance(store, S3Store | GCSStore | AzureStore):
            return None
        try:
            return await obstore.sign_async(store, "GET", location, timedelta(seconds=seconds))
        except connect.STORE_ERRORS as error:
            raise self._unavailable(error, "sign", location) from error

    @property
    def signs(self) -> bool:
        """Whether clients can go to the store themselves."""
        return self._folder is None

    async def delete(self, locations: Sequence[str]) -> None:
        """Delete objects; those that are not there are passed over.

        Raises:
            Unavailable: the store failed; some may be gone.
        """
        for first in range(0, len(locations), _DELETES_AT_ONCE):
            some = locations[first : first + _DELETES_AT_ONCE]
            try:
                with self._meters.store("delete"):
                    await obstore.delete_async(self._store, some)
            except FileNotFoundError:
                # Some stores stop at what is not there; then each is deleted by itself.
                if len(some) > 1:
                    for location in some:
                        await self.delete([location])
            except connect.STORE_ERRORS as error:
                raise self._unavailable(error, "delete", some[0]) from error

    async def objects(self, prefix: str, before: int) -> AsyncIterator[list[StoredObject]]:
        """Complete objects below `prefix` that were last written before a time in milliseconds, in pages."""
        try:
            pages = obstore.list(self._store, prefix, chunk_size=500)  # pyright: ignore[reportUnknownMemberType]
            async for page in pages:
                old = [
                    StoredObject(item["path"], item["size"], modified_at)
                    for item in page
                    if (modified_at := int(item["last_modified"].timestamp() * 1000)) < before
                ]
                if old:
                    yield old
        except connect.STORE_ERRORS as error:
            raise self._unavailable(error, "list", prefix) from error

    async def unfinished(self, prefix: str, before: int, *, delete: bool) -> list[StoredObject]:
        """Uploads below `prefix` that a crash cut off before a time in milliseconds, deleted if so asked.

        GCS and Azure do not show them: a lifecycle rule of the bucket must end them there. S3 does not say their size.
        """
        if self.direct is not None:
            cut_off = await self.direct.unfinished(prefix, before)
            for item, store_id in cut_off if delete else ():
                await self.direct.abort(item.location, store_id)
            return [item for item, _ in cut_off]
        folder = self._folder
        if folder is None:
            return []

        def work() -> list[StoredObject]:
            found = list(folder.staged(before))
            if delete:
                for staged in found:
                    folder.unstage(staged)
            return found

        return await asyncio.get_running_loop().run_in_executor(self._threads, work)
