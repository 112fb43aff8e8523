"""Group commit: every function that waits shares one transaction and one flush with its neighbours.

A function that fails must fail alone. The first pass runs the whole batch with no savepoint, because nearly always
nothing fails; when something does, the transaction is rolled back and the batch runs again with a savepoint around
each function, so at worst a batch is done twice. That is why a function may do nothing but talk to its connection.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from time import perf_counter
from typing import Any

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from shortlist.db import changes, memory
from shortlist.db.changes import Change
from shortlist.db.engine import begin_write, connect_to_write, translate
from shortlist.logs import REQUEST_ID
from shortlist.meters.meters import Meters

_log = structlog.get_logger(__name__)

MAX_BATCH = 512
_PATIENCE = 0.003
# A connection goes back to the pool, which tries it before it is used again, when nothing was written for so long.
_IDLE_SECONDS = 1.0

# How often a transaction that lost a deadlock or a serialisation race on PostgreSQL is tried again.
_ATTEMPTS = 5
_RETRYABLE = {"40001", "40P01"}
_MOST_LOGGED_REQUESTS = 20


class Job:
    """One function and where its answer goes."""

    __slots__ = ("error", "future", "loop", "queued", "request_id", "result", "work")

    def __init__(
        self,
        work: Callable[[Connection], Any],
        future: "Future[Any] | asyncio.Future[Any]",
        loop: asyncio.AbstractEventLoop | None,
    ) -> None:
        self.work = work
        self.future = future
        self.loop = loop
        self.result: Any = None
        self.error: BaseException | None = None
        self.queued = perf_counter()
        self.request_id = REQUEST_ID.get()


class _Held:
    """The connection of a writing thread, kept from one transaction to the next: to take one from the pool and to give
    it back costs as much as several small statements."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def connection(self) -> Connection:
        if self._connection is None:
            self._connection = connect_to_write(self._engine)
        return self._connection

    @property
    def seconds_left(self) -> float | None:
        """How long to wait for work before it is let go; None where there is nothing to let go."""
        return None if self._connection is None else _IDLE_SECONDS

    def release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.close()
        except Exception:  # noqa: BLE001 - the thread must outlive a connection that cannot even be given back
            _log.warning("a connection was not given back", exc_info=True)


