"""The background sweep of one server process. Of several processes on one database, one sweeps at a time."""

import asyncio

from sqlalchemy import Connection

from shortlist.clock import now_ms
from shortlist.logs import get_logger
from shortlist.meters.rounds import Rounds
from shortlist.packages import store
from shortlist.packages.contents import Storage
from shortlist.packages.sweep import sweep
from shortlist.packages.types import Swept

_log = get_logger(__name__)

_HOUR = 60 * 60 * 1000
EVERY_MS = 6 * _HOUR
# How often a process looks whether a sweep is due; which of them takes it does not matter.
_LOOK_SECONDS = 600.0


class Sweeper:
    """A thread that sweeps every six hours what was deleted longer ago than `age_ms`."""

    def __init__(self, storage: Storage, age_ms: int) -> None:
        self._storage = storage
        self._age_ms = age_ms
        self._rounds = Rounds("sweep", _LOOK_SECONDS, storage.database.meters, self.sweep_if_due)
        self._running: tuple[asyncio.AbstractEventLoop, asyncio.Task[Swept]] | None = None

    def start(self) -> None:
        self._rounds.start()

    def stop(self) -> None:
        """Stop, in the middle of a sweep where there is one: another finds what it leaves."""
        self._rounds.begin_stop()
        running = self._running
        if running is not None:
            running[0].call_soon_threadsafe(running[1].cancel)
        self._rounds.stop()

    def sweep_if_due(self) -> Swept | None:
        """Sweep, unless this or another process began one in the last six hours. What was freed.

        Raises:
            Unavailable: the database or the store failed; the next sweep continues.
        """

        def claim(connection: Connection) -> bool:
            now = now_ms()
            return store.claim(connection, store.SWEEP, now, now - EVERY_MS)

        if not self._storage.database.write_now(claim):
            return None
        freed = asyncio.run(self._sweep())
        if freed is not None and freed != Swept():
            _log.info("swept", files=freed.files, contents=freed.contents, strays=freed.strays, bytes=freed.bytes)
        return freed

    async def _sweep(self) -> Swept | None:
        task = asyncio.create_task(sweep(self._storage, age_ms=self._age_ms))
        self._running = (asyncio.get_running_loop(), task)
        if self._rounds.stopped:
            task.cancel()
        try:
            return await task
        except asyncio.CancelledError:
            return None
        finally:
            self._running = None
