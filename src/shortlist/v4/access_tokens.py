"""Access tokens and deploy tokens of projects and groups: the same operations at two addresses."""

import msgspec
from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.access.roles import Role
from shortlist.clock import now_ms
from shortlist.http.endpoint import Call, Endpoint
from shortlist.identity import store as identity_store
from shortlist.identity import tokens as identity_tokens
from shortlist.identity.types import Token
from shortlist.projects import access_tokens as service
from shortlist.projects.types import NewAccessToken
from shortlist.v4 import levels, times
from shortlist.v4.members import place_of
from shortlist.v4.operations import create, read, remove, write
from shortlist.v4.paging import Paged, cut
from shortlist.v4.surface import GROUP, PREFIX, PROJECT
from shortlist.v4.tokens import AccessToken, TokenCreate, TokenId, TokenList, TokenRotate, matching, shown


class AccessTokenCreate(TokenCreate, kw_only=True):
    access_level: int = Role.MAINTAINER


class DeployToken(msgspec.Struct):
    id: int
    name: str
    username: str
    expires_at: str | None
    scopes: list[str]
    revoked: bool
    expired: bool
    token: str | msgspec.UnsetType = msgspec.UNSET


class DeployTokenCreate(msgspec.Struct):
    name: str
    scopes: list[str]
    expires_at: str | None = None


class DeployTokenList(Paged, kw_only=True):
    active: bool | None = None


def list_tokens(call: Call, connection: Connection, request: TokenList) -> list[AccessToken]:
    """List access tokens."""
    place = place_of(call)
    found = matching(service.listed(connection, place), request)
    roles = service.roles(connection, place)
    return [shown(item, level=roles.get(item.user_id)) for item in cut(call, request, found)]


def get(call: Call, connection: Connection, request: TokenId) -> AccessToken:
    """Get an access token."""
    place = place_of(call)
    found = service.get(connection, place, request.token_id)
    return shown(found, level=service.roles(connection, place).get(found.user_id))


async def create_token(call: Call, request: AccessTokenCreate) -> AccessToken:
    """Create an access token, with a bot of its own."""
    new = NewAccessToken(
        name=request.name,
        scopes=identity_tokens.parse_scopes(request.scopes),
        role=levels.role(request.access_level),
        expires_at=times.parse_day(request.expires_at),
        description=request.description or "",
    )

    def work(connection: Connection) -> AccessToken:
        made, secret = service.create(connection, call.author, place_of(call), new)
        return shown(made, secret, new.role)

    return await write(call, work)


async def rotate(call: Call, request: TokenRotate) -> AccessToken:
    """Replace an access token by a new one of the same bot."""
    expires_at = times.parse_day(request.expires_at)

    def work(connection: Connection) -> AccessToken:
        place = place_of(call)
        token = service.get(connection, place, request.token_id)
        made, secret = service.rotate(connection, call.author, place, token, expires_at)
        return shown(made, secret, service.roles(connection, place).get(made.user_id))

    return await write(call, work)


async def revoke(call: Call, request: TokenId) -> None:
    """Revoke an access token."""
    await _revoke(call, request.token_id, deploy=False)


def list_deploy(call: Call, connection: Connection, request: DeployTokenList) -> list[DeployToken]:
    """List deploy tokens."""
    found = service.listed(connection, place_of(call), deploy=True)
    return _deploy_page(call, connection, request, found)


def list_all_deploy(call: Call, connection: Connection, request: DeployTokenList) -> list[DeployToken]:
    """List the deploy tokens of every project and group."""
    return _deploy_page(call, connection, request, identity_store.tokens(connection, kind="deploy"))


def _deploy_page(
    call: Call, connection: Connection, request: DeployTokenList, found: list[Token]
) -> list[DeployToken]:
    now = now_ms()
    kept = [item for item in found if request.active is None or item.active(now) is request.active]
    return [_deploy(connection, item) for item in cut(call, request, kept)]


def get_deploy(call: Call, connection: Connection, request: TokenId) -> DeployToken:
    """Get a deploy token."""
    return _deploy(connection, service.get(connection, place_of(call), request.token_id, deploy=True))


async def create_deploy(call: Call, request: DeployTokenCreate) -> DeployToken:
    """Create a deploy token, for packages only."""
    new = NewAccessToken(
        name=request.name,
        scopes=identity_tokens.parse_scopes(request.scopes),
        expires_at=times.parse_day(request.expires_at),
    )

    def work(connection: Connection) -> DeployToken:
        made, secret = service.create(connection, call.author, place_of(call), new, deploy=True)
        return _deploy(connection, made, secret)

    return await write(call, work)


async def revoke_deploy(call: Call, request: TokenId) -> None:
    """Revoke a deploy token."""
    await _revoke(call, request.token_id, deploy=True)


async def _revoke(call: Call, token_id: int, *, deploy: bool) -> None:
    def work(connection: Connection) -> None:
        place = place_of(call)
        service.revoke(connection, call.author, place, service.get(connection, place, token_id, deploy=deploy))

    await write(call, work)


def _deploy(connection: Connection, token: Token, secret: str | None = None) -> DeployToken:
    ended = token.expires_at is not None and token.expires_at <= now_ms()
    return DeployToken(
        id=token.id,
        name=token.name,
        username=identity_store.usernames(connection, [token.user_id])[token.user_id],
        expires_at=times.stamp(token.expires_at),
        scopes=sorted(scope.value for scope in token.scopes),
        revoked=token.revoked_at is not None,
        expired=ended,
        token=msgspec.UNSET if secret is None else secret,
    )


def _endpoints(place: str, reading: Action, writing: Action) -> tuple[Endpoint, ...]:
    tokens, one = f"{place}/access_tokens", f"{place}/access_tokens/{{token_id}}"
    deploys, deploy = f"{place}/deploy_tokens", f"{place}/deploy_tokens/{{token_id}}"
    return (
        read(tokens, reading, list_tokens, TokenList, list[AccessToken]),
        read(one, reading, get, TokenId, AccessToken),
        create(tokens, writing, create_token, AccessTokenCreate, AccessToken),
        create(f"{one}/rotate", writing, rotate, TokenRotate, AccessToken),
        remove(one, writing, revoke, TokenId),
        read(deploys, reading, list_deploy, DeployTokenList, list[DeployToken]),
        read(deploy, reading, get_deploy, TokenId, DeployToken),
        create(deploys, writing, create_deploy, DeployTokenCreate, DeployToken),
        remove(deploy, writing, revoke_deploy, TokenId),
    )


ENDPOINTS = (
    *_endpoints(PROJECT, Action.TOKEN_READ, Action.TOKEN_WRITE),
    *_endpoints(GROUP, Action.GROUP_TOKEN_READ, Action.GROUP_TOKEN_WRITE),
    read(f"{PREFIX}/deploy_tokens", Action.ADMIN_READ, list_all_deploy, DeployTokenList, list[DeployToken]),
)
