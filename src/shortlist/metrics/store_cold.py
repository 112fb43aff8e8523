"""SQL of cold points: which candidates are due, the files' states, and chunks that change their place.

A file is `writing` while one process makes it and points chunks to it, `held` when it is done (or was left in the
middle, and something points to it), and `left` when nothing does.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    Update,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from shortlist.db.bulk import upsert_columns
from shortlist.db.dialect import among
from shortlist.metrics import outlines
from shortlist.metrics.chunks import ChunkInfo
from shortlist.metrics.cold import Pointer
from shortlist.metrics.tables import metric_chunk, metric_file, metric_key, metric_log, metric_outline, metric_series
from shortlist.metrics.types import History
from shortlist.tracking.tables import candidate

WRITING, HELD, LEFT = "writing", "held", "left"
UNFINISHED = ("running", "scheduled")


class ColdFile(msgspec.Struct, frozen=True):
    """A file of the object store that has the points of a candidate."""

    id: bytes
    candidate_iid: int
    state: str
    size: int
    points: int
    sha256: bytes | None


class Amount(msgspec.Struct, frozen=True):
    """How many candidates are cold, the points in their files, and the bytes of these."""

    candidates: int
    points: int
    size: int


_FILE = (
    metric_file.c.id,
    metric_file.c.candidate_iid,
    metric_file.c.state,
    metric_file.c.size,
    metric_file.c.points,
    metric_file.c.sha256,
)


def projects_after(connection: Connection, after: int) -> int | None:
    """The next project that has candidates; for the thread that serves all of them."""
    statement = select(candidate.c.project_id).where(candidate.c.project_id > after)
    return connection.execute(statement.order_by(candidate.c.project_id).limit(1)).scalar()


def due(
    connection: Connection, project_id: int, after: int, ended_before: int, unclaimed_since: int, limit: int
) -> list[int]:
    """Candidates after one that ended before a time, and whose points are not all in the store since then."""
    here, file = candidate.c, metric_file.c
    of_candidate = and_(file.project_id == here.project_id, file.candidate_iid == here.iid)
    settled = or_(file.changed_at.is_(None), file.changed_at >= ended_before)
    at_work = and_(file.state == WRITING, file.began_at >= unclaimed_since)
    statement = select(here.iid).where(
        here.project_id == project_id,
        here.iid > after,
        here.deleted_at.is_(None),
        here.status.not_in(UNFINISHED),
        func.coalesce(here.end_time, here.updated_at) < ended_before,
        ~exists().where(of_candidate, or_(and_(file.state == HELD, settled), at_work)),
    )
    return list(connection.execute(statement.order_by(here.iid).limit(limit)).scalars())


def lock(connection: Connection, project_id: int, iid: int, *, wait: bool) -> bool:
    """Take the right to move a candidate's points until commit: the one that a fold takes, too."""
    statement = select(candidate.c.iid).where(candidate.c.project_id == project_id, candidate.c.iid == iid)
    return connection.execute(statement.with_for_update(key_share=True, skip_locked=not wait)).first() is not None


def has_log(connection: Connection, project_id: int, iid: int) -> bool:
    log, here = metric_log.c, candidate.c
    same = and_(
        log.project_id == here.project_id, log.experiment_iid == here.experiment_iid, log.candidate_iid == here.iid
    )
    statement = select(log.candidate_iid).select_from(candidate.join(metric_log, same))
    return (
        connection.execute(statement.where(here.project_id == project_id, here.iid == iid).limit(1)).first()
        is not None
    )


def files_of(connection: Connection, project_id: int, iid: int) -> list[ColdFile]:
    statement = select(*_FILE).where(_of(project_id, iid), metric_file.c.state != LEFT)
    return [ColdFile(*row) for row in connection.execute(statement.order_by(metric_file.c.id))]


def claim(connection: Connection, project_id: int, iid: int, file: bytes, now: int, unclaimed_since: int) -> bool:
    """Begin a file of a candidate, unless somebody works on one. What a dead process left is taken over."""
    here = metric_file.c
    others = and_(_of(project_id, iid), here.state == WRITING)
    at_work = select(here.id).where(others, here.began_at >= unclaimed_since)
    if connection.execute(at_work).first() is not None:
        return False
    # Chunks may point into one whose object was complete; `changed_at` says that it has not all of them.
    connection.execute(
        update(metric_file)
        .where(others)
        .values(
            state=case((here.size > 0, HELD), else_=LEFT),
            changed_at=0,
            left_at=case((here.size > 0, None), else_=now),
        )
    )
    row = {"project_id": project_id, "id": file, "candidate_iid": iid, "state": WRITING, "size": 0, "points": 0}
    connection.execute(metric_file.insert().values(**row, began_at=now))
    return True


