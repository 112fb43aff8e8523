"""Whether this process can serve: asked every few seconds by proxies and orchestrators, so bounded and remembered."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy import Connection

from shortlist.blobs.store import BlobStore
from shortlist.db import migrate, probe
from shortlist.db.database import Database
from shortlist.errors import DomainError, Unavailable
from shortlist.health.types import Finding, ok, problem
from shortlist.logs import get_logger

_log = get_logger(__name__)

# What is asked for may hang; the answer must not.
LIMIT_SECONDS = 4.0
_DATABASE_FRESH_SECONDS = 2.0
# Looking writes, reads and deletes an object, which costs money at some stores.
_STORE_FRESH_SECONDS = 30.0
_FAULT_FRESH_SECONDS = 5.0


class _Probe:
    """One question: asked once at a time, however many want to know, and its answer kept for a while."""

    def __init__(self, subject: str, ask: Callable[[], Awaitable[str]], fresh_seconds: float) -> None:
        self._subject = subject
        self._ask = ask
        self._fresh_seconds = fresh_seconds
        self._known: Finding | None = None
        self._until = 0.0
        self._running: asyncio.Task[Finding] | None = None

    async def look(self) -> Finding:
        if self._known is not None and time.monotonic() < self._until:
            return self._known
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._find())
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                return await asyncio.shield(self._running)
        except TimeoutError:
            return problem(self._subject, f"No answer within {LIMIT_SECONDS:g} seconds.")

    async def _find(self) -> Finding:
        try:
            found = ok(self._subject, await self._ask())
            self._until = time.monotonic() + self._fresh_seconds
        except DomainError as error:
            found = problem(self._subject, error.message)
            self._until = time.monotonic() + _FAULT_FRESH_SECONDS
        self._known = found
        return found


class Readiness:
    """The database takes changes and has the schema, and the object store takes and gives objects."""

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self._database = database
        self._blobs = blobs
        self._stopping = False
        self._probes = {
            "database": _Probe("database", self._ask_database, _DATABASE_FRESH_SECONDS),
            "store": _Probe("store", self._ask_store, _STORE_FRESH_SECONDS),
        }

    @property
    def subjects(self) -> tuple[str, ...]:
        return tuple(self._probes)

    def stop(self) -> None:
        """Say from now on that this process is not ready, so that no new work is sent to it."""
        self._stopping = True

    async def look(self, subjects: Sequence[str] = ()) -> list[Finding]:
        """How the named subjects are, all of them for none. Returns within five seconds."""
        if self._stopping:
            return [problem("process", "The process is stopping.")]
        wanted = subjects or self.subjects
        return list(await asyncio.gather(*(self._probes[name].look() for name in wanted)))

    async def _ask_database(self) -> str:
        def work(connection: Connection) -> str | None:
            probe.write(connection)
            return migrate.current(connection)

        found = await self._database.write(work)
        # During an upgrade the processes of the version before go on serving: a newer schema only adds to theirs.
        if found is None or found < migrate.HEAD:
            raise DomainError(f"The schema is {found or 'missing'}, and this program needs {migrate.HEAD}.")
        return f"It takes changes, and has schema {found}."

    async def _ask_store(self) -> str:
        try:
            await self._blobs.check()
        except DomainError as error:
            # Anybody may ask whether the server is ready, and need not learn where its store is.
            _log.warning("object store not usable", error=error.message)
            raise Unavailable("It does not take and give objects; the log of the server says why.") from None
        return "It takes and gives objects."
