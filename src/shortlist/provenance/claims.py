"""From the claims of a verified token to an identity, as the file of the CI system says."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from shortlist.errors import Unauthenticated
from shortlist.provenance.systems.system import System
from shortlist.provenance.types import Facts, Identity

MAX_FACT = 1_000
_CLAIM = re.compile(r"\{([^}]+)\}")
_NOT_PROVEN = frozenset({"system", "server"})


def identity(system: System, issuer: str, claims: Mapping[str, Any]) -> Identity:
    """Who a token speaks for. The caller has verified it.

    Raises:
        Unauthenticated: the token does not name the CI project.
    """
    project = _source(system.project, claims)
    if not project:
        raise Unauthenticated(f"The CI token has no claim {system.project}, so it is not one of {system.title}.")
    found = {fact: _source(source, claims) for fact, source in system.facts.items()}
    for cut in system.cuts:
        match = cut.pattern.fullmatch(_source(cut.claim, claims))
        if match is not None:
            found[cut.fact] = match[1]
    facts = with_links(system, Facts(system=system.name, server=server_of(system, issuer), **found))
    return Identity(
        issuer=issuer,
        project=project,
        project_id=_source(system.project_id, claims),
        full_ref=next((ref for ref in (_source(source, claims) for source in system.full_refs) if ref), ""),
        environment=_source(system.environment, claims),
        facts=facts,
        token_id=_text(claims.get("jti")),
    )


def server_of(system: System, issuer: str) -> str:
    """The address of the CI system's pages, without a slash at the end."""
    return system.servers.get(issuer) or issuer.removesuffix(system.server_suffix).rstrip("/")


def with_links(system: System, facts: Facts) -> Facts:
    """The facts with the addresses that follow from them."""
    known = msgspec.structs.asdict(facts)
    made: dict[str, str] = {}
    for name, template in system.links.items():
        if all(known[part] for part in _CLAIM.findall(template)):
            made[name] = _CLAIM.sub(lambda part: known[part[1]], template)
    return msgspec.structs.replace(facts, **made)


def proven_by(facts: Facts) -> frozenset[str]:
    """The names of the facts that a token or a CI server has vouched for: all that it gave."""
    return frozenset(name for name, value in msgspec.structs.asdict(facts).items() if value) - _NOT_PROVEN


def _source(source: str, claims: Mapping[str, Any]) -> str:
    """The value of a source; empty where a claim is missing or a condition does not hold."""
    source, _, condition = source.partition("?")
    if condition:
        name, _, wanted = condition.partition("=")
        if _text(claims.get(name)) != wanted:
            return ""
    if "{" not in source:
        return _text(claims.get(source))
    values = {name: _text(claims.get(name)) for name in _CLAIM.findall(source)}
    return _CLAIM.sub(lambda part: values[part[1]], source) if all(values.values()) else ""


def _text(value: object) -> str:
    """A claim as text. What is no single line of text or number is no fact."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value)
    return text if len(text) <= MAX_FACT and text.isprintable() else ""
