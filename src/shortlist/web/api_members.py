"""Members and tokens of projects and groups: the same operations at two addresses."""

from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.http.endpoint import Call, Endpoint
from shortlist.identity import service as identity
from shortlist.identity import store as identity_store
from shortlist.identity import tokens as identity_tokens
from shortlist.identity.types import User
from shortlist.projects import access_tokens, members
from shortlist.projects.types import Member, NewAccessToken
from shortlist.web import people
from shortlist.web import wire_people as wire
from shortlist.web.people import GROUP, PROJECT, change, place_of, read, write


def list_members(call: Call, connection: Connection, _request: None) -> wire.MemberList:
    """List the members, with those of the groups above."""
    found = members.everybody(connection, place_of(call))
    known = identity_store.users_of(connection, [item.user_id for item in found])
    deploy_bots = {item.user_id for item in access_tokens.listed(connection, place_of(call), deploy=True)}
    shown = [item for item in found if known[item.user_id].state != "deleted" and item.user_id not in deploy_bots]
    return wire.MemberList([_member(known[item.user_id], item) for item in shown])


async def add_member(call: Call, request: wire.MemberAdd) -> wire.Member:
    """Add a member."""

    def work(connection: Connection) -> wire.Member:
        user = identity.find_user(connection, request.user)
        role = people.role(request.role)
        return _member(user, members.add(connection, call.author, place_of(call), user.id, role, request.expires_at))

    return await write(call, work)


async def change_member(call: Call, request: wire.MemberChange) -> wire.Member:
    """Change a member's role and expiry."""

    def work(connection: Connection) -> wire.Member:
        user = identity.get_user(connection, request.user)
        role = people.role(request.role)
        changed = members.change(connection, call.author, place_of(call), user.id, role, request.expires_at)
        return _member(user, changed)

    return await write(call, work)


async def remove_member(call: Call, request: wire.MemberPath) -> wire.Done:
    """Remove a member."""
    await write(call, lambda connection: members.remove(connection, call.author, place_of(call), request.user))
    return wire.Done()


class Tokens:
    """The operations on tokens: access tokens, or deploy tokens."""

    def __init__(self, *, deploy: bool) -> None:
        self._deploy = deploy

    def list_tokens(self, call: Call, connection: Connection, _request: None) -> wire.AccessTokenList:
        """List the tokens of a project or group."""
        place = place_of(call)
        found = access_tokens.listed(connection, place, deploy=self._deploy)
        names = identity.usernames(connection, {item.user_id for item in found})
        roles = access_tokens.roles(connection, place)
        shown = [people.token(item, names[item.user_id], roles.get(item.user_id)) for item in reversed(found)]
        return wire.AccessTokenList(shown)

    async def create_token(self, call: Call, request: wire.PlaceTokenCreate) -> wire.AccessToken:
        """Create a token of a project or group, with a bot of its own."""
        new = NewAccessToken(
            name=request.name,
            scopes=identity_tokens.parse_scopes(list(request.scopes)),
            role=people.role(request.role),
            expires_at=request.expires_at,
            description=request.description,
        )

        def work(connection: Connection) -> wire.AccessToken:
            place = place_of(call)
            made, secret = access_tokens.create(connection, call.author, place, new, deploy=self._deploy)
            bot = identity.get_user(connection, made.user_id)
            role = access_tokens.roles(connection, place).get(bot.id)
            return people.token(made, bot.username, role, secret)

        return await write(call, work)

    async def rotate_token(self, call: Call, request: wire.TokenRotate) -> wire.AccessToken:
        """Replace a token by a new one of the same bot."""

        def work(connection: Connection) -> wire.AccessToken:
            place = place_of(call)
            token = access_tokens.get(connection, place, request.token_id, deploy=self._deploy)
            made, secret = access_tokens.rotate(connection, call.author, place, token, request.expires_at)
            bot = identity.get_user(connection, made.user_id)
            role = access_tokens.roles(connection, place).get(bot.id)
            return people.token(made, bot.username, role, secret)

        return await write(call, work)

    async def revoke_token(self, call: Call, request: wire.TokenPath) -> wire.Done:
        """Revoke a token of a project or group."""

        def work(connection: Connection) -> None:
            place = place_of(call)
            token = access_tokens.get(connection, place, request.token_id, deploy=self._deploy)
            access_tokens.revoke(connection, call.author, place, token)

        await write(call, work)
        return wire.Done()


def _member(user: User, item: Member) -> wire.Member:
    return wire.Member(
        id=user.id,
        username=user.username,
        name=user.name,
        role=item.role.name.lower(),
        created_at=item.created_at,
        expires_at=item.expires_at,
        inherited_from=item.source,
        bot=user.bot,
    )


def _member_endpoints(place: str, reading: Action, writing: Action) -> tuple[Endpoint, ...]:
    one = f"{place}/members/{{user}}"
    return (
        read(f"{place}/members", reading, list_members, None, wire.MemberList),
        change(f"POST {place}/members", writing, add_member, wire.MemberAdd, wire.Member),
        change(f"PATCH {one}", writing, change_member, wire.MemberChange, wire.Member),
        change(f"DELETE {one}", writing, remove_member, wire.MemberPath, wire.Done),
    )


def _token_endpoints(place: str, reading: Action, writing: Action, *, deploy: bool) -> tuple[Endpoint, ...]:
    listed = f"{place}/{'deploy' if deploy else 'access'}-tokens"
    one = f"{listed}/{{token_id}}"
    tokens = Tokens(deploy=deploy)
    return (
        read(listed, reading, tokens.list_tokens, None, wire.AccessTokenList),
        change(f"POST {listed}", writing, tokens.create_token, wire.PlaceTokenCreate, wire.AccessToken),
        change(f"POST {one}/rotate", writing, tokens.rotate_token, wire.TokenRotate, wire.AccessToken),
        change(f"DELETE {one}", writing, tokens.revoke_token, wire.TokenPath, wire.Done),
    )


ENDPOINTS = (
    *_member_endpoints(PROJECT, Action.MEMBER_READ, Action.MEMBER_WRITE),
    *_member_endpoints(GROUP, Action.GROUP_MEMBER_READ, Action.GROUP_MEMBER_WRITE),
    *_token_endpoints(PROJECT, Action.TOKEN_READ, Action.TOKEN_WRITE, deploy=False),
    *_token_endpoints(PROJECT, Action.TOKEN_READ, Action.TOKEN_WRITE, deploy=True),
    *_token_endpoints(GROUP, Action.GROUP_TOKEN_READ, Action.GROUP_TOKEN_WRITE, deploy=False),
    *_token_endpoints(GROUP, Action.GROUP_TOKEN_READ, Action.GROUP_TOKEN_WRITE, deploy=True),
)
