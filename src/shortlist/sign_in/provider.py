"""Talking to a provider: its configuration, the address that people are sent to, and what their code is worth.

OpenID Connect Discovery 1.0 and Core 1.0, section 3.1 (authorization code), with PKCE (RFC 7636) always.
"""

import asyncio
import base64
import time
from collections.abc import Collection
from typing import Any
from urllib.parse import quote_plus, urlencode

import msgspec

from shortlist import outbound
from shortlist.errors import InvalidValue, NotFound, PermissionDenied, Unauthenticated, Unavailable
from shortlist.logs import get_logger
from shortlist.outbound import OutboundError
from shortlist.provenance import tokens
from shortlist.provenance.issuers import Issuers
from shortlist.settings import SignInProvider
from shortlist.sign_in import claims as claims_of
from shortlist.sign_in.attempts import Attempt
from shortlist.sign_in.types import Person, Problem, SignInFailed

_log = get_logger(__name__)

CALLBACK = "/users/auth/{name}/callback"
_FRESH_SECONDS = 3600.0
# Between two attempts at a provider that failed: everybody who waits must not wait for each other's time limit.
_RETRY_SECONDS = 3.0


class _Configuration(msgspec.Struct):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class _Tokens(msgspec.Struct):
    id_token: str
    access_token: str = ""


class Answer(msgspec.Struct, frozen=True):
    """What the provider sent somebody back with: a code, or an error; and perhaps who it is (RFC 9207)."""

    code: str
    error: str
    issuer: str


