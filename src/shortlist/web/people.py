"""Records of people and access as the browser's API shows them, and the forms of its operations on them."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.access.roles import Role
from shortlist.access.scope import GroupFacts, ProjectFacts, Scope
from shortlist.clock import now_ms
from shortlist.errors import InvalidValue
from shortlist.http.endpoint import AsyncHandler, Call, Endpoint, Mode, ReadHandler
from shortlist.identity.types import Token, User
from shortlist.web import wire_people as wire
from shortlist.web.surface import PREFIX

PAGE_SIZE = 50
PROJECT = "/projects/{project}"
GROUP = "/groups/{group}"
_MAX_PAGE = 100_000

T = TypeVar("T")


def read(path: str, action: Action, handler: ReadHandler, request: Any, response: Any) -> Endpoint:
    return Endpoint(
        method="GET",
        path=PREFIX + path,
        action=action,
        mode=Mode.READ,
        handler=handler,
        request=request,
        response=response,
        tags=("people",),
    )


def change(words: str, action: Action, handler: AsyncHandler, request: Any, response: Any) -> Endpoint:
    """A change. `words` are the method and the path, such as `POST /groups`; what makes something answers 201."""
    method, path = words.split()
    made = method == "POST" and handler.__name__.startswith(("create", "add"))
    return Endpoint(
        method=method,
        path=PREFIX + path,
        action=action,
        mode=Mode.ASYNC,
        handler=handler,
        request=request,
        response=response,
        status=201 if made else 200,
        tags=("people",),
    )


async def write(call: Call, work: Callable[[Connection], T]) -> T:
    """Do a change of people, tokens or projects, and have it count from the next request on."""
    done = await call.services.database.write(work)
    call.services.resolver.forget()
    return done


def offset(page: int) -> int:
    """Where a page begins. Raises InvalidValue: a page that there cannot be."""
    if not 1 <= page <= _MAX_PAGE:
        raise InvalidValue(f"Pages count from 1 to {_MAX_PAGE}.", field="page")
    return (page - 1) * PAGE_SIZE


def place_of(call: Call) -> ProjectFacts | GroupFacts:
    """The project or group that the address names."""
    return call.project.project if isinstance(call.scope, Scope) else call.group.group


def role(name: wire.RoleName) -> Role:
    return Role[name.upper()]


def role_name(given: Role | None) -> str | None:
    return None if given is None else given.name.lower()


def person(user: User) -> wire.Person:
    return wire.Person(user.id, user.username, user.name)


def account(user: User) -> wire.Account:
    return wire.Account(
        id=user.id,
        username=user.username,
        name=user.name,
        email=user.email,
        administrator=user.administrator,
        bot=user.bot,
        state=user.state,
        created_at=user.created_at,
        second_factor=user.second_factor_at is not None,
    )


def token(item: Token, username: str, bot_role: Role | None = None, secret: str | None = None) -> wire.AccessToken:
    return wire.AccessToken(
        id=item.id,
        kind=item.kind,
        name=item.name,
        description=item.description,
        scopes=sorted(scope.value for scope in item.scopes),
        role=role_name(bot_role),
        username=username,
        created_at=item.created_at,
        expires_at=item.expires_at,
        last_used_at=item.last_used_at,
        revoked_at=item.revoked_at,
        active=item.active(now_ms()),
        secret=secret,
    )