def keep(
    connection: Connection, project_id: int, file: bytes, now: int, stored: Mapping[str, Any] | None = None
) -> bool:
    """Say that the work on a file goes on; False where another process has taken its candidate over."""
    here = metric_file.c
    mine = and_(here.project_id == project_id, here.id == file, here.state == WRITING)
    return connection.execute(update(metric_file).where(mine).values(began_at=now, **(stored or {}))).rowcount == 1


def settle(connection: Connection, project_id: int, iid: int, file: bytes, now: int) -> None:
    """A file is done: it is held, and nothing points into the candidate's others."""
    here = metric_file.c
    others = and_(_of(project_id, iid), here.id != file, here.state != LEFT)
    connection.execute(update(metric_file).where(others).values(state=LEFT, left_at=now))
    mine = and_(here.project_id == project_id, here.id == file, here.state == WRITING)
    connection.execute(update(metric_file).where(mine).values(state=HELD))


def leave(connection: Connection, project_id: int, iids: Sequence[int], now: int) -> None:
    """Nothing points into the files of candidates any more."""
    here = metric_file.c
    which = and_(here.project_id == project_id, among(connection, here.candidate_iid, iids), here.state != LEFT)
    connection.execute(update(metric_file).where(which).values(state=LEFT, left_at=now))


def note_change(connection: Connection, project_id: int, iids: Sequence[int], now: int) -> None:
    """Points came to candidates: those that are cold have some again that are not."""
    here = metric_file.c
    which = and_(here.project_id == project_id, among(connection, here.candidate_iid, iids), here.changed_at.is_(None))
    connection.execute(update(metric_file).where(which, here.state == HELD).values(changed_at=now))


def series(connection: Connection, project_id: int, iid: int) -> list[Any]:
    """Key id, name, `count` and `chunked` of a candidate's series, by name."""
    here = metric_series.c
    joined = and_(metric_key.c.project_id == here.project_id, metric_key.c.id == here.key_id)
    statement = (
        select(here.key_id, metric_key.c.name, here.count.label("points"), here.chunked)
        .select_from(metric_series.join(metric_key, joined))
        .where(here.project_id == project_id, here.candidate_iid == iid)
    )
    return list(connection.execute(statement.order_by(metric_key.c.name)))


def chunks(connection: Connection, project_id: int, iid: int, key_ids: Sequence[int]) -> list[Any]:
    """Whole rows of `metric_chunk` of a candidate's series, those of a series in order."""
    here = metric_chunk.c
    statement = select(metric_chunk).where(
        here.project_id == project_id, here.candidate_iid == iid, among(connection, here.key_id, key_ids)
    )
    order = (here.key_id, here.first_step, here.first_timestamp, here.last_step, here.last_timestamp, here.sequence)
    return list(connection.execute(statement.order_by(*order)))


def chunk_sequences(
    connection: Connection, project_id: int, iid: int, key_ids: Sequence[int]
) -> dict[tuple[int, int], ChunkInfo]:
    """The chunks that a candidate's series have now, by key id and sequence."""
    here = metric_outline.c
    columns = (here.first_step, here.first_timestamp, here.last_step, here.last_timestamp, here.cold)
    statement = select(here.key_id, here.sequence, here.count, *columns).where(
        here.project_id == project_id, here.candidate_iid == iid, among(connection, here.key_id, key_ids)
    )
    return {(row[0], row[1]): ChunkInfo(*row[1:]) for row in connection.execute(statement)}


def move(connection: Connection, project_id: int, iid: int, rows: Sequence[tuple[int, ChunkInfo, Pointer]]) -> None:
    """The points of chunks, by key id, are in a file now."""
    _repoint(connection, project_id, iid, [(key_id, info, pointer.encode()) for key_id, info, pointer in rows], True)


def bring_back(
    connection: Connection, project_id: int, iid: int, rows: Sequence[tuple[int, ChunkInfo, bytes]]
) -> None:
    """The points of chunks, by key id, are in the database again."""
    _repoint(connection, project_id, iid, rows, False)


def _repoint(
    connection: Connection, project_id: int, iid: int, rows: Sequence[tuple[int, ChunkInfo, bytes]], cold: bool
) -> None:
    if not rows:
        return
    keys = [{"of_key": key_id, "of_sequence": info.sequence} for key_id, info, _ in rows]
    payloads = [key | {"new_payload": payload} for key, (_, _, payload) in zip(keys, rows, strict=True)]
    connection.execute(_one(metric_chunk, project_id, iid).values(payload=bindparam("new_payload")), payloads)
    connection.execute(_one(metric_outline, project_id, iid).values(cold=cold), keys)


