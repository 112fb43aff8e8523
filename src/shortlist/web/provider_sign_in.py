"""Signing in with a provider: the way there, the way back, and linking an identity to one's own account."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shortlist.access.actions import Action
from shortlist.access.roles import Credential
from shortlist.access.scope import SERVER, Author
from shortlist.errors import NotFound, PermissionDenied, Unavailable
from shortlist.http.endpoint import Call, Endpoint, Mode, StreamHandler
from shortlist.http.resolver import parse_authorization
from shortlist.identity import service as identity
from shortlist.logs import get_logger
from shortlist.sign_in import admission, attempts
from shortlist.sign_in.attempts import Attempt
from shortlist.sign_in.provider import CALLBACK, Answer, Provider
from shortlist.sign_in.types import SENTENCES, Problem, SignInFailed
from shortlist.web import session
from shortlist.web import wire_people as people
from shortlist.web import wire_sign_in as wire
from shortlist.web.people import change, read, write

_log = get_logger(__name__)

COOKIE = "shortlist_sign_in"
_PATH = "/users/auth"
_SIGN_IN = "/users/sign_in"
_ACCOUNT = "/-/profile/account"
_IN_A_BROWSER = "This is done in the browser; sign in to do so."


def options(providers: Sequence[Provider], problem: str = "") -> wire.SignInOptions:
    return wire.SignInOptions([wire.SignInProvider(item.settings.name, item.label) for item in providers], problem)


def current_options(call: Call, query: Mapping[str, Sequence[str]]) -> wire.SignInOptions:
    """What the sign-in page at an address with this query shows."""
    return options(call.services.providers.all(), problem_of(call, query))


def problem_of(call: Call, query: Mapping[str, Sequence[str]]) -> str:
    """The sentence for the problem that an address names. It is one of ours, whatever somebody writes there."""
    word, name = (query.get(key, [""])[0] for key in ("problem", "provider"))
    return _sentence(call, word, name)


def list_options(call: Call, _connection: Connection, request: wire.SignInQuery) -> wire.SignInOptions:
    """Tell which providers one can sign in with."""
    return options(call.services.providers.all(), _sentence(call, request.problem, request.provider))


async def start(call: Call, request: Request) -> Response:
    """Go to a provider to sign in there."""
    provider = call.services.providers.get(call.path["provider"])
    back = attempts.safe_return(request.query_params.get("return_to", ""))
    attempt = attempts.begin(provider.settings.name, back)
    try:
        response = RedirectResponse(await provider.address(attempt), 303)
    except SignInFailed as error:
        return _failed(call, provider, attempt, error)
    _keep(call, response, attempt)
    return response


async def link(call: Call, request: wire.LinkBegin) -> wire.Leave:
    """Begin to link an identity at a provider to one's own account; the browser goes to the answered address."""
    provider = call.services.providers.get(request.provider)
    secret = parse_authorization(call.headers).session
    if secret is None or call.actor.credential is not Credential.SESSION:
        raise PermissionDenied(_IN_A_BROWSER)
    attempt = attempts.begin(provider.settings.name, _ACCOUNT, secret)
    try:
        url = await provider.address(attempt)
    except SignInFailed as error:
        raise Unavailable(SENTENCES[error.problem].format(label=provider.label)) from None
    carrier = Response()
    _keep(call, carrier, attempt)
    call.add_header("set-cookie", carrier.headers["set-cookie"])
    return wire.Leave(url)


async def come_back(call: Call, request: Request) -> Response:
    """Come back from a provider: signed in, linked, or told why not."""
    provider = call.services.providers.get(call.path["provider"])
    given = request.query_params
    attempt = attempts.read(request.cookies.get(COOKIE, ""))
    try:
        if attempt is None or not attempt.is_answered_by(provider.settings.name, given.get("state", "")):
            raise SignInFailed(Problem.STALE, "the answer belongs to no attempt of this browser")
        answer = Answer(given.get("code", ""), given.get("error", ""), given.get("iss", ""))
        finish = _link if attempt.link else _sign_in
        response = await finish(call, provider, attempt, answer)
    except SignInFailed as error:
        response = _failed(call, provider, attempt, error)
    response.delete_cookie(COOKIE, path=_PATH, httponly=True, samesite="lax", secure=session.secure(call))
    return response


