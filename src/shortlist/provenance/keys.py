"""Keys of issuers and the signatures made with them (RFC 7515, 7517). Imported only once a CI token is presented."""

from collections.abc import Iterable
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from shortlist.errors import Unauthenticated
from shortlist.provenance.tokens import ALGORITHMS

_MIN_RSA_BITS = 2048

_RSA = ("kty", "n", "e", "kid")
_EC = ("kty", "crv", "x", "y", "kid")

Key = RSAKey | ECKey


def read(items: Iterable[dict[str, Any]]) -> dict[str, Key]:
    """The usable keys of a published set by their ids; those without an id or for other uses are left out."""
    found = ((str(item.get("kid", "")), _key(item)) for item in items)
    return {kid: key for kid, key in found if kid and key}


def claims(token: str, key: Key) -> dict[str, Any]:
    """What a token with a good signature says.

    Raises:
        Unauthenticated: the signature was not made with this key.
    """
    try:
        return jwt.decode(token, key, algorithms=ALGORITHMS).claims
    except (JoseError, ValueError):
        raise Unauthenticated("The CI token's signature is not that of its issuer.") from None


def _key(item: dict[str, Any]) -> Key | None:
    """A public key for signatures; None for anything else, symmetric keys above all."""
    if item.get("use", "sig") != "sig" or item.get("alg", ALGORITHMS[0]) not in ALGORITHMS:
        return None
    try:
        if item.get("kty") == "RSA":
            # A character has six bits. A shorter modulus can be factored.
            long_enough = 6 * len(item["n"]) >= _MIN_RSA_BITS
            return RSAKey.import_key({name: item[name] for name in _RSA}) if long_enough else None
        if item.get("kty") == "EC":
            return ECKey.import_key({name: item[name] for name in _EC})
    except (JoseError, KeyError, ValueError, TypeError):
        return None
    return None
