"""Folding: the background thread that keeps the log short, and the fold that a search waits for."""

import asyncio
import threading
import time
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.db.database import Database
from shortlist.errors import Unavailable
from shortlist.logs import get_logger
from shortlist.metrics import store
from shortlist.metrics.cold import NotInMemoryError
from shortlist.metrics.fold import fold
from shortlist.metrics.store import LogHead, Place

_log = get_logger(__name__)

# One job occupies a writer for about this long: on the machine of the measurements a point of a fold costs 0.3
# microseconds and a series 12. Rows are limited too, since each has to be read and decoded.
_BUDGET_SECONDS = 0.02
# The same where a reader waits for it: fewer and larger ones end sooner.
_AWAITED_BUDGET_SECONDS = 0.06
_POINT_SECONDS = 0.3e-6
_SERIES_SECONDS = 12e-6
_ROW_SECONDS = 8e-6
_MAX_ROWS = 1024

# Points gather this long before they are folded: a fold of many costs little more than a fold of one.
_DELAY_SECONDS = 0.5
# How often to look for what no notice told of: what a server that died, or a lost lock, has left.
_SWEEP_SECONDS = 10.0
# The share of time that folding may take while requests wait: one in four, and half of it when the log grows long,
# which it has when so much of a project was folded without an end. When it outgrows that too, requests wait for one
# job after another, which slows who logs to what can be folded.
_REST, _HURRIED_REST = 3.0, 1.0
_LONG_LOG_ROWS = 8 * _MAX_ROWS
_LONG_LOG_POINTS = 500_000
_MUCH_LONGER = 8

# How often one fold may ask for cold chunks: each time it gets those of at least one series.
_MOST_FETCHES = 1_000

_START: Place = (-1, -1)


class FoldResult(msgspec.Struct, frozen=True):
    """What one job did. `after` is where the next one begins, None when the job saw the end of the log."""

    rows: int
    points: int
    after: Place | None
    left: bool  # something of what it passed is still in the log
    seconds: float


def fold_some(connection: Connection, project_id: int, after: Place, *, candidates: int | None = None) -> FoldResult:
    """Fold log rows of the candidates after a place, as many as one job may, leaving out those that another has.

    Args:
        candidates: take rows of no more candidates than this.
    """
    began = time.perf_counter()
    heads = store.log_heads(connection, project_id, after, _MAX_ROWS)
    if not heads:
        return FoldResult(0, 0, None, False, time.perf_counter() - began)
    chosen = _affordable(heads, candidates, _BUDGET_SECONDS)
    taken, missing = _take(connection, project_id, chosen, wait=False)
    returned = fold(connection, project_id, taken) if taken else 0
    end = None if len(chosen) == len(heads) < _MAX_ROWS else (chosen[-1][0], chosen[-1][1])
    # The last candidate may have more rows than were affordable: they wait for the next pass, after all others.
    cut = len(chosen) < len(heads) or len(heads) == _MAX_ROWS
    points = sum(head[3] for head in chosen)
    return FoldResult(len(taken), points, end, bool(missing or returned or cut), time.perf_counter() - began)


class Until(NamedTuple):
    """A fold of everything that was logged to experiments before, between two of its transactions."""

    newest: bytes  # the id in the log up to which it goes
    returned: bool  # whether points went back to the log, which gives them a new id


def fold_piece(
    connection: Connection, project_id: int, experiment_iids: Sequence[int], until: Until | None
) -> Until | None:
    """Fold what was logged to experiments before, waiting for other folds of the same candidates: as much as one job
    may, to be called until it answers None. `until` is what it answered before.

    What others log meanwhile is not waited for: on PostgreSQL they may log as fast as this folds. Each piece is a
    transaction, which takes its candidates before all else: with the keys and counts of one piece in hand it would
    wait for candidates whose fold waits for these.
    """
    if until is None:
        newest = store.newest_in_log(connection, project_id, experiment_iids)
        if newest is None:
            return None
        until = Until(newest, returned=False)
    heads = store.log_heads_of(connection, project_id, experiment_iids, until.newest, _MAX_ROWS)
    if not heads:
        return fold_piece(connection, project_id, experiment_iids, None) if until.returned else None
    chosen = _affordable(heads, None, _BUDGET_SECONDS)
    taken, _ = _take(connection, project_id, chosen, wait=True)
    returned = (bool(taken) and fold(connection, project_id, taken) > 0) or until.returned
    if len(chosen) == len(heads) < _MAX_ROWS and not returned:
        return None
    return Until(until.newest, returned)


