"""SQL of the read path. A reader takes the log first: what is folded meanwhile is then seen twice, never missed."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ClauseElement, Connection, Select, and_, bindparam, func, select, tuple_

from shortlist.db.dialect import among, among_rows, pairs_table
from shortlist.db.prepared import Prepared, one_of
from shortlist.metrics.tables import (
    metric_chunk,
    metric_column,
    metric_key,
    metric_latest,
    metric_log,
    metric_outline,
    metric_series,
)
from shortlist.tracking.tables import candidate


def _log(dialect: str) -> ClauseElement:
    log = metric_log.c
    joined = and_(
        log.project_id == candidate.c.project_id,
        log.experiment_iid == candidate.c.experiment_iid,
        log.candidate_iid == candidate.c.iid,
    )
    statement = select(log.candidate_iid, log.payload).select_from(candidate.join(metric_log, joined))
    here = candidate.c.project_id == bindparam("project_id")
    return statement.where(here, one_of(dialect, candidate.c.iid, "iids"))


def _latest(dialect: str) -> Select[Any, Any, Any, Any, Any]:
    series = metric_series.c
    columns = (series.candidate_iid, series.key_id, series.last_value, series.last_timestamp, series.last_step)
    here = series.project_id == bindparam("project_id")
    return select(*columns).where(here, one_of(dialect, series.candidate_iid, "iids"))


def _latest_of_keys(dialect: str) -> ClauseElement:
    return _latest(dialect).where(one_of(dialect, metric_series.c.key_id, "key_ids"))


def _key_names(dialect: str) -> ClauseElement:
    here = metric_key.c.project_id == bindparam("project_id")
    return select(metric_key.c.id, metric_key.c.name).where(here, one_of(dialect, metric_key.c.id, "ids"))


_LOG = Prepared(_log, lists=["iids"])
_LATEST = Prepared(_latest, lists=["iids"])
_LATEST_OF_KEYS = Prepared(_latest_of_keys, lists=["iids", "key_ids"])
_KEY_NAMES = Prepared(_key_names, lists=["ids"])


def log_of_candidates(connection: Connection, project_id: int, iids: Sequence[int]) -> list[tuple[int, bytes]]:
    """(candidate, payload) of every log row of candidates; their experiments lead to the rows' place in the key."""
    return _LOG.rows(connection, project_id=project_id, iids=iids)  # pyright: ignore[reportReturnType]


def log_of_experiment(connection: Connection, project_id: int, experiment_iid: int) -> list[tuple[int, bytes]]:
    log = metric_log.c
    statement = select(log.candidate_iid, log.payload).where(
        log.project_id == project_id, log.experiment_iid == experiment_iid
    )
    return [(row[0], row[1]) for row in connection.execute(statement)]


def latest_rows(
    connection: Connection, project_id: int, iids: Sequence[int], key_ids: Sequence[int] | None
) -> list[tuple[int, int, float | None, int, int]]:
    """(candidate, key id, value, timestamp, step) of the latest points."""
    if key_ids is None:
        return _LATEST.rows(connection, project_id=project_id, iids=iids)  # pyright: ignore[reportReturnType]
    return _LATEST_OF_KEYS.rows(connection, project_id=project_id, iids=iids, key_ids=key_ids)  # pyright: ignore[reportReturnType]


def key_names(connection: Connection, project_id: int, ids: Sequence[int]) -> dict[int, str]:
    rows = _KEY_NAMES.rows(connection, project_id=project_id, ids=ids)
    return {row[0]: row[1] for row in rows}


def series_of_candidate(connection: Connection, project_id: int, iid: int) -> list[Any]:
    """Whole rows of `metric_series`, and the name of each key as `name`, by name."""
    return list(
        connection.execute(_named_series(project_id).where(metric_series.c.candidate_iid == iid).order_by("name"))
    )


def series_of(connection: Connection, project_id: int, iids: Sequence[int], keys: Sequence[str] | None) -> list[Any]:
    """Whole rows of `metric_series` of candidates and keys, and the name of each key as `name`."""
    statement = _named_series(project_id).where(among(connection, metric_series.c.candidate_iid, iids))
    if keys is not None:
        statement = statement.where(among(connection, metric_key.c.name, keys))
    return list(connection.execute(statement))


