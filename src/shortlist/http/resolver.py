"""Who is calling and what is their role: asked of the database once, and remembered for a moment.

The hot path asks this for every request, so answers are kept for two seconds. That is how long a revoked token or a
changed role may go on working in another server process; in this one `forget` makes it immediate.
"""

import asyncio
import base64
import binascii
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import Connection

from shortlist.access.roles import Credential
from shortlist.access.scope import Actor, GroupFacts, ProjectFacts
from shortlist.clock import now_ms
from shortlist.connected.job_tokens import JobTokens
from shortlist.db.database import Database
from shortlist.errors import NotFound, SecondFactorNeeded, Unauthenticated, Unavailable
from shortlist.identity import keys, passwords, store
from shortlist.identity import service as identity
from shortlist.identity.rate_limit import SignInLimits
from shortlist.identity.types import User
from shortlist.projects import groups
from shortlist.projects import service as projects
from shortlist.projects import store as projects_store
from shortlist.provenance import tokens
from shortlist.provenance.verifier import Verifier

SESSION_COOKIE = "shortlist_session"
DEFAULT_PROJECT_ID = 1

_TTL_SECONDS = 2.0
_MAX_ENTRIES = 4096
_MINUTE = 60_000
_TOUCH_AFTER = 60 * _MINUTE

# What GitLab's clients send, by the kind of token that they believe to have.
_JOB_HEADER, _JOB_LOGIN, _JOB_PREFIX = "job-token", "gitlab-ci-token", "glcbt-"
_TOKEN_HEADERS = ("private-token", _JOB_HEADER, "deploy-token")

T = TypeVar("T")


class Presented(msgspec.Struct, frozen=True):
    """The credentials of a request; at most one is set. `login` goes with `password`, which may be a token. `of_job`:
    it came where GitLab's clients put the token of a job."""

    token: str | None = None
    session: str | None = None
    login: str = ""
    password: str | None = None
    of_job: bool = False

    @property
    def anonymous(self) -> bool:
        return self.token is None and self.session is None and self.password is None

    @property
    def identity_token(self) -> str | None:
        """The identity token of a CI job, if that is what was presented, where a token or a password can stand."""
        secret = self.token or self.password
        return secret if secret is not None and tokens.looks_like_one(secret) else None

    @property
    def job_token(self) -> str | None:
        """What may be the token that a GitLab has given to a job; tokens of our own may stand there too."""
        secret = self.token or self.password
        if secret is None or self.identity_token is not None:
            return None
        marked = self.of_job or self.login == _JOB_LOGIN or secret.startswith(_JOB_PREFIX)
        return secret if marked else None

    def key(self, reference: str | None) -> tuple[bytes, str | None]:
        """What the cache knows them by; the secret itself is not kept. A CI job is somebody else in each project."""
        secrets = f"{self.token or ''}\n{self.session or ''}\n{self.login}\n{self.password or ''}"
        of_a_job = self.identity_token is not None or self.job_token is not None
        return keys.digest(secrets), reference if of_a_job else None


_NOTHING = Presented()


def parse_authorization(headers: Mapping[str, str]) -> Presented:
    """The credentials in the headers: a bearer token, GitLab's headers, basic authentication, or the cookie.

    Raises:
        Unauthenticated: an Authorization header that cannot be read.
    """
    header = headers.get("authorization")
    if header is not None:
        kind, _, value = header.partition(" ")
        if kind.lower() == "bearer" and value.strip():
            return Presented(token=value.strip())
        if kind.lower() == "basic":
            return _basic(value.strip())
        raise Unauthenticated("The Authorization header must be `Bearer <token>` or `Basic <user:password>`.")
    for name in _TOKEN_HEADERS:
        token = headers.get(name)
        if token:
            return Presented(token=token, of_job=name == _JOB_HEADER)
    return _cookie(headers.get("cookie", ""))


def _basic(value: str) -> Presented:
    try:
        login, colon, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Unauthenticated("The Authorization header is not valid basic authentication.") from None
    if not colon or not password:
        raise Unauthenticated("Basic authentication needs a user and a password or token.")
    return Presented(login=login, password=password)


def _cookie(header: str) -> Presented:
    if SESSION_COOKIE not in header:
        return _NOTHING
    try:
        morsel = SimpleCookie(header).get(SESSION_COOKIE)
    except CookieError:
        return _NOTHING
    return Presented(session=morsel.value) if morsel is not None and morsel.value else _NOTHING


