"""SQL of the write path: the log, keys, and what a fold reads and writes. Reads of points are in `store_read`."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    select,
    tuple_,
)

from shortlist.clock import now_ms
from shortlist.db import counters, driver
from shortlist.db.arrays import array
from shortlist.db.bulk import add_columns, append_columns, upsert_columns
from shortlist.db.dialect import among, among_rows, insert
from shortlist.db.prepared import Prepared, one_of
from shortlist.ids import milliseconds_of, uuid7_bytes
from shortlist.metrics import codec, store_cold
from shortlist.metrics.chunks import ChunkInfo
from shortlist.metrics.tables import (
    metric_chunk,
    metric_column,
    metric_key,
    metric_latest,
    metric_log,
    metric_outline,
    metric_series,
)
from shortlist.metrics.types import CandidateKey
from shortlist.tracking.tables import candidate

_MOST_COUNTED_ROWS = 10_000
_APPENDED = ("experiment_iid", "candidate_iid", "id", "points", "keys", "payload")
_COLUMNS = ", ".join(("project_id", *_APPENDED))
_APPEND = {
    style: f"INSERT INTO metric_log ({_COLUMNS}) VALUES ({', '.join([mark] * 7)})"  # noqa: S608 - no outside text
    for style, mark in (("sqlite", "?"), ("postgresql", "%s"))
}
# Nothing, unless each candidate is there. Each is looked up by the index (see `prepared.of_each`).
_APPEND_ALL_ACTIVE = f"""
WITH found AS (
    SELECT c.project_id, c.experiment_iid, c.iid, log.id, log.points, log.keys, log.payload
    FROM unnest(%s::text[], %s::bytea[], %s::integer[], %s::integer[], %s::bytea[])
        AS log (external_id, id, points, keys, payload),
    LATERAL (
        SELECT project_id, experiment_iid, iid FROM candidate
        WHERE project_id = %s AND external_id = log.external_id AND deleted_at IS NULL OFFSET 0
    ) AS c
)
INSERT INTO metric_log ({_COLUMNS}) SELECT * FROM found WHERE (SELECT count(*) FROM found) = %s
"""  # noqa: S608 - no outside text
# The candidate's row is read and not locked: an append must not wait for a fold or for an update of the candidate.
_APPEND_ACTIVE = {
    "sqlite": f"INSERT INTO metric_log ({_COLUMNS}) SELECT project_id, experiment_iid, iid, ?, ?, ?, ? "  # noqa: S608
    "FROM candidate WHERE project_id = ? AND external_id = ? AND deleted_at IS NULL",
    "postgresql": f"INSERT INTO metric_log ({_COLUMNS}) "  # noqa: S608
    "SELECT project_id, experiment_iid, iid, %s::bytea, %s::integer, %s::integer, %s::bytea "
    "FROM candidate WHERE project_id = %s AND external_id = %s AND deleted_at IS NULL",
}

# The place of a candidate in the order in which the log is folded: experiment, candidate.
Place = tuple[int, int]
LogHead = tuple[int, int, bytes, int, int]  # experiment, candidate, id, points, keys


def append(connection: Connection, project_id: int, payloads: Sequence[tuple[CandidateKey, bytes]]) -> None:
    """Log `Points.encode()` to candidates, a row each. One statement."""
    rows = [
        (owner.experiment_iid, owner.candidate_iid, uuid7_bytes(), *codec.payload_size(payload), payload)
        for owner, payload in payloads
    ]
    if len(rows) == 1:  # a large payload alone is sent as it is, and not as part of an array
        driver.change(connection, _APPEND[connection.dialect.name], (project_id, *rows[0]))
    elif rows:
        columns: dict[str, Any] = dict(zip(_APPENDED, zip(*rows, strict=True), strict=True))
        append_columns(connection, metric_log, {"project_id": project_id}, columns)


def append_active(connection: Connection, project_id: int, payloads: Sequence[tuple[str, bytes]]) -> bool:
    """Log `Points.encode()` to candidates by their external ids. False, when one of them is not there or deleted; on
    SQLite others may have been logged to then. One statement."""
    dialect = connection.dialect.name
    rows = [(uuid7_bytes(), *codec.payload_size(payload), payload) for _, payload in payloads]
    external_ids = [external_id for external_id, _ in payloads]
    if dialect == "sqlite" or len(rows) == 1:
        whole = [(*row, project_id, external_id) for row, external_id in zip(rows, external_ids, strict=True)]
        if len(whole) == 1:  # psycopg has a pipeline for several
            return driver.change(connection, _APPEND_ACTIVE[dialect], whole[0]) == 1
        return driver.change_many(connection, _APPEND_ACTIVE[dialect], whole) == len(rows)
    ids, points, keys, contents = zip(*rows, strict=True)
    columns = (("text", external_ids), ("bytea", ids), ("integer", points), ("integer", keys), ("bytea", contents))
    values = (*(array(kind, values) for kind, values in columns), project_id, len(rows))
    return driver.change(connection, _APPEND_ALL_ACTIVE, values) == len(rows)


def projects_with_log(connection: Connection) -> list[int]:
    """Projects of the whole server that have something to fold; for the folder alone, which works for all of them."""
    found: list[int] = []
    least = select(metric_log.c.project_id).order_by(metric_log.c.project_id).limit(1)
    project_id = connection.execute(least).scalar()
    while project_id is not None:
        found.append(project_id)
        project_id = connection.execute(least.where(metric_log.c.project_id > project_id)).scalar()
    return found


class Waiting(msgspec.Struct, frozen=True):
    """The log of the whole server: rows up to a limit, and when the oldest of them was written."""

    rows: int
    oldest_ms: int | None


def waiting(connection: Connection) -> Waiting:
    """What waits to be folded, for those who look after the server."""
    some = select(metric_log.c.id).limit(_MOST_COUNTED_ROWS).subquery()
    rows = connection.execute(select(func.count()).select_from(some)).scalar_one()
    oldest = connection.execute(select(some.c.id).order_by(some.c.id).limit(1)).scalar()
    return Waiting(rows, None if oldest is None else milliseconds_of(bytes(oldest)))


_HAS_LOG = Prepared(
    lambda dialect: (
        select(metric_log.c.candidate_iid)
        .where(
            metric_log.c.project_id == bindparam("project_id"),
            one_of(dialect, metric_log.c.experiment_iid, "iids"),
        )
        .limit(literal_column("1"))
    ),
    lists=["iids"],
)


def has_log(connection: Connection, project_id: int, experiment_iids: Sequence[int]) -> bool:
    return _HAS_LOG.row(connection, project_id=project_id, iids=experiment_iids) is not None


def log_heads(connection: Connection, project_id: int, after: Place, limit: int) -> list[LogHead]:
    """Log rows of the candidates after a place, without their payloads, in order of place."""
    place = tuple_(metric_log.c.experiment_iid, metric_log.c.candidate_iid)
    return _heads(connection, and_(metric_log.c.project_id == project_id, place > tuple_(*after)), limit)


def newest_in_log(connection: Connection, project_id: int, experiment_iids: Sequence[int]) -> bytes | None:
    """The greatest id of what is in the log of experiments."""
    statement = select(metric_log.c.id).where(_in_experiments(connection, project_id, experiment_iids))
    found = connection.execute(statement.order_by(metric_log.c.id.desc()).limit(1)).scalar()
    return None if found is None else bytes(found)


def log_heads_of(
    connection: Connection, project_id: int, experiment_iids: Sequence[int], newest: bytes, limit: int
) -> list[LogHead]:
    """Log rows of experiments up to an id, without their payloads, in order of place."""
    here = _in_experiments(connection, project_id, experiment_iids)
    return _heads(connection, and_(here, metric_log.c.id <= newest), limit)


def log_heads_after(connection: Connection, project_id: int, place: Place, after: bytes, limit: int) -> list[LogHead]:
    """Log rows of one candidate after an id, without their payloads, in order of id."""
    log = metric_log.c
    one = and_(log.project_id == project_id, log.experiment_iid == place[0], log.candidate_iid == place[1])
    return _heads(connection, and_(one, log.id > after), limit)


def _heads(connection: Connection, condition: ColumnElement[bool], limit: int) -> list[LogHead]:
    log = metric_log.c
    statement = select(log.experiment_iid, log.candidate_iid, log.id, log.points, log["keys"]).where(condition)
    ordered = statement.order_by(log.experiment_iid, log.candidate_iid, log.id).limit(limit)
    return [(row[0], row[1], row[2], row[3], row[4]) for row in connection.execute(ordered)]


def _in_experiments(connection: Connection, project_id: int, experiment_iids: Sequence[int]) -> ColumnElement[bool]:
    return and_(metric_log.c.project_id == project_id, among(connection, metric_log.c.experiment_iid, experiment_iids))


def lock_candidates(connection: Connection, project_id: int, iids: Sequence[int], *, wait: bool) -> dict[int, int]:
    """Take the right to fold candidates, until commit; each with the experiment that it is in.

    Without `wait`, those that somebody else has are left out.

    Two folds of one candidate would each overwrite the other's series. SQLite's one writer excludes that; on
    PostgreSQL the candidate's row is the lock. Writers of parameters and metadata do not wait for it.
    """
    statement = (
        select(candidate.c.iid, candidate.c.experiment_iid)
        .where(candidate.c.project_id == project_id, among(connection, candidate.c.iid, iids))
        .order_by(candidate.c.iid)
        .with_for_update(key_share=True, skip_locked=not wait)
    )
    return {row[0]: row[1] for row in connection.execute(statement)}


def drop_orphans(connection: Connection, project_id: int, places: Sequence[Place]) -> None:
    """Drop what was logged to candidates that were deleted for good meanwhile."""
    log = metric_log.c
    owner = select(candidate.c.iid).where(candidate.c.project_id == project_id, candidate.c.iid == log.candidate_iid)
    connection.execute(
        delete(metric_log).where(
            log.project_id == project_id,
            among_rows(connection, (log.experiment_iid, log.candidate_iid), places),
            ~exists(owner.correlate(metric_log)),
        )
    )


def take_log(
    connection: Connection, project_id: int, heads: Sequence[LogHead], iids: Sequence[int]
) -> list[tuple[int, int, bytes]]:
    """Delete the log rows of `iids` from the first to the last head; (experiment, candidate, payload) of each.

    One statement reads and deletes, so that a row which arrives meanwhile is either folded or left, never lost.
    """
    log = metric_log.c
    place = tuple_(log.experiment_iid, log.candidate_iid, log.id)
    condition = and_(
        log.project_id == project_id,
        place >= tuple_(*heads[0][:3]),
        place <= tuple_(*heads[-1][:3]),
        among(connection, log.candidate_iid, iids),
    )
    statement = delete(metric_log).where(condition).returning(log.experiment_iid, log.candidate_iid, log.payload)
    return [(row[0], row[1], row[2]) for row in connection.execute(statement)]


def intern_keys(connection: Connection, project_id: int, names: Sequence[str]) -> dict[str, int]:
    """The number of each key, given out on first use."""
    found = key_ids(connection, project_id, names)
    missing = sorted(set(names) - found.keys())
    if not missing:
        return found
    first = counters.take(connection, project_id, "metric_key", len(missing))
    rows = [{"project_id": project_id, "id": first + place, "name": name} for place, name in enumerate(missing)]
    # Another process may have named the same keys while this one waited for the counter.
    statement = insert(connection, metric_key).on_conflict_do_nothing(index_elements=["project_id", "name"])
    connection.execute(statement, rows)
    return found | key_ids(connection, project_id, missing)


_KEY_IDS = Prepared(
    lambda dialect: select(metric_key.c.name, metric_key.c.id).where(
        metric_key.c.project_id == bindparam("project_id"), one_of(dialect, metric_key.c.name, "names")
    ),
    lists=["names"],
)


def key_ids(connection: Connection, project_id: int, names: Sequence[str]) -> dict[str, int]:
    return {row[0]: row[1] for row in _KEY_IDS.rows(connection, project_id=project_id, names=names)}


def series_rows(connection: Connection, project_id: int, pairs: Sequence[tuple[int, int]]) -> Sequence[Any]:
    """Whole rows of `metric_series` of (candidate, key id) pairs."""
    series = metric_series.c
    statement = select(metric_series).where(
        series.project_id == project_id, among_rows(connection, (series.candidate_iid, series.key_id), pairs)
    )
    return connection.execute(statement).all()


def chunk_infos(
    connection: Connection, project_id: int, pairs: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], list[ChunkInfo]]:
    """The chunks of each series in order, without their points."""
    found: dict[tuple[int, int], list[ChunkInfo]] = {pair: [] for pair in pairs}
    if not pairs:
        return found
    chunk = metric_outline.c
    statement = select(
        chunk.candidate_iid,
        chunk.key_id,
        chunk.sequence,
        chunk.count,
        chunk.first_step,
        chunk.first_timestamp,
        chunk.last_step,
        chunk.last_timestamp,
        chunk.cold,
    ).where(chunk.project_id == project_id, among_rows(connection, (chunk.candidate_iid, chunk.key_id), pairs))
    for row in connection.execute(statement):
        found[row[0], row[1]].append(ChunkInfo(*row[2:]))
    for chunks in found.values():
        # Neighbours that share a step and timestamp are in order by where they end; equal ones may be in any.
        chunks.sort(key=lambda item: (item.first, item.last))
    return found


def chunk_payloads(
    connection: Connection, project_id: int, series: tuple[int, int], sequences: Sequence[int]
) -> dict[int, bytes]:
    chunk = metric_chunk.c
    statement = select(chunk.sequence, chunk.payload).where(
        chunk.project_id == project_id,
        chunk.candidate_iid == series[0],
        chunk.key_id == series[1],
        among(connection, chunk.sequence, sequences),
    )
    return {row[0]: row[1] for row in connection.execute(statement)}


def delete_chunks(connection: Connection, project_id: int, rows: Sequence[tuple[int, int, int]]) -> None:
    """Delete chunks, and their outlines, by (candidate, key id, sequence)."""
    if not rows:
        return
    for table in (metric_chunk, metric_outline):
        columns = (table.c.candidate_iid, table.c.key_id, table.c.sequence)
        connection.execute(
            delete(table).where(table.c.project_id == project_id, among_rows(connection, columns, rows))
        )


def put_chunks(connection: Connection, project_id: int, columns: Mapping[str, Sequence[Any]]) -> None:
    upsert_columns(connection, metric_chunk, {"project_id": project_id}, columns)


def put_outlines(connection: Connection, project_id: int, columns: Mapping[str, Sequence[Any]]) -> None:
    upsert_columns(connection, metric_outline, {"project_id": project_id}, columns)


def put_series(connection: Connection, project_id: int, columns: Mapping[str, Sequence[Any]]) -> None:
    upsert_columns(connection, metric_series, {"project_id": project_id}, columns)


def put_latest(connection: Connection, project_id: int, columns: Mapping[str, Sequence[Any]]) -> None:
    upsert_columns(connection, metric_latest, {"project_id": project_id}, columns)


def count_columns(connection: Connection, project_id: int, changes: Mapping[tuple[int, int], int]) -> None:
    """Add to the number of candidates that have (experiment, key id), in one order for all, so that none deadlock."""
    ordered = sorted(changes.items())
    columns = {
        "experiment_iid": [pair[0] for pair, _ in ordered],
        "key_id": [pair[1] for pair, _ in ordered],
        "candidates": [change for _, change in ordered],
    }
    add_columns(connection, metric_column, {"project_id": project_id}, columns)


def delete_candidates(connection: Connection, project_id: int, iids: Sequence[int]) -> None:
    """Delete every point of candidates, folded or not."""
    latest = metric_latest.c
    places = select(candidate.c.iid, candidate.c.experiment_iid).where(
        candidate.c.project_id == project_id, among(connection, candidate.c.iid, iids)
    )
    series = metric_series.c
    keys = select(series.candidate_iid, series.key_id).where(
        series.project_id == project_id, among(connection, series.candidate_iid, iids)
    )
    experiments: dict[int, int] = {row[0]: row[1] for row in connection.execute(places)}
    changes: dict[tuple[int, int], int] = {}
    triples: list[tuple[int, int, int]] = []
    for iid, key_id in connection.execute(keys):
        pair = (experiments[iid], key_id)
        changes[pair] = changes.get(pair, 0) - 1
        triples.append((*pair, iid))
    if triples:
        count_columns(connection, project_id, changes)
        columns = (latest.experiment_iid, latest.key_id, latest.candidate_iid)
        connection.execute(
            delete(metric_latest).where(latest.project_id == project_id, among_rows(connection, columns, triples))
        )
    for table in (metric_series, metric_chunk, metric_outline, metric_log):
        connection.execute(
            delete(table).where(table.c.project_id == project_id, among(connection, table.c.candidate_iid, iids))
        )
    store_cold.leave(connection, project_id, iids, now_ms())
