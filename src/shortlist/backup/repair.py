"""Bringing back contents that an installation has lost from the backups that have them."""

import hashlib
from collections.abc import Iterator

import msgspec

from shortlist.backup import store
from shortlist.backup.archive import Archive
from shortlist.backup.store import Content
from shortlist.backup.types import Progress, silent
from shortlist.blobs.store import BlobStore
from shortlist.blobs.types import Stored
from shortlist.db.database import Database
from shortlist.db.schema import METADATA
from shortlist.errors import InvalidValue
from shortlist.packages import store_contents
from shortlist.packages.locations import of_content

_EVER = 2**62


class Repaired(msgspec.Struct, frozen=True):
    """How many contents were looked at and brought back, the bytes of these, and what no backup here has."""

    looked_at: int
    brought_back: int
    size: int
    lost: list[Content]


async def repair(
    database: Database, blobs: BlobStore, archive: Archive, *, read: bool = False, progress: Progress = silent
) -> Repaired:
    """Look for every content that the database names, beside a running server, and put back what is not in its place.

    What was put back once is in its place, so it may be cut off and begun again.

    Args:
        read: read what is there, too, and put back what has other bytes than it should.

    Raises:
        InvalidValue: a content of the backup is damaged. Unavailable: a store or the database failed.
    """
    contents = list(_named(database))
    there = await _there(blobs)
    kept = await archive.contents()
    back, lost = list[Content](), list[Content]()
    for number, content in enumerate(contents, 1):
        if not await _in_place(database, blobs, there, content, read=read):
            if kept.get(content.sha256.hex()) == content.size:
                await _put_back(database, blobs, archive, content)
                back.append(content)
            else:
                lost.append(content)
        progress("contents", number, len(contents))
    return Repaired(len(contents), len(back), sum(content.size for content in back), lost)


def _named(database: Database) -> Iterator[Content]:
    """Every content that the database names."""
    with store.snapshot(database) as connection:
        for name in store.CONTENT_TABLES:
            table = METADATA.tables[name]
            columns = [str(column.name) for column in table.columns]
            for batch in store.rows(connection, table):
                yield from (found for row in batch if (found := store.content(name, row, columns)) is not None)


async def _there(blobs: BlobStore) -> dict[str, int]:
    """The sizes of all objects that may be contents."""
    found: dict[str, int] = {}
    for prefix in store.CONTENT_PREFIXES:
        async for page in blobs.objects(prefix, _EVER):
            found.update((item.location, item.size) for item in page)
    return found


async def _in_place(
    database: Database, blobs: BlobStore, there: dict[str, int], content: Content, *, read: bool
) -> bool:
    small = of_content(content.location)
    if small is not None:
        return await database.read(lambda connection: store_contents.get(connection, *small)) is not None
    if there.get(content.location) != content.size:
        return False
    return not read or await blobs.digest(content.location) == Stored(content.size, content.sha256)


async def _put_back(database: Database, blobs: BlobStore, archive: Archive, content: Content) -> None:
    small = of_content(content.location)
    blocks = await archive.get_content(content)
    if small is not None:
        whole = b"".join([block async for block in blocks])
        if hashlib.sha256(whole).digest() != content.sha256:
            raise _damaged(content)
        await database.write(lambda connection: store_contents.restore(connection, *small, whole))
        return
    stored = await blobs.put_stream(content.location, blocks, max(content.size, 1))
    if stored.sha256 != content.sha256:
        await blobs.delete([content.location])
        raise _damaged(content)


def _damaged(content: Content) -> InvalidValue:
    return InvalidValue(f"The content {content.sha256.hex()} of the backup is damaged; nothing was put in its place.")