class _Cache(Generic[T]):
    """A bounded map whose entries live for a moment."""

    def __init__(self) -> None:
        self._entries: OrderedDict[object, tuple[float, T]] = OrderedDict()
        self._finding: dict[object, asyncio.Task[T]] = {}
        self.cleared = 0

    async def find(self, key: object, read: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What `read` finds, which is kept unless it is None.

        Those that ask meanwhile wait for the same answer: of a client with many connections, all would else read
        again whenever an entry grows old.
        """
        finding = self._finding.get(key)
        if finding is None:
            finding = self._finding[key] = asyncio.create_task(self._find(key, read, self.cleared))
        return await asyncio.shield(finding)

    async def _find(self, key: object, read: Callable[[], Coroutine[Any, Any, T]], cleared: int) -> T:
        try:
            found = await read()
        finally:
            if cleared == self.cleared:
                del self._finding[key]
        if found is not None:
            self.put(key, found, cleared)
        return found

    def get(self, key: object) -> T | None:
        entry = self._entries.get(key)
        if entry is None or entry[0] < time.monotonic():
            return None
        return entry[1]

    def put(self, key: object, value: T, cleared: int) -> None:
        """Keep a value; `cleared` is as it was before the value was read, which may be older than a change since."""
        if cleared != self.cleared:
            return
        self._entries[key] = (time.monotonic() + _TTL_SECONDS, value)
        self._entries.move_to_end(key)
        while len(self._entries) > _MAX_ENTRIES:
            self._entries.popitem(last=False)

    def clear(self) -> None:
        self.cleared += 1
        self._entries.clear()
        self._finding.clear()  # who asks from now on must not be given what was read before


class Resolver:
    """Turns credentials into an actor, and an actor and a project's address into facts. Used on the event loop."""

    def __init__(
        self, database: Database, limits: SignInLimits, verifier: Verifier, job_tokens: JobTokens | None = None
    ) -> None:
        self._database = database
        self._limits = limits
        self._verifier = verifier
        self._job_tokens = job_tokens
        self._actors: _Cache[Actor] = _Cache()
        self._projects: _Cache[ProjectFacts | None] = _Cache()
        self._groups: _Cache[GroupFacts | None] = _Cache()

    def forget(self) -> None:
        """Drop what is remembered, after a change of roles, tokens or sessions."""
        self._actors.clear()
        self._projects.clear()
        self._groups.clear()

    def cached_actor(self, presented: Presented, reference: str | None) -> Actor | None:
        return self._actors.get(presented.key(reference))

    async def actor(self, presented: Presented, reference: str | None, address: str) -> Actor:
        """Who presents these from this address, to the project that `reference` names if one is asked for.

        Raises:
            Unauthenticated: the credentials are not valid. RateLimited: too many passwords were guessed.
            Unavailable: a CI token's issuer does not answer.
        """
        key = presented.key(reference)

        async def read() -> Actor:
            found, touch = await self._identified(presented, reference, address)
            if touch is not None:
                # When a token was last used is not worth refusing to read from a database that takes no changes.
                with suppress(Unavailable):
                    await self._database.write(touch)
            return found

        if presented.password is None:
            return self._actors.get(key) or await self._actors.find(key, read)
        # Each guess at a password counts for itself.
        found, cleared = self._actors.get(key), self._actors.cleared
        if found is None:
            found = await read()
            self._actors.put(key, found, cleared)
        return found

    async def _identified(
        self, presented: Presented, reference: str | None, address: str
    ) -> tuple[Actor, Callable[[Connection], None] | None]:
        if presented.identity_token is not None:
            return await self._verifier.actor(
                presented.identity_token, None if reference is None else _number_or(reference)
            )
        if presented.job_token is not None and self._job_tokens is not None:
            return await self._of_job(presented.job_token, self._job_tokens, reference, address)
        if presented.password is None:
            return await self._database.read(lambda connection: _identify(connection, presented))
        secret = presented.password
        try:
            # A token in the password's place is quick to look up, and goes on working whoever guesses at the login.
            return await self._database.read(lambda connection: _of_token(connection, secret))
        except Unauthenticated as refusal:
            return await self._by_password(presented, address, refusal), None

    async def _by_password(self, presented: Presented, address: str, refusal: Unauthenticated) -> Actor:
        login, secret, key = presented.login, presented.password or "", presented.key(None)
        async with self._limits.turn(login, address):
            known, cleared = self._actors.get(key), self._actors.cleared
            if known is not None:  # of several requests that came together, the first has done the slow check
                return known
            self._limits.check(login, address)
            user, stored = await self._database.read(lambda connection: identity.stored_password(connection, login))
            # The same work whether there is such a user or not.
            matches = await asyncio.to_thread(passwords.verify, stored, secret)
            if user is None or not matches:
                self._limits.failed(login, address)
                raise refusal
            if user.second_factor_at is not None:
                raise SecondFactorNeeded(
                    "The account has a second factor, so its password alone is not enough; send an access token."
                )
            self._limits.succeeded(login)
            found = _actor(user, Credential.PASSWORD)
            self._actors.put(key, found, cleared)
            return found

    async def _of_job(
        self, token: str, job_tokens: JobTokens, reference: str | None, address: str
    ) -> tuple[Actor, Callable[[Connection], None] | None]:
        """A token of our own, whoever sends it so; else one that the connected GitLab is asked about."""
        try:
            return await self._database.read(lambda connection: _of_token(connection, token))
        except Unauthenticated:
            who = await job_tokens.identity(token, address)
        return await self._verifier.admit(who, None if reference is None else _number_or(reference))

    async def project(self, actor: Actor, reference: str) -> ProjectFacts | None:
        """The project with this id or full path, as this caller stands to it; None when there is none."""
        key = (actor.user_id, reference)
        return self._projects.get(key) or await self._projects.find(
            key,
            lambda: self._database.read(lambda connection: _facts(connection, actor, _number_or(reference))),
        )

    async def group(self, actor: Actor, reference: str) -> GroupFacts | None:
        """The group with this id or full path, likewise."""
        key = (actor.user_id, reference)
        return self._groups.get(key) or await self._groups.find(
            key,
            lambda: self._database.read(lambda connection: _group_facts(connection, actor, _number_or(reference))),
        )

    async def default_project(self, actor: Actor) -> ProjectFacts | None:
        """What calls at the root are about: the first project if the caller has a role there, else their oldest."""
        key = (actor.user_id, None)
        return self._projects.get(key) or await self._projects.find(
            key,
            lambda: self._database.read(lambda connection: _default_facts(connection, actor)),
        )


def _identify(connection: Connection, presented: Presented) -> tuple[Actor, "_Touch | None"]:
    """The actor, and the write that notes the use of the credential where the last note is old."""
    if presented.session is not None:
        return _of_session(connection, presented.session)
    return _of_token(connection, presented.token or "")


def _of_token(connection: Connection, secret: str) -> tuple[Actor, "_Touch | None"]:
    token, user = identity.user_of_token(connection, secret)
    now = now_ms()
    stale = token.last_used_at is None or token.last_used_at < now - _TOUCH_AFTER
    actor = Actor(
        user_id=user.id,
        username=user.username,
        name=user.name,
        administrator=user.administrator,
        credential=Credential.TOKEN,
        scopes=token.scopes,
        token_id=token.id,
        bot=user.bot,
    )
    return actor, _Touch(token_id=token.id, now=now) if stale else None


def _of_session(connection: Connection, secret: str) -> tuple[Actor, "_Touch | None"]:
    now = now_ms()
    found = store.session_by_digest(connection, keys.digest(secret), now)
    if found is None or not found[1].active:
        raise Unauthenticated("The session has ended; sign in again.")
    session, user = found
    stale = session.last_seen_at < now - _TOUCH_AFTER
    return _actor(user, Credential.SESSION, session.id), _Touch(session_id=session.id, now=now) if stale else None


def _actor(user: User, credential: Credential, session_id: int | None = None) -> Actor:
    return Actor(
        user_id=user.id,
        username=user.username,
        name=user.name,
        administrator=user.administrator,
        credential=credential,
        session_id=session_id,
        bot=user.bot,
    )


class _Touch(msgspec.Struct, frozen=True):
    """A write: this token or session was used now."""

    now: int
    token_id: int | None = None
    session_id: int | None = None

    def __call__(self, connection: Connection) -> None:
        if self.token_id is not None:
            store.touch_token(connection, self.token_id, self.now)
        if self.session_id is not None:
            store.touch_session(connection, self.session_id, self.now, self.now + identity.SESSION_MILLISECONDS)


def _facts(connection: Connection, actor: Actor, reference: int | str) -> ProjectFacts | None:
    try:
        return projects.facts(projects.located(connection, actor, reference))
    except NotFound:
        return None


def _group_facts(connection: Connection, actor: Actor, reference: int | str) -> GroupFacts | None:
    try:
        return groups.facts(groups.located(connection, actor, reference))
    except NotFound:
        return None


def _number_or(reference: str) -> int | str:
    """An id where the reference looks like one, else a path."""
    return int(reference) if reference.isascii() and reference.isdigit() and len(reference) < 19 else reference


def _default_facts(connection: Connection, actor: Actor) -> ProjectFacts | None:
    first = _facts(connection, actor, DEFAULT_PROJECT_ID)
    if first is not None and not first.deleted and (first.role is not None or actor.administrator):
        return first
    oldest = projects_store.oldest_of_member(connection, actor, now_ms())
    return first if oldest is None else projects.facts(oldest)
