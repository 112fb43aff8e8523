"""The hub of one server process: committed changes in, waiting pages out. Pages that nothing happens to cost nothing.

A thread gathers what was committed and wakes those who wait for it: at once after a quiet moment, and three times a
second at most while a training logs a thousand times a second. On PostgreSQL, where several processes may serve one
database, it also counts the changes in the database, tells the other processes by NOTIFY to look, and looks at the
counters of the experiments that somebody here watches: when it is told to, and in any case once a second, because
notices may be lost and come through no pooler in transaction mode.
"""

import asyncio
import threading
from collections.abc import Iterable, Sequence
from time import monotonic
from typing import Self

from shortlist.db.changes import Change
from shortlist.db.database import Database
from shortlist.db.notices import MOST_BYTES, Notices
from shortlist.errors import Unavailable
from shortlist.live import store
from shortlist.logs import get_logger

_log = get_logger(__name__)

MAX_SUBSCRIPTIONS = 20_000
_GATHER_SECONDS = 0.3  # between two rounds
_SHARE_SECONDS = 0.03  # that a first change waits for those that come with it
_LOOK_SECONDS = 1.0
_EVERYTHING = ""  # a notice that names no experiment
WHOLE = -1  # in the place of an experiment: all of a project's, those to come as well
_Place = tuple[int, int]  # project, experiment


class Subscription:
    """One who waits for changes of experiments of a project. Used on the event loop that it was made on."""

    def __init__(self, hub: "Hub", places: Sequence[_Place]) -> None:
        self._hub = hub
        self.places = places
        self.loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()
        self._changes: set[Change] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._hub.leave(self)

    async def wait(self, seconds: float) -> frozenset[Change] | None:
        """What changed since the last call, as soon as anything did; nothing after so many seconds.

        None when the server stops.
        """
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            pass
        if self._hub.closed:
            return None
        self._woken.clear()
        found, self._changes = frozenset(self._changes), set()
        return found

    def wake(self, changes: Iterable[Change]) -> None:
        """To be called on the subscription's event loop."""
        self._changes.update(changes)
        self._woken.set()


