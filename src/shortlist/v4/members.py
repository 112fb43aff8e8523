"""Members of projects and groups: the same operations at two addresses."""

from typing import Any

import msgspec
from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.access.scope import GroupFacts, ProjectFacts, Scope
from shortlist.http.endpoint import Call, Endpoint
from shortlist.identity import store as identity_store
from shortlist.identity.types import User
from shortlist.projects import members as service
from shortlist.projects.types import Member
from shortlist.v4 import levels, times, users
from shortlist.v4.operations import change, create, read, remove, write
from shortlist.v4.paging import Paged, cut
from shortlist.v4.surface import GROUP, PROJECT


class MemberShape(users.BasicUser, kw_only=True):
    access_level: int
    created_at: str | None
    expires_at: str | None
    membership_state: str = "active"


class MemberList(Paged, kw_only=True):
    query: str = ""
    user_ids: list[int] = msgspec.field(default_factory=list[int])


class MemberId(msgspec.Struct):
    user: int


class MemberAdd(msgspec.Struct):
    access_level: int
    user_id: int
    expires_at: str | None = None


class MemberChange(msgspec.Struct):
    user: int
    access_level: int
    expires_at: str | None = None


def place_of(call: Call) -> ProjectFacts | GroupFacts:
    """The project or group that the address names."""
    return call.project.project if isinstance(call.scope, Scope) else call.group.group


def _shown(call: Call, user: User, member: Member) -> MemberShape:
    return MemberShape(
        **users.common(call, user),
        access_level=int(member.role),
        created_at=times.stamp(member.created_at),
        expires_at=times.day(member.expires_at),
    )


def _one(call: Call, connection: Connection, member: Member) -> MemberShape:
    return _shown(call, identity_store.users_of(connection, [member.user_id])[member.user_id], member)


def _page(call: Call, connection: Connection, request: MemberList, found: list[Member]) -> list[MemberShape]:
    people = identity_store.users_of(connection, [item.user_id for item in found])
    wanted = request.query.lower()
    kept = [
        item
        for item in found
        if people[item.user_id].state != "deleted"
        and (wanted in people[item.user_id].username.lower() or wanted in people[item.user_id].name.lower())
        and (not request.user_ids or item.user_id in request.user_ids)
    ]
    return [_shown(call, people[item.user_id], item) for item in cut(call, request, kept)]


def list_direct(call: Call, connection: Connection, request: MemberList) -> list[MemberShape]:
    """List the members, without those of the groups above."""
    return _page(call, connection, request, service.direct(connection, place_of(call)))


def list_all(call: Call, connection: Connection, request: MemberList) -> list[MemberShape]:
    """List the members, with those of the groups above."""
    return _page(call, connection, request, service.everybody(connection, place_of(call)))


def get(call: Call, connection: Connection, request: MemberId) -> MemberShape:
    """Get a member."""
    return _one(call, connection, service.get(connection, place_of(call), request.user))


def get_of_all(call: Call, connection: Connection, request: MemberId) -> MemberShape:
    """Get a member, whose membership may be inherited from a group above."""
    return _one(call, connection, service.get(connection, place_of(call), request.user, inherited=True))


async def add(call: Call, request: MemberAdd) -> MemberShape:
    """Add a member."""
    role, expires_at = levels.role(request.access_level), times.parse_day(request.expires_at)

    def work(connection: Connection) -> MemberShape:
        made = service.add(connection, call.author, place_of(call), request.user_id, role, expires_at)
        return _one(call, connection, made)

    return await write(call, work)


async def change_member(call: Call, request: MemberChange) -> MemberShape:
    """Change a member's role and expiry."""
    role, expires_at = levels.role(request.access_level), times.parse_day(request.expires_at)

    def work(connection: Connection) -> MemberShape:
        changed = service.change(connection, call.author, place_of(call), request.user, role, expires_at)
        return _one(call, connection, changed)

    return await write(call, work)


async def remove_member(call: Call, request: MemberId) -> None:
    """Remove a member."""
    await write(call, lambda connection: service.remove(connection, call.author, place_of(call), request.user))


def _endpoints(place: str, reading: Action, writing: Action) -> tuple[Endpoint, ...]:
    members, one = f"{place}/members", f"{place}/members/{{user}}"
    listed: Any = list[MemberShape]
    return (
        read(members, reading, list_direct, MemberList, listed),
        read(f"{members}/all", reading, list_all, MemberList, listed),
        read(f"{members}/all/{{user}}", reading, get_of_all, MemberId, MemberShape),
        read(one, reading, get, MemberId, MemberShape),
        create(members, writing, add, MemberAdd, MemberShape),
        change(one, writing, change_member, MemberChange, MemberShape),
        remove(one, writing, remove_member, MemberId),
    )


ENDPOINTS = (
    *_endpoints(PROJECT, Action.MEMBER_READ, Action.MEMBER_WRITE),
    *_endpoints(GROUP, Action.GROUP_MEMBER_READ, Action.GROUP_MEMBER_WRITE),
)
