"""Access tokens and deploy tokens of projects and groups. Each has a bot of its own, whose membership is its right."""

import secrets

from sqlalchemy import Connection

from shortlist.access.roles import Role
from shortlist.access.scope import Author, GroupFacts, ProjectFacts
from shortlist.clock import now_ms
from shortlist.errors import NotFound
from shortlist.identity import accounts, tokens
from shortlist.identity import store as identity_store
from shortlist.identity.types import Token
from shortlist.projects import members, store_members
from shortlist.projects.types import NewAccessToken

Place = ProjectFacts | GroupFacts


def listed(connection: Connection, place: Place, *, deploy: bool = False) -> list[Token]:
    """The tokens of a project or group, by id, ended ones included."""
    return identity_store.tokens_of_place(connection, [_kind(place, deploy=deploy)], **_key(place))


def get(connection: Connection, place: Place, token_id: int, *, deploy: bool = False) -> Token:
    """Raises NotFound: it is not a token of this project or group, whatever else it is."""
    found = identity_store.token_by_id(connection, token_id)
    key = _key(place)
    if found is None or found.kind != _kind(place, deploy=deploy):
        raise tokens.not_found(token_id)
    if found.project_id != key.get("project_id") or found.group_id != key.get("group_id"):
        raise tokens.not_found(token_id)
    return found


def roles(connection: Connection, place: Place) -> dict[int, Role]:
    """The role of each bot in the place, by user."""
    return {item.user_id: item.role for item in store_members.members(connection, **_key(place))}


def create(
    connection: Connection, author: Author, place: Place, new: NewAccessToken, *, deploy: bool = False
) -> tuple[Token, str]:
    """Issue a token with a bot of its own; returns it with its secret, which is not stored.

    Raises:
        InvalidValue: as `tokens.issue`. PermissionDenied: a role above the author's own.
    """
    asked = tokens.NewToken(
        name=new.name,
        scopes=new.scopes,
        expires_at=new.expires_at,
        description=new.description,
        kind=_kind(place, deploy=deploy),
        project_id=_key(place).get("project_id"),
        group_id=_key(place).get("group_id"),
    )
    tokens.check(asked)
    # A deploy token's scopes reach packages only, whatever its bot's role.
    role = Role.MAINTAINER if deploy else new.role
    members.check_own_role(author, place, role)
    bot = make_bot(connection, place, new.name.strip())
    values = {**_key(place), "user_id": bot, "role": role, "created_at": now_ms(), "expires_at": None}
    store_members.put(connection, values)
    return tokens.issue(connection, author, bot, asked)


def rotate(
    connection: Connection, author: Author, place: Place, token: Token, expires_at: int | None = None
) -> tuple[Token, str]:
    """Replace a token by another of the same bot. Raises as `tokens.rotate`, PermissionDenied as `create`."""
    _check_role(connection, author, place, token)
    return tokens.rotate(connection, author, token, expires_at)


def revoke(connection: Connection, author: Author, place: Place, token: Token) -> None:
    """End a token, and its bot with it; the bot's work stays under its name.

    Raises:
        NotFound: it has ended already. PermissionDenied: its bot's role is above the author's own.
    """
    if token.revoked_at is not None:
        raise NotFound("The token has been revoked already.", field="token_id")
    _check_role(connection, author, place, token)
    tokens.revoke(connection, author, token)
    store_members.remove_everywhere(connection, token.user_id)
    accounts.erase(connection, token.user_id)


def _check_role(connection: Connection, author: Author, place: Place, token: Token) -> None:
    role = roles(connection, place).get(token.user_id)
    if role is not None:
        members.check_own_role(author, place, role)


def make_bot(connection: Connection, place: Place, name: str) -> int:
    """The id of a new user that stands for an automation of the place. It has no role yet."""
    word = "project" if isinstance(place, ProjectFacts) else "group"
    made = identity_store.add_user(
        connection,
        {
            "username": f"{word}_{place.id}_bot_{secrets.token_hex(8)}",
            "name": name,
            "administrator": False,
            "bot": True,
            "state": "active",
            "created_at": now_ms(),
        },
    )
    if made is None:
        raise RuntimeError("two bots drew the same 64 bits")
    return made


def _kind(place: Place, *, deploy: bool) -> str:
    if deploy:
        return "deploy"
    return "project" if isinstance(place, ProjectFacts) else "group"


def _key(place: Place) -> dict[str, int]:
    return {"project_id": place.id} if isinstance(place, ProjectFacts) else {"group_id": place.id}
