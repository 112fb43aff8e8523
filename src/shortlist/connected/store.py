"""SQL on what a connected GitLab was asked, and on the origins that its answers are about."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, case, func, select, update

from shortlist.connected.tables import ci_avatar, ci_lookup
from shortlist.connected.types import KeptAvatar, Key, Kind, Looked, Lookup, Picture, Standing
from shortlist.db.dialect import among, insert_ignore, upsert
from shortlist.provenance.tables import candidate_origin
from shortlist.tracking.tables import candidate

_LOOKUP = ci_lookup.c
_AVATAR = ci_avatar.c
_ORIGIN = candidate_origin.c


def recorded_since(connection: Connection, since: int, limit: int) -> list[tuple[int, int, int]]:
    """Origins of every project that were noted since a moment: when, project and candidate, the oldest first."""
    statement = (
        select(_ORIGIN.recorded_at, _ORIGIN.project_id, _ORIGIN.candidate_iid)
        .where(_ORIGIN.recorded_at >= since)
        .order_by(_ORIGIN.recorded_at)
        .limit(limit)
    )
    return [(row.recorded_at, row.project_id, row.candidate_iid) for row in connection.execute(statement)]


def candidates_of(connection: Connection, project_id: int, key: Key, limit: int) -> dict[int, int]:
    """The newest candidates with this job, pipeline or merge request: iid to iid of the experiment."""
    statement = (
        select(candidate.c.iid, candidate.c.experiment_iid)
        .join(
            candidate_origin,
            (_ORIGIN.project_id == candidate.c.project_id) & (_ORIGIN.candidate_iid == candidate.c.iid),
        )
        .where(_ORIGIN.project_id == project_id, _ORIGIN[key.kind] == key.number)
        .order_by(candidate.c.iid.desc())
        .limit(limit)
    )
    return {row.iid: row.experiment_iid for row in connection.execute(statement)}


def lookups(connection: Connection, project_id: int, keys: Iterable[Key]) -> dict[Key, Lookup]:
    """What is stored of these, by key. One statement."""
    wanted = set(keys)
    if not wanted:
        return {}
    numbers = sorted({key.number for key in wanted})
    statement = select(ci_lookup).where(_LOOKUP.project_id == project_id, among(connection, _LOOKUP.number, numbers))
    found = (_lookup(row) for row in connection.execute(statement))
    return {item.key: item for item in found if item.key in wanted}


def note_wanted(connection: Connection, project_id: int, keys: Sequence[Key], now: int) -> None:
    """Ask for these as soon as possible, where nothing is stored of them yet."""
    insert_ignore(
        connection,
        ci_lookup,
        [{**_place(project_id, key), "due_at": now, "failures": 0, "fault": ""} for key in keys],
    )


def set_due(connection: Connection, project_id: int, key: Key, due_at: int | None) -> None:
    connection.execute(update(ci_lookup).where(*_at(project_id, key)).values(due_at=due_at))


def due(connection: Connection, now: int, limit: int) -> list[Lookup]:
    """What is to be asked now, of every project, what has waited longest first."""
    statement = select(ci_lookup).where(_LOOKUP.due_at <= now).order_by(_LOOKUP.due_at).limit(limit)
    return [_lookup(row) for row in connection.execute(statement)]


def standing(connection: Connection) -> Standing:
    """Of every project's look-ups."""
    failing = func.coalesce(func.sum(case((_LOOKUP.fault != "", 1), else_=0)), 0)
    row = connection.execute(select(func.count(), failing, func.max(_LOOKUP.fetched_at)).select_from(ci_lookup)).one()
    return Standing(*row)


def claim(connection: Connection, project_id: int, lookup: Lookup, until: int) -> bool:
    """Take a due look-up, so that no other server process asks it too. Until then it is ours."""
    statement = update(ci_lookup).where(*_at(project_id, lookup.key), _LOOKUP.due_at == lookup.due_at)
    return connection.execute(statement.values(due_at=until)).rowcount == 1


def put_answer(
    connection: Connection, project_id: int, key: Key, looked: Looked, fetched_at: int, due_at: int | None
) -> None:
    connection.execute(
        update(ci_lookup)
        .where(*_at(project_id, key))
        .values(
            looked=msgspec.json.encode(looked).decode(), fetched_at=fetched_at, due_at=due_at, failures=0, fault=""
        )
    )


def put_fault(connection: Connection, project_id: int, lookup: Lookup, fault: str, due_at: int) -> None:
    """An attempt failed; what was answered before stays."""
    connection.execute(
        update(ci_lookup)
        .where(*_at(project_id, lookup.key))
        .values(fault=fault, due_at=due_at, failures=lookup.failures + 1)
    )


def avatar(connection: Connection, project_id: int, address: str) -> KeptAvatar | None:
    """What came of fetching the picture at an address, if that was ever tried for a project."""
    statement = select(_AVATAR.digest, _AVATAR.due_at).where(
        _AVATAR.project_id == project_id, _AVATAR.address == address
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else KeptAvatar(row.digest, row.due_at)


def picture(connection: Connection, project_id: int, digest: str) -> Picture | None:
    statement = select(_AVATAR.content_type, _AVATAR.content).where(
        _AVATAR.project_id == project_id, _AVATAR.digest == digest
    )
    row = connection.execute(statement.limit(1)).one_or_none()
    return None if row is None else Picture(row.content_type, bytes(row.content))


def put_avatar(
    connection: Connection, project_id: int, address: str, digest: str, picture: Picture, *, due_at: int
) -> None:
    row = {
        "project_id": project_id,
        "address": address,
        "digest": digest,
        "content_type": picture.content_type,
        "content": picture.content,
        "due_at": due_at,
    }
    upsert(connection, ci_avatar, [row])


def set_avatar_due(connection: Connection, project_id: int, address: str, due_at: int) -> None:
    """Fetch a picture again then; what is kept of it stays."""
    statement = update(ci_avatar).where(_AVATAR.project_id == project_id, _AVATAR.address == address)
    connection.execute(statement.values(due_at=due_at))


def _place(project_id: int, key: Key) -> dict[str, Any]:
    return {"project_id": project_id, "kind": key.kind, "ci_project": key.project, "number": key.number}


def _at(project_id: int, key: Key) -> tuple[Any, ...]:
    return tuple(_LOOKUP[name] == value for name, value in _place(project_id, key).items())


def _lookup(row: Any) -> Lookup:
    kind: Kind = row.kind
    return Lookup(
        project_id=row.project_id,
        key=Key(kind, row.ci_project, row.number),
        looked=None if row.looked is None else msgspec.json.decode(row.looked, type=Looked),
        fetched_at=row.fetched_at,
        due_at=row.due_at,
        failures=row.failures,
        fault=row.fault,
    )
