"""Deletes for good, in the background, the projects and groups whose grace period is over."""

from shortlist.db.database import Database
from shortlist.logs import get_logger
from shortlist.meters.rounds import Rounds
from shortlist.projects import group_deletion, service

_log = get_logger(__name__)

_INTERVAL_SECONDS = 3600.0


class Purger:
    """A thread that looks when it starts and then every `interval` seconds. Safe to kill at any point, and safe beside
    others: each project goes in a transaction that looks again whether its time is over."""

    def __init__(self, database: Database, interval: float = _INTERVAL_SECONDS) -> None:
        self._database = database
        self._rounds = Rounds("purge", interval, database.meters, self._purge, at_once=True)

    def start(self) -> None:
        self._rounds.start()

    def stop(self) -> None:
        """Return when no purge is running; the first is always finished."""
        self._rounds.stop()

    def _purge(self) -> None:
        purged = service.purge_expired(self._database)
        groups = group_deletion.purge_expired(self._database)
        if purged or groups:
            _log.info("deleted for good", projects=purged, groups=groups)
