"""What was worked out from the rows of an experiment, kept in the process until the experiment changes.

Every transaction that notes a change (`db.changes`) also counts up the revision of the experiment, in the database and
before it commits, so that all processes agree on what is old. What is kept carries the revision that was read *before*
its rows: it is never older than that, whatever the isolation of the transaction. Of its own commits a process also
knows whom they changed, and reads only those again; after a commit elsewhere it reads everything.
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Generator, Hashable, Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine

from shortlist.db import changes as changes_of
from shortlist.db import counters
from shortlist.db.changes import Change

MOST_BYTES = 96 * 2**20
_MOST_OF_EACH = MOST_BYTES // 2  # of the candidates of one experiment; beyond it, they are kept of the last page alone
_OPTION = "shortlist_memory"
_MOST_REVISIONS = 1_000
_MOST_CHANGED = 5_000  # beyond that, reading everything is as fast

T = TypeVar("T")
Place = tuple[int, int]  # project, experiment


class Kept(NamedTuple):
    """`changed` are the candidates that changed since the value was made; None where that is not known."""

    value: Any
    changed: frozenset[int] | None


class Each(NamedTuple):
    """What is kept of candidates, by iid, and its size in bytes."""

    values: Mapping[int, Any]
    size: int


class Memory:
    """Values by place and name, the least used forgotten first, up to so many bytes in all. For any thread."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[Place, Hashable], tuple[int, Any, int]] = OrderedDict()
        self._changes: dict[Place, deque[tuple[int, frozenset[int] | None]]] = {}
        self._bytes = 0

    @property
    def size(self) -> int:
        """Bytes of all that is kept."""
        return self._bytes

    def forget(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._changes.clear()
            self._bytes = 0

    def find(self, place: Place, name: Hashable, revision: int) -> Kept | None:
        """What is kept under a name, and what changed between it and a revision."""
        with self._lock:
            found = self._kept.get((place, name))
            if found is None or found[0] > revision:
                return None
            self._kept.move_to_end((place, name))
            return Kept(found[1], self._changed(place, found[0], revision))

    def keep(self, place: Place, name: Hashable, revision: int, value: Any, size: int) -> None:
        """Keep what is no older than a revision; what is kept of a later one stays."""
        with self._lock:
            before = self._kept.pop((place, name), None)
            if before is not None:
                self._bytes -= before[2]
                if before[0] > revision:
                    revision, value, size = before
            self._kept[place, name] = (revision, value, size)
            self._changes.setdefault(place, deque(maxlen=_MOST_REVISIONS))
            self._bytes += size
            while self._bytes > self._most and len(self._kept) > 1:
                (gone, _), (_, _, freed) = self._kept.popitem(last=False)
                self._bytes -= freed
                if all(other != gone for other, _ in self._kept):
                    self._changes.pop(gone, None)

    def derived(self, place: Place, name: Hashable, revision: int, make: Callable[[], tuple[T, int]]) -> T:
        """What is kept under a name while nothing changes; else what `make` gives, with its size in bytes."""
        kept = self.find(place, name, revision)
        if kept is not None and kept.changed == frozenset():
            return kept.value
        value, size = make()
        self.keep(place, name, revision, value, size)
        return value

    def changed(self, place: Place, revision: int, iids: frozenset[int] | None) -> None:
        """Take note of whom a revision changes; to be called before it is committed. None: it may be anybody."""
        with self._lock:
            noted = self._changes.get(place)
            if noted is not None:
                noted.append((revision, iids))

    def _changed(self, place: Place, after: int, until: int) -> frozenset[int] | None:
        found: set[int] = set()
        seen: set[int] = set()
        for revision, iids in self._changes.get(place, ()):
            if after < revision <= until:
                if iids is None:
                    return None
                seen.add(revision)
                found |= iids
        if len(seen) < until - after or len(found) > _MOST_CHANGED:
            return None
        return frozenset(found)


def options() -> dict[str, Memory]:
    """Execution options of an engine, which give it a memory of its own."""
    return {_OPTION: Memory()}


def of(connection: Connection | Engine) -> Memory:
    """The memory of the database that a connection or an engine leads to."""
    return connection.get_execution_options()[_OPTION]


def revision(connection: Connection, place: Place) -> int:
    """How often an experiment changed, as this transaction sees it. One statement."""
    return counters.read(connection, place[0], _name(place[1]))


def unchanged(connection: Connection, place: Place, name: Hashable, make: Callable[[], tuple[T, int]]) -> T:
    """What `make` reads of an experiment, with its size in bytes, kept until anything of the experiment changes. One
    statement more than it needs."""
    if changes_of.pending(connection, *place):
        return make()[0]
    return of(connection).derived(place, name, revision(connection, place), make)


def each(
    connection: Connection,
    place: Place,
    name: Hashable,
    iids: Sequence[int],
    make: Callable[[Sequence[int]], Mapping[int, T]],
    size: Callable[[T], int],
) -> Mapping[int, T]:
    """What `make` works out of candidates of an experiment, by iid, kept of each until that candidate changes. One
    statement more than `make` needs. The answer may hold others than were asked for."""
    if changes_of.pending(connection, *place):
        return make(iids)
    memory = of(connection)
    at = revision(connection, place)
    kept = memory.find(place, name, at)
    known: dict[int, T] = {}
    whole = 0
    if kept is not None and kept.changed is not None:
        known, whole = kept.value
        if kept.changed:
            known = known.copy()
            whole -= sum(size(known.pop(iid)) for iid in kept.changed if iid in known)
    missing = [iid for iid in iids if iid not in known]
    if not missing:
        return known
    made = dict(make(missing))
    added = sum(map(size, made.values()))
    known = known | made  # a new one, because other readers have the old one in their hands
    left = Each(known, whole + added) if whole + added <= _MOST_OF_EACH else Each(made, added)
    memory.keep(place, name, at, left, left.size)
    return known


@contextmanager
def counting(connection: Connection) -> Generator[Callable[[Iterable[Change]], None]]:
    """Around a transaction: gives what counts up the revisions of what it changed, to be called as its last deed,
    since their rows stay locked until it commits. In one order for all, so that two processes never wait for each
    other.

    A revision whose commit failed may become that of another process, which changes others.
    """
    memory = of(connection)
    counted: list[tuple[Place, int]] = []

    def count(changes: Iterable[Change]) -> None:
        changed: dict[Place, set[int | None]] = {}
        for change in changes:
            changed.setdefault(change[:2], set()).add(change.candidate_iid)
        for place, iids in sorted(changed.items()):
            value = counters.take(connection, place[0], _name(place[1]))
            counted.append((place, value))
            memory.changed(place, value, _known(iids))

    try:
        yield count
    except BaseException:
        for place, value in counted:
            memory.changed(place, value, None)
        raise


def _known(iids: Collection[int | None]) -> frozenset[int] | None:
    known = frozenset(iid for iid in iids if iid is not None)
    return None if len(known) < len(iids) else known


def _name(experiment_iid: int) -> str:
    return f"revision of experiment {experiment_iid}"
