"""Where candidates came from, as pages show it."""

from collections.abc import Sequence

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.provenance import origins
from shortlist.provenance.systems import SYSTEMS
from shortlist.provenance.types import SEARCHED, Origin
from shortlist.web import wire_ci as wire

_TITLES = {"jenkins": "Jenkins", "azure": "Azure Pipelines", "bitbucket": "Bitbucket Pipelines"}
# In the order of a page: kind, which is the name of the fact, and the fact that says more of it.
_LINES: tuple[tuple[wire.CiKind, str], ...] = (
    ("job", "job_name"),
    ("pipeline", "pipeline_source"),
    ("merge_request", "merge_request_title"),
    ("sha", ""),
    ("ref", ""),
    ("user", "user_name"),
    ("project", ""),
    ("environment", ""),
    ("runner", ""),
)


def of_candidate(connection: Connection, scope: Scope, iid: int) -> wire.Ci | None:
    found = origins.of_candidates(connection, scope, [iid]).get(iid)
    return None if found is None else shown(found)


def shown(origin: Origin) -> wire.Ci:
    facts = origin.facts
    return wire.Ci(
        system=facts.system,
        system_title=system_title(facts.system),
        verified=origin.verified.value,
        issuer=origin.issuer,
        recorded_at=origin.recorded_at,
        facts=[
            wire.CiFact(
                kind=kind,
                text=getattr(facts, kind),
                # A line has one badge: beside what is proved nothing stands that the client has said.
                title=getattr(facts, more) if more and (kind in origin.proven) <= (more in origin.proven) else "",
                url=getattr(facts, f"{kind}_url", ""),
                verified=kind in origin.proven,
            )
            for kind, more in _LINES
            if getattr(facts, kind)
        ],
    )


def columns(origin: Origin, asked: Sequence[str] | None) -> dict[str, str]:
    """The facts that a table shows, those that are known and asked for; None asks for all."""
    known = {name: getattr(origin.facts, name) for name in SEARCHED}
    known["verified"] = origin.verified.value
    return {name: value for name, value in known.items() if value and (asked is None or name in asked)}


def system_title(name: str) -> str:
    """A CI system's name as people write it."""
    known = SYSTEMS.get(name)
    return known.title if known is not None else _TITLES.get(name, name)
