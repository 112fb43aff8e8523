"""Looks at a whole installation from the outside and says in sentences what is wrong with it."""

from collections.abc import AsyncIterator

from shortlist.blobs.store import BlobStore
from shortlist.db.database import Database
from shortlist.errors import DomainError
from shortlist.health import cold_points, connected, parts
from shortlist.health.types import Finding, Level, problem
from shortlist.settings import Settings


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Findings in the order in which somebody would mend them, each as soon as it is known.

    Changes nothing but an object that it writes to the store and deletes.
    """
    for finding in (*parts.settings(settings), *parts.files(settings)):
        yield finding
    opened: Database | None = None
    for finding in parts.schema(settings):
        yield finding
        if finding.level is Level.OK:
            opened = Database(settings.database_url, readers=1, writers=1)
    if opened is not None:
        try:
            for finding in parts.database(opened):
                yield finding
            for finding in cold_points.points(settings, opened):
                yield finding
            for finding in (*await parts.issuers(settings, opened), *await connected.gitlab(settings, opened)):
                yield finding
        except DomainError as error:
            yield problem("database", error.message)
        finally:
            opened.close()
    for finding in (*await _store(settings), *await parts.address(settings)):
        yield finding


async def _store(settings: Settings) -> list[Finding]:
    try:
        blobs = BlobStore.open(settings.artifacts_url)
    except DomainError as error:
        return [problem("store", error.message)]
    try:
        return list(await parts.store(blobs))
    finally:
        blobs.close()
