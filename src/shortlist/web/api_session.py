"""Signing in and out, and who is signed in."""

import asyncio

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from shortlist.access.actions import Action
from shortlist.access.scope import Actor, Author
from shortlist.errors import InvalidValue, SecondFactorNeeded, Unauthenticated
from shortlist.http.body import RequestDecoder, read_body
from shortlist.http.endpoint import Call, Endpoint, Mode
from shortlist.http.resolver import SESSION_COOKIE, parse_authorization
from shortlist.http.security import csrf_token
from shortlist.identity import passwords, second_factor
from shortlist.identity import service as identity
from shortlist.identity.types import User
from shortlist.projects import service as projects
from shortlist.web import session, translate, wire
from shortlist.web.surface import PREFIX, SURFACE

_MAX_BODY = 16_384
_decoder = RequestDecoder(wire.SignIn, "")


async def get(call: Call, _request: None) -> wire.Session:
    """Tell who is signed in."""
    return session.current(call)


async def sign_in(call: Call, request: Request) -> Response:
    """Sign in with a username and a password, and a code where the account has a second factor."""
    given = await _read(call, request)
    async with call.services.sign_in_limits.turn(given.login, call.address):
        user = await _known_by_password(call, given)
    secret = await _opened(call, user, given.code)
    call.services.sign_in_limits.succeeded(given.login)
    actor = Actor(user_id=user.id, username=user.username, name=user.name, administrator=user.administrator)
    answer = wire.Session(translate.user(actor), csrf_token(secret), session.VERSION)
    response = Response(SURFACE.encode(answer), media_type="application/json")
    session.give_cookie(call, response, secret)
    return response


async def _known_by_password(call: Call, given: wire.SignIn) -> User:
    """Raises Unauthenticated: the username or the password is wrong; with the same work and answer for either."""
    limits = call.services.sign_in_limits
    limits.check(given.login, call.address)
    user, stored = await call.services.database.read(
        lambda connection: identity.stored_password(connection, given.login)
    )
    matches = await asyncio.to_thread(passwords.verify, stored, given.password)
    if user is None or not matches:
        limits.failed(given.login, call.address)
        raise Unauthenticated("The username or the password is wrong.", field="login")
    return user


async def _opened(call: Call, user: User, code: str) -> str:
    """The secret of a new session, for a code if the account needs one, which is used up with it.

    Raises:
        SecondFactorNeeded: the code is missing or wrong. RateLimited: too many codes were tried.
    """
    author = Author(projects.actor_of(user), call.address)
    factor, guesses = user.second_factor_at is not None, call.services.code_guesses
    if factor and not code.strip():
        raise SecondFactorNeeded("Enter a code of the account's second factor.", field="code")

    def opened(connection: Connection) -> str:
        return identity.open_session(connection, user.id, call.headers.get("user-agent", ""), call.address)

    def opened_by_code(connection: Connection) -> str | None:
        return opened(connection) if second_factor.accept(connection, author, user, code) else None

    if not factor:
        return await call.services.database.write(opened)
    async with guesses.turn(user.username):
        guesses.check(user.username)
        secret = await call.services.database.write(opened_by_code)
        if secret is None:
            guesses.failed(user.username)
            raise SecondFactorNeeded("The code is wrong, or was used already.", field="code")
        guesses.succeeded(user.username)
        return secret


async def _read(call: Call, request: Request) -> wire.SignIn:
    if not call.headers.get("content-type", "").startswith("application/json"):
        raise InvalidValue("The Content-Type must be application/json.", field="Content-Type")
    return _decoder.from_json(await read_body(request.receive, call.headers, _MAX_BODY), {})


async def sign_out(call: Call, _request: Request) -> Response:
    """Sign out: the session ends, and its cookie goes."""
    secret = parse_authorization(call.headers).session
    if secret is not None:
        await call.services.database.write(lambda connection: identity.close_session(connection, secret))
        call.services.resolver.forget()
    response = Response(SURFACE.encode(session.anonymous()), media_type="application/json")
    response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax")
    return response


def _session(method: str, mode: Mode, handler: object, request: type[wire.SignIn] | None = None) -> Endpoint:
    return Endpoint(
        method=method,
        path=f"{PREFIX}/session",
        action=Action.SERVER_PUBLIC,
        mode=mode,
        handler=handler,  # pyright: ignore[reportArgumentType] - one of the two kinds, by its mode
        request=request,
        response=wire.Session,
        tags=("session",),
    )


ENDPOINTS = (
    _session("GET", Mode.ASYNC, get),
    _session("POST", Mode.STREAM, sign_in, wire.SignIn),
    _session("DELETE", Mode.STREAM, sign_out),
)
