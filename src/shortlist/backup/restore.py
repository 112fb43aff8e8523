"""Filling an empty installation from a backup."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Iterator
from typing import Any, TypeVar

from sqlalchemy import Connection

from shortlist.backup import store
from shortlist.backup.archive import Archive
from shortlist.backup.make import contents_of
from shortlist.backup.types import Manifest, Progress, silent
from shortlist.blobs.store import BlobStore
from shortlist.db import engine as engines
from shortlist.db import migrate
from shortlist.errors import InvalidValue
from shortlist.packages import store_contents
from shortlist.packages.locations import of_content

_EVER = 2**62

T = TypeVar("T")


def check_empty(url: str) -> None:
    """Raises InvalidValue: there is somebody in the database already, or it cannot be opened."""
    if migrate.check_reachable(url) is None:
        return
    engine = engines.create(engines.normalise_url(url))
    try:
        with engine.connect() as connection:
            if not store.is_empty(connection):
                raise InvalidValue(
                    "The database is not empty; a backup is restored into an empty one.", field="database"
                )
    finally:
        engine.dispose()


def restore(url: str, blobs: BlobStore, archive: Archive, name: str, progress: Progress = silent) -> Manifest:
    """Fill an empty database and its store, contents first; then bring the schema to this program's.

    The database is filled in one transaction: cut off, it is empty as before, and the next attempt passes over the
    contents that are in their place.

    Raises:
        InvalidValue: the database is not empty, or the backup is damaged or newer. Unavailable: a store failed.
    """
    check_empty(url)
    with asyncio.Runner() as runner:
        manifest = runner.run(archive.manifest(name))
        if manifest.schema not in migrate.known_revisions():
            raise InvalidValue(f"The backup has schema {manifest.schema}, which is newer than this program.")
        runner.run(_restore_contents(blobs, archive, name, manifest, progress))
        if migrate.check_reachable(url) != manifest.schema:
            migrate.upgrade(url, manifest.schema)
        engine = engines.create(engines.normalise_url(url))
        try:
            with engine.connect() as connection, engines.begin_write(connection):
                _load(connection, runner, archive, name, manifest, progress)
        finally:
            engine.dispose()
    migrate.upgrade(url)
    return manifest


async def _restore_contents(
    blobs: BlobStore, archive: Archive, name: str, manifest: Manifest, progress: Progress
) -> None:
    there: dict[str, int] = {}
    for prefix in store.CONTENT_PREFIXES:
        there |= {item.location: item.size async for page in blobs.objects(prefix, _EVER) for item in page}
    done = 0
    async for batch in contents_of(archive, name):
        for content in batch:
            if of_content(content.location) is None and there.get(content.location) != content.size:
                stored = await blobs.put_stream(
                    content.location, await archive.get_content(content), max(content.size, 1)
                )
                if stored.sha256 != content.sha256:
                    await blobs.delete([content.location])
                    raise InvalidValue(f"The content {content.sha256.hex()} of the backup is damaged.")
            done += content.size
            progress("contents", min(done, manifest.content_bytes), manifest.content_bytes)


def _load(
    connection: Connection, runner: asyncio.Runner, archive: Archive, name: str, manifest: Manifest, progress: Progress
) -> None:
    store.begin_load(connection)
    for number, (table, copy) in enumerate(manifest.tables.items()):
        progress("tables", number, len(manifest.tables))
        frames = _in_turn(runner, archive.table(name, table))
        columns: list[Any] = next(frames)
        if store.load(connection, table, columns, frames) != copy.rows:
            raise InvalidValue(f"The copy of the table {table} does not have the {copy.rows} rows that were written.")
    runner.run(_load_small(connection, archive, name))
    store.end_load(connection)
    progress("tables", len(manifest.tables), len(manifest.tables))


async def _load_small(connection: Connection, archive: Archive, name: str) -> None:
    """The contents that the database itself keeps."""
    async for batch in contents_of(archive, name):
        for content in batch:
            small = of_content(content.location)
            if small is None:
                continue
            found = b"".join([block async for block in await archive.get_content(content)])
            if hashlib.sha256(found).digest() != content.sha256:
                raise InvalidValue(f"The content {content.sha256.hex()} of the backup is damaged.")
            store_contents.restore(connection, *small, found)


def _in_turn(runner: asyncio.Runner, values: AsyncGenerator[T]) -> Iterator[T]:
    """An asynchronous iterator's values, for code that waits."""
    try:
        while True:
            yield runner.run(values.__anext__())
    except StopAsyncIteration:
        return
