"""One's own account: profile, password, sessions, personal access tokens."""

import asyncio

from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.access.roles import Credential
from shortlist.errors import PermissionDenied
from shortlist.http.endpoint import Call, Endpoint
from shortlist.identity import accounts, passwords, tokens
from shortlist.identity import service as identity
from shortlist.identity import store as identity_store
from shortlist.identity.types import Token, User
from shortlist.web import own_password, people
from shortlist.web import wire_people as wire
from shortlist.web.people import change, read, write


def get(call: Call, connection: Connection, _request: None) -> wire.Account:
    """Get one's own account."""
    return people.account(_self(call, connection))


async def edit(call: Call, request: wire.AccountChange) -> wire.Account:
    """Change one's own name and email address."""
    call.services.providers.check_own_email(request.email)
    new = accounts.AccountChange(name=request.name, email=request.email)
    return await write(
        call,
        lambda connection: people.account(accounts.change(connection, call.author, _self(call, connection), new)),
    )


async def change_password(call: Call, request: wire.PasswordChange) -> wire.Done:
    """Change one's own password, which ends all other sessions."""
    await own_password.check(call, request.current_password)
    passwords.check_strength(request.new_password)
    hashed = await asyncio.to_thread(passwords.hash_password, request.new_password)
    new = accounts.AccountChange(password_hash=hashed)
    await write(call, lambda connection: accounts.change(connection, call.author, _self(call, connection), new))
    return wire.Done()


def list_sessions(call: Call, connection: Connection, _request: None) -> wire.SessionList:
    """List one's own browser sessions."""
    return wire.SessionList(
        [
            wire.BrowserSession(
                id=item.id,
                created_at=item.created_at,
                last_seen_at=item.last_seen_at,
                expires_at=item.expires_at,
                user_agent=item.user_agent,
                address=item.address,
                current=item.id == call.actor.session_id,
            )
            for item in accounts.sessions(connection, call.actor.user_id or 0)
        ]
    )


async def end_session(call: Call, request: wire.SessionPath) -> wire.Done:
    """End one of one's own sessions."""
    await write(
        call,
        lambda connection: accounts.end_session(connection, call.author, _self(call, connection), request.session_id),
    )
    return wire.Done()


async def end_other_sessions(call: Call, _request: None) -> wire.Ended:
    """Sign out everywhere else."""
    ended = await write(
        call,
        lambda connection: accounts.end_sessions(
            connection, call.author, _self(call, connection), call.actor.session_id
        ),
    )
    return wire.Ended(ended)


def list_tokens(call: Call, connection: Connection, _request: None) -> wire.AccessTokenList:
    """List one's own personal access tokens."""
    found = identity_store.tokens(connection, call.actor.user_id, "personal")
    return wire.AccessTokenList([people.token(item, call.actor.username) for item in reversed(found)])


async def create_token(call: Call, request: wire.TokenCreate) -> wire.AccessToken:
    """Create a personal access token."""
    # A token that could make others would outlive its own revocation.
    if call.actor.credential is Credential.TOKEN:
        raise PermissionDenied("A token cannot create another; sign in to do so.")
    new = tokens.NewToken(
        name=request.name,
        scopes=tokens.parse_scopes(list(request.scopes)),
        expires_at=request.expires_at,
        description=request.description,
    )

    def work(connection: Connection) -> wire.AccessToken:
        made, secret = tokens.issue(connection, call.author, call.actor.user_id or 0, new)
        return people.token(made, call.actor.username, secret=secret)

    return await write(call, work)


async def rotate_token(call: Call, request: wire.TokenRotate) -> wire.AccessToken:
    """Replace a personal access token by a new one of the same name and scopes."""

    def work(connection: Connection) -> wire.AccessToken:
        token = _own_token(call, connection, request.token_id)
        made, secret = tokens.rotate(connection, call.author, token, request.expires_at)
        return people.token(made, call.actor.username, secret=secret)

    return await write(call, work)


async def revoke_token(call: Call, request: wire.TokenPath) -> wire.Done:
    """Revoke a personal access token."""
    await write(
        call,
        lambda connection: tokens.revoke(connection, call.author, _own_token(call, connection, request.token_id)),
    )
    return wire.Done()


def _self(call: Call, connection: Connection) -> User:
    return identity.get_user(connection, call.actor.user_id or 0)


def _own_token(call: Call, connection: Connection, token_id: int) -> Token:
    found = tokens.get(connection, token_id)
    if found.user_id != call.actor.user_id or found.kind != "personal":
        raise tokens.not_found(token_id)
    return found


_READ, _WRITE = Action.SELF_READ, Action.SELF_WRITE
_TOKEN = "/account/tokens/{token_id}"  # noqa: S105 - an address


ENDPOINTS: tuple[Endpoint, ...] = (
    read("/account", _READ, get, None, wire.Account),
    change("PATCH /account", _WRITE, edit, wire.AccountChange, wire.Account),
    change("POST /account/password", _WRITE, change_password, wire.PasswordChange, wire.Done),
    read("/account/sessions", _READ, list_sessions, None, wire.SessionList),
    change("DELETE /account/sessions", _WRITE, end_other_sessions, None, wire.Ended),
    change("DELETE /account/sessions/{session_id}", _WRITE, end_session, wire.SessionPath, wire.Done),
    read("/account/tokens", _READ, list_tokens, None, wire.AccessTokenList),
    change("POST /account/tokens", _WRITE, create_token, wire.TokenCreate, wire.AccessToken),
    change(f"POST {_TOKEN}/rotate", _WRITE, rotate_token, wire.TokenRotate, wire.AccessToken),
    change(f"DELETE {_TOKEN}", _WRITE, revoke_token, wire.TokenPath, wire.Done),
)
