"""Audit events of a project, of a group and of the instance, listed and exported."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from shortlist.access.actions import Action
from shortlist.access.scope import GroupScope, Scope
from shortlist.audit import service
from shortlist.audit.types import Event, EventQuery
from shortlist.errors import InvalidValue
from shortlist.http.body import RequestDecoder
from shortlist.http.endpoint import Call, Endpoint, Mode
from shortlist.v4 import times
from shortlist.v4.operations import read
from shortlist.v4.paging import Paged, announce
from shortlist.v4.surface import GROUP, PREFIX, PROJECT


class EventList(Paged, kw_only=True):
    created_after: str | None = None
    created_before: str | None = None
    action: str = ""
    username: str = ""


class EventExport(msgspec.Struct):
    format: str = "csv"
    created_after: str | None = None
    created_before: str | None = None
    action: str = ""
    username: str = ""


class EventShape(msgspec.Struct):
    """An event. `details` has what GitLab's has, and what the event itself knows."""

    id: int
    author_id: int
    entity_id: int
    entity_type: str
    event_name: str
    details: dict[str, Any]
    created_at: str | None


_decoder = RequestDecoder(EventExport, "")


def list_events(call: Call, connection: Connection, request: EventList) -> list[EventShape]:
    """List audit events, the newest first."""
    request.check()
    found, total = service.events(connection, _query(call, request), request.limit, request.offset)
    announce(call, request, total)
    return [_shown(event) for event in found]


async def export(call: Call, request: Request) -> Response:
    """Export audit events as CSV or JSON."""
    asked: EventExport = _decoder.from_query(request.scope["query_string"], {})
    if asked.format not in ("csv", "json"):
        raise InvalidValue("format is csv or json.", field="format")
    query = _query(call, asked)
    found = await call.services.database.read(lambda connection: service.everything(connection, query))
    if asked.format == "csv":
        body, kind = service.as_csv(found).encode(), "text/csv; charset=utf-8"
    else:
        body, kind = msgspec.json.encode(found), "application/json"
    name = f"attachment; filename=audit_events.{asked.format}"
    return Response(body, headers={"content-type": kind, "content-disposition": name, "cache-control": "no-store"})


def _query(call: Call, request: EventList | EventExport) -> EventQuery:
    return EventQuery(
        project_id=call.scope.project_id if isinstance(call.scope, Scope) else None,
        group_id=call.scope.group.id if isinstance(call.scope, GroupScope) else None,
        since=_moment(request.created_after, "created_after"),
        until=_moment(request.created_before, "created_before"),
        action=request.action,
        username=request.username,
    )


def _moment(text: str | None, field: str) -> int | None:
    """A date, or a date with a time, in milliseconds."""
    if not text or len(text) <= 10:
        return times.parse_day(text, field)
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise InvalidValue(f"{field} is invalid: write it as 2026-01-31T12:00:00Z.", field=field) from None


def _shown(event: Event) -> EventShape:
    entity, kind = (event.project_id, "Project") if event.project_id is not None else (event.group_id, "Group")
    if entity is None:
        entity, kind = event.target_id, event.target_type.capitalize()
    details = {
        **event.details,
        "author_name": event.username,
        "author_credential": event.credential,
        "author_token_id": event.token_id,
        "ip_address": event.address,
        "target_id": event.target_id,
        "target_type": event.target_type,
        "target_details": event.target,
    }
    return EventShape(
        id=event.id,
        author_id=event.user_id or 0,
        entity_id=entity or 0,
        entity_type=kind,
        event_name=event.action,
        details=details,
        created_at=times.stamp(event.created_at),
    )


def _endpoints(place: str, action: Action) -> tuple[Endpoint, ...]:
    return (
        read(f"{place}/audit_events", action, list_events, EventList, list[EventShape]),
        Endpoint(
            method="GET",
            path=f"{place}/audit_events/export",
            action=action,
            mode=Mode.STREAM,
            handler=export,
            request=EventExport,
            tags=("v4",),
        ),
    )


ENDPOINTS = (
    *_endpoints(PROJECT, Action.AUDIT_READ),
    *_endpoints(GROUP, Action.GROUP_AUDIT_READ),
    *_endpoints(PREFIX, Action.ADMIN_READ),
)
