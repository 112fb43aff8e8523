"""Orders that pages were cut from, kept for a while, so that the pages that follow are cut from the same one."""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence

import msgspec

from shortlist.ranking.types import Goal, Score

Place = tuple[int, Score]  # the number among all candidates of the experiment, from 1


class Snapshot(msgspec.Struct, frozen=True):
    """The places of a ranked search, best first, whoever has no rank last; `ranked` is how many have one.

    `baseline` is the place of the goal's baseline, whether or not the filter leaves it.
    """

    project_id: int
    experiment_iid: int
    filter: str
    goal: Goal | None
    places: Sequence[Place]
    ranked: int
    baseline: Place | None = None


class Snapshots:
    """The latest snapshots, up to so many places in all. Another process does not have them."""

    def __init__(self, most_places: int = 300_000) -> None:
        self._most = most_places
        self._kept: OrderedDict[str, Snapshot] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def keep(self, snapshot: Snapshot) -> str:
        """The name under which it can be found again."""
        name = secrets.token_hex(6)
        with self._lock:
            self._kept[name] = snapshot
            self._size += len(snapshot.places)
            while self._size > self._most and len(self._kept) > 1:
                _, oldest = self._kept.popitem(last=False)
                self._size -= len(oldest.places)
        return name

    def find(self, name: str, project_id: int, experiment_iid: int, text: str) -> Snapshot | None:
        """A snapshot of this search of this experiment."""
        with self._lock:
            found = self._kept.get(name)
            if found is None or (found.project_id, found.experiment_iid, found.filter) != (
                project_id,
                experiment_iid,
                text,
            ):
                return None
            self._kept.move_to_end(name)
            return found
