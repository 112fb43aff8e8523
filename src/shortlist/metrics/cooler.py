"""The background work of one server process that moves old points to the object store, for all projects.

Any number of processes may do it on one database: each candidate is claimed.
"""

import asyncio
from collections.abc import Callable

from sqlalchemy import Connection

from shortlist.blobs.store import BlobStore
from shortlist.clock import now_ms
from shortlist.db.database import Database
from shortlist.logs import get_logger
from shortlist.meters.rounds import Rounds
from shortlist.metrics import cooling, store_cold
from shortlist.metrics.cooling import CLAIM_MS, Cooled

_log = get_logger(__name__)

DAY_MS = 24 * 3_600_000
_LOOK_SECONDS = 900.0
_PAGE = 100

# Told of each candidate: its project, its iid and what became of it; None: it waits for another round.
Told = Callable[[int, int, Cooled | None], None]


class Cooler:
    """A thread that looks every quarter of an hour for candidates that ended so many days ago."""

    def __init__(self, database: Database, blobs: BlobStore, after_days: int) -> None:
        self._database = database
        self._blobs = blobs
        self._after_ms = after_days * DAY_MS
        self._rounds = Rounds("cool", _LOOK_SECONDS, database.meters, self._cool)

    def start(self) -> None:
        """Begin, where points shall go cold at all."""
        if self._after_ms:
            self._rounds.start()

    def stop(self) -> None:
        """Stop after the candidate in hand."""
        self._rounds.stop()

    def _cool(self) -> None:
        moved = cool_due(self._database, self._blobs, now_ms() - self._after_ms, lambda: self._rounds.stopped)
        if moved:
            _log.info("points went cold", candidates=moved)


def _nobody(_project_id: int, _iid: int, _cooled: Cooled | None) -> None:
    return


def _never() -> bool:
    return False


def cool_due(
    database: Database,
    blobs: BlobStore,
    ended_before: int,
    stopped: Callable[[], bool] = _never,
    *,
    project_id: int | None = None,
    told: Told = _nobody,
) -> int:
    """Move the points of all candidates that ended before a time; how many candidates.

    Raises:
        Unavailable: the database or the store failed.
    """
    moved, last = 0, -1
    if project_id is not None:
        return _cool_project(database, blobs, project_id, ended_before, stopped, told)
    while (found := database.read_now(lambda connection: store_cold.projects_after(connection, last))) is not None:  # noqa: B023
        moved += _cool_project(database, blobs, found, ended_before, stopped, told)
        last = found
    return moved


def _cool_project(
    database: Database, blobs: BlobStore, project_id: int, ended_before: int, stopped: Callable[[], bool], told: Told
) -> int:
    moved, last = 0, -1

    def due(connection: Connection) -> list[int]:
        return store_cold.due(connection, project_id, last, ended_before, now_ms() - CLAIM_MS, _PAGE)

    while not stopped() and (iids := database.read_now(due)):
        last = iids[-1]
        for iid in iids:
            if stopped():
                break
            cooled = asyncio.run(cooling.cool(database, blobs, project_id, iid))
            moved += cooled is not None and cooled.points > 0
            told(project_id, iid, cooled)
    return moved
