"""SQL on audit events. There is no update and no delete."""

from typing import Any

import msgspec
from sqlalchemy import Connection, Select, func, insert, select

from shortlist.audit.tables import audit_event
from shortlist.audit.types import Event, EventQuery


def add(connection: Connection, values: dict[str, Any]) -> None:
    connection.execute(insert(audit_event).values(**values))


def page(connection: Connection, query: EventQuery, limit: int, offset: int) -> list[Event]:
    """Events that match, newest first."""
    fields = [audit_event.c[name] for name in Event.__struct_fields__]
    statement = _matching(select(*fields), query).order_by(audit_event.c.id.desc()).limit(limit).offset(offset)
    return [_event(row) for row in connection.execute(statement)]


def count(connection: Connection, query: EventQuery) -> int:
    return connection.execute(_matching(select(func.count()).select_from(audit_event), query)).scalar_one()


def _matching(statement: Select[Any], query: EventQuery) -> Select[Any]:
    table = audit_event.c
    for given, condition in (
        (query.project_id, table.project_id == query.project_id),
        (query.group_id, table.group_id == query.group_id),
        (query.since, table.created_at >= (query.since or 0)),
        (query.until, table.created_at < (query.until or 0)),
        (query.action or None, table.action == query.action),
        (query.username or None, table.username == query.username),
    ):
        if given is not None:
            statement = statement.where(condition)
    return statement


def _event(row: Any) -> Event:
    values = dict(zip(Event.__struct_fields__, row, strict=True))
    values["details"] = msgspec.json.decode(values["details"])
    return Event(**values)
