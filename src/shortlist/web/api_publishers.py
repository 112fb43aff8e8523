"""Trusted publishers of a project: which CI jobs may write to it without a secret of ours."""

from typing import cast

from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.http.endpoint import Call
from shortlist.identity import service as identity
from shortlist.provenance import publishers as service
from shortlist.provenance import rules
from shortlist.provenance.types import NewPublisher, Publisher
from shortlist.web import wire_ci as wire
from shortlist.web.people import PROJECT, change, read, write
from shortlist.web.wire_people import Done


def list_publishers(call: Call, connection: Connection, _request: None) -> wire.PublisherList:
    """List the trusted publishers of a project, and what a new one may name."""
    found = service.listed(connection, call.project.project)
    users = identity.usernames(connection, {item.created_by for item in found if item.created_by is not None})
    verifier = call.services.verifier
    return wire.PublisherList(
        [_item(item, users) for item in found], list(verifier.issuers.allowed), verifier.audience
    )


async def create_publisher(call: Call, request: wire.PublisherCreate) -> wire.PublisherItem:
    """Trust the jobs of a CI project; a rule that is too wide is refused with the reason."""
    call.services.verifier.issuers.check(request.issuer)
    new = NewPublisher(
        system=request.system or rules.default_system(request.issuer) or "gitlab",
        issuer=request.issuer,
        ci_project=request.ci_project,
        ref=request.ref,
        environment=request.environment,
        role=service.parse_role(request.role),
        ci_project_id=request.ci_project_id,
    )

    def work(connection: Connection) -> wire.PublisherItem:
        made = service.create(connection, call.author, call.project.project, new)
        return _item(made, {call.actor.user_id or 0: call.actor.username})

    return await write(call, work)


async def delete_publisher(call: Call, request: wire.PublisherPath) -> Done:
    """Trust a CI project no longer; what its jobs have made stays."""
    await write(
        call,
        lambda connection: service.delete(connection, call.author, call.project.project, request.publisher),
    )
    return Done()


def _item(rule: Publisher, users: dict[int, str]) -> wire.PublisherItem:
    return wire.PublisherItem(
        id=rule.id,
        system=rule.system,
        issuer=rule.issuer,
        ci_project=rule.ci_project,
        ci_project_id=rule.ci_project_id,
        ref=rule.ref,
        environment=rule.environment,
        role=cast("wire.GrantedRole", rule.role.name.lower()),
        created_at=rule.created_at,
        created_by=None if rule.created_by is None else users.get(rule.created_by),
        last_used_at=rule.last_used_at,
    )


_ALL = f"{PROJECT}/trusted_publishers"
_ONE = f"{_ALL}/{{publisher}}"

ENDPOINTS = (
    read(_ALL, Action.TOKEN_READ, list_publishers, None, wire.PublisherList),
    change(f"POST {_ALL}", Action.TOKEN_WRITE, create_publisher, wire.PublisherCreate, wire.PublisherItem),
    change(f"DELETE {_ONE}", Action.TOKEN_WRITE, delete_publisher, wire.PublisherPath, Done),
)
