"""Making a backup of a running installation, and checking one."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from shortlist import __version__
from shortlist.backup import store
from shortlist.backup.archive import Archive
from shortlist.backup.store import Content
from shortlist.backup.types import Made, Manifest, Progress, TableCopy, silent
from shortlist.blobs.store import BlobStore
from shortlist.clock import now_ms
from shortlist.db import migrate
from shortlist.db.database import Database
from shortlist.errors import DomainError, InvalidValue
from shortlist.packages.contents import Storage
from shortlist.packages.store import hold_sweeps

_HOLD_MS = 10 * 60_000
_RENEW_SECONDS = 60.0
_LAST_HOLD_MS = 2 * 60_000
_COPIES_AT_ONCE = 4


async def make(database: Database, blobs: BlobStore, archive: Archive, progress: Progress = silent) -> Made:
    """Copy every row of one moment, and every content that they refer to and that no earlier backup has brought.

    What a cut-off attempt has copied of the contents is not copied again. Several may run at once.

    Raises:
        InvalidValue: the schema is not this program's, or a content is damaged. Unavailable: a store failed.
    """
    await archive.clear_unfinished(now_ms() - _HOLD_MS)
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S-%f}Z"
    async with _held(database, archive, name):
        made_at, tables = await _copy_tables(database, archive, name, progress)
        count, size, missing = await _missing_contents(archive, name)
        await _copy_contents(Storage(database, blobs, 0), archive, missing, progress)
    manifest = Manifest(
        made_at=made_at,
        program=__version__,
        database=database.dialect,
        schema=migrate.HEAD,
        tables=tables,
        contents=count,
        content_bytes=size,
    )
    await archive.finish(name, manifest)
    await archive.unmark_running(name)
    return Made(name, manifest, len(missing), sum(content.size for content in missing))


@asynccontextmanager
async def _held(database: Database, archive: Archive, name: str) -> AsyncGenerator[None]:
    """Nothing that the backup needs is swept or cleared away inside; if this process dies, for ten minutes more."""

    async def hold(milliseconds: int) -> None:
        await database.write(lambda connection: hold_sweeps(connection, now_ms() + milliseconds))

    async def renew() -> None:
        while True:
            await asyncio.sleep(_RENEW_SECONDS)
            await hold(_HOLD_MS)
            await archive.mark_running(name)

    await hold(_HOLD_MS)
    await archive.mark_running(name)
    renewing = asyncio.create_task(renew())
    try:
        yield
    finally:
        renewing.cancel()
        # Another that runs at the same time renews its own in this time.
        await hold(_LAST_HOLD_MS)


async def _copy_tables(
    database: Database, archive: Archive, name: str, progress: Progress
) -> tuple[int, dict[str, TableCopy]]:
    tables = store.copied_tables()
    copies: dict[str, TableCopy] = {}
    with store.snapshot(database) as connection:
        found = await asyncio.to_thread(migrate.current, connection)
        if found != migrate.HEAD:
            raise InvalidValue(
                f"The database has schema {found}; this program copies {migrate.HEAD}.", field="database"
            )
        missing = await asyncio.to_thread(store.missing_tables, connection)
        if missing:
            names = ", ".join(sorted(missing))
            raise InvalidValue(f"The database has tables that are not Shortlist's: {names}.", field="database")
        made_at = now_ms()
        for number, table in enumerate(tables):
            progress("tables", number, len(tables))
            columns = [str(column.name) for column in table.columns]
            copies[table.name] = await archive.put_table(name, table.name, columns, store.rows(connection, table))
    progress("tables", len(tables), len(tables))
    return made_at, copies


async def contents_of(archive: Archive, name: str) -> AsyncIterator[list[Content]]:
    """The contents that a backup's rows name, in batches."""
    there = (await archive.manifest(name)).tables if name in await archive.names() else store.CONTENT_TABLES
    for table in store.CONTENT_TABLES:
        if table not in there:
            continue  # made before there was such a table
        frames = archive.table(name, table)
        columns = await anext(frames)
        async for batch in frames:
            found = (store.content(table, row, columns) for row in batch)
            yield [content for content in found if content is not None]


async def _missing_contents(archive: Archive, name: str) -> tuple[int, int, list[Content]]:
    """How many contents there are, their bytes, and those that the archive lacks, each once."""
    there = await archive.contents()
    seen: dict[bytes, Content] = {}
    async for batch in contents_of(archive, name):
        seen.update((content.sha256, content) for content in batch)
    missing = [content for content in seen.values() if there.get(content.sha256.hex()) != content.size]
    return len(seen), sum(content.size for content in seen.values()), missing


async def _copy_contents(storage: Storage, archive: Archive, missing: Sequence[Content], progress: Progress) -> None:
    total, done = sum(content.size for content in missing), 0

    async def copy(content: Content) -> None:
        nonlocal done
        await archive.put_content(content, storage)
        done += content.size
        progress("contents", done, total)

    for first in range(0, len(missing), _COPIES_AT_ONCE):
        await asyncio.gather(*(copy(content) for content in missing[first : first + _COPIES_AT_ONCE]))


async def verify(archive: Archive, name: str, progress: Progress = silent) -> list[str]:
    """What is wrong with a backup, a sentence each: every byte of its tables and contents is read."""
    manifest = await archive.manifest(name)
    wrong: list[str] = []
    for number, (table, copy) in enumerate(manifest.tables.items()):
        progress("tables", number, len(manifest.tables))
        try:
            wrong += await _wrong_with_table(archive, name, table, copy)
        except DomainError as error:
            wrong.append(error.message)
    progress("tables", len(manifest.tables), len(manifest.tables))
    return wrong + await _wrong_with_contents(archive, name, manifest, progress)


async def _wrong_with_table(archive: Archive, name: str, table: str, copy: TableCopy) -> list[str]:
    if await archive.fingerprint(name, table) != copy.sha256:
        return [f"The copy of the table {table} is not what was written."]
    frames = archive.table(name, table)
    await anext(frames)
    rows = 0
    async for batch in frames:
        rows += len(batch)
    return [] if rows == copy.rows else [f"The copy of the table {table} has {rows} rows instead of {copy.rows}."]


async def _wrong_with_contents(archive: Archive, name: str, manifest: Manifest, progress: Progress) -> list[str]:
    there, wrong, done = await archive.contents(), list[str](), 0
    seen: set[bytes] = set()
    try:
        async for batch in contents_of(archive, name):
            for content in batch:
                if content.sha256 in seen:
                    continue
                seen.add(content.sha256)
                if there.get(content.sha256.hex()) != content.size:
                    wrong.append(f"The content {content.sha256.hex()} is missing, or has another size.")
                elif await archive.digest(content) != content.sha256:
                    wrong.append(f"The content {content.sha256.hex()} is damaged.")
                done += content.size
                progress("contents", done, manifest.content_bytes)
    except DomainError as error:
        wrong.append(error.message)
    return wrong
