"""The session as pages and the API show it, and its cookie."""

from starlette.responses import Response

from shortlist import __version__
from shortlist.http.endpoint import Call
from shortlist.http.resolver import SESSION_COOKIE, parse_authorization
from shortlist.http.security import csrf_token
from shortlist.identity import service as identity
from shortlist.web import translate, wire

VERSION = __version__


def current(call: Call) -> wire.Session:
    """Who is signed in, with the token that changes by cookie must carry."""
    secret = parse_authorization(call.headers).session
    token = csrf_token(secret) if secret is not None and call.actor.user_id is not None else ""
    return wire.Session(translate.user(call.actor), token, VERSION)


def anonymous() -> wire.Session:
    return wire.Session(None, "", VERSION)


def give_cookie(call: Call, response: Response, secret: str) -> None:
    response.set_cookie(
        SESSION_COOKIE,
        secret,
        max_age=identity.SESSION_MILLISECONDS // 1000,
        httponly=True,
        secure=secure(call),
        samesite="lax",
    )


def secure(call: Call) -> bool:
    """Whether cookies are for encrypted connections only."""
    return call.base_url.startswith("https:")
