"""People as GitLab's clients see them."""

from typing import Any

import msgspec
from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.http.endpoint import Call
from shortlist.identity import service as identity
from shortlist.identity.types import User
from shortlist.v4 import times
from shortlist.v4.operations import read
from shortlist.v4.surface import PREFIX


class BasicUser(msgspec.Struct):
    """What everybody may know of a user."""

    id: int
    username: str
    name: str
    state: str
    web_url: str
    locked: bool = False
    avatar_url: str | None = None


class CurrentUser(BasicUser, kw_only=True):
    """What one may know of oneself."""

    created_at: str
    email: str | None
    bot: bool
    can_create_group: bool = True
    can_create_project: bool = True
    two_factor_enabled: bool = False
    external: bool = False
    is_admin: bool | msgspec.UnsetType = msgspec.UNSET


def basic(call: Call, user: User) -> BasicUser:
    return BasicUser(**_common(call, user))


def _common(call: Call, user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "username": user.username,
        "name": user.name,
        "state": user.state,
        "web_url": f"{call.base_url}/{user.username}",
    }


def own(call: Call, user: User) -> CurrentUser:
    return CurrentUser(
        **_common(call, user),
        created_at=times.stamp(user.created_at) or "",
        email=user.email,
        bot=user.bot,
        is_admin=True if user.administrator else msgspec.UNSET,
    )


def current(call: Call, connection: Connection, _request: None) -> CurrentUser:
    """Get the user whose credentials these are."""
    return own(call, identity.get_user(connection, call.actor.user_id or 0))


ENDPOINTS = (read(f"{PREFIX}/user", Action.SELF_READ, current, response=CurrentUser),)
