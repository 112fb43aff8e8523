"""How the functions that wait for a writer become transactions; one flush makes all of them durable.

SQLite has one writer, so its functions share one transaction. A function that fails must fail alone. The first pass
runs all of them with no savepoint, because nearly always nothing fails; when something does, the transaction is
rolled back and they run again with a savepoint around each, so at worst they run twice. That is why a function may do
nothing but talk to its connection.

On PostgreSQL writers run side by side. A transaction of several functions would hold the rows of the first while a
later one waits for rows of another writer's, who may wait for those of the first: a deadlock, which the database only
looks for after a second. So there only functions that wait for no row share a transaction, and have a writer of their
own. Each other one has its own transaction, whose commit does not wait for the disk: rows that others wait for are not
held for so long. The flush after a batch covers all of it, and nobody is answered sooner.

A function there may also look whether a name is free and find it taken when it writes, or write below what was removed
meanwhile. It runs again, sees what the other one did, and refuses in its own words.
"""

import asyncio
from collections.abc import Callable, Container, Generator, Hashable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from time import perf_counter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, RootTransaction
from sqlalchemy.exc import DBAPIError

from shortlist.db import changes, memory
from shortlist.db.changes import Change
from shortlist.db.engine import begin_write, connect_to_write, flush
from shortlist.errors import Unavailable
from shortlist.logs import REQUEST_ID, get_logger
from shortlist.meters.meters import Meters

_log = get_logger(__name__)

# How often a transaction that lost a race on PostgreSQL is tried.
_ATTEMPTS = 5
# Serialisation failures and deadlocks.
_RETRYABLE = {"40001", "40P01"}
# A key that is taken, and a row that something refers to and that is not there.
_OVERTAKEN = {"23505", "23503"}
_MOST_LOGGED_REQUESTS = 20
_LOST = "The connection to the database was lost before it had confirmed the change. Try again."


class Shared(NamedTuple):
    """Work that can be done once for everybody who wants it of the same `key`, each of whom gives an item. It writes
    with one statement, all or nothing, and notes no change."""

    work: Callable[[Connection, Sequence[Any]], Sequence[Any]]
    key: Hashable


class Job:
    """One function and where its answer goes. `shared` is what `work` does with an `item` alone."""

    __slots__ = ("error", "future", "item", "loop", "queued", "request_id", "result", "shared", "work")

    def __init__(
        self,
        work: Callable[[Connection], Any],
        future: "Future[Any] | asyncio.Future[Any]",
        loop: asyncio.AbstractEventLoop | None,
        *,
        shared: Shared | None = None,
        item: Any = None,
    ) -> None:
        self.work = work
        self.future = future
        self.loop = loop
        self.shared = shared
        self.item = item
        self.result: Any = None
        self.error: BaseException | None = None
        self.queued = perf_counter()
        self.request_id = REQUEST_ID.get()


