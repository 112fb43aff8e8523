"""Frees what nothing refers to. Safe beside running uploads, safe to stop at any point, safe to run twice."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from shortlist.blobs.types import StoredObject
from shortlist.clock import now_ms
from shortlist.errors import InvalidValue
from shortlist.packages import store
from shortlist.packages.locations import PREFIX, project_of
from shortlist.packages.service import Storage
from shortlist.packages.types import Swept

_HOUR = 60 * 60 * 1000
# An object may lie in the store a while before the commit that refers to it, and clocks differ.
LEAST_AGE_MS = _HOUR
DEFAULT_AGE_MS = 7 * 24 * _HOUR


class _Unused(msgspec.Struct, frozen=True):
    files: int
    contents: list[tuple[bytes, str, int]]


async def sweep(storage: Storage, *, age_ms: int = DEFAULT_AGE_MS, dry_run: bool = False) -> Swept:
    """Free deleted files, contents without a file and objects without a row, all older than `age_ms` milliseconds.

    Raises:
        InvalidValue: an age so small that running uploads would be in danger. Unavailable: the store failed.
    """
    if age_ms < LEAST_AGE_MS:
        raise InvalidValue("The age must be at least one hour, so that running uploads are safe.", field="age")
    before = now_ms() - age_ms
    total = Swept()
    for project_id in await storage.database.read(store.projects_with_content):
        total += await _sweep_contents(storage, project_id, before, dry_run=dry_run)
    return total + await _sweep_strays(storage, before, dry_run=dry_run)


async def _sweep_contents(storage: Storage, project_id: int, before: int, *, dry_run: bool) -> Swept:
    def look(connection: Connection) -> _Unused:
        return _Unused(
            store.deleted_files(connection, project_id, before), store.unused_contents(connection, project_id, before)
        )

    def forget(connection: Connection) -> _Unused:
        # An upload that wants one of these contents either committed before, and is seen here, or waits for the lock
        # and then finds the row gone, and keeps the object that it has just written.
        store.lock(connection, project_id)
        unused = look(connection)
        store.purge_files(connection, project_id, before)
        store.forget_contents(connection, project_id, [sha256 for sha256, _, _ in unused.contents])
        return unused

    unused = await (storage.database.read(look) if dry_run else storage.database.write(forget))
    if not dry_run:
        # Rows first: a crash in between leaves objects without a row, which the next sweep finds.
        await storage.blobs.delete([location for _, location, _ in unused.contents])
    return Swept(unused.files, len(unused.contents), 0, sum(size for _, _, size in unused.contents))


async def _sweep_strays(storage: Storage, before: int, *, dry_run: bool) -> Swept:
    found = Swept()
    async for page in storage.blobs.objects(PREFIX, before):
        strays = await storage.database.read(lambda connection, page=page: _strays(connection, page))
        found += Swept(strays=len(strays), bytes=sum(item.size for item in strays))
        if not dry_run:
            await storage.blobs.delete([item.location for item in strays])
    unfinished = await storage.blobs.unfinished(before, delete=not dry_run)
    return found + Swept(strays=len(unfinished), bytes=sum(item.size for item in unfinished))


def _strays(connection: Connection, page: Sequence[StoredObject]) -> list[StoredObject]:
    """The objects that no row knows. Their age is what makes this safe: their uploads ended long ago."""
    by_project: dict[int, list[str]] = {}
    for item in page:
        project_id = project_of(item.location)
        if project_id is not None:
            by_project.setdefault(project_id, []).append(item.location)
    known: set[str] = set()
    for project_id, locations in by_project.items():
        known |= store.known_locations(connection, project_id, locations)
    return [item for item in page if item.location not in known and project_of(item.location) is not None]
