"""CI identity tokens: JSON Web Tokens, read and verified (RFC 7515, 7519; OpenID Connect Core, section 2).

Replay. A client sends its token with every request of a training, so a token is good for as long as its issuer says,
and cannot be spent by its first use. What a stolen one is worth is limited otherwise: it is for this server alone (one
audience), for the projects whose rules name its CI project, for data and not for settings, and for a day at most.
"""

import base64
import binascii
from typing import TYPE_CHECKING, Any, cast

import msgspec

from shortlist.errors import Unauthenticated

if TYPE_CHECKING:
    from shortlist.provenance.keys import Key

MAX_TOKEN = 16 * 1024
MAX_LIFETIME = 24 * 3600
LEEWAY = 30  # seconds between two clocks
# Signatures that only the issuer can make. `none` and the HMACs, whose key would be the public one, are not here.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")


class Unverified(msgspec.Struct, frozen=True):
    """What a token says of itself. Only for finding the key to verify it with."""

    kid: str
    issuer: str


class _Header(msgspec.Struct):
    alg: str
    kid: str


class _Issuer(msgspec.Struct):
    iss: str


def looks_like_one(secret: str) -> bool:
    """Whether a bearer token has the form of a JSON Web Token; none of our own tokens has a dot."""
    return secret.startswith("ey") and secret.count(".") == 2


def peek(token: str) -> Unverified:
    """Raises Unauthenticated: the token cannot be read, or is signed in a way that proves nothing."""
    if len(token) > MAX_TOKEN:
        raise Unauthenticated(f"The CI token is longer than {MAX_TOKEN} characters.")
    head, body, _ = token.split(".")
    try:
        header = msgspec.json.decode(_decoded(head), type=_Header)
        claims = msgspec.json.decode(_decoded(body), type=_Issuer)
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise Unauthenticated("The CI token cannot be read: it needs alg, kid and iss.") from None
    if header.alg not in ALGORITHMS:
        raise Unauthenticated(f"The CI token is signed with {header.alg[:20]!r}, which is not accepted.")
    return Unverified(header.kid, claims.iss)


def verify(token: str, key: "Key", *, issuer: str, audience: str, now: int) -> dict[str, Any]:
    """The claims of a token with a good signature, of this issuer, for this audience, at this time (seconds).

    Raises:
        Unauthenticated: any of these does not hold; the message says which.
    """
    from shortlist.provenance import keys  # noqa: PLC0415 - cryptography is slow to import, and many servers see no CI

    claims = keys.claims(token, key)
    if claims.get("iss") != issuer:
        raise Unauthenticated("The CI token is from another issuer than it says.")
    _check_audience(claims.get("aud"), audience)
    _check_times(claims, now)
    return claims


def _check_audience(given: object, audience: str) -> None:
    # Of several audiences each could use the token here.
    several = cast("list[object]", given) if isinstance(given, list) else [given]
    alone = several[0] if len(several) == 1 else None
    if not isinstance(alone, str) or alone.rstrip("/") != audience.rstrip("/"):
        raise Unauthenticated(f"The CI token is not for this server alone: its audience must be {audience}.")


def _check_times(claims: dict[str, Any], now: int) -> None:
    issued, expires, begins = _time(claims, "iat"), _time(claims, "exp"), claims.get("nbf")
    if expires + LEEWAY < now:
        raise Unauthenticated("The CI token has expired.")
    if expires - issued > MAX_LIFETIME:
        raise Unauthenticated(f"The CI token lives longer than {MAX_LIFETIME // 3600} hours.")
    if issued - LEEWAY > now or (begins is not None and _time(claims, "nbf") - LEEWAY > now):
        raise Unauthenticated("The CI token is not valid yet.")


def _time(claims: dict[str, Any], name: str) -> int:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**40:
        raise Unauthenticated(f"The CI token has no valid {name}.")
    return int(value)


def _decoded(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError from None
