"""The ID token: verified as OpenID Connect Core says in section 3.1.3.7, before anything in it is believed.

Imported only once somebody comes back from a provider: it brings cryptography along.
"""

import hashlib
import hmac
from typing import Any

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError

from shortlist.provenance.keys import Key
from shortlist.provenance.tokens import ALGORITHMS, LEEWAY
from shortlist.sign_in.attempts import encoded
from shortlist.sign_in.types import Problem, SignInFailed

_MAX_SUBJECT = 255
_HASHES = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What a token must say: who signed it, for which client and attempt, beside which access token."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str = ""


def verify(token: str, key: Key, expected: Expected, now: int | None = None) -> dict[str, Any]:
    """The claims of a token that the issuer signed, for this client and this attempt, and that has not expired.

    Raises:
        SignInFailed: any of these does not hold; the message says which.
    """
    registry = jwt.JWTClaimsRegistry(
        now=now,
        leeway=LEEWAY,
        iss={"essential": True, "value": expected.issuer},
        aud={"essential": True, "value": expected.client_id},
        nonce={"essential": True, "value": expected.nonce},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        decoded = jwt.decode(token, key, algorithms=ALGORITHMS)
        claims = decoded.claims
        registry.validate(claims)
    except (JoseError, ValueError, TypeError) as error:
        raise _refused(f"the ID token is not valid: {error}") from None
    _check_party(claims, expected.client_id)
    _check_access_token(claims, str(decoded.header["alg"]), expected.access_token)
    if not 0 < len(claims["sub"]) <= _MAX_SUBJECT or not claims["sub"].isprintable():
        raise _refused("the ID token names nobody")
    return claims


def _check_party(claims: dict[str, Any], client_id: str) -> None:
    """Of several audiences the token must say which one asked for it; and that must be this client."""
    party = claims.get("azp")
    if party is None and claims["aud"] not in (client_id, [client_id]):
        raise _refused("the ID token is for several parties, and does not say which of them asked")
    if party is not None and party != client_id:
        raise _refused("the ID token was given to another party")


def _check_access_token(claims: dict[str, Any], algorithm: str, access_token: str) -> None:
    """`at_hash` is the left half of the access token's hash: a token that somebody put in its place has another."""
    given = claims.get("at_hash")
    if given is None:
        return
    whole = _HASHES[algorithm[-3:]](access_token.encode()).digest()
    if not isinstance(given, str) or not hmac.compare_digest(given, encoded(whole[: len(whole) // 2])):
        raise _refused("the ID token belongs to another access token")


def _refused(message: str) -> SignInFailed:
    return SignInFailed(Problem.REFUSED, message)
