"""Reading points that are in the object store. A chunk's payload says where they are; readers see no difference.

The store is reached in the thread of the reader, inside its transaction: objects never change, and one that nothing
points to any more stays for an hour at least.
"""

import struct
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from shortlist.blobs.store import BlobStore
from shortlist.db.database import Database
from shortlist.errors import Unavailable
from shortlist.metrics import codec, order, parquet
from shortlist.metrics.parquet import Extent
from shortlist.metrics.types import History

PREFIX = "points"
_OPTION = "shortlist_cold"
_VERSION = 2  # the first byte; codec.encode_chunk writes 1
_POINTER = struct.Struct("<B16sQIII")
_CACHE_BYTES = 64 * 1024 * 1024


class Pointer(NamedTuple):
    """The payload of a cold chunk: a row group of a file, and which rows of it."""

    file: bytes
    extent: Extent
    first: int
    points: int

    def encode(self) -> bytes:
        return _POINTER.pack(_VERSION, self.file, *self.extent, self.first, self.points)


def pointer(payload: bytes) -> Pointer | None:
    """None: the payload has the points themselves."""
    if payload[0] != _VERSION:
        return None
    _, file, offset, length, first, count = _POINTER.unpack(payload)
    return Pointer(file, Extent(offset, length), first, count)


def location(project_id: int, file: bytes) -> str:
    """The key of a file in the object store."""
    name = file.hex()
    return f"{PREFIX}/{project_id}/{name[-2:]}/{name}.parquet"


def project_of(key: str) -> int | None:
    """The project of a key that `location` made, None for a stranger's object."""
    parts = key.split("/")
    return int(parts[1]) if len(parts) == 4 and parts[0] == PREFIX and parts[1].isdecimal() else None


def file_of(key: str) -> bytes | None:
    """The file of a key that `location` made."""
    name = key.rpartition("/")[2].removesuffix(".parquet")
    try:
        return bytes.fromhex(name)
    except ValueError:
        return None


_Group = tuple[str, Extent]


class NotInMemoryError(Exception):
    """Points that a writing transaction needs and must not wait for: after `fetch`, outside of it, try again."""

    def __init__(self, reader: "ColdReader", groups: Sequence[_Group]) -> None:
        super().__init__("cold points are needed")
        self._reader = reader
        self._groups = groups

    def fetch(self) -> None:
        """Raises Unavailable: the object store failed."""
        self._reader.groups(self._groups)


class ColdReader:
    """Row groups of the object store, with the last few in memory; for threads."""

    def __init__(self, open_store: Callable[[], BlobStore], cache_bytes: int = _CACHE_BYTES) -> None:
        self._open = open_store
        self._blobs: BlobStore | None = None
        self._limit = cache_bytes
        self._lock = threading.Lock()
        self._cache: OrderedDict[_Group, bytes] = OrderedDict()
        self._cached = 0

    def groups(self, wanted: Sequence[_Group]) -> dict[_Group, bytes]:
        """The bytes of row groups: one request to the store for neighbours of a file, several files at once.

        Raises:
            Unavailable: the object store failed.
        """
        found, missing = self.known(wanted)
        by_file: dict[str, list[Extent]] = {}
        for key, extent in missing:
            by_file.setdefault(key, []).append(extent)
        for key, contents in self._store().read_ranges(by_file).items() if by_file else ():
            for extent, content in zip(by_file[key], contents, strict=True):
                found[key, extent] = content
                self._keep((key, extent), content)
        return found

    def _store(self) -> BlobStore:
        with self._lock:
            self._blobs = self._blobs or self._open()
            return self._blobs

    def known(self, wanted: Sequence[_Group]) -> tuple[dict[_Group, bytes], list[_Group]]:
        """Those that are in memory, and which are not."""
        found: dict[_Group, bytes] = {}
        missing: list[_Group] = []
        with self._lock:
            for group in dict.fromkeys(wanted):
                content = self._cache.get(group)
                if content is None:
                    missing.append(group)
                else:
                    self._cache.move_to_end(group)
                    found[group] = content
        return found, missing

    def _keep(self, group: _Group, content: bytes) -> None:
        with self._lock:
            if group in self._cache:
                return
            self._cache[group] = content
            self._cached += len(content)
            # The last one stays, however large: who fetched it comes for it.
            while self._cached > self._limit and len(self._cache) > 1:
                self._cached -= len(self._cache.popitem(last=False)[1])


def attach(database: Database, open_store: Callable[[], BlobStore]) -> None:
    """Let every connection of the database read cold points from a store, which is opened when one needs it."""
    database.engine.update_execution_options(**{_OPTION: ColdReader(open_store)})


def resolve(
    connection: Connection, project_id: int, payloads: Sequence[bytes], *, wait: bool = True
) -> list[bytes | History]:
    """Payloads as they are, but for those of cold chunks: their points.

    Raises:
        NotInMemoryError: without `wait`, points are needed from the store.
        Unavailable: the store failed, or there is none.
    """
    places = {number: found for number, payload in enumerate(payloads) if (found := pointer(payload)) is not None}
    if not places:
        return list(payloads)
    reader: ColdReader | None = connection.get_execution_options().get(_OPTION)
    if reader is None:
        raise Unavailable("The points are in the object store, which is not at hand here.")
    groups = {number: (location(project_id, found.file), found.extent) for number, found in places.items()}
    wanted = list(dict.fromkeys(groups.values()))
    if wait:
        contents = reader.groups(wanted)
    else:
        contents, missing = reader.known(wanted)
        if missing:
            raise NotInMemoryError(reader, wanted)
    decoded = {group: parquet.points(content) for group, content in contents.items()}
    parts: list[bytes | History] = list(payloads)
    for number, found in places.items():
        whole = decoded[groups[number]]
        parts[number] = order.take(whole, slice(found.first, found.first + found.points))
    return parts


def load(connection: Connection, project_id: int, payloads: Sequence[bytes], *, wait: bool = True) -> list[History]:
    """The points of chunks, wherever they are. Raises as `resolve`."""
    return [
        codec.decode_chunk(part) if isinstance(part, bytes) else part
        for part in resolve(connection, project_id, payloads, wait=wait)
    ]