def fold_completely(database: Database, project_id: int, experiment_iids: Sequence[int]) -> None:
    """Fold everything that was logged to experiments before, for threads."""
    until: Until | None = None
    while True:
        try:
            piece = partial(fold_piece, project_id=project_id, experiment_iids=experiment_iids, until=until)
            until = database.write_now(piece)
        except NotInMemoryError as needed:
            needed.fetch()
        else:
            if until is None:
                return


def fold_rows(database: Database, project_id: int, place: Place, rows: int) -> None:
    """Fold the oldest log rows of a candidate, for threads: piece by piece, waiting for other folds of it.

    Raises:
        Unavailable: the database or the store of cold points failed.
    """
    after = b""
    while rows > 0:
        try:
            done = database.write_now(partial(_fold_next, project_id=project_id, place=place, after=after))
        except NotInMemoryError as needed:
            needed.fetch()
            continue
        if done is None:
            return
        after, rows = done[0], rows - done[1]


def _fold_next(connection: Connection, project_id: int, place: Place, after: bytes) -> tuple[bytes, int] | None:
    """Fold the next log rows of a candidate, as many as one job may; the last id, and how many rows it passed."""
    heads = store.log_heads_after(connection, project_id, place, after, _MAX_ROWS)
    if not heads:
        return None
    chosen = _affordable(heads, None, _AWAITED_BUDGET_SECONDS)
    taken, _ = _take(connection, project_id, chosen, wait=True)
    if taken:
        fold(connection, project_id, taken)
    return chosen[-1][2], len(chosen)


def _take(
    connection: Connection, project_id: int, heads: Sequence[LogHead], *, wait: bool
) -> tuple[list[tuple[int, int, bytes]], bool]:
    """Log rows with the right to fold them, and whether some candidates were left out."""
    places = list(dict.fromkeys((head[0], head[1]) for head in heads))
    mine = store.lock_candidates(connection, project_id, [place[1] for place in places], wait=wait)
    missing = [place for place in places if place[1] not in mine]
    if missing:
        store.drop_orphans(connection, project_id, missing)
    taken = store.take_log(connection, project_id, heads, sorted(mine)) if mine else []
    # A row that was appended while its candidate moved names the experiment that it was in.
    return [(mine[candidate], candidate, payload) for _, candidate, payload in taken], bool(missing)


def _affordable(heads: Sequence[LogHead], candidates: int | None, seconds: float) -> Sequence[LogHead]:
    """The first rows whose fold fits the budget, at least one. Rows of one candidate have mostly the same keys."""
    cost, keys = 0.0, 0
    seen = 0
    place: Place | None = None
    for number, head in enumerate(heads):
        if (head[0], head[1]) != place:
            place, keys, seen = (head[0], head[1]), 0, seen + 1
        cost += _ROW_SECONDS + head[3] * _POINT_SECONDS + max(0, head[4] - keys) * _SERIES_SECONDS
        keys = max(keys, head[4])
        if number and (cost > seconds or (candidates is not None and seen > candidates)):
            return heads[:number]
    return heads


class Pace:
    """How long to rest after each job: less, then not at all, the more of a project was folded without an end.

    A pass takes of a candidate only as much as one job may, so the count goes on from pass to pass.
    """

    def __init__(self) -> None:
        self._behind: dict[int, tuple[int, int]] = {}  # rows and points by project

    def rest(self, project_id: int, result: FoldResult) -> float:
        """Seconds."""
        rows, points = self._behind.get(project_id, (0, 0))
        rows, points = rows + result.rows, points + result.points
        self._behind[project_id] = rows, points
        length = max(rows / _LONG_LOG_ROWS, points / _LONG_LOG_POINTS)
        if length > _MUCH_LONGER:
            return 0.0
        return result.seconds * (_HURRIED_REST if length > 1 else _REST)

    def ended(self, project_id: int) -> None:
        """Nothing is left in the log of a project."""
        self._behind.pop(project_id, None)