def _one(table: Table, project_id: int, iid: int) -> Update:
    """Changes a chunk of the candidate, in the table of chunks or that of outlines."""
    here = table.c
    return update(table).where(
        here.project_id == project_id,
        here.candidate_iid == iid,
        here.key_id == bindparam("of_key"),
        here.sequence == bindparam("of_sequence"),
    )


def move_tails(
    connection: Connection, project_id: int, iid: int, rows: Sequence[tuple[Pointer, Any, History]]
) -> None:
    """The tails of series (their rows, and their points) are chunks of a file now."""
    if not rows:
        return
    ids = [row.key_id for _, row, _ in rows]
    last: dict[int, int] = {}
    for key_id, sequence in chunk_sequences(connection, project_id, iid, ids):
        last[key_id] = max(sequence, last.get(key_id, 0))
    chunks = [points for _, _, points in rows]
    places = {"key_id": ids, "sequence": [last.get(key_id, 0) + 1 for key_id in ids]} | outlines.bounds(chunks)
    same = {"project_id": project_id, "candidate_iid": iid}
    upsert_columns(connection, metric_chunk, same, places | {"payload": [found.encode() for found, _, _ in rows]})
    drawn = outlines.columns(chunks) | {"cold": [True] * len(rows)}
    upsert_columns(connection, metric_outline, same, places | drawn)
    here = metric_series.c
    which = and_(here.project_id == project_id, here.candidate_iid == iid, among(connection, here.key_id, ids))
    changed = update(metric_series).where(which)
    connection.execute(
        changed.values(tail=None, chunked=here.count, chunk_step=here.last_step, chunk_timestamp=here.last_timestamp)
    )


def amount(connection: Connection, project_id: int | None = None) -> Amount:
    """What is cold, in one project or in all of them."""
    here = metric_file.c
    chosen = and_(here.state == HELD, here.size > 0)
    if project_id is not None:
        chosen = and_(here.project_id == project_id, chosen)
    # A candidate may have several files, and each project has a candidate of each number.
    files = (
        select(func.sum(here.points).label("points"), func.sum(here.size).label("size"))
        .where(chosen)
        .group_by(here.project_id, here.candidate_iid)
        .subquery()
    )
    statement = select(
        func.count(), func.coalesce(func.sum(files.c.points), 0), func.coalesce(func.sum(files.c.size), 0)
    )
    row = connection.execute(statement.select_from(files)).one()
    return Amount(row[0], int(row[1]), int(row[2]))


def cold_candidates(connection: Connection, project_id: int) -> list[int]:
    """Candidates that may have cold points, in order."""
    here = metric_file.c
    statement = select(here.candidate_iid).where(here.project_id == project_id, here.state != LEFT, here.size > 0)
    return list(connection.execute(statement.distinct().order_by(here.candidate_iid)).scalars())


def objects(connection: Connection, limit: int) -> list[tuple[int, bytes, int]]:
    """(project, file, bytes) of the newest files that points are read from, of all projects."""
    here = metric_file.c
    statement = select(here.project_id, here.id, here.size).where(here.state != LEFT, here.size > 0)
    found = connection.execute(statement.order_by(here.id.desc()).limit(limit))
    return [(row[0], bytes(row[1]), row[2]) for row in found]


def left_before(connection: Connection, before: int, limit: int) -> list[tuple[int, bytes, int]]:
    """(project, file, bytes) of files that nothing has pointed into since a time; for the sweep of all projects."""
    here = metric_file.c
    statement = select(here.project_id, here.id, here.size).where(here.state == LEFT, here.left_at < before)
    return [(row[0], row[1], row[2]) for row in connection.execute(statement.limit(limit))]


def forget(connection: Connection, project_id: int, files: Sequence[bytes]) -> None:
    here = metric_file.c
    connection.execute(
        delete(metric_file).where(here.project_id == project_id, here.id.in_(files), here.state == LEFT)
    )


def known(connection: Connection, project_id: int, files: Sequence[bytes]) -> set[bytes]:
    here = metric_file.c
    statement = select(here.id).where(here.project_id == project_id, here.id.in_(files))
    return {bytes(found) for found in connection.execute(statement).scalars()}


def _of(project_id: int, iid: int) -> ColumnElement[bool]:
    return and_(metric_file.c.project_id == project_id, metric_file.c.candidate_iid == iid)
