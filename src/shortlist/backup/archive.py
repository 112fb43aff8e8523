"""Where backups lie: a folder or an object store, with the contents of all of them once, by SHA-256.

contents/9f/9f86d0…                          bytes as they are
backups/20261125T192000-123456Z/manifest.json
backups/20261125T192000-123456Z/user_account a table
backups/20261125T192000-123456Z/running      rewritten each minute while it is being made

A table is gzip of frames, each four bytes of length (big-endian) and a MessagePack array: the first has the names of
the columns, each other a batch of rows.
"""

import asyncio
import hashlib
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from shortlist.backup.store import Content, Row
from shortlist.backup.types import FORMAT, Manifest, TableCopy
from shortlist.blobs.store import BlobStore
from shortlist.errors import InvalidValue, NotFound
from shortlist.packages import contents
from shortlist.packages.contents import Storage

_BACKUPS, _CONTENTS, _MANIFEST, _RUNNING = "backups", "contents", "manifest.json", "running"
_GZIP = 31
_FAST = 1  # the large columns are compressed already
_EVER = 2**62
_LENGTH_BYTES = 4
_LARGEST_TABLE = 2**36  # bytes; the store takes a larger file in parts that are too large to hold

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder().decode


def place_of(destination: str) -> str:
    """The URL of an archive that was given as a folder or as a URL."""
    return destination if "://" in destination else Path(destination).resolve().as_uri()


