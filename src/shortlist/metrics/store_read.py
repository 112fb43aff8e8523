"""SQL of what is folded. A reader takes the log first: what is folded meanwhile is then seen twice, never missed."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    func,
    select,
    tuple_,
)

from shortlist.db.dialect import among, among_rows, pairs_table
from shortlist.db.prepared import Prepared, of_each, one_of
from shortlist.metrics.tables import (
    metric_chunk,
    metric_column,
    metric_key,
    metric_latest,
    metric_outline,
    metric_series,
)
from shortlist.tracking.tables import candidate


def _latest(dialect: str, *conditions: ColumnElement[bool]) -> ClauseElement:
    series = metric_series.c
    columns = (series.candidate_iid, series.key_id, series.last_value, series.last_timestamp, series.last_step)
    found = select(*columns).where(series.project_id == bindparam("project_id"), *conditions)
    return of_each(dialect, found, series.candidate_iid, "iids")


def _latest_of_keys(dialect: str) -> ClauseElement:
    return _latest(dialect, one_of(dialect, metric_series.c.key_id, "key_ids"))


def _key_names(dialect: str) -> ClauseElement:
    here = metric_key.c.project_id == bindparam("project_id")
    return select(metric_key.c.id, metric_key.c.name).where(here, one_of(dialect, metric_key.c.id, "ids"))


_LATEST = Prepared(_latest, lists=["iids"])
_LATEST_OF_KEYS = Prepared(_latest_of_keys, lists=["iids", "key_ids"])
_KEY_NAMES = Prepared(_key_names, lists=["ids"])


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


# The order of chunks: those of a series by where they begin and end.
_PLACE_NAMES = ("candidate_iid", "key_id", "first_step", "first_timestamp", "last_step", "last_timestamp", "sequence")
_PLACE = attrgetter(*_PLACE_NAMES)


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
    """Rows of `metric_chunk`, chunks of a series in order."""
    return _ranged(connection, metric_chunk, project_id, iids, key_ids, within)


def outlines(
    connection: Connection, project_id: int, iids: Sequence[int], key_ids: Sequence[int], within: ChunkRange
) -> list[Any]:
    """Rows of `metric_outline`, chunks of a series in order."""
    return _ranged(connection, metric_outline, project_id, iids, key_ids, within)


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


def _ranged(
    connection: Connection,
    table: Table,
    project_id: int,
    iids: Sequence[int],
    key_ids: Sequence[int],
    within: ChunkRange,
) -> list[Any]:
    chunk = table.c
    source: Any = table
    base: Any = 0
    if within.relative:
        joined = and_(candidate.c.project_id == chunk.project_id, candidate.c.iid == chunk.candidate_iid)
        source, base = table.join(candidate, joined), candidate.c.start_time
    statement: Select[Any] = select(*table.columns)
    statement = statement.select_from(source).where(
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
    # Sorted here, because the database would carry the payloads through its sorting.
    return sorted(connection.execute(statement), key=_PLACE)


def chunks_page(
    connection: Connection, project_id: int, series: tuple[int, int], after: tuple[int, int] | None, points: int | None
) -> tuple[list[bytes], bool]:
    """Payloads of a series' chunks in order, until they hold so many points; and whether all are there.

    Chunks that end before the step and timestamp of `after` are left out. One statement, so that a fold between two
    cannot take a chunk away.
    """
    place = metric_outline.c
    condition = and_(place.project_id == project_id, place.candidate_iid == series[0], place.key_id == series[1])
    if after is not None:
        condition = and_(condition, tuple_(place.last_step, place.last_timestamp) >= tuple_(*after))
    order = [place.first_step, place.first_timestamp, place.last_step, place.last_timestamp, place.sequence]
    running = func.sum(place.count).over(order_by=order, rows=(None, 0)) - place.count
    running -= func.first_value(place.count).over(order_by=order)
    columns = [column for column in metric_outline.columns if column.name not in ("in_time", "outlined", "outline")]
    inner = select(*columns, running.label("before"), func.count().over().label("total")).where(condition).subquery()
    statement = select(*(inner.c[name] for name in _PLACE_NAMES), metric_chunk.c.payload, inner.c.total)
    statement = statement.select_from(inner.join(metric_chunk, _same_chunk(inner.c)))
    if points is not None:
        # The first chunk may hold points that an earlier page had: it does not count.
        statement = statement.where(inner.c.before <= points)
    rows = sorted(connection.execute(statement), key=_PLACE)
    return [row.payload for row in rows], not rows or len(rows) == rows[0].total


def chunks_before(
    connection: Connection, project_id: int, steps: Mapping[int, int], key_ids: Sequence[int]
) -> list[Any]:
    """Rows of (candidate, key id, payload): of each series the chunks that hold its last points up to a step.

    `steps` is candidate to step.
    """
    place = metric_outline.c
    later = metric_outline.alias()
    limit = pairs_table(connection, list(steps.items()))
    last = (
        select(func.max(later.c.first_step))
        .where(
            later.c.project_id == project_id,
            later.c.candidate_iid == place.candidate_iid,
            later.c.key_id == place.key_id,
            later.c.first_step <= limit.c.second,
        )
        .scalar_subquery()
    )
    statement = (
        select(place.candidate_iid, place.key_id, metric_chunk.c.payload)
        .select_from(
            metric_outline.join(limit, limit.c.first == place.candidate_iid).join(metric_chunk, _same_chunk(place))
        )
        .where(place.project_id == project_id, among(connection, place.key_id, key_ids), place.first_step == last)
    )
    return list(connection.execute(statement))


def _same_chunk(place: Any) -> ColumnElement[bool]:
    """Joins chunks by their whole key: a walk along the table would read every payload."""
    keys = (column.name for column in metric_chunk.primary_key)
    return and_(*(metric_chunk.c[name] == place[name] for name in keys))


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