class Writer:
    """Threads that own the writing connections. SQLite allows one writer, so it gets one thread."""

    def __init__(
        self,
        engine: Engine,
        *,
        threads: int,
        meters: Meters,
        committed: Callable[[frozenset[Change]], None] = lambda _: None,
    ) -> None:
        self._engine = engine
        self._meters = meters
        self._committed = committed
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._run, name=f"db-write-{number}", daemon=True) for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def submit_async(
        self, work: Callable[[Connection], Any], loop: asyncio.AbstractEventLoop, future: "asyncio.Future[Any]"
    ) -> None:
        self._put(Job(work, future, loop))

    def submit(self, work: Callable[[Connection], Any], future: "Future[Any]") -> None:
        self._put(Job(work, future, None))

    def close(self) -> None:
        """Commit what was accepted, then stop the threads."""
        if self._closed:
            return
        self._closed = True
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()

    @property
    def waiting(self) -> int:
        """How many functions no thread has taken yet."""
        return self._queue.qsize()

    def _put(self, job: Job) -> None:
        if self._closed:
            raise RuntimeError("the database is closed")
        self._queue.put(job)

    def _run(self) -> None:
        expected, patience = 1, 0.0
        held = _Held(self._engine)
        while True:
            batch, last = self._collect(expected, patience, held)
            if batch:
                began = perf_counter()
                self._commit(batch, held)
                _deliver(batch)
                expected, patience = len(batch), min(_PATIENCE, (perf_counter() - began) / 4)
                self._measure(batch, began)
            if last:
                held.release()
                return

    def _collect(self, expected: int, patience: float, held: "_Held") -> tuple[list[Job], bool]:
        """The jobs of the next transaction, and whether it is the last.

        Those that were answered together come back one after another; without patience the first of them would get
        a flush of its own, and the others wait for it. So up to `patience` seconds are given to as many as came last.
        """
        batch: list[Job] = []
        deadline: float | None = None
        while len(batch) < MAX_BATCH:
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                left = None if deadline is None else deadline - perf_counter()
                if left is not None and (len(batch) >= expected or left <= 0):
                    break
                try:
                    job = self._queue.get(timeout=left or held.seconds_left)
                except queue.Empty:
                    if batch:
                        break
                    held.release()
                    continue
            if job is None:
                return batch, True
            batch.append(job)
            deadline = deadline or perf_counter() + patience
        return batch, False

    def _commit(self, batch: Sequence[Job], held: "_Held") -> None:
        """Run the batch until it is durable; afterwards every job has its result or its error."""
        for attempt in range(_ATTEMPTS):
            try:
                connection = held.connection()
                if not self._run_together(batch, connection):
                    self._run_apart(batch, connection)
            except DBAPIError as error:
                held.release()
                if _is_retryable(error) and attempt + 1 < _ATTEMPTS:
                    continue
                self._fail(batch, error)
            except Exception as error:  # noqa: BLE001 - the thread must outlive whatever a commit throws
                held.release()
                self._fail(batch, error)
            return

    def _run_together(self, batch: Sequence[Job], connection: Connection) -> bool:
        """One transaction without savepoints. False, with nothing written, when any job failed."""
        with begin_write(connection) as transaction, changes.gathered(connection):
            for job in batch:
                job.error = None
                try:
                    job.result = job.work(connection)
                except DBAPIError:
                    transaction.rollback()
                    return False
                except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to this job alone
                    transaction.rollback()
                    if len(batch) > 1:
                        return False
                    job.error = error
                    return True
            noted = changes.take(connection)
            memory.count(connection, noted)
        self._tell(noted)
        return True

    def _run_apart(self, batch: Sequence[Job], connection: Connection) -> None:
        """One transaction with a savepoint around each job, so that those that fail leave no trace."""
        with begin_write(connection), changes.gathered(connection):
            for job in batch:
                job.error = None
                try:
                    with connection.begin_nested():
                        job.result = job.work(connection)
                except DBAPIError as error:
                    if error.connection_invalidated or _is_retryable(error):
                        raise
                    job.error = error
                except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to this job alone
                    job.error = error
            noted = changes.take(connection)
            memory.count(connection, noted)
        self._tell(noted)

    def _fail(self, batch: Sequence[Job], error: BaseException) -> None:
        """The commit itself failed, so no job in the batch happened."""
        for job in batch:
            job.error = error
        self._meters.commit_failures.add()
        requests = [job.request_id for job in batch if job.request_id][:_MOST_LOGGED_REQUESTS]
        _log.error("commit failed", jobs=len(batch), error=str(error).partition("\n")[0], request_ids=requests)

    def _measure(self, batch: Sequence[Job], began: float) -> None:
        self._meters.commit_jobs.observe(len(batch))
        self._meters.commit_seconds.observe(perf_counter() - began)
        self._meters.commit_wait_seconds.observe(*(began - job.queued for job in batch))

    def _tell(self, noted: frozenset[Change]) -> None:
        if noted:
            self._committed(noted)


def _is_retryable(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) in _RETRYABLE


def _deliver(batch: Sequence[Job]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[Job]] = {}
    for job in batch:
        if isinstance(job.error, DBAPIError):
            job.error = translate(job.error)
        if job.loop is None:
            _resolve(job)
        else:
            by_loop.setdefault(job.loop, []).append(job)
    for loop, jobs in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve_all, jobs)
        except RuntimeError:  # the loop is closed: nobody waits for these answers any more
            _log.warning("answers without a reader", jobs=len(jobs))


def _resolve_all(jobs: Sequence[Job]) -> None:
    for job in jobs:
        _resolve(job)


def _resolve(job: Job) -> None:
    if job.future.cancelled():
        return
    if job.error is not None:
        job.future.set_exception(job.error)
    else:
        job.future.set_result(job.result)