class Committer:
    """Commits batches for one writing thread, on a connection that it keeps from one to the next: to take one from
    the pool and to give it back costs as much as several small statements.

    Args:
        shares: the functions of a batch share one transaction.
    """

    def __init__(
        self, engine: Engine, meters: Meters, committed: Callable[[frozenset[Change]], None], *, shares: bool
    ) -> None:
        self._engine = engine
        self._shares = shares
        self._meters = meters
        self._committed = committed
        self._connection: Connection | None = None

    @property
    def holds(self) -> bool:
        """Whether it has a connection that could be let go."""
        return self._connection is not None

    def release(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.close()
        except Exception:  # noqa: BLE001 - the thread must outlive a connection that cannot even be given back
            _log.warning("a connection was not given back", exc_info=True)

    def commit(self, batch: Sequence[Job]) -> None:
        """Run the batch until it is durable; afterwards every job has its result or its error."""
        try:
            noted = self._run(batch)
        except Exception as error:  # noqa: BLE001 - the thread must outlive whatever a database throws
            lost = self._connection is None or self._connection.invalidated
            self._fail(batch, Unavailable(_LOST) if lost else error, reason=error)
            self.release()
            return
        if noted:
            self._tell(noted)

    def _run(self, batch: Sequence[Job]) -> frozenset[Change]:
        """Commit all that can be; what that changed. Raises when nobody knows of the whole batch what happened."""
        if self._connection is None:
            self._connection = connect_to_write(self._engine)
        connection = self._connection
        groups = [batch] if self._shares else [[job] for job in batch]
        noted: set[Change] = set()
        for group in groups:
            try:
                # What others wait for, an experiment's revision above all, is not held while the disk is waited for.
                noted |= _run_group(connection, group, flushed=self._shares)
            except Exception as error:
                if connection.invalidated:
                    raise
                self._fail(group, error, reason=error)
        if not self._shares:
            flush(connection)
        return frozenset(noted)

    def _tell(self, noted: frozenset[Change]) -> None:
        try:
            self._committed(noted)
        except Exception:  # noqa: BLE001 - what is committed is answered as such, whoever cannot hear of it
            _log.exception("a change was not told")

    def _fail(self, jobs: Sequence[Job], told: Exception, *, reason: Exception) -> None:
        """A commit itself failed, so that it counts for none of its jobs."""
        for job in jobs:
            job.error = told
        self._meters.commit_failures.add()
        requests = [job.request_id for job in jobs if job.request_id][:_MOST_LOGGED_REQUESTS]
        _log.error("commit failed", jobs=len(jobs), error=str(reason).partition("\n")[0], request_ids=requests)


def _run_group(connection: Connection, jobs: Sequence[Job], *, flushed: bool) -> frozenset[Change]:
    """Commit a transaction with all of them, save those that fail; what it changed."""
    attempt = 1
    while True:
        try:
            noted = _run_together(connection, jobs, flushed=flushed)
            if noted is None:
                return _run_apart(connection, jobs, flushed=flushed)
            if attempt == _ATTEMPTS or not _is(jobs[0].error, _OVERTAKEN):
                return noted
        except DBAPIError as error:
            if attempt == _ATTEMPTS or connection.invalidated or not _is(error, _RETRYABLE):
                raise
        attempt += 1


@contextmanager
def _transaction(
    connection: Connection, *, flushed: bool, one_statement: bool = False
) -> Generator[tuple[RootTransaction, Callable[[], frozenset[Change]]]]:
    """A transaction, and its last deed, which counts up what it changed and answers it."""
    with (
        memory.counting(connection) as count,
        begin_write(connection, flushed=flushed, one_statement=one_statement) as transaction,
        changes.gathered(connection),
    ):

        def end() -> frozenset[Change]:
            noted = changes.take(connection)
            count(noted)
            return noted

        yield transaction, end


def _run_together(connection: Connection, jobs: Sequence[Job], *, flushed: bool) -> frozenset[Change] | None:
    """One transaction without savepoints. None, with nothing written, when one of several jobs failed."""
    groups = list(_alike(jobs))
    one_statement = len(groups) == 1 and groups[0][0].shared is not None
    with _transaction(connection, flushed=flushed, one_statement=one_statement) as (transaction, end):
        for some in groups:
            try:
                _work(connection, some)
            except Exception as error:
                if _is_of_transaction(connection, error):
                    raise
                transaction.rollback()
                if len(jobs) > 1:
                    return None
                jobs[0].error = error
                return frozenset()
        return end()


def _alike(jobs: Sequence[Job]) -> Iterator[Sequence[Job]]:
    """The jobs one by one, but those of the same shared work together."""
    shared: dict[Shared, list[Job]] = {}
    for job in jobs:
        job.error = None
        if job.shared is None:
            yield (job,)
        else:
            shared.setdefault(job.shared, []).append(job)
    yield from shared.values()


def _work(connection: Connection, jobs: Sequence[Job]) -> None:
    if jobs[0].shared is None or len(jobs) == 1:
        jobs[0].result = jobs[0].work(connection)
        return
    results = jobs[0].shared.work(connection, [job.item for job in jobs])
    for job, result in zip(jobs, results, strict=True):
        job.result = result


def _run_apart(connection: Connection, jobs: Sequence[Job], *, flushed: bool) -> frozenset[Change]:
    """One transaction with a savepoint around each job, so that those that fail leave no trace."""
    with _transaction(connection, flushed=flushed) as (_, end):
        for job in jobs:
            job.error = None
            try:
                with connection.begin_nested():
                    job.result = job.work(connection)
            except Exception as error:
                if _is_of_transaction(connection, error):
                    raise
                job.error = error
        return end()


def _is_of_transaction(connection: Connection, error: Exception) -> bool:
    """Whether the transaction cannot go on, whatever the job that met the error does."""
    return connection.invalidated or _is(error, _RETRYABLE)


def _is(error: BaseException | None, states: Container[str]) -> bool:
    """Whether PostgreSQL gave an error one of these codes (SQLSTATE)."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", "") in states