def _named_series(project_id: int) -> Select[Any]:
    joined = and_(metric_key.c.project_id == metric_series.c.project_id, metric_key.c.id == metric_series.c.key_id)
    return (
        select(*metric_series.columns, metric_key.c.name)
        .select_from(metric_series.join(metric_key, joined))
        .where(metric_series.c.project_id == project_id)
    )


class ChunkRange:
    """Which chunks a reader needs: those that touch all given intervals. Bounds are inclusive, None is open."""

    __slots__ = ("relative", "step", "timestamp")

    def __init__(
        self,
        step: tuple[float | None, float | None] = (None, None),
        timestamp: tuple[float | None, float | None] = (None, None),
        *,
        relative: bool = False,  # timestamps count from the candidate's start
    ) -> None:
        self.step = step
        self.timestamp = timestamp
        self.relative = relative


def chunks(
    connection: Connection, project_id: int, iids: Sequence[int], key_ids: Sequence[int], within: ChunkRange
) -> list[Any]:
    """Rows of (candidate, key id, last step, last timestamp, payload), chunks of a series in order."""
    chunk = metric_chunk.c
    columns = (chunk.candidate_iid, chunk.key_id, chunk.last_step, chunk.last_timestamp, chunk.payload)
    return _ranged(connection, select(*columns).select_from(_placed(within)), project_id, iids, key_ids, within)


def chunk_heads(
    connection: Connection, project_id: int, iids: Sequence[int], key_ids: Sequence[int], within: ChunkRange
) -> list[Any]:
    """Rows of `metric_chunk` without the payload, chunks of a series in order, with `outline`, how many points it has
    (`outlined`) and `in_time` where the chunk has one."""
    chunk, outline = metric_chunk.c, metric_outline.c
    joined = and_(
        outline.project_id == chunk.project_id,
        outline.candidate_iid == chunk.candidate_iid,
        outline.key_id == chunk.key_id,
        outline.sequence == chunk.sequence,
    )
    columns = [column for column in metric_chunk.columns if column.name != "payload"]
    statement = select(*columns, outline.in_time, outline["count"].label("outlined"), outline.payload.label("outline"))
    source = _placed(within).outerjoin(metric_outline, joined)
    return _ranged(connection, statement.select_from(source), project_id, iids, key_ids, within)


def chunk_payloads(
    connection: Connection, project_id: int, places: Sequence[tuple[int, int, int]]
) -> dict[tuple[int, int, int], bytes]:
    """The payloads of chunks by (candidate, key id, sequence), as far as they still exist."""
    if not places:
        return {}
    chunk = metric_chunk.c
    columns = (chunk.candidate_iid, chunk.key_id, chunk.sequence)
    statement = select(*columns, chunk.payload).where(
        chunk.project_id == project_id, among_rows(connection, columns, places)
    )
    return {(row[0], row[1], row[2]): row[3] for row in connection.execute(statement)}


def _placed(within: ChunkRange) -> Any:
    """The chunks, beside their candidates where their start is needed."""
    if not within.relative:
        return metric_chunk
    joined = and_(candidate.c.project_id == metric_chunk.c.project_id, candidate.c.iid == metric_chunk.c.candidate_iid)
    return metric_chunk.join(candidate, joined)


def _ranged(
    connection: Connection,
    statement: Any,
    project_id: int,
    iids: Sequence[int],
    key_ids: Sequence[int],
    within: ChunkRange,
) -> list[Any]:
    chunk = metric_chunk.c
    base: Any = candidate.c.start_time if within.relative else 0
    statement = statement.where(
        chunk.project_id == project_id,
        among(connection, chunk.candidate_iid, iids),
        among(connection, chunk.key_id, key_ids),
    )
    bounds = (
        (chunk.last_step, chunk.first_step, within.step),
        (chunk.max_timestamp - base, chunk.min_timestamp - base, within.timestamp),
    )
    for high, low, (start, end) in bounds:
        if start is not None:
            statement = statement.where(high >= start)
        if end is not None:
            statement = statement.where(low <= end)
    ordered: Select[Any] = statement.order_by(chunk.candidate_iid, chunk.key_id, *_in_order())
    return list(connection.execute(ordered))


