"""The session as pages and the API show it."""

from shortlist import __version__
from shortlist.access.resolver import parse_authorization
from shortlist.http.endpoint import Call
from shortlist.http.security import csrf_token
from shortlist.web import translate, wire


def current(call: Call) -> wire.Session:
    """Who is signed in, with the token that changes by cookie must carry."""
    secret = parse_authorization(call.headers).session
    token = csrf_token(secret) if secret is not None and call.actor.user_id is not None else ""
    return wire.Session(translate.user(call.actor), token, __version__)


def anonymous() -> wire.Session:
    return wire.Session(None, "", __version__)
