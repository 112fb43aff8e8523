"""From a provider's claims to a person. Providers agree on few of them, so each is looked for where it may be."""

from collections.abc import Mapping
from typing import Any, cast

from shortlist.sign_in.types import Person

_USERNAMES = ("preferred_username", "nickname", "upn", "email")


def person(claims: Mapping[str, Any], groups_claim: str) -> Person:
    """The person in verified claims. An address that the provider has not verified is nobody's, so it is left out."""
    email = _text(claims, "email")
    verified = claims.get("email_verified") in (True, "true")
    usernames = (_text(claims, name) for name in _USERNAMES)
    return Person(
        subject=claims["sub"],
        email=email if verified and "@" in email else None,
        username=next((name.partition("@")[0] for name in usernames if name), ""),
        name=_text(claims, "name"),
        groups=_groups(claims, groups_claim),
    )


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return "".join(filter(str.isprintable, value)).strip()[:255] if isinstance(value, str) else ""


def _groups(claims: Mapping[str, Any], name: str) -> frozenset[str]:
    """The names in a list, a single name, or the keys of an object; none where the claim is missing."""
    found: object = claims.get(name)
    if found is None:
        found = claims
        for word in name.split("."):
            found = cast("Mapping[str, object]", found).get(word) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return frozenset({found})
    names: list[object] = list(cast("list[object]", found)) if isinstance(found, list | Mapping) else []
    return frozenset(item for item in names if isinstance(item, str))
