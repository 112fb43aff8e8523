"""The same done to many candidates in one transaction. Everything is done, or nothing."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.errors import InvalidValue, NotFound
from shortlist.tracking import candidates, store_candidates, store_stars
from shortlist.tracking.types import CandidateChange, CandidateRecord

MAX_CANDIDATES = 1_000


class Edit(msgspec.Struct, frozen=True):
    """What to change of one candidate. None leaves the name or the note as it is; of metadata it removes the key."""

    iid: int
    name: str | None = None
    note: str | None = None
    metadata: dict[str, str | None] = {}


def check(iids: Sequence[int], field: str = "candidates") -> None:
    """Check how many candidates are named, and that none is named twice.

    Raises:
        InvalidValue: there are none, too many, or doubles.
    """
    if not 1 <= len(iids) <= MAX_CANDIDATES:
        raise InvalidValue(f"Name between 1 and {MAX_CANDIDATES:,} candidates.", field=field)
    if len(set(iids)) < len(iids):
        raise InvalidValue("A candidate is named twice.", field=field)


def edit(connection: Connection, scope: Scope, edits: Sequence[Edit]) -> list[Edit]:
    """Change names, notes and metadata. Returns the edits that would bring back what there was.

    Raises:
        InvalidValue: a value against the rules, or a deleted candidate. NotFound: one of them is not there.
    """
    edits = sorted(edits, key=lambda each: each.iid)  # in one order for all, so that two never wait for each other
    check([each.iid for each in edits], "changes")
    for each in edits:
        candidates.check_metadata(
            {key: value for key, value in each.metadata.items() if value is not None}, "metadata"
        )
    records = _records(connection, scope, [each.iid for each in edits], "changes")
    keys = sorted({key for each in edits for key in each.metadata})
    stored = store_candidates.metadata_of(connection, scope, [each.iid for each in edits], keys) if keys else {}
    before: list[Edit] = []
    for each, record in zip(edits, records, strict=True):
        if record.deleted_at is not None:
            raise InvalidValue(f"The candidate {record.iid} is deleted. Restore it first.", field="changes")
        had = stored.get(each.iid, {})
        _edit(connection, scope, record, each, had)
        before.append(
            Edit(
                iid=each.iid,
                name=None if each.name is None else record.name,
                note=None if each.note is None else record.note,
                metadata={key: had.get(key) for key in each.metadata},
            )
        )
    return before


def _edit(connection: Connection, scope: Scope, record: CandidateRecord, edit: Edit, had: dict[str, str]) -> None:
    wanted = {key: value for key, value in edit.metadata.items() if value is not None}
    if wanted:
        candidates.set_metadata(connection, scope, record, wanted)
    for key in edit.metadata.keys() - wanted.keys():
        if key in had:
            candidates.delete_metadata(connection, scope, record, key)
    candidates.change(connection, scope, record, CandidateChange(name=edit.name, note=edit.note))


def delete(connection: Connection, scope: Scope, iids: Sequence[int]) -> list[int]:
    """Mark candidates deleted. Returns those that were not before.

    Raises:
        NotFound: one of them is not there.
    """
    active = [record for record in _checked(connection, scope, iids) if record.deleted_at is None]
    for record in active:
        candidates.delete(connection, scope, record)
    return [record.iid for record in active]


def restore(connection: Connection, scope: Scope, iids: Sequence[int]) -> list[int]:
    """Bring back deleted candidates. Returns those that were deleted.

    Raises:
        NotFound: one of them is not there. InvalidValue: its experiment is deleted.
    """
    deleted = [record for record in _checked(connection, scope, iids) if record.deleted_at is not None]
    for record in deleted:
        candidates.restore(connection, scope, record)
    return [record.iid for record in deleted]


def star(connection: Connection, scope: Scope, iids: Sequence[int], *, starred: bool) -> list[int]:
    """Star candidates for the caller, or take the stars away. Returns those whose star that changed.

    Raises:
        NotFound: one of them is not there.
    """
    records = _checked(connection, scope, iids)
    user_id = scope.actor.user_id
    if user_id is None:
        return []
    before = store_stars.of_user(connection, scope, iids, user_id)
    turned = [record.iid for record in records if (record.iid in before) != starred]
    change = store_stars.add if starred else store_stars.remove
    for iid in turned:
        change(connection, scope, iid, user_id)
    return turned


def _checked(connection: Connection, scope: Scope, iids: Sequence[int]) -> list[CandidateRecord]:
    check(iids)
    return _records(connection, scope, sorted(iids), "candidates")


def _records(connection: Connection, scope: Scope, iids: Sequence[int], field: str) -> list[CandidateRecord]:
    records = store_candidates.by_iids(connection, scope, iids)
    missing = set(iids) - {record.iid for record in records}
    if missing:
        raise NotFound(f"There is no candidate {min(missing)} in this project.", field=field)
    return records