def chunks_page(
    connection: Connection, project_id: int, series: tuple[int, int], after: tuple[int, int] | None, points: int | None
) -> tuple[list[bytes], bool]:
    """Payloads of a series' chunks in order, until they hold so many points; and whether all are there.

    Chunks that end before the step and timestamp of `after` are left out. One statement, so that a fold between two
    cannot take a chunk away.
    """
    chunk = metric_chunk.c
    same = and_(chunk.project_id == project_id, chunk.candidate_iid == series[0], chunk.key_id == series[1])
    condition = same
    if after is not None:
        condition = and_(same, tuple_(chunk.last_step, chunk.last_timestamp) >= tuple_(*after))
    if points is None:
        found = connection.execute(select(chunk.payload).where(condition).order_by(*_in_order())).scalars()
        return list(found), True
    running = func.sum(chunk.count).over(order_by=_in_order(), rows=(None, 0)) - chunk.count
    running -= func.first_value(chunk.count).over(order_by=_in_order())
    total = func.count().over()
    inner = select(chunk.sequence, running.label("before"), total.label("total")).where(condition).subquery()
    statement = (
        select(chunk.payload, inner.c.total)
        .select_from(metric_chunk.join(inner, inner.c.sequence == chunk.sequence))
        # The first chunk may hold points that an earlier page had: it does not count.
        .where(same, inner.c.before <= points)
        .order_by(*_in_order())
    )
    rows = connection.execute(statement).all()
    return [row[0] for row in rows], not rows or len(rows) == rows[0][1]


def chunks_before(
    connection: Connection, project_id: int, steps: Mapping[int, int], key_ids: Sequence[int]
) -> list[Any]:
    """Rows of (candidate, key id, payload): of each series the chunks that hold its last points up to a step.

    `steps` is candidate to step.
    """
    chunk = metric_chunk.c
    later = metric_chunk.alias()
    limit = pairs_table(connection, list(steps.items()))
    last = (
        select(func.max(later.c.first_step))
        .where(
            later.c.project_id == project_id,
            later.c.candidate_iid == chunk.candidate_iid,
            later.c.key_id == chunk.key_id,
            later.c.first_step <= limit.c.second,
        )
        .scalar_subquery()
    )
    statement = (
        select(chunk.candidate_iid, chunk.key_id, chunk.payload)
        .select_from(metric_chunk.join(limit, limit.c.first == chunk.candidate_iid))
        .where(chunk.project_id == project_id, among(connection, chunk.key_id, key_ids), chunk.first_step == last)
    )
    return list(connection.execute(statement))


def _in_order() -> list[Any]:
    chunk = metric_chunk.c
    return [chunk.first_step, chunk.first_timestamp, chunk.last_step, chunk.last_timestamp, chunk.sequence]


def start_times(connection: Connection, project_id: int, iids: Sequence[int]) -> dict[int, int]:
    statement = select(candidate.c.iid, candidate.c.start_time).where(
        candidate.c.project_id == project_id, among(connection, candidate.c.iid, iids)
    )
    return {row[0]: row[1] for row in connection.execute(statement)}


def column_counts(connection: Connection, project_id: int, experiment_iid: int) -> dict[str, int]:
    """How many candidates of an experiment have each key, as far as it is folded."""
    column = metric_column.c
    joined = and_(metric_key.c.project_id == column.project_id, metric_key.c.id == column.key_id)
    statement = (
        select(metric_key.c.name, column.candidates)
        .select_from(metric_column.join(metric_key, joined))
        .where(column.project_id == project_id, column.experiment_iid == experiment_iid, column.candidates > 0)
    )
    return {row[0]: row[1] for row in connection.execute(statement)}


def folded_pairs(
    connection: Connection, project_id: int, experiment_iid: int, iids: Sequence[int], keys: Sequence[str]
) -> set[tuple[int, str]]:
    """Which (candidate, key) of these have a latest value."""
    latest = metric_latest.c
    joined = and_(metric_key.c.project_id == latest.project_id, metric_key.c.id == latest.key_id)
    statement = (
        select(latest.candidate_iid, metric_key.c.name)
        .select_from(metric_latest.join(metric_key, joined))
        .where(
            latest.project_id == project_id,
            latest.experiment_iid == experiment_iid,
            among(connection, metric_key.c.name, keys),
            among(connection, latest.candidate_iid, iids),
        )
    )
    return {(row[0], row[1]) for row in connection.execute(statement)}