class Provider:
    """One provider. Used on the event loop."""

    def __init__(self, settings: SignInProvider, external_url: str) -> None:
        self.settings = settings
        self.redirect_uri = external_url.rstrip("/") + CALLBACK.format(name=settings.name)
        self._issuers = Issuers((settings.issuer,))
        self._known: _Configuration | None = None
        self._fetched = self._failed = float("-inf")
        self._lock = asyncio.Lock()

    @property
    def label(self) -> str:
        return self.settings.label or self.settings.name

    async def address(self, attempt: Attempt) -> str:
        """Where to send somebody who wants to sign in. Raises SignInFailed: the provider does not answer."""
        known = await self._configuration()
        query = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": " ".join(self.settings.scopes),
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        mark = "&" if "?" in known.authorization_endpoint else "?"
        return f"{known.authorization_endpoint}{mark}{urlencode(query)}"

    async def person(self, answer: Answer, attempt: Attempt) -> Person:
        """Who came back.

        Raises:
            SignInFailed: the provider let nobody in, its answer is not valid, or it does not answer.
        """
        known = await self._configuration()
        self._check(known, answer)
        given = await self._redeem(known, answer.code, attempt)
        claims = await self._verified(given, attempt)
        if known.userinfo_endpoint and given.access_token:
            claims = {**await self._more(known.userinfo_endpoint, given.access_token, claims["sub"]), **claims}
        return claims_of.person(claims, self.settings.groups_claim)

    def _check(self, known: _Configuration, answer: Answer) -> None:
        """An answer of another provider would take the code there."""
        if answer.issuer != known.issuer and (answer.issuer or known.authorization_response_iss_parameter_supported):
            raise SignInFailed(Problem.REFUSED, "the answer comes from another issuer")
        if answer.error:
            problem = Problem.UNAVAILABLE if answer.error == "temporarily_unavailable" else Problem.DENIED
            raise SignInFailed(problem, f"it answered {answer.error[:100]!r}")
        if not answer.code:
            raise SignInFailed(Problem.REFUSED, "it sent no code")

    async def _redeem(self, known: _Configuration, code: str, attempt: Attempt) -> _Tokens:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": attempt.verifier,
        }
        headers: dict[str, str] = {}
        secret, name = self.settings.client_secret, self.settings.client_id
        if not secret:
            form["client_id"] = name
        elif "client_secret_basic" in known.token_endpoint_auth_methods_supported:
            pair = f"{quote_plus(name)}:{quote_plus(secret)}"
            headers["authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            form |= {"client_id": name, "client_secret": secret}
        try:
            found = await outbound.ask_json("POST", known.token_endpoint, headers=headers, form=form)
            return msgspec.convert(found, _Tokens)
        except msgspec.ValidationError:
            raise SignInFailed(Problem.REFUSED, "it gave no ID token for the code") from None
        except OutboundError as error:
            # 400 is about the code; 401 and the like are about this server's own credentials.
            known_status = error.status is not None and error.status < 500
            problem = Problem.UNAVAILABLE if not known_status else Problem.REFUSED
            problem = Problem.STALE if error.status == 400 else problem
            raise SignInFailed(problem, f"the code was not redeemed: {error.reason}") from None

    async def _verified(self, given: _Tokens, attempt: Attempt) -> dict[str, Any]:
        from shortlist.sign_in import id_token  # noqa: PLC0415 - brings cryptography, which few servers ever need

        try:
            key = await self._issuers.key(self.settings.issuer, _key_id(given.id_token))
        except Unauthenticated as error:
            raise SignInFailed(Problem.REFUSED, f"the ID token: {error.message}") from None
        except Unavailable as error:
            raise SignInFailed(Problem.UNAVAILABLE, error.message) from None
        expected = id_token.Expected(
            issuer=self.settings.issuer,
            client_id=self.settings.client_id,
            nonce=attempt.nonce,
            access_token=given.access_token,
        )
        return id_token.verify(given.id_token, key, expected)

    async def _more(self, address: str, access_token: str, subject: str) -> dict[str, Any]:
        """What the provider keeps out of the ID token. It must be about the same person (Core, section 5.3.2)."""
        try:
            found = await outbound.get_json(address, headers={"authorization": f"Bearer {access_token}"})
        except OutboundError as error:
            raise SignInFailed(Problem.UNAVAILABLE, f"the claims about the person: {error.reason}") from None
        if not isinstance(found, dict) or found.get("sub") != subject:  # pyright: ignore[reportUnknownMemberType]
            raise SignInFailed(Problem.REFUSED, "the claims are about somebody else")
        return found  # pyright: ignore[reportUnknownVariableType]

    async def _configuration(self) -> _Configuration:
        async with self._lock:
            now = time.monotonic()
            if self._known is None or now - self._fetched > _FRESH_SECONDS:
                if now - self._failed < _RETRY_SECONDS:
                    raise SignInFailed(Problem.UNAVAILABLE, "it did not answer a moment ago")
                try:
                    self._known = await self._discover()
                except (OutboundError, InvalidValue, msgspec.ValidationError) as error:
                    self._failed = time.monotonic()
                    raise SignInFailed(Problem.UNAVAILABLE, f"its configuration cannot be used: {error}") from None
                self._fetched = now
            return self._known

    async def _discover(self) -> _Configuration:
        address = self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
        known = msgspec.convert(await outbound.get_json(address), _Configuration)
        if known.issuer != self.settings.issuer:
            raise OutboundError(f"it is that of {known.issuer[:200]!r}, not of {self.settings.issuer!r}")
        outbound.check_url(known.authorization_endpoint.partition("?")[0], "authorization_endpoint")
        for endpoint in (known.token_endpoint, known.userinfo_endpoint):
            if endpoint is not None:
                outbound.check_url(endpoint, "endpoint")
        return known


class Providers:
    """The providers of the settings, by name."""

    def __init__(self, settings: Collection[SignInProvider], external_url: str) -> None:
        self._by_name = {item.name: Provider(item, external_url) for item in settings}

    def get(self, name: str) -> Provider:
        """Raises NotFound: there is none of this name."""
        found = self._by_name.get(name)
        if found is None:
            raise NotFound("There is no such provider.", field="provider")
        return found

    def all(self) -> list[Provider]:
        return list(self._by_name.values())

    def check_own_email(self, email: str | None) -> None:
        """Where an address gives an account, nobody may write one for themselves: who wrote somebody else's would
        become them when they sign in, or be found by them.

        Raises:
            PermissionDenied: there is one.
        """
        if email and any(provider.settings.link_by_email for provider in self._by_name.values()):
            raise PermissionDenied("Your address signs you in here, so an administrator sets it.", field="email")


def _key_id(token: str) -> str:
    if token.count(".") != 2:
        raise Unauthenticated("It is no signed token.")
    return tokens.peek(token).kid
