"""Summaries of all series of a candidate, with what is still in the log."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.metrics import backlog, cold, order, overlay, series, store_read
from shortlist.metrics.fold import tail_of
from shortlist.metrics.history import pages
from shortlist.metrics.overlay import LogPoints
from shortlist.metrics.store_read import ChunkRange
from shortlist.metrics.types import History, SeriesSummary
from shortlist.numeric import np


def summaries(connection: Connection, scope: Scope, candidate_iid: int) -> list[SeriesSummary]:
    """What is known of every metric of a candidate, in order of key; at most three statements, unless its log is too
    long to be held and cannot be folded now."""
    changed: list[SeriesSummary] = []
    try:
        fresh = backlog.points(connection, scope, [candidate_iid])
    except backlog.LongLogError:
        changed = list(_in_parts(connection, scope, candidate_iid))
        fresh = None
    rows = store_read.series_of_candidate(connection, scope.project_id, candidate_iid)
    if fresh is not None and len(fresh):
        changed = _of_log(connection, scope, fresh, {row.name: row for row in rows})
    names = {item.key for item in changed}
    found = [_of_row(row) for row in rows if row.name not in names]
    return sorted(found + changed, key=lambda item: item.key)


def _in_parts(connection: Connection, scope: Scope, candidate_iid: int) -> Iterator[SeriesSummary]:
    """Summaries of the series that a long log has points of. It is read once for as many series as are held at once,
    and for one that is longer than that, page by page."""
    counts = Counter[str]()
    for piece in backlog.pieces(connection, scope, [candidate_iid]):
        for _, key, points in overlay.gather(piece).series():
            counts[key] += len(points)
    group: list[str] = []
    held = 0
    for key, count in counts.items():
        if count > backlog.LONG_POINTS:
            yield from _of_pages(connection, scope, candidate_iid, key)
            continue
        if held + count > backlog.LONG_POINTS:
            yield from _of_group(connection, scope, candidate_iid, group)
            group, held = [], 0
        group.append(key)
        held += count
    if group:
        yield from _of_group(connection, scope, candidate_iid, group)


def _of_group(connection: Connection, scope: Scope, candidate_iid: int, keys: Sequence[str]) -> list[SeriesSummary]:
    fresh = backlog.whole(connection, scope, [candidate_iid], keys)
    rows = store_read.series_of(connection, scope.project_id, [candidate_iid], keys)
    return _of_log(connection, scope, fresh, {row.name: row for row in rows})


def _of_pages(connection: Connection, scope: Scope, candidate_iid: int, key: str) -> list[SeriesSummary]:
    one, count = np.zeros(1, np.int64), 0
    known: series.Facts | None = None
    for points in pages(connection, scope, candidate_iid, key, None, backlog.LONG_POINTS):
        if len(points):
            facts = series.facts(one, points.step, points.timestamp, points.value)
            if known is not None:
                series.combine(facts, one, known)
            known, count = facts, count + len(points)
    return [] if known is None else _from_facts([key], [count], known)


def _of_row(row: Any) -> SeriesSummary:
    return SeriesSummary(
        row.name,
        row.count,
        _number(row.first_value),
        row.first_step,
        row.first_timestamp,
        _number(row.last_value),
        row.last_step,
        row.last_timestamp,
        row.min_value,
        row.min_step,
        row.max_value,
        row.max_step,
        bool(row.has_nan),
        bool(row.has_infinity),
        row.odd_step,
    )


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def _of_log(connection: Connection, scope: Scope, fresh: LogPoints, rows: dict[str, Any]) -> list[SeriesSummary]:
    """Summaries of the series that the log has points of."""
    points = fresh.points
    facts = series.facts(fresh.starts, points.step, points.timestamp, points.value)
    keys = [key for _, key in fresh.owners]
    places = [place for place, key in enumerate(keys) if key in rows]
    if places:
        series.combine(facts, np.array(places, np.int64), series.of_rows([rows[keys[place]] for place in places]))
    return _from_facts(keys, _counts(connection, scope, fresh, rows), facts)


def _from_facts(keys: Sequence[str], counts: Sequence[int], facts: series.Facts) -> list[SeriesSummary]:
    columns = series.as_columns(facts)
    return [
        SeriesSummary(
            key, count, _number(first), first_step, first_time, _number(last), last_step, last_time, *extremes
        )
        for key, count, first, first_step, first_time, last, last_step, last_time, *extremes in zip(
            keys,
            counts,
            *(columns[name] for name in ("first_value", "first_step", "first_timestamp")),
            *(columns[name] for name in ("last_value", "last_step", "last_timestamp")),
            *(columns[name] for name in ("min_value", "min_step", "max_value", "max_step")),
            columns["has_nan"],
            columns["has_infinity"],
            columns["odd_step"],
            strict=True,
        )
    ]


def _counts(connection: Connection, scope: Scope, fresh: LogPoints, rows: dict[str, Any]) -> list[int]:
    """How many points each series has with those of the log, a point that is in both counted once."""
    counts: list[int] = []
    doubtful: list[tuple[int, Any, History]] = []
    for place, (_, key, points) in enumerate(fresh.series()):
        row = rows.get(key)
        counts.append(len(points) + (row.count if row is not None else 0))
        if row is not None and (int(points.step[0]), int(points.timestamp[0])) <= (row.last_step, row.last_timestamp):
            doubtful.append((place, row, points))
    if doubtful:
        stored = _stored(connection, scope, doubtful)
        for place, row, points in doubtful:
            there = stored[row.key_id]
            counts[place] = row.count + len(order.merge(there, points)) - len(there)
    return counts


def _stored(connection: Connection, scope: Scope, doubtful: Sequence[tuple[int, Any, History]]) -> dict[int, History]:
    """The folded points that the log may repeat, by key id."""
    first = min(int(points.step[0]) for _, _, points in doubtful)
    last = max(int(points.step[-1]) for _, _, points in doubtful)
    parts: dict[int, list[History]] = {row.key_id: [tail_of(row)] for _, row, _ in doubtful}
    iid = doubtful[0][1].candidate_iid
    within = ChunkRange(step=(first, last))
    chunks = store_read.chunks(connection, scope.project_id, [iid], list(parts), within)
    loaded = cold.load(connection, scope.project_id, [chunk.payload for chunk in chunks])
    for chunk, points in zip(chunks, loaded, strict=True):
        parts[chunk.key_id].append(points)
    return {key_id: order.merge(*found) for key_id, found in parts.items()}
