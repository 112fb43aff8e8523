"""Writing events, in the transaction of the change that they tell about, and exporting them."""

import csv
import io
from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection

from shortlist.access.scope import Author, Scope
from shortlist.audit import store
from shortlist.audit.types import Change, Event, EventQuery
from shortlist.clock import now_ms
from shortlist.formulas import guarded

MAX_EXPORT = 100_000


def record(connection: Connection, author: Author, change: Change) -> None:
    """Note a change. It is kept if and only if the change is."""
    actor = author.actor
    store.add(
        connection,
        {
            "created_at": now_ms(),
            "user_id": actor.user_id,
            "username": actor.username,
            "credential": actor.credential.value,
            "token_id": actor.token_id,
            "address": author.address,
            "action": change.action,
            "target_type": change.target_type,
            "target_id": change.target_id,
            "target": change.target,
            "project_id": change.project_id,
            "group_id": change.group_id,
            "details": msgspec.json.encode(change.details).decode(),
        },
    )


def record_in(
    connection: Connection,
    scope: Scope,
    action: str,
    target: str,
    target_id: int | None = None,
    **details: object,
) -> None:
    """Note a change of a project's data: what was deleted, restored or promoted. The target's kind begins `action`."""
    kind = action.partition(":")[0]
    record(
        connection,
        scope.author,
        Change(
            action=action,
            target_type=kind,
            target_id=target_id,
            target=target,
            project_id=scope.project_id,
            details=details,
        ),
    )


def record_of_project(
    connection: Connection, author: Author, project_id: int, full_path: str, action: str, **details: object
) -> None:
    """Note a change of a project itself: of its settings, its address, or what is done to it as a whole."""
    record(
        connection,
        author,
        Change(
            action=action,
            target_type="project",
            target_id=project_id,
            target=full_path,
            project_id=project_id,
            details=details,
        ),
    )


def events(connection: Connection, query: EventQuery, limit: int, offset: int = 0) -> tuple[list[Event], int]:
    """A page of events, newest first, and how many there are in all."""
    return store.page(connection, query, limit, offset), store.count(connection, query)


def everything(connection: Connection, query: EventQuery) -> list[Event]:
    """All events that match, up to the most that one export holds."""
    return store.page(connection, query, MAX_EXPORT, 0)


def as_csv(listed: Iterable[Event]) -> str:
    """Events as a table for spreadsheets, with a line of names first."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(Event.__struct_fields__)
    for event in listed:
        writer.writerow(_cells(event))
    return out.getvalue()


def _cells(event: Event) -> Sequence[str]:
    cells: list[str] = []
    for name in Event.__struct_fields__:
        value = getattr(event, name)
        text = "" if value is None else msgspec.json.encode(value).decode() if name == "details" else str(value)
        cells.append(guarded(text))
    return cells
