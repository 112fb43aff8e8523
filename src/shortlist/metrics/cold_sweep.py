"""Frees files of cold points that nothing points into. Safe beside readers, safe to stop at any point."""

from collections.abc import Sequence

from sqlalchemy import Connection

from shortlist.blobs.store import BlobStore
from shortlist.blobs.types import StoredObject
from shortlist.db.database import Database
from shortlist.metrics import cold, store_cold

_FILES_AT_ONCE = 500


async def sweep(database: Database, blobs: BlobStore, before: int, *, dry_run: bool) -> tuple[int, int]:
    """Delete the files that were left before a time, and objects without a row; how many, and their bytes.

    Raises:
        Unavailable: the database or the store failed; the next sweep goes on.
    """
    files = size = 0
    while left := await database.read(lambda connection: store_cold.left_before(connection, before, _FILES_AT_ONCE)):
        files, size = files + len(left), size + sum(item[2] for item in left)
        if dry_run:
            break
        # Objects first: their rows are what says where they are.
        await blobs.delete([cold.location(project_id, file) for project_id, file, _ in left])
        await database.write(lambda connection, left=left: _forget(connection, left))
    async for page in blobs.objects(cold.PREFIX, before):
        strays = await database.read(lambda connection, page=page: _strays(connection, page))
        files, size = files + len(strays), size + sum(item.size for item in strays)
        if not dry_run:
            await blobs.delete([item.location for item in strays])
    return files, size


def _forget(connection: Connection, left: Sequence[tuple[int, bytes, int]]) -> None:
    by_project: dict[int, list[bytes]] = {}
    for project_id, file, _ in left:
        by_project.setdefault(project_id, []).append(file)
    for project_id, files in by_project.items():
        store_cold.forget(connection, project_id, files)


def _strays(connection: Connection, page: Sequence[StoredObject]) -> list[StoredObject]:
    """Objects of projects that were deleted for good; others have a row before they are written."""
    by_project: dict[int, dict[bytes, StoredObject]] = {}
    for item in page:
        project_id, file = cold.project_of(item.location), cold.file_of(item.location)
        if project_id is not None and file is not None:
            by_project.setdefault(project_id, {})[file] = item
    strays: list[StoredObject] = []
    for project_id, items in by_project.items():
        known = store_cold.known(connection, project_id, list(items))
        strays += [item for file, item in items.items() if file not in known]
    return strays
