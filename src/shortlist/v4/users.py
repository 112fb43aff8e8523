"""People: found by everybody who is signed in; created, changed, blocked and deleted by administrators."""

import asyncio
from typing import Any

import msgspec
from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.errors import InvalidValue
from shortlist.http.endpoint import Call
from shortlist.identity import accounts, passwords
from shortlist.identity import service as identity
from shortlist.identity import store as identity_store
from shortlist.identity.types import User, UserQuery
from shortlist.projects import service as projects
from shortlist.projects import store_members
from shortlist.v4 import times
from shortlist.v4.operations import change, create, read, remove, write
from shortlist.v4.paging import Paged, announce
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


class FullUser(BasicUser, kw_only=True):
    """What one may know of oneself, and an administrator of everybody."""

    created_at: str
    email: str | None
    bot: bool
    can_create_group: bool = True
    can_create_project: bool = True
    two_factor_enabled: bool = False
    external: bool = False
    is_admin: bool | msgspec.UnsetType = msgspec.UNSET


class UserList(Paged, kw_only=True):
    username: str = ""
    search: str = ""
    active: bool = False
    blocked: bool = False
    admins: bool = False


class UserId(msgspec.Struct):
    user: int


class UserCreate(msgspec.Struct):
    email: str
    username: str
    name: str
    password: str | None = None
    force_random_password: bool = False
    reset_password: bool = False
    admin: bool = False


class UserChange(msgspec.Struct):
    user: int
    name: str | None = None
    email: str | None = None
    admin: bool | None = None
    password: str | None = None


def basic(call: Call, user: User) -> BasicUser:
    return BasicUser(**common(call, user))


def common(call: Call, user: User) -> dict[str, Any]:
    """The fields that every shape of a user begins with."""
    return {
        "id": user.id,
        "username": user.username,
        "name": user.name,
        "state": user.state,
        "web_url": f"{call.base_url}/{user.username}",
    }


def full(call: Call, user: User) -> FullUser:
    shows_admin = call.actor.administrator
    return FullUser(
        **common(call, user),
        created_at=times.stamp(user.created_at) or "",
        email=user.email,
        bot=user.bot,
        two_factor_enabled=user.second_factor_at is not None,
        is_admin=user.administrator if shows_admin else msgspec.UNSET,
    )


def current(call: Call, connection: Connection, _request: None) -> FullUser:
    """Get the user whose credentials these are."""
    return full(call, identity.get_user(connection, call.actor.user_id or 0))


def list_users(call: Call, connection: Connection, request: UserList) -> list[BasicUser | FullUser]:
    """List users."""
    request.check()
    query = UserQuery(
        username=request.username,
        search=request.search,
        state="active" if request.active else "blocked" if request.blocked else "",
        administrators=request.admins and call.actor.administrator,
    )
    found, total = identity_store.user_page(connection, query, request.limit, request.offset)
    announce(call, request, total)
    return [_as_far_as_seen(call, user) for user in found]


def get(call: Call, connection: Connection, request: UserId) -> BasicUser | FullUser:
    """Get a user."""
    return _as_far_as_seen(call, accounts.get(connection, request.user))


def _as_far_as_seen(call: Call, user: User) -> BasicUser | FullUser:
    return full(call, user) if call.actor.administrator or call.actor.user_id == user.id else basic(call, user)


async def create_user(call: Call, request: UserCreate) -> FullUser:
    """Create a user."""
    if request.password is None and not (request.force_random_password or request.reset_password):
        raise InvalidValue(
            "password is missing; or set force_random_password, and give the user a token or a password later.",
            field="password",
        )
    hashed = await hash_password(request.password or passwords.make())
    new = accounts.NewAccount(
        username=request.username,
        name=request.name,
        email=request.email,
        password_hash=hashed,
        administrator=request.admin,
    )

    def work(connection: Connection) -> FullUser:
        made = accounts.create(connection, call.author, new)
        projects.ensure_user_namespace(connection, made)
        return full(call, made)

    return await write(call, work)


async def hash_password(password: str) -> str:
    """Off the event loop, because it is slow on purpose. Raises InvalidValue: too weak."""
    passwords.check_strength(password)
    return await asyncio.to_thread(passwords.hash_password, password)


async def change_user(call: Call, request: UserChange) -> FullUser:
    """Change a user."""
    new = accounts.AccountChange(
        name=request.name,
        email=request.email,
        administrator=request.admin,
        password_hash=None if request.password is None else await hash_password(request.password),
    )

    def work(connection: Connection) -> FullUser:
        return full(call, accounts.change(connection, call.author, accounts.get(connection, request.user), new))

    return await write(call, work)


async def block(call: Call, request: UserId) -> bool:
    """Block a user."""
    await write(
        call,
        lambda connection: accounts.block(connection, call.author, accounts.get(connection, request.user)),
    )
    return True


async def unblock(call: Call, request: UserId) -> bool:
    """Unblock a user."""
    await write(
        call,
        lambda connection: accounts.unblock(connection, call.author, accounts.get(connection, request.user)),
    )
    return True


async def delete(call: Call, request: UserId) -> None:
    """Delete a user; their work stays."""

    def work(connection: Connection) -> None:
        accounts.remove(connection, call.author, accounts.get(connection, request.user))
        store_members.remove_everywhere(connection, request.user)

    await write(call, work)


_USERS = f"{PREFIX}/users"
_USER = f"{PREFIX}/users/{{user}}"

ENDPOINTS = (
    read(f"{PREFIX}/user", Action.SELF_READ, current, response=FullUser),
    read(_USERS, Action.USER_READ, list_users, UserList, list[BasicUser]),
    read(_USER, Action.USER_READ, get, UserId, BasicUser),
    create(_USERS, Action.ADMIN_WRITE, create_user, UserCreate, FullUser),
    change(_USER, Action.ADMIN_WRITE, change_user, UserChange, FullUser),
    create(f"{_USER}/block", Action.ADMIN_WRITE, block, UserId, bool),
    create(f"{_USER}/unblock", Action.ADMIN_WRITE, unblock, UserId, bool),
    remove(_USER, Action.ADMIN_WRITE, delete, UserId),
)
