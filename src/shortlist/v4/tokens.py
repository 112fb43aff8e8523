"""Personal access tokens: one's own, and those of everybody for administrators."""

import msgspec
from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.clock import now_ms
from shortlist.errors import NotFound
from shortlist.http.endpoint import Call
from shortlist.identity import accounts
from shortlist.identity import store as identity_store
from shortlist.identity import tokens as service
from shortlist.identity.types import Token
from shortlist.v4 import times
from shortlist.v4.operations import create, read, remove, write
from shortlist.v4.paging import Paged, cut
from shortlist.v4.surface import PREFIX


class AccessToken(msgspec.Struct):
    """A token without its secret; `token` is there in the answer that makes it, and never again."""

    id: int
    name: str
    description: str
    revoked: bool
    active: bool
    created_at: str | None
    scopes: list[str]
    user_id: int
    last_used_at: str | None
    expires_at: str | None
    access_level: int | msgspec.UnsetType = msgspec.UNSET
    token: str | msgspec.UnsetType = msgspec.UNSET


class TokenList(Paged, kw_only=True):
    user_id: int | None = None
    search: str = ""
    state: str = ""  # active, inactive
    revoked: bool | None = None


class TokenId(msgspec.Struct):
    token_id: int


class TokenRotate(msgspec.Struct):
    token_id: int
    expires_at: str | None = None


class SelfRotate(msgspec.Struct):
    expires_at: str | None = None


class TokenCreate(msgspec.Struct):
    name: str
    scopes: list[str]
    expires_at: str | None = None
    description: str | None = None


class UserTokenCreate(TokenCreate, kw_only=True):
    user: int


def shown(token: Token, secret: str | None = None, level: int | None = None) -> AccessToken:
    return AccessToken(
        id=token.id,
        name=token.name,
        description=token.description,
        revoked=token.revoked_at is not None,
        active=token.active(now_ms()),
        created_at=times.stamp(token.created_at),
        scopes=sorted(scope.value for scope in token.scopes),
        user_id=token.user_id,
        last_used_at=times.stamp(token.last_used_at),
        expires_at=times.day(token.expires_at),
        access_level=msgspec.UNSET if level is None else level,
        token=msgspec.UNSET if secret is None else secret,
    )


def matching(found: list[Token], request: TokenList) -> list[Token]:
    """Those that a list asks for."""
    now = now_ms()
    kept = [item for item in found if request.search.lower() in item.name.lower()]
    if request.state:
        kept = [item for item in kept if item.active(now) is (request.state == "active")]
    if request.revoked is not None:
        kept = [item for item in kept if (item.revoked_at is not None) is request.revoked]
    return kept


def list_tokens(call: Call, connection: Connection, request: TokenList) -> list[AccessToken]:
    """List personal access tokens: one's own, or everybody's for an administrator."""
    user_id = request.user_id if call.actor.administrator else call.actor.user_id
    found = matching(identity_store.tokens(connection, user_id, "personal"), request)
    return [shown(item) for item in cut(call, request, found)]


def get(call: Call, connection: Connection, request: TokenId) -> AccessToken:
    """Get a personal access token."""
    return shown(_own(call, connection, request.token_id))


def get_self(call: Call, connection: Connection, _request: None) -> AccessToken:
    """Get the token that this request was made with."""
    return shown(_presented(call, connection))


async def rotate(call: Call, request: TokenRotate) -> AccessToken:
    """Replace a personal access token by a new one of the same name and scopes."""
    expires_at = times.parse_day(request.expires_at)

    def work(connection: Connection) -> AccessToken:
        token = _own(call, connection, request.token_id)
        return shown(*service.rotate(connection, call.author, token, expires_at))

    return await write(call, work)


async def rotate_self(call: Call, request: SelfRotate) -> AccessToken:
    """Replace the token that this request was made with."""
    expires_at = times.parse_day(request.expires_at)

    def work(connection: Connection) -> AccessToken:
        return shown(*service.rotate(connection, call.author, _presented(call, connection), expires_at))

    return await write(call, work)


async def revoke(call: Call, request: TokenId) -> None:
    """Revoke a personal access token."""
    await write(
        call,
        lambda connection: service.revoke(connection, call.author, _own(call, connection, request.token_id)),
    )


async def revoke_self(call: Call, _request: None) -> None:
    """Revoke the token that this request was made with."""
    await write(call, lambda connection: service.revoke(connection, call.author, _presented(call, connection)))


async def create_for_user(call: Call, request: UserTokenCreate) -> AccessToken:
    """Create a personal access token for a user."""
    new = new_token(request)

    def work(connection: Connection) -> AccessToken:
        user = accounts.get(connection, request.user)
        return shown(*service.issue(connection, call.author, user.id, new))

    return await write(call, work)


def new_token(request: TokenCreate) -> service.NewToken:
    return service.NewToken(
        name=request.name,
        scopes=service.parse_scopes(request.scopes),
        expires_at=times.parse_day(request.expires_at),
        description=request.description or "",
    )


def _own(call: Call, connection: Connection, token_id: int) -> Token:
    found = service.get(connection, token_id)
    mine = found.user_id == call.actor.user_id or call.actor.administrator
    if found.kind != "personal" or not mine:
        raise service.not_found(token_id)
    return found


def _presented(call: Call, connection: Connection) -> Token:
    if call.actor.token_id is None:
        raise NotFound("This request was made without a token.", field="token")
    return service.get(connection, call.actor.token_id)


_TOKENS = f"{PREFIX}/personal_access_tokens"
_TOKEN = f"{_TOKENS}/{{token_id}}"

ENDPOINTS = (
    read(_TOKENS, Action.SELF_READ, list_tokens, TokenList, list[AccessToken]),
    read(f"{_TOKENS}/self", Action.SELF_READ, get_self, response=AccessToken),
    read(_TOKEN, Action.SELF_READ, get, TokenId, AccessToken),
    create(f"{_TOKENS}/self/rotate", Action.SELF_WRITE, rotate_self, SelfRotate, AccessToken),
    create(f"{_TOKEN}/rotate", Action.SELF_WRITE, rotate, TokenRotate, AccessToken),
    remove(f"{_TOKENS}/self", Action.SELF_WRITE, revoke_self),
    remove(_TOKEN, Action.SELF_WRITE, revoke, TokenId),
    create(
        f"{PREFIX}/users/{{user}}/personal_access_tokens",
        Action.ADMIN_WRITE,
        create_for_user,
        UserTokenCreate,
        AccessToken,
    ),
)
