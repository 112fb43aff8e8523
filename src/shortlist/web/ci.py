"""Where candidates came from, as pages show it."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.connected import lookups, rules
from shortlist.connected.types import Key, Lookup
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
    if found is None:
        return None
    return shown(found, lookups.of_origins(connection, scope.project_id, [found]))


def shown(origin: Origin, looked_up: Mapping[Key, Lookup]) -> wire.Ci:
    """`looked_up` has at least what is stored of this origin's job, pipeline and merge request."""
    facts = origin.facts
    found = {kind: looked_up.get(lookups.key_of(facts, kind)) for kind in rules.KINDS}
    answers = [item for item in found.values() if item is not None and item.fetched_at is not None]
    lines = [_line(origin, kind, more, found.get(kind)) for kind, more in _LINES if getattr(facts, kind)]
    for line in lines:
        line.avatar = _avatar(line, found["job"])
    return wire.Ci(
        system=facts.system,
        system_title=system_title(facts.system),
        verified=origin.verified.value,
        issuer=origin.issuer,
        recorded_at=origin.recorded_at,
        facts=lines,
        looked_up_at=min((item.fetched_at for item in answers if item.fetched_at is not None), default=None),
        fault=next((item.fault for item in found.values() if item is not None and item.fault), ""),
    )


def _line(origin: Origin, kind: wire.CiKind, more: str, lookup: Lookup | None) -> wire.CiFact:
    facts = origin.facts
    looked = None if lookup is None else lookup.looked
    # A line has one badge: beside what is proved nothing stands that the client has said.
    said = getattr(facts, more) if more and (kind in origin.proven) <= (more in origin.proven) else ""
    line = wire.CiFact(
        kind=kind,
        text=getattr(facts, kind),
        title=said,
        url=getattr(facts, f"{kind}_url", ""),
        verified=kind in origin.proven,
    )
    if looked is not None:
        line.title = looked.title or looked.name or said
        line.status, line.seconds = looked.status, looked.seconds
        line.by = (looked.user_name or looked.user) if kind == "merge_request" else ""
    return line


def _avatar(line: wire.CiFact, job: Lookup | None) -> str:
    """The picture of who triggered the job, and not of another person that a client may have named."""
    looked = None if job is None else job.looked
    return looked.avatar if looked is not None and line.kind == "user" and line.text == looked.user else ""


def columns(origin: Origin, asked: Sequence[str] | None) -> dict[str, str]:
    """The facts that a table shows, those that are known and asked for; None asks for all."""
    known = {name: getattr(origin.facts, name) for name in SEARCHED}
    known["verified"] = origin.verified.value
    return {name: value for name, value in known.items() if value and (asked is None or name in asked)}


def system_title(name: str) -> str:
    """A CI system's name as people write it."""
    known = SYSTEMS.get(name)
    return known.title if known is not None else _TITLES.get(name, name)