class Folder:
    """The background fold of one server process, for all projects. Several processes may fold one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._dirty: set[int] = set()
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._unfinished = False
        self._pace = Pace()

    def start(self) -> None:
        """Begin to fold, first what an earlier process left."""
        self._thread = threading.Thread(target=self._run, name="fold", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop after the job in hand. What is in the log stays there, and is read from there."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def notify(self, project_id: int, points: int = 0) -> None:
        """So many points were logged to a project. Cheap, and safe from any thread."""
        if points:
            self._database.meters.points.add(points)
        if project_id in self._dirty:
            return
        with self._lock:
            self._dirty.add(project_id)
        self._wake.set()

    def pending(self, connection: Connection, scope: Scope, experiment_iids: Sequence[int]) -> bool:
        """Whether `metric_latest` lacks anything that was logged to the experiments."""
        return store.has_log(connection, scope.project_id, experiment_iids)

    async def fold_now(self, scope: Scope, experiment_iids: Sequence[int]) -> None:
        """Complete `metric_latest` for the experiments."""
        until: Until | None = None
        while True:
            try:
                piece = partial(fold_piece, project_id=scope.project_id, experiment_iids=experiment_iids, until=until)
                until = await self._database.write(piece)
            except NotInMemoryError as needed:
                await asyncio.to_thread(needed.fetch)
            else:
                if until is None:
                    return

    def fold_all(self) -> None:
        """Fold everything that is in the log, now, in the calling thread; for imports, the CLI and tests."""
        for project_id in self._database.read_now(store.projects_with_log):
            while self._pass(project_id, rest=False):
                pass

    def _run(self) -> None:
        swept = -_SWEEP_SECONDS
        while not self._stop.is_set():
            if time.monotonic() - swept >= _SWEEP_SECONDS:
                swept = time.monotonic()
                self._sweep()
            if self._wake.wait(_SWEEP_SECONDS) and not self._unfinished:
                self._stop.wait(_DELAY_SECONDS)
            self._unfinished = False
            self._wake.clear()
            with self._lock:
                projects, self._dirty = self._dirty, set()
            for project_id in projects:
                if self._stop.is_set():
                    return
                self._fold_project(project_id)

    def _sweep(self) -> None:
        try:
            for project_id in self._database.read_now(store.projects_with_log):
                self.notify(project_id)
        except Exception:  # noqa: BLE001 - the thread must outlive whatever the database throws
            _log.exception("cannot look for metrics to fold")

    def _fold_project(self, project_id: int) -> None:
        try:
            if self._pass(project_id, rest=True):
                self._unfinished = True
                self.notify(project_id)
        except Unavailable:
            self._database.meters.background_failures["fold"].add()
            _log.warning("metrics not folded: the database is not available", project_id=project_id)
        except Exception:  # noqa: BLE001 - the thread must outlive a row that cannot be folded
            self._database.meters.background_failures["fold"].add()
            _log.exception("metrics not folded", project_id=project_id)

    def _pass(self, project_id: int, *, rest: bool) -> bool:
        """Go once through a project's log, with a rest after each job or without. True when there is more to do."""
        after: Place | None = _START
        fetched, more = 0, False
        candidates: int | None = None
        while after is not None and not self._stop.is_set():
            place: Place = after
            limit = candidates
            try:
                result = self._database.write_now(
                    lambda connection: fold_some(connection, project_id, place, candidates=limit)  # noqa: B023
                )
            except NotInMemoryError as needed:
                # Late points of a cold candidate: what they change is read here, where nobody waits for the writer.
                fetched += 1
                if fetched <= _MOST_FETCHES and self._fetch(needed):
                    continue
                after, candidates = place if candidates is None else self._following(project_id, place), 1
                continue
            except Unavailable:
                raise
            except Exception:  # noqa: BLE001 - as above
                # One candidate cannot be folded. Take them one by one, and pass over it.
                _log.exception("metrics of a candidate not folded", project_id=project_id, after=place)
                after = place if candidates is None else self._following(project_id, place)
                candidates = 1
                continue
            after, fetched = result.after, 0
            self._measure(result)
            more |= result.left and result.rows > 0
            if rest:
                self._stop.wait(self._pace.rest(project_id, result))
        if not more:
            self._pace.ended(project_id)
        return more

    def _fetch(self, needed: NotInMemoryError) -> bool:
        try:
            needed.fetch()
        except Unavailable as error:
            self._database.meters.background_failures["fold"].add()
            _log.warning("late points of a cold candidate wait", error=error.message)
            return False
        return True

    def _measure(self, result: FoldResult) -> None:
        if result.rows:
            self._database.meters.fold_rows.add(result.rows)
            self._database.meters.fold_seconds.observe(result.seconds)

    def _following(self, project_id: int, after: Place) -> Place | None:
        heads = self._database.read_now(lambda connection: store.log_heads(connection, project_id, after, 1))
        return (heads[0][0], heads[0][1]) if heads else None
