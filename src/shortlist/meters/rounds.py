"""Background work in rounds: a thread that outlives whatever a round throws, and counts it."""

import threading
from collections.abc import Callable

from shortlist.errors import DomainError
from shortlist.logs import get_logger
from shortlist.meters.meters import Meters

_log = get_logger(__name__)


class Rounds:
    """A thread that does each of its works every so many seconds, the first time so long after its start.

    `at_once`: the first time when it starts, and that round is always finished. `name` is that of the thread and of
    what failed, in the log and among the `background_failures`.
    """

    def __init__(
        self, name: str, seconds: float, meters: Meters, *works: Callable[[], object], at_once: bool = False
    ) -> None:
        self._name = name
        self._seconds = seconds
        self._meters = meters
        self._works = works
        self._at_once = at_once
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def stopped(self) -> bool:
        """Whether it stops, so that a long round may end early."""
        return self._stopping.is_set()

    def begin_stop(self) -> None:
        """Begin no other round, and let `stopped` be true."""
        self._stopping.set()

    def stop(self) -> None:
        """Return when no round is running."""
        self.begin_stop()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        # Mostly not at once: a start is when people wait, and a server that crashes in a loop would do nothing else.
        if self._at_once:
            self._round()
        while not self._stopping.wait(self._seconds):
            self._round()

    def _round(self) -> None:
        for work in self._works:
            self._attempt(work)

    def _attempt(self, work: Callable[[], object]) -> None:
        try:
            work()
        except DomainError as error:
            self._meters.background_failures[self._name].add()
            _log.warning("background work failed; it is tried again", work=self._name, error=error.message)
        except Exception as error:  # noqa: BLE001 - the thread must live; the next round may succeed
            self._meters.background_failures[self._name].add()
            _log.error("background work failed; it is tried again", work=self._name, exc_info=error)
