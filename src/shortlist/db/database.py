"""The database as the rest of the program sees it: `read` gives a snapshot, `write` returns once it is durable."""

import asyncio
import contextvars
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from shortlist.db import engine as engines
from shortlist.db import traced
from shortlist.db.changes import Change
from shortlist.db.committer import Job, Shared
from shortlist.db.later import NotYetError, waiting
from shortlist.db.writer import Writer
from shortlist.logs import get_logger
from shortlist.meters.meters import Meters

_log = get_logger(__name__)

# A read begins anew this often for what has to be done first; then it takes what it finds.
_MOST_BEGINNINGS = 5
_WRITERS = 3

T = TypeVar("T")
ItemT = TypeVar("ItemT")
Work = Callable[[Connection], T]


class Database:
    """Reader threads with one connection each, and writer threads that share commits (see `writer.Writer`).

    SQLite allows one writer. On PostgreSQL `writers` run side by side, and beside them one gathers what is appended:
    it waits for nobody, so that a second thread would only take half of a group, for a flush of its own.

    `read` and `write` are for the event loop; `read_now` and `write_now` are for threads, the CLI and tests.
    Work may run more than once before its result counts, so it must do nothing but talk to its connection. All four
    raise `Unavailable` when the database does not answer.
    """

    def __init__(self, url: str, *, readers: int = 4, writers: int = _WRITERS, meters: Meters | None = None) -> None:
        self.meters = meters or Meters()
        self.url = engines.normalise_url(url)
        self.engine: Engine = engines.create(self.url)
        self.dialect = self.engine.dialect.name
        if self.meters.traces is not None:
            traced.watch(self.engine, self.meters.traces)
        self._pool = cast("QueuePool", self.engine.pool)
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="db-read")
        # What reads wait for: a thread of its own, so that none of the readers' waits, and one, so that writes go on.
        self._preparing = ThreadPoolExecutor(1, thread_name_prefix="db-prepare")
        self._listeners: list[Callable[[frozenset[Change]], None]] = []
        writer = partial(Writer, self.engine, meters=self.meters, committed=self._tell)
        if self.dialect == "sqlite":
            self._writer = self._appender = writer(threads=1, shares=True)
        else:
            self._writer, self._appender = writer(threads=writers, shares=False), writer(threads=1, shares=True)

    def on_commit(self, listener: Callable[[frozenset[Change]], None]) -> None:
        """Call `listener`, in a writing thread, with what each transaction noted, once it is durable. It is quick."""
        self._listeners.append(listener)

    def _tell(self, changes: frozenset[Change]) -> None:
        for listener in self._listeners:
            listener(changes)

    async def read(self, work: Work[T]) -> T:
        # The context goes along, so that what is logged in the thread names its request.
        context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        for _ in range(_MOST_BEGINNINGS):
            try:
                return await loop.run_in_executor(self._readers, lambda: context.run(self._read_later, work))
            except NotYetError as first:
                if not await loop.run_in_executor(self._preparing, self._prepare, first):
                    break
        return await loop.run_in_executor(self._readers, lambda: context.run(self._read, work))

    def read_now(self, work: Work[T]) -> T:
        for _ in range(_MOST_BEGINNINGS):
            try:
                return self._read_later(work)
            except NotYetError as first:
                if not self._preparing.submit(self._prepare, first).result():
                    break
        return self._read(work)

    def read_beside(self, work: Work[T]) -> Future[T]:
        """The same in a reader's thread, for who does not wait for it. For any thread."""
        return self._readers.submit(self._read, work)

    def _read_later(self, work: Work[T]) -> T:
        with waiting():
            return self._read(work)

    def _read(self, work: Work[T]) -> T:
        if self.meters.traces is not None:
            work = self.meters.traces.bind("database read", work)
        try:
            with self.engine.connect() as connection, engines.begin_read(connection):
                return work(connection)
        except DBAPIError as error:
            raise engines.translate(error) from error

    def _prepare(self, first: NotYetError) -> bool:
        """Whether it was done; where it cannot be, the database may still be read."""
        try:
            first.prepare(self)
        except Exception as error:  # noqa: BLE001 - whoever waits reads all the same
            _log.warning("a read goes on without what is done before it", error=str(error).partition("\n")[0])
            return False
        return True

    async def write(self, work: Work[T]) -> T:
        return await self.submit(work)

    async def append(self, work: Work[T]) -> T:
        """The same for work that waits for no row that another transaction may hold: it adds rows that are its alone.
        Such work shares one transaction with its neighbours on PostgreSQL too."""
        return await self.submit(work, appends=True)

    def submit(self, work: Work[T], *, appends: bool = False) -> "asyncio.Future[T]":
        """Either of them for who does not wait for it here. On the event loop, in the context of the request."""
        return self._submit(work, appends=appends)

    def _submit(
        self, work: Work[T], *, appends: bool, shared: Shared | None = None, item: object = None
    ) -> "asyncio.Future[T]":
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        if self.meters.traces is not None:  # each request has a span of its own
            work, shared = self.meters.traces.bind("database write", work), None
        writer = self._appender if appends else self._writer
        writer.submit(Job(work, future, loop, shared=shared, item=item))
        return future

    async def append_beside_others(
        self, work: Callable[[Connection, Sequence[ItemT]], Sequence[T]], key: Hashable, item: ItemT
    ) -> T:
        """The same, where `work` can append the items of all who ask at the same time with the same key.

        It appends with one statement, which on PostgreSQL is a transaction of its own, and answers each item in their
        order; or it raises and has appended none: then each item is given to it alone.
        """

        def alone(connection: Connection) -> T:
            return work(connection, [item])[0]

        return await self._submit(alone, appends=True, shared=Shared(work, key), item=item)

    def write_now(self, work: Work[T]) -> T:
        future: Future[T] = Future()
        self._writer.submit(Job(work, future, None))
        return future.result()

    @property
    def connections_in_use(self) -> int:
        return self._pool.checkedout()

    @property
    def waiting_writes(self) -> int:
        """How many functions wait for a writer."""
        return sum(writer.waiting for writer in {self._writer, self._appender})

    def close(self) -> None:
        """Finish what was accepted, then let go of every connection."""
        self._writer.close()
        self._appender.close()
        self._preparing.shutdown()
        self._readers.shutdown()
        self.engine.dispose()
