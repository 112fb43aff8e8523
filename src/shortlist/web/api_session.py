"""Signing in and out, and who is signed in."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from shortlist.access.actions import Action
from shortlist.access.scope import Actor
from shortlist.errors import InvalidValue, Unauthenticated
from shortlist.http.body import RequestDecoder, read_body
from shortlist.http.endpoint import Call, Endpoint, Mode
from shortlist.http.resolver import SESSION_COOKIE, parse_authorization
from shortlist.http.security import csrf_token
from shortlist.identity import passwords
from shortlist.identity import service as identity
from shortlist.web import session, translate, wire
from shortlist.web.surface import PREFIX, SURFACE

_MAX_BODY = 16_384
_decoder = RequestDecoder(wire.SignIn, "")


async def get(call: Call, _request: None) -> wire.Session:
    """Tell who is signed in."""
    return session.current(call)


async def sign_in(call: Call, request: Request) -> Response:
    """Sign in with a username and a password."""
    given = await _read(call, request)
    address = call.address
    limits = call.services.sign_in_limits
    limits.check(given.login, address)
    user, stored = await call.services.database.read(
        lambda connection: identity.stored_password(connection, given.login)
    )
    # The same work and the same answer whether the user or only the password is wrong.
    matches = await asyncio.to_thread(passwords.verify, stored, given.password)
    if user is None or not matches:
        limits.failed(given.login, address)
        raise Unauthenticated("The username or the password is wrong.", field="login")
    limits.succeeded(given.login)
    agent = call.headers.get("user-agent", "")
    secret = await call.services.database.write(
        lambda connection: identity.open_session(connection, user.id, agent, address)
    )
    actor = Actor(user_id=user.id, username=user.username, name=user.name, administrator=user.administrator)
    answer = wire.Session(translate.user(actor), csrf_token(secret), session.VERSION)
    response = Response(SURFACE.encode(answer), media_type="application/json")
    response.set_cookie(
        SESSION_COOKIE,
        secret,
        max_age=identity.SESSION_MILLISECONDS // 1000,
        httponly=True,
        secure=call.base_url.startswith("https:"),
        samesite="lax",
    )
    return response


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
