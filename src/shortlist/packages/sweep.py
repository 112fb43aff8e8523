"""Frees what nothing refers to. Safe beside running uploads, safe to stop at any point, safe to run twice."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from shortlist.blobs.types import StoredObject
from shortlist.clock import now_ms
from shortlist.errors import InvalidValue
from shortlist.metrics import cold_sweep
from shortlist.packages import contents, store, store_uploads
from shortlist.packages.contents import Storage
from shortlist.packages.locations import PREFIX, project_of
from shortlist.packages.signing import UPLOAD_MS
from shortlist.packages.types import Part, Swept, Upload

_HOUR = 60 * 60 * 1000
# An object may lie in the store a while before the commit that refers to it, and clocks differ.
LEAST_AGE_MS = _HOUR
DEFAULT_AGE_MS = 7 * 24 * _HOUR
# The addresses of an upload in parts are good for half of that.
_LEAST_UPLOAD_AGE_MS = 2 * UPLOAD_MS


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
    begun_before = now_ms() - max(age_ms, _LEAST_UPLOAD_AGE_MS)
    total = Swept()
    for project_id in await storage.database.read(store_uploads.projects_with_uploads):
        total += await _sweep_uploads(storage, project_id, begun_before, dry_run=dry_run)
    for project_id in await storage.database.read(store.projects_with_content):
        total += await _sweep_contents(storage, project_id, before, dry_run=dry_run)
    total += await _sweep_strays(storage, before, dry_run=dry_run)
    held = not dry_run and await storage.database.write(lambda connection: store.sweeps_held(connection, now_ms()))
    if not held:
        files, size = await cold_sweep.sweep(storage.database, storage.blobs, before, dry_run=dry_run)
        total += Swept(strays=files, bytes=size)
    unfinished = await storage.blobs.unfinished(PREFIX, begun_before, delete=not dry_run)
    return total + Swept(strays=len(unfinished), bytes=sum(item.size for item in unfinished))


async def _sweep_uploads(storage: Storage, project_id: int, before: int, *, dry_run: bool) -> Swept:
    """Uploads in parts that nobody will go on with: their addresses have expired."""

    def forget(connection: Connection) -> list[tuple[Upload, list[Part]]]:
        store.lock(connection, project_id)
        found = store_uploads.begun_before(connection, project_id, before)
        return [(upload, store_uploads.forget(connection, project_id, upload.id)) for upload in found]

    def look(connection: Connection) -> list[tuple[Upload, list[Part]]]:
        found = store_uploads.begun_before(connection, project_id, before)
        return [(upload, store_uploads.parts(connection, project_id, upload.id)) for upload in found]

    gone = await (storage.database.read(look) if dry_run else storage.database.write(forget))
    swept = Swept()
    for upload, parts in gone:
        # What went straight to the store is found there, by its age.
        if upload.completed_at is None and upload.store_id is None:
            swept += Swept(strays=1, bytes=sum(part.size for part in parts))
        if not dry_run:
            await storage.blobs.delete([part.location for part in parts])
    return swept


async def _sweep_contents(storage: Storage, project_id: int, before: int, *, dry_run: bool) -> Swept:
    def look(connection: Connection) -> _Unused:
        return _Unused(
            store.deleted_files(connection, project_id, before), store.unused_contents(connection, project_id, before)
        )

    def forget(connection: Connection) -> _Unused:
        # An upload that wants one of these contents either committed before, and is seen here, or waits for the lock
        # and then finds the row gone, and keeps the object that it has just written.
        store.lock(connection, project_id)
        if store.sweeps_held(connection, now_ms()):
            return _Unused(0, [])
        unused = look(connection)
        store.purge_files(connection, project_id, before)
        store.forget_contents(connection, project_id, [sha256 for sha256, _, _ in unused.contents])
        return unused

    unused = await (storage.database.read(look) if dry_run else storage.database.write(forget))
    if not dry_run:
        # Rows first: a crash in between leaves objects without a row, which the next sweep finds.
        await contents.delete(storage, [location for _, location, _ in unused.contents])
    return Swept(unused.files, len(unused.contents), 0, sum(size for _, _, size in unused.contents))


async def _sweep_strays(storage: Storage, before: int, *, dry_run: bool) -> Swept:
    found = Swept()
    async for page in storage.blobs.objects(PREFIX, before):
        if not dry_run and await storage.database.write(lambda connection: store.sweeps_held(connection, now_ms())):
            return found
        strays = await storage.database.read(lambda connection, page=page: _strays(connection, page))
        found += Swept(strays=len(strays), bytes=sum(item.size for item in strays))
        if not dry_run:
            await storage.blobs.delete([item.location for item in strays])
    return found


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
        known |= store_uploads.known_locations(connection, project_id, locations)
    return [item for item in page if item.location not in known and project_of(item.location) is not None]