class Archive:
    """The backups at one place. Every failure of it is `Unavailable`."""

    def __init__(self, store: BlobStore) -> None:
        self._store = store

    @classmethod
    def open(cls, destination: str) -> "Archive":
        """Raises InvalidValue: neither a folder nor the URL of an object store."""
        return cls(BlobStore.open(place_of(destination)))

    def close(self) -> None:
        self._store.close()

    async def names(self) -> list[str]:
        """The finished backups, oldest first."""
        found: list[str] = []
        async for page in self._store.objects(_BACKUPS, _EVER):
            found += [item.location.split("/")[1] for item in page if item.location.endswith(f"/{_MANIFEST}")]
        return sorted(found)

    async def choose(self, name: str | None) -> str:
        """The named backup, or the newest. Raises NotFound: there is none."""
        known = await self.names()
        if not known or (name is not None and name not in known):
            raise NotFound(f"There is no finished backup{'' if name is None else f' named {name}'} here.")
        return name or known[-1]

    async def manifest(self, name: str) -> Manifest:
        """Raises InvalidValue: made by a newer program, or damaged."""
        location = f"{_BACKUPS}/{name}/{_MANIFEST}"
        try:
            found = msgspec.json.decode(b"".join([block async for block in self._read(location)]), type=Manifest)
        except msgspec.DecodeError as error:
            raise InvalidValue(f"The manifest of the backup {name} is damaged: {error}.") from None
        if found.format > FORMAT:
            raise InvalidValue(f"The backup {name} has format {found.format}, which is newer than this program.")
        return found

    async def finish(self, name: str, manifest: Manifest) -> None:
        await self._store.put_stream(f"{_BACKUPS}/{name}/{_MANIFEST}", _once(msgspec.json.encode(manifest)), 2**30)

    async def put_table(
        self, name: str, table: str, columns: Sequence[str], batches: Iterator[list[Row]]
    ) -> TableCopy:
        """Write a table; `batches` is used in threads, one at a time."""
        counted = 0

        async def blocks() -> AsyncGenerator[bytes]:
            nonlocal counted
            packer = zlib.compressobj(_FAST, zlib.DEFLATED, _GZIP)
            yield packer.compress(_frame(list(columns)))

            def pack() -> tuple[int, bytes] | None:
                batch = next(batches, None)
                return None if batch is None else (len(batch), packer.compress(_frame(batch)))

            while (packed := await asyncio.to_thread(pack)) is not None:
                counted += packed[0]
                yield packed[1]
            yield packer.flush()

        stored = await self._store.put_stream(f"{_BACKUPS}/{name}/{table}", blocks(), _LARGEST_TABLE)
        return TableCopy(counted, stored.size, stored.sha256.hex())

    async def table(self, name: str, table: str) -> AsyncGenerator[list[Any]]:
        """The frames of a table: first the names of its columns, then batches of rows.

        Raises:
            InvalidValue: the file is damaged.
        """
        unpacker, buffer = zlib.decompressobj(_GZIP), bytearray()
        try:
            async for block in self._read(f"{_BACKUPS}/{name}/{table}"):
                buffer += unpacker.decompress(block)
                while len(buffer) >= _LENGTH_BYTES:
                    end = _LENGTH_BYTES + int.from_bytes(buffer[:_LENGTH_BYTES], "big")
                    if len(buffer) < end:
                        break
                    yield _decode(bytes(buffer[_LENGTH_BYTES:end]))
                    del buffer[:end]
        except (zlib.error, msgspec.DecodeError) as error:
            raise InvalidValue(f"The copy of the table {table} is damaged: {error}.") from None
        if buffer or not unpacker.eof:
            raise InvalidValue(f"The copy of the table {table} ends too soon.")

    async def contents(self) -> dict[str, int]:
        """SHA-256 (hexadecimal) and size of every content that is here."""
        found: dict[str, int] = {}
        async for page in self._store.objects(_CONTENTS, _EVER):
            found.update((item.location.rpartition("/")[2], item.size) for item in page)
        return found

    async def put_content(self, content: Content, source: Storage) -> None:
        """Copy a content from an installation. Raises InvalidValue: it is not what its row says."""
        location = _content(content.sha256)
        blocks = await contents.open_range(source, content.location, 0, content.size)
        stored = await self._store.put_stream(location, blocks, max(content.size, 1))
        if (stored.size, stored.sha256) != (content.size, content.sha256):
            await self._store.delete([location])
            raise InvalidValue(f"The content at {content.location} in the artifact store is damaged.")

    async def digest(self, content: Content) -> bytes:
        """The SHA-256 of a content as it is here now."""
        digest = hashlib.sha256()
        async for block in await self.get_content(content):
            digest.update(block)
        return digest.digest()

    async def get_content(self, content: Content) -> AsyncGenerator[bytes]:
        return await self._store.open_range(_content(content.sha256), 0, content.size)

    async def mark_running(self, name: str) -> None:
        """Say that a backup is being made at this moment, so that no other clears it away."""
        await self._store.put_stream(f"{_BACKUPS}/{name}/{_RUNNING}", _once(b"running"), 2**10)

    async def unmark_running(self, name: str) -> None:
        await self._store.delete([f"{_BACKUPS}/{name}/{_RUNNING}"])

    async def clear_unfinished(self, before: int) -> None:
        """Remove what backups left that were cut off before a time in milliseconds, but for whole contents, which
        the next one uses.
        """
        finished, written = set(await self.names()), dict[str, int]()
        parts: dict[str, list[str]] = {}
        async for page in self._store.objects(_BACKUPS, _EVER):
            for item in page:
                name = item.location.split("/")[1]
                written[name] = max(written.get(name, 0), item.modified_at)
                parts.setdefault(name, []).append(item.location)
        for name in parts.keys() - finished:
            if written[name] < before:
                await self._store.delete(parts[name])
        if not self._store.signs:  # a bucket's lifecycle rule ends its own
            await self._store.unfinished("", before, delete=True)

    async def _sizes(self, prefix: str) -> dict[str, int]:
        return {item.location: item.size async for page in self._store.objects(prefix, _EVER) for item in page}

    async def fingerprint(self, name: str, table: str) -> str:
        """The SHA-256 (hexadecimal) of a table's file as it is now."""
        digest = hashlib.sha256()
        async for block in self._read(f"{_BACKUPS}/{name}/{table}"):
            digest.update(block)
        return digest.hexdigest()

    async def _read(self, location: str) -> AsyncIterator[bytes]:
        size = (await self._sizes(location.rpartition("/")[0])).get(location)
        if size is None:
            raise NotFound(f"The backup lacks {location}.")
        async for block in await self._store.open_range(location, 0, size):
            yield block


def _content(sha256: bytes) -> str:
    return f"{_CONTENTS}/{sha256.hex()[:2]}/{sha256.hex()}"


def _frame(value: Any) -> bytes:
    packed = _encode(value)
    return len(packed).to_bytes(_LENGTH_BYTES, "big") + packed


async def _once(block: bytes) -> AsyncIterator[bytes]:
    yield block
