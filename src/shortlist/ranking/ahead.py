"""Searches from columns where they are kept, and else by SQL; columns are read beside the searches that want them.

Reading the columns of a large experiment takes as long as a hundred searches, so no search waits for it. Whoever
searches an experiment a second time has them read in a reader's thread meanwhile. That takes at most a quarter of the
time, and less and less of it while nobody finds what was read: because other processes change the experiment all the
time, or because there is more than is kept.
"""

import threading
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass
from time import monotonic

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.db.database import Database
from shortlist.logs import get_logger
from shortlist.ranking.board import Board, NotNearError
from shortlist.ranking.filtered import Filtered
from shortlist.search import service as search
from shortlist.search.service import CandidateSearch, SearchPage

_log = get_logger(__name__)

_MOST_EXPERIMENTS = 1_000  # of which it is known how they are searched
_MOST_CANDIDATES = 300_000  # beyond that, a few columns are all that is kept
_PAUSE, _LONGEST_PAUSE = 3, 1_000  # in times of what the reading took

Place = tuple[int, int]


@dataclass
class _Asked:
    """How an experiment was searched. `until` is when its columns may be read again."""

    missed: int = 0
    pause: int = _PAUSE
    until: float = 0.0


class Ahead:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._asked: OrderedDict[Place, _Asked] = OrderedDict()
        self._reading = False

    def candidates(self, connection: Connection, scope: Scope, query: CandidateSearch) -> SearchPage:
        """The page of `search.service.candidates`, with its errors; of metrics counts what has been folded."""
        found = self.first_page(connection, scope, query)
        return search.candidates(connection, scope, query) if found is None else found[0]

    def first_page(
        self, connection: Connection, scope: Scope, query: CandidateSearch
    ) -> tuple[SearchPage, int] | None:
        """The same page, and how many the search finds in all; None where that is to be asked of the database."""
        asked = Filtered.of(query)
        if asked is None:
            return None
        place = (scope.project_id, query.experiment_iids[0])
        try:
            found = asked.page(Board(connection, scope, place[1], near=True))
        except NotNearError:
            self._missed(scope, place, asked)
            return None
        self._found(place)
        token = None if found.after is None else search.token_at(scope, query, found.after)
        return SearchPage(found.iids, token), found.total

    def _found(self, place: Place) -> None:
        with self._lock:
            known = self._asked.get(place)
            if known is not None:
                known.pause = _PAUSE

    def _missed(self, scope: Scope, place: Place, asked: Filtered) -> None:
        with self._lock:
            known = self._asked.setdefault(place, _Asked())
            self._asked.move_to_end(place)
            if len(self._asked) > _MOST_EXPERIMENTS:
                self._asked.popitem(last=False)
            known.missed += 1
            if known.missed < 2 or self._reading or monotonic() < known.until:
                return
            self._reading = True
        began = monotonic()
        read = self._database.read_beside(lambda connection: asked.read(Board(connection, scope, place[1])))
        read.add_done_callback(lambda done: self._ended(place, monotonic() - began, done))

    def _ended(self, place: Place, seconds: float, done: Future[int]) -> None:
        error = done.exception()
        if error is not None:
            _log.warning("columns could not be read ahead", error=str(error).partition("\n")[0])
        with self._lock:
            self._reading = False
            known = self._asked.get(place)
            if known is None:
                return
            if error is None and done.result() > _MOST_CANDIDATES:
                known.pause = _LONGEST_PAUSE
            known.until = monotonic() + seconds * known.pause
            known.pause = min(2 * known.pause, _LONGEST_PAUSE)
