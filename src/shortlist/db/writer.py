"""The threads that write: they gather the functions that wait, and answer each once it is durable (`committer`)."""

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from shortlist.db.changes import Change
from shortlist.db.committer import Committer, Job
from shortlist.db.engine import translate
from shortlist.logs import get_logger
from shortlist.meters.meters import Meters

_log = get_logger(__name__)

MAX_BATCH = 512
_PATIENCE = 0.003
# A connection goes back to the pool, which tries it before it is used again, when nothing was written for so long.
_IDLE_SECONDS = 1.0


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
        # Not a SimpleQueue: in Python 3.11 its `get` waits for ever when a short timeout is over before it waits, and
        # what was taken already would wait along with it.
        self._queue: queue.Queue[Job | None] = queue.Queue()
        self._closed = False
        self._closing = threading.Lock()
        self._threads = [
            threading.Thread(target=self._run, name=f"db-write-{number}", daemon=True) for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def submit_async(
        self,
        work: Callable[[Connection], Any],
        loop: asyncio.AbstractEventLoop,
        future: "asyncio.Future[Any]",
        *,
        appends: bool = False,
    ) -> None:
        self._put(Job(work, future, loop, appends=appends))

    def submit(self, work: Callable[[Connection], Any], future: "Future[Any]") -> None:
        self._put(Job(work, future, None, appends=False))

    def close(self) -> None:
        """Commit what was accepted, then stop the threads."""
        with self._closing:
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
        with self._closing:  # nothing may come after what ends the threads: nobody would answer it
            if self._closed:
                raise RuntimeError("the database is closed")
            self._queue.put(job)

    def _run(self) -> None:
        expected, patience = 1, 0.0
        committer = Committer(self._engine, self._meters, self._committed)
        while True:
            batch, last = self._collect(expected, patience, committer)
            if batch:
                began = perf_counter()
                committer.commit(batch)
                _deliver(batch)
                expected, patience = len(batch), min(_PATIENCE, (perf_counter() - began) / 4)
                self._measure(batch, began)
            if last:
                committer.release()
                return

    def _collect(self, expected: int, patience: float, committer: Committer) -> tuple[list[Job], bool]:
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
                    job = self._queue.get(timeout=left or (_IDLE_SECONDS if committer.holds else None))
                except queue.Empty:
                    if batch:
                        break
                    committer.release()
                    continue
            if job is None:
                return batch, True
            batch.append(job)
            deadline = deadline or perf_counter() + patience
        return batch, False

    def _measure(self, batch: Sequence[Job], began: float) -> None:
        self._meters.commit_jobs.observe(len(batch))
        self._meters.commit_seconds.observe(perf_counter() - began)
        self._meters.commit_wait_seconds.observe(*(began - job.queued for job in batch))


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
