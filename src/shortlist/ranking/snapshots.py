"""Orders that pages were cut from, kept for a while, so that the pages that follow are cut from the same one."""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence

import msgspec

from shortlist.numeric import Ints
from shortlist.ranking.folding import Folded
from shortlist.ranking.service import Standing

MOST_ROWS = 4_000_000  # eight bytes each


class Asked(msgspec.Struct, frozen=True):
    """The search that an order answers; without `order_by`, and `ranked`, that of the goal."""

    project_id: int
    experiment_iid: int
    filter: str
    order_by: Sequence[str]
    view: str
    ranked: bool
    fold: str = ""
    expanded: Sequence[int] = ()


class Snapshot(msgspec.Struct, frozen=True):
    """Every candidate that a search finds, in order. Of a ranked one, `places` are theirs in its standing.
    Of a folded one, `iids` and `places` are those of its rows.

    `baseline` is the place of the goal's baseline in the standing, whether or not the filter leaves it.
    """

    asked: Asked
    iids: Ints
    standing: Standing | None = None
    places: Ints | None = None
    baseline: int | None = None
    folded: Folded | None = None


class Snapshots:
    """The latest snapshots, up to so many rows in all. Another process does not have them."""

    def __init__(self, most_rows: int = MOST_ROWS) -> None:
        self._most = most_rows
        self._kept: OrderedDict[str, Snapshot] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def keep(self, snapshot: Snapshot) -> str:
        """The name under which it can be found again."""
        name = secrets.token_hex(6)
        with self._lock:
            self._kept[name] = snapshot
            self._size += len(snapshot.iids)
            while self._size > self._most and len(self._kept) > 1:
                _, oldest = self._kept.popitem(last=False)
                self._size -= len(oldest.iids)
        return name

    def find(self, name: str, asked: Asked) -> Snapshot | None:
        """A snapshot of this very search."""
        with self._lock:
            found = self._kept.get(name)
            if found is None or found.asked != asked:
                return None
            self._kept.move_to_end(name)
            return found
