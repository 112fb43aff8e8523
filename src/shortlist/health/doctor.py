"""Looks at a whole installation from the outside and says in sentences what is wrong with it."""

from collections.abc import AsyncIterator

from shortlist.blobs.store import BlobStore
from shortlist.db.database import Database
from shortlist.errors import DomainError
from shortlist.health import cold_points, connected, files, parts, tls
from shortlist.health.files import Look, Looked
from shortlist.health.types import Finding, Level, problem
from shortlist.settings import Settings


async def examine(
    settings: Settings, look: Look = Look.SAMPLE, looked: Looked = lambda _count: None
) -> AsyncIterator[Finding]:
    """Findings in the order in which somebody would mend them, each as soon as it is known.

    Changes nothing but an object that it writes to the store and deletes. `looked` hears how many files it has seen.
    """
    for finding in (*parts.settings(settings), *parts.files(settings)):
        yield finding
    opened: Database | None = None
    for finding in parts.schema(settings):
        yield finding
        if finding.level is Level.OK:
            opened = Database(settings.database_url, readers=1, writers=1)
    try:
        if opened is not None:
            async for finding in _database(settings, opened):
                yield finding
        async for finding in _store(settings, opened, look, looked):
            yield finding
    finally:
        if opened is not None:
            opened.close()
    for finding in (*tls.certificate(settings), *await parts.address(settings)):
        yield finding


async def _database(settings: Settings, opened: Database) -> AsyncIterator[Finding]:
    try:
        for finding in parts.database(opened, settings.workers):
            yield finding
        for finding in cold_points.points(settings, opened):
            yield finding
        for finding in (*await parts.issuers(settings, opened), *await connected.gitlab(settings, opened)):
            yield finding
    except DomainError as error:
        yield problem("database", error.message)


async def _store(settings: Settings, opened: Database | None, look: Look, looked: Looked) -> AsyncIterator[Finding]:
    try:
        blobs = BlobStore.open(settings.artifacts_url)
    except DomainError as error:
        yield problem("store", error.message)
        return
    try:
        found = await parts.store(blobs)
        for finding in found:
            yield finding
        if opened is not None and found[0].level is Level.OK:
            for finding in await files.contents(opened, blobs, look, looked):
                yield finding
    except DomainError as error:
        yield problem("contents", error.message)
    finally:
        blobs.close()
