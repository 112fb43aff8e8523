"""What a ranking reads of an experiment, as columns that are kept while nothing changes (`db.memory`)."""

from collections.abc import Callable, Hashable, Sequence
from typing import Literal, TypeVar

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.db import changes, memory
from shortlist.metrics import service as metrics
from shortlist.numeric import Ints, np
from shortlist.ranking import store_columns as store
from shortlist.ranking.columns import Columns

T = TypeVar("T")
Load = Callable[[Sequence[int] | None], Columns]

_FEW = 300  # changed candidates whose rows are read again in no time


class NotNearError(Exception):
    """A column is not kept, or too much changed since it was read."""


class Board:
    """The columns of one experiment as one transaction sees them; what it has changed itself is seen, and not kept.

    With n candidates, columns cost O(n) when they are read first, O(n) copying but O(k) rows after k candidates have
    changed, and nothing else. With `near`, what would take longer raises `NotNearError`.
    """

    def __init__(self, connection: Connection, scope: Scope, experiment_iid: int, *, near: bool = False) -> None:
        self._connection = connection
        self._near = near
        self._scope = scope
        self._experiment = experiment_iid
        self._place = (scope.project_id, experiment_iid)
        self._memory = memory.of(connection)
        # Before any row: what is read afterwards is no older.
        self._revision = memory.revision(connection, self._place)
        self._pending = changes.pending(connection, *self._place)

    def roster(self) -> Columns:
        """Who is not deleted; see `store_columns.roster`. One statement where something changed."""
        return self._columns("roster", lambda iids: store.roster(*self._here, iids))

    def facts(self, metric: str) -> Columns:
        """What is known of a metric; see `store_columns.facts`. One statement where something changed."""
        return self._columns(("facts", metric), lambda iids: store.facts(*self._here, metric, iids))

    def latest(self, metric: str) -> Columns:
        """The `value` of a metric, from its facts if they are there: else there is less to read. One statement where
        something changed."""
        facts = self._memory.find(self._place, ("facts", metric), self._revision)
        if facts is not None and facts.changed is not None:
            return self.facts(metric)
        return self._columns(("latest", metric), lambda iids: store.latest(*self._here, metric, iids))

    def means(self, metric: str, last: int) -> Columns:
        """`mean` of the last points of a metric, of everybody who has it. Statements as `metrics.last_values`."""

        def load(iids: Sequence[int] | None) -> Columns:
            wanted = self.facts(metric).iids.tolist() if iids is None else iids
            values = metrics.last_values(self._connection, self._scope, wanted, metric, last)
            return Columns.of({"mean": np.float64}, [(iid, float(np.mean(found))) for iid, found in values.items()])

        return self._columns(("means", metric, last), load)

    def kinds(self) -> Columns:
        """Which candidates have the same parameters, seeds aside; see `store_columns.kinds`. One statement where
        something changed."""
        return self._columns("kinds", lambda iids: store.kinds(*self._here, iids))

    def details(self) -> Columns:
        """Names and ends; see `store_columns.details`. One statement where something changed."""
        return self._columns("details", lambda iids: store.details(*self._here, iids))

    def values(self, of: Literal["param", "number", "metadata"], key: str) -> Columns:
        """What candidates have under a key; see `store_columns.values`. One statement where something changed."""
        return self._columns((of, key), lambda iids: store.values(*self._here, (of, key), iids))

    def newest_first(self) -> Ints:
        """Places in the roster: the newest first, equals by external id."""

        def order() -> tuple[Ints, int]:
            roster = self.roster()
            found = np.lexsort((roster["low"], roster["high"], -roster["start"]))
            return found, found.nbytes

        return self.derived("newest first", order)

    def derived(self, name: Hashable, make: Callable[[], tuple[T, int]]) -> T:
        """What `make` works out of the columns, with its size in bytes; kept until anything changes."""
        if self._pending:
            return make()[0]
        return self._memory.derived(self._place, name, self._revision, make)

    def has(self, name: Hashable) -> bool:
        """Whether what `derived` would give is there already."""
        kept = None if self._pending else self._memory.find(self._place, name, self._revision)
        return kept is not None and kept.changed == frozenset()

    @property
    def _here(self) -> tuple[Connection, Scope, int]:
        return self._connection, self._scope, self._experiment

    def _columns(self, name: Hashable, load: Load) -> Columns:
        kept = self._memory.find(self._place, name, self._revision)
        if kept is None or kept.changed is None or None in self._pending:
            if self._near:
                raise NotNearError
            found = load(None)
        else:
            changed = sorted(kept.changed.union(iid for iid in self._pending if iid is not None))
            if not changed:
                return kept.value
            if self._near and len(changed) > _FEW:
                raise NotNearError
            found = kept.value.replaced(changed, load(changed))
        if not self._pending:
            self._memory.keep(self._place, name, self._revision, found, found.size)
        return found
