"""The threads that write: they gather the functions that wait, and answer each once it is durable (`committer`)."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from time import perf_counter

from sqlalchemy import Engine
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


class _Waiting:
    """The functions that no thread has taken yet.

    To wake a thread for each function costs as much as the function, so the one that gathers is woken when it has as
    many as it hopes for. `queue.Queue` wakes one each time.
    """

    def __init__(self) -> None:
        lock = threading.Lock()
        self._jobs: deque[Job] = deque()
        self._closed = False
        self._come = threading.Condition(lock)  # for threads that have nothing to do
        self._idle = 0
        self._enough = threading.Condition(lock)  # for threads that gather
        self._hoped_for = 0
        self._lock = lock

    def __len__(self) -> int:
        return len(self._jobs)

    def put(self, job: Job) -> None:
        with self._lock:
            if self._closed:  # nothing may come after the threads have gone: nobody would answer it
                raise RuntimeError("the database is closed")
            self._jobs.append(job)
            if self._idle:
                self._come.notify()
            elif len(self._jobs) >= self._hoped_for:
                self._enough.notify()

    def close(self) -> bool:
        """Take no more. Whether it did until now."""
        with self._lock:
            was_open, self._closed = not self._closed, True
            self._come.notify_all()
            self._enough.notify_all()
            return was_open

    def take(self, expected: int, patience: float, idle_seconds: float | None) -> list[Job] | None:
        """The jobs of the next transaction; none where nothing came for so long; None when nothing will come any more.

        Those that were answered together come back one after another; without patience the first of them would get
        a flush of its own, and the others wait for it. So up to `patience` seconds are given to as many as came last.
        """
        with self._lock:
            while not self._jobs:
                if self._closed:
                    return None
                self._idle += 1
                came = self._come.wait(idle_seconds)
                self._idle -= 1
                if not came and not self._jobs:
                    return []
            batch = self._first([])
            deadline = perf_counter() + patience
            while len(batch) < expected and not self._closed:
                left = deadline - perf_counter()
                if left <= 0:
                    break
                self._hoped_for = expected - len(batch)
                self._enough.wait(left)
                batch = self._first(batch)
            return batch

    def _first(self, batch: list[Job]) -> list[Job]:
        """The batch with what has come, as far as it has room."""
        while self._jobs and len(batch) < MAX_BATCH:
            batch.append(self._jobs.popleft())
        return batch


class Writer:
    """Threads with a connection each, which take what waits in turn. `shares` is that of `Committer`."""

    def __init__(
        self,
        engine: Engine,
        *,
        threads: int,
        shares: bool,
        meters: Meters,
        committed: Callable[[frozenset[Change]], None] = lambda _: None,
    ) -> None:
        self._meters = meters
        self._new_committer = partial(Committer, engine, meters, committed, shares=shares)
        self._waiting = _Waiting()
        self._threads = [
            threading.Thread(target=self._run, name=f"db-write-{number}", daemon=True) for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, job: Job) -> None:
        self._waiting.put(job)

    def close(self) -> None:
        """Commit what was accepted, then stop the threads."""
        if self._waiting.close():
            for thread in self._threads:
                thread.join()

    @property
    def waiting(self) -> int:
        """How many functions no thread has taken yet."""
        return len(self._waiting)

    def _run(self) -> None:
        expected, patience = 1, 0.0
        committer = self._new_committer()
        while True:
            batch = self._waiting.take(expected, patience, _IDLE_SECONDS if committer.holds else None)
            if not batch:
                committer.release()
                if batch is None:
                    return
                continue
            began = perf_counter()
            committer.commit(batch)
            _deliver(batch)
            expected, patience = len(batch), min(_PATIENCE, (perf_counter() - began) / 4)
            self._measure(batch, began)

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
