"""Deletes for good, in the background, the projects and groups whose grace period is over."""

import threading

import structlog

from shortlist.db.database import Database
from shortlist.errors import DomainError
from shortlist.projects import group_deletion, service

_log = structlog.get_logger(__name__)

_INTERVAL_SECONDS = 3600.0


class Purger:
    """A thread that looks when it starts and then every `interval` seconds. Safe to kill at any point, and safe beside
    others: each project goes in a transaction that looks again whether its time is over."""

    def __init__(self, database: Database, interval: float = _INTERVAL_SECONDS) -> None:
        self._database = database
        self._interval = interval
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="purger", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Return when no purge is running; the first is always finished."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                purged = service.purge_expired(self._database)
                groups = group_deletion.purge_expired(self._database)
                if purged or groups:
                    _log.info("deleted for good", projects=purged, groups=groups)
            except DomainError as error:
                self._database.meters.background_failures["purge"].add()
                _log.warning("purge failed; it is tried again", error=error.message)
            except Exception as error:  # noqa: BLE001 - the thread must live; the next round finds the same projects
                self._database.meters.background_failures["purge"].add()
                _log.error("purge failed; it is tried again", exc_info=error)
            if self._stopping.wait(self._interval):
                return
