"""The log as readers take it: in pieces, so that memory stays bounded however much of it waits for the folder."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.db.database import Database
from shortlist.db.later import NotYetError, may_wait
from shortlist.metrics import order, overlay, store_log
from shortlist.metrics.overlay import LogPoints
from shortlist.metrics.store_log import LogAmount, LogRow
from shortlist.metrics.types import History

# A log of fewer rows is read in one statement. A request logs 1,000 points at most, of 16 to 24 bytes.
FEW_ROWS = 512
# What is in memory at once of a longer one.
MOST_ROWS = 4_096
MOST_POINTS = 65_536
# Who needs all points of a series at once reads no more of the log than this; what is longer is folded first.
LONG_ROWS = 20_000
LONG_POINTS = 500_000
# The same where it cannot be folded, and what is asked cannot be answered from parts of it.
MOST_HELD = 2_000_000


class LongLogError(Exception):
    """More is in the log than is held at once, and it cannot be folded now: it is to be read in parts."""

    def __init__(self, points: int) -> None:
        super().__init__(f"{points} points are in the log")
        self.points = points


def pieces(connection: Connection, scope: Scope, iids: Sequence[int]) -> Iterator[Sequence[LogRow]]:
    """Every log row of candidates, those of a candidate together. One statement where there are few."""
    rows = store_log.log_of_candidates(connection, scope.project_id, iids, FEW_ROWS)
    if len(rows) < FEW_ROWS:
        yield rows
        return
    del rows
    yield from _pieces(connection, scope, store_log.log_amounts(connection, scope.project_id, iids))


def pieces_of_experiment(connection: Connection, scope: Scope, experiment_iid: int) -> Iterator[Sequence[LogRow]]:
    """The same of an experiment."""
    rows = store_log.log_of_experiment(connection, scope.project_id, experiment_iid, FEW_ROWS)
    if len(rows) < FEW_ROWS:
        yield rows
        return
    del rows
    amounts = store_log.log_amounts_of_experiment(connection, scope.project_id, experiment_iid)
    yield from _pieces(connection, scope, amounts)


def points(connection: Connection, scope: Scope, iids: Sequence[int], keys: Sequence[str] | None = None) -> LogPoints:
    """What is in the log of candidates and keys.

    Raises:
        NotYetError: there is so much of it that it has to be folded first.
        LongLogError: that was tried, or cannot be done here.
    """
    rows: Sequence[LogRow] = store_log.log_of_candidates(connection, scope.project_id, iids, FEW_ROWS)
    if len(rows) < FEW_ROWS:
        return overlay.gather(rows, keys)
    del rows
    amounts = store_log.log_amounts(connection, scope.project_id, iids)
    if sum(map(_share, amounts)) > 1:
        if may_wait():
            raise NotYetError(partial(_fold, project_id=scope.project_id, amounts=amounts))
        raise LongLogError(sum(each.points for each in amounts))
    return overlay.gather(chain.from_iterable(_pieces(connection, scope, amounts)), keys)


def whole(connection: Connection, scope: Scope, iids: Sequence[int], keys: Sequence[str] | None = None) -> LogPoints:
    """The same after a `LongLogError`, however much it is: for those who know that it is not too much."""
    return overlay.gather(chain.from_iterable(pieces(connection, scope, iids)), keys)


def first_after(
    connection: Connection, scope: Scope, candidate_iid: int, key: str, after: tuple[int, int, float] | None, most: int
) -> History:
    """The first points of a series in the log after a (step, timestamp, value), at most so many. Reads all of the
    candidate's log, and holds no more than a few times `most` of it."""
    found, waiting, number = order.empty(), list[History](), 0
    for piece in pieces(connection, scope, [candidate_iid]):
        for _, _, points in overlay.gather(piece, [key]).series():
            start = 0 if after is None else order.position_after(points, *after)
            end = order.position_after(points, *order.last(found)) if len(found) == most else len(points)
            if end > start:
                waiting.append(order.copied(points, start, end))
                number += end - start
        if number >= most:
            found = order.copied(order.merge(found, *waiting), 0, most)
            waiting, number = [], 0
    return order.copied(order.merge(found, *waiting), 0, most)


def _fold(database: Database, project_id: int, amounts: Sequence[LogAmount]) -> None:
    """Fold the longest, until half of what may be read is left."""
    from shortlist.metrics.folder import fold_rows  # noqa: PLC0415 - reads need it seldom

    left = sum(map(_share, amounts))
    for each in sorted(amounts, key=_share, reverse=True):
        if left <= 0.5:
            return
        fold_rows(database, project_id, (each.experiment_iid, each.candidate_iid), each.rows)
        left -= _share(each)


def _share(amount: LogAmount) -> float:
    """How much of a long log it is."""
    return max(amount.rows / LONG_ROWS, amount.points / LONG_POINTS)


def _pieces(connection: Connection, scope: Scope, amounts: Sequence[LogAmount]) -> Iterator[Sequence[LogRow]]:
    group: list[int] = []
    rows = logged = 0
    for each in amounts:
        if each.rows > MOST_ROWS or each.points > MOST_POINTS:
            yield from _of_one(connection, scope.project_id, each)
            continue
        rows, logged = rows + each.rows, logged + each.points
        if group and (rows > MOST_ROWS or logged > MOST_POINTS):
            yield store_log.log_of_candidates(connection, scope.project_id, group)
            group, rows, logged = [], each.rows, each.points
        group.append(each.candidate_iid)
    if group:
        yield store_log.log_of_candidates(connection, scope.project_id, group)


def _of_one(connection: Connection, project_id: int, amount: LogAmount) -> Iterator[Sequence[LogRow]]:
    place, after = (amount.experiment_iid, amount.candidate_iid), b""
    while sizes := store_log.log_sizes(connection, project_id, place, after, MOST_ROWS):
        start, logged = after, 0
        for number, (row, size) in enumerate(sizes):
            logged += size
            if number and logged > MOST_POINTS:
                yield store_log.log_between(connection, project_id, place, start, after)
                start, logged = after, size
            after = row
        yield store_log.log_between(connection, project_id, place, start, after)
