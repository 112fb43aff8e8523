"""Where the bytes of files are: small ones in the database, all others in the object store. One way to read both."""

from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from shortlist.blobs.store import BlobStore
from shortlist.db.database import Database
from shortlist.db.together import Together
from shortlist.errors import Unavailable
from shortlist.packages import store_contents
from shortlist.packages.locations import of_content, only_in_store
from shortlist.packages.targets import SmallUpload
from shortlist.packages.types import PackageFile


@dataclass(frozen=True, slots=True)
class Storage:
    """Where files are kept: rows in the database, bytes in the object store, at most so many in one file.

    Files of up to `small_bytes` bytes go into the database, within the transaction that makes them visible, and that
    those of one process share (`together`).
    """

    database: Database
    blobs: BlobStore
    max_file_bytes: int
    small_bytes: int = 0
    together: Together[SmallUpload, PackageFile] | None = None


def read_small(connection: Connection, file: PackageFile) -> bytes | None:
    """The bytes of a file that the database keeps; None for others, and where they have just been moved."""
    small = of_content(file.location)
    return None if small is None else store_contents.get(connection, *small)


async def open_range(storage: Storage, location: str, start: int, end: int) -> AsyncGenerator[bytes]:
    """The bytes of a content from `start` up to, not including, `end`; the first are read before this returns.

    Raises:
        Unavailable: it cannot be read; also later, from the iterator.
    """
    small = of_content(location)
    if small is None:
        return await storage.blobs.open_range(location, start, end)
    found = await storage.database.read(lambda connection: _find(connection, *small))
    if isinstance(found, str):
        return await storage.blobs.open_range(found, start, end)
    return _once(found[start:end])


def _find(connection: Connection, project_id: int, sha256: bytes) -> bytes | str:
    """A small content, or where it has been moved since its caller asked."""
    content = store_contents.get(connection, project_id, sha256)
    if content is not None:
        return content
    location = store_contents.location_of(connection, project_id, sha256)
    if location is None or of_content(location) is not None:
        raise Unavailable("The content is not there any more.")
    return location


async def local_file(storage: Storage, location: str, size: int) -> Path | None:
    """Where a large content lies as a file of this machine; None where it does not.

    Raises:
        Unavailable: it should be there, and is not.
    """
    return None if of_content(location) is not None else await storage.blobs.local_file(location, size)


async def signed_address(blobs: BlobStore, location: str, seconds: int) -> str | None:
    """Where the store itself gives out a content, for so many seconds; None where it cannot."""
    return None if of_content(location) is not None else await blobs.signed_address(location, seconds)


async def delete(storage: Storage, locations: Iterable[str]) -> None:
    """Delete the objects of contents whose rows are gone; small contents went with their rows.

    Raises:
        Unavailable: the store failed; some may be gone.
    """
    await storage.blobs.delete(only_in_store(locations))


async def _once(block: bytes) -> AsyncGenerator[bytes]:
    yield block