async def unlink(call: Call, request: wire.IdentityPath) -> people.Done:
    """Take a linked identity from one's own account."""
    usable = frozenset(provider.settings.issuer for provider in call.services.providers.all())

    def work(connection: Connection) -> None:
        admission.unlink(connection, call.author, request.identity, usable)
        # After the identity was found: what is not there is not there for a token either.
        if call.actor.credential is not Credential.SESSION:
            raise PermissionDenied(_IN_A_BROWSER)

    await write(call, work)
    return people.Done()


async def _sign_in(call: Call, provider: Provider, attempt: Attempt, answer: Answer) -> Response:
    person = await provider.person(answer, attempt)
    author = Author(SERVER.actor, call.address)
    agent = call.headers.get("user-agent", "")

    def work(connection: Connection) -> str:
        user = admission.admit(connection, author, provider.settings, person)
        return identity.open_session(connection, user.id, agent, call.address)

    secret = await write(call, work)
    response = RedirectResponse(attempts.safe_return(attempt.return_to), 303)
    session.give_cookie(call, response, secret)
    return response


async def _link(call: Call, provider: Provider, attempt: Attempt, answer: Answer) -> Response:
    """The same session that asked must come back: a link that somebody else began would let them in."""
    secret = parse_authorization(call.headers).session
    if secret is None or call.actor.user_id is None or not attempt.links_for(secret):
        raise SignInFailed(Problem.STALE, "another session asked for this link")
    person = await provider.person(answer, attempt)
    await write(call, lambda connection: admission.link(connection, call.author, provider.settings, person))
    return RedirectResponse(_ACCOUNT, 303)


def _keep(call: Call, response: Response, attempt: Attempt) -> None:
    response.set_cookie(
        COOKIE,
        attempts.write(attempt),
        max_age=attempts.LIFETIME_MS // 1000,
        path=_PATH,
        httponly=True,
        secure=session.secure(call),
        samesite="lax",
    )


def _failed(call: Call, provider: Provider, attempt: Attempt | None, error: SignInFailed) -> Response:
    """To the page that the attempt began at, with a word for what went wrong; the log has the rest."""
    name, problem = provider.settings.name, error.problem
    _log.warning("sign-in with a provider failed", provider=name, problem=problem.value, reason=error.message)
    query = {"problem": problem.value, "provider": name}
    if attempt is not None and attempt.link and call.actor.user_id is not None:
        return RedirectResponse(f"{_ACCOUNT}?{urlencode(query)}", 303)
    back = "/" if attempt is None else attempts.safe_return(attempt.return_to)
    if back != "/":
        query["return_to"] = back
    return RedirectResponse(f"{_SIGN_IN}?{urlencode(query)}", 303)


def _sentence(call: Call, word: str, name: str) -> str:
    try:
        provider = call.services.providers.get(name)
        return SENTENCES[Problem(word)].format(label=provider.label)
    except (NotFound, ValueError):
        return ""


def _page(path: str, handler: StreamHandler) -> Endpoint:
    return Endpoint(
        method="GET", path=path, action=Action.SERVER_PUBLIC, mode=Mode.STREAM, handler=handler, tags=("pages",)
    )


PAGES = (_page(f"{_PATH}/{{provider}}", start), _page(CALLBACK.format(name="{provider}"), come_back))
ENDPOINTS = (
    read("/sign-in", Action.SERVER_PUBLIC, list_options, wire.SignInQuery, wire.SignInOptions),
    change("POST /account/identities", Action.SELF_WRITE, link, wire.LinkBegin, wire.Leave),
    change("DELETE /account/identities/{identity}", Action.SELF_WRITE, unlink, wire.IdentityPath, people.Done),
)