class Hub:
    """`start` begins to listen to what the database commits; `close` ends every subscription.

    Args:
        listen: whether to hear of other processes by PostgreSQL's LISTEN; without, a look each second finds it.
    """

    def __init__(self, database: Database, *, listen: bool = True) -> None:
        self._database = database
        self._shared = database.dialect == "postgresql"
        self._lock = threading.Lock()
        self._subscriptions: dict[_Place, set[Subscription]] = {}
        self._open = 0
        self._pending: set[Change] = set()
        self._known: dict[_Place, int] = {}
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.notices = Notices(database, self._told) if self._shared and listen else None

    @property
    def closed(self) -> bool:
        return self._stop.is_set()

    @property
    def open(self) -> int:
        """How many wait for changes."""
        return self._open

    @property
    def hears(self) -> bool:
        """Whether the notices of other processes arrive at the moment."""
        return self.notices is not None and self.notices.listening.is_set()

    def start(self) -> None:
        self._database.on_commit(self.committed)
        self._thread = threading.Thread(target=self._run, name="live", daemon=True)
        self._thread.start()
        if self.notices is not None:
            self.notices.start()

    def close(self) -> None:
        """Wake everybody with the news that there will be none. From any thread; twice is the same as once."""
        self._stop.set()
        self._wake.set()
        with self._lock:
            waiting = {subscription for found in self._subscriptions.values() for subscription in found}
        for subscription in waiting:
            self._tell(subscription, ())
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
            self._thread = None
        if self.notices is not None:
            self.notices.close()

    async def subscribe(self, project_id: int, experiment_iids: Iterable[int]) -> Subscription:
        """Wait for changes of experiments from the moment at which this returns; to be used with `async with`.

        Raises:
            Unavailable: too many wait already.
        """
        places = [(project_id, iid) for iid in dict.fromkeys(experiment_iids)]
        subscription = Subscription(self, places)
        with self._lock:
            if self._open >= MAX_SUBSCRIPTIONS or self.closed:
                raise Unavailable("Too many pages wait for changes; this one has to be reloaded to see them.")
            self._open += 1
            for place in places:
                self._subscriptions.setdefault(place, set()).add(subscription)
        if self._shared:
            await self._begin_to_look(subscription)
        return subscription

    async def _begin_to_look(self, subscription: Subscription) -> None:
        """Have a count to compare with, so that no change in another process is missed."""
        places = subscription.places
        iids = [iid for _, iid in places]
        try:
            counted = await self._database.read(lambda connection: store.counts(connection, places[0][0], iids))
        except BaseException:
            self.leave(subscription)
            raise
        with self._lock:
            for place in places:
                self._known.setdefault(place, counted.get(place[1], 0))
        self._wake.set()

    def leave(self, subscription: Subscription) -> None:
        with self._lock:
            self._open -= 1
            for place in subscription.places:
                found = self._subscriptions.get(place, set())
                found.discard(subscription)
                if not found:
                    self._subscriptions.pop(place, None)
                    self._known.pop(place, None)

    def committed(self, changes: frozenset[Change]) -> None:
        """Take note of what a transaction changed. Cheap; called by the writing threads."""
        with self._lock:
            if not self._shared and not any(self._subscriptions.keys() & _places(change) for change in changes):
                return
            self._pending |= changes
        self._wake.set()

    def _told(self, notice: str) -> None:
        """Another process counted changes: look soon, if somebody here waits for one of them."""
        named = {tuple(map(int, word.split("/"))) for word in notice.split()}
        with self._lock:
            if named and named.isdisjoint(self._subscriptions):
                return
        self._wake.set()

    def _run(self) -> None:
        quiet_from = 0.0
        while not self._stop.is_set():
            woken = self._wake.wait(_LOOK_SECONDS if self._shared and self._subscriptions else None)
            self._wake.clear()
            if self._stop.wait(max(_SHARE_SECONDS, quiet_from - monotonic())):
                return
            if woken:
                quiet_from = monotonic() + _GATHER_SECONDS
            with self._lock:
                changes, self._pending = self._pending, set()
            self._deliver(changes)
            if self._shared:
                self._share(changes)

    def _share(self, changes: Iterable[Change]) -> None:
        places = {place for change in changes for place in _places(change)}
        try:
            self._count(places)
            if places and self.notices is not None:
                notice = " ".join(f"{project_id}/{iid}" for project_id, iid in places)
                self.notices.send(notice if len(notice) <= MOST_BYTES else _EVERYTHING)
            self._look()
        except Unavailable:
            _log.warning("changes are not shared: the database is not available")
        except Exception:  # noqa: BLE001 - the thread must outlive whatever the database throws
            _log.exception("changes are not shared")

    def _count(self, places: Iterable[_Place]) -> None:
        """Tell the other processes, and remember which count is our own doing."""
        for project_id, iids in _by_project(places).items():
            counted = self._database.write_now(lambda connection: store.count(connection, project_id, iids))  # noqa: B023
            with self._lock:
                for iid, value in counted.items():
                    # A gap is a change elsewhere, which the next look finds.
                    if self._known.get((project_id, iid)) == value - 1:
                        self._known[project_id, iid] = value

    def _look(self) -> None:
        """Wake those whose experiments changed in another process."""
        with self._lock:
            watched = _by_project(self._subscriptions)
        found: set[Change] = set()
        for project_id, iids in watched.items():
            counted = self._database.read_now(lambda connection: store.counts(connection, project_id, iids))  # noqa: B023
            with self._lock:
                for iid in iids:
                    place, value = (project_id, iid), counted.get(iid, 0)
                    if self._known.setdefault(place, value) != value:
                        self._known[place] = value
                        found.add(Change(project_id, iid))
        self._deliver(found)

    def _deliver(self, changes: Iterable[Change]) -> None:
        by_subscription: dict[Subscription, list[Change]] = {}
        with self._lock:
            for change in changes:
                for place in _places(change):
                    for subscription in self._subscriptions.get(place, ()):
                        by_subscription.setdefault(subscription, []).append(change)
        for subscription, found in by_subscription.items():
            self._tell(subscription, found)

    def _tell(self, subscription: Subscription, changes: Iterable[Change]) -> None:
        try:
            subscription.loop.call_soon_threadsafe(subscription.wake, changes)
        except RuntimeError:  # its loop is closed, and so is its connection
            self.leave(subscription)


def _places(change: Change) -> set[_Place]:
    """Where a change is waited for."""
    return {change[:2], (change.project_id, WHOLE)}


def _by_project(places: Iterable[_Place]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for project_id, iid in places:
        found.setdefault(project_id, []).append(iid)
    return found
