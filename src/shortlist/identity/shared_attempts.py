"""Limits on attempts that hold for all server processes of one PostgreSQL together, a second late.

Guesses are counted where they are made, at once; a thread tells the others, and hears what they tell. So who asks in
turns at several processes gains a second's guesses, and not a multiple of the limit.
"""

import threading
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection

from shortlist.clock import now_ms
from shortlist.db.database import Database
from shortlist.identity import store_attempts as store
from shortlist.identity.rate_limit import WINDOW_MILLISECONDS, AttemptLimit
from shortlist.ids import uuid7_bytes
from shortlist.meters.rounds import Rounds

_SECONDS = 1.0
# Clocks differ, and a row may be seen later than another that was written after it.
_OVERLAP_MILLISECONDS = 10_000
_MAX_TOLD = 1000


class Attempt(NamedTuple):
    id: bytes
    what: str
    digest: bytes
    failed_at: int | None


class SharedAttempts:
    """`limits` by a name that is the same in every process. Does nothing on SQLite, which has one process."""

    def __init__(self, database: Database, limits: Mapping[str, AttemptLimit]) -> None:
        self._database = database
        self._limits = limits
        self._lock = threading.Lock()
        self._untold: list[Attempt] = []
        self._heard: set[bytes] = set()
        self._since = now_ms() - WINDOW_MILLISECONDS
        self._rounds = Rounds("attempts", _SECONDS, database.meters, self.exchange)

    def start(self) -> None:
        if self._database.dialect != "postgresql":
            return
        for what, limit in self._limits.items():
            limit.tell = lambda digest, at, what=what: self._note(what, digest, at)
        self._rounds.start()

    def stop(self) -> None:
        self._rounds.stop()

    def exchange(self) -> None:
        """Tell what happened here since the last time, and hear what happened elsewhere."""
        with self._lock:
            told, self._untold = self._untold, []
            self._heard.update(attempt.id for attempt in told)
        now = now_ms()
        if told:
            self._database.write_now(lambda connection: store.add(connection, told, now - WINDOW_MILLISECONDS))
        since = self._since - _OVERLAP_MILLISECONDS

        def read(connection: Connection) -> list[Attempt]:
            return [Attempt(*row) for row in store.since(connection, since)]

        found = self._database.read_now(read)
        for attempt in found:
            if attempt.id not in self._heard and attempt.what in self._limits:
                self._limits[attempt.what].heard(attempt.digest, attempt.failed_at)
        with self._lock:
            self._heard = {attempt.id for attempt in found} | {attempt.id for attempt in told}
        self._since = now

    def _note(self, what: str, digest: bytes, at: int | None) -> None:
        with self._lock:
            self._untold = [*self._untold[-_MAX_TOLD:], Attempt(uuid7_bytes(), what, digest, at)]
