"""Which look-ups an origin asks for, when each is asked again, and what its answer adds to an origin. Pure."""

import re
from collections.abc import Sequence

import msgspec

from shortlist.connected.types import Key, Kind, Looked, Lookup
from shortlist.outbound import OutboundError
from shortlist.provenance import claims
from shortlist.provenance.systems import SYSTEMS
from shortlist.provenance.types import Facts, Origin, Publisher

SYSTEM = "gitlab"
KINDS: tuple[Kind, ...] = ("job", "pipeline", "merge_request")
_MERGE_REQUEST_REF = re.compile(r"refs/merge-requests/(\d{1,18})/(?:head|merge|train)")
_NUMBER = re.compile(r"\d{1,18}")

_SECOND = 1000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_FINAL = frozenset({"success", "failed", "canceled", "skipped", "merged", "closed"})
_SOONEST, _LATEST = 30 * _SECOND, 6 * _HOUR
# A page that is looked at asks again what is older than this.
_FRESH_RUNNING, _FRESH_FINAL = 15 * _SECOND, 6 * _HOUR
# What GitLab does not have, does not show to our token, or has moved.
RETRY_MISSING = 24 * _HOUR
_BACK_OFF = 30 * _SECOND
# When a picture is fetched again: one that was had, refused or gone, and one that could not be asked for.
AVATAR_FRESH, AVATAR_RETRY = 24 * _HOUR, _HOUR

# What an answer adds to the facts of the candidates that it is about: fact to field of the answer.
_ADDS: dict[Kind, dict[str, str]] = {
    "job": {
        "job_name": "name",
        "pipeline": "pipeline",
        "ref": "ref",
        "sha": "sha",
        "user": "user",
        "user_name": "user_name",
    },
    "pipeline": {"pipeline_source": "source", "ref": "ref", "sha": "sha", "merge_request": "merge_request"},
    "merge_request": {
        "merge_request_title": "title",
        "source_branch": "source_branch",
        "target_branch": "target_branch",
    },
}


def known_projects(url: str, publishers: Sequence[Publisher]) -> list[str]:
    """The CI projects of which one project's candidates may show what GitLab says.

    Only those whose jobs have signed in here: otherwise whoever may write could name a job of any CI project that the
    instance's token sees, and read its title.
    """
    found = (rule.ci_project.lower() for rule in publishers if rule.issuer == url and rule.last_used_at is not None)
    return list(dict.fromkeys(found))


def keys_of(origin: Origin, url: str, projects: Sequence[str]) -> list[Key]:
    """What is looked up for an origin. A job without a project is one of the only CI project that there is."""
    facts = origin.facts
    if facts.system != SYSTEM or facts.server not in ("", url):
        return []
    project = facts.project.lower()
    if not project and len(projects) == 1:
        project = projects[0]
    if project not in projects:
        return []
    keys = (Key(kind, project, str(getattr(facts, kind))) for kind in KINDS)
    return [key for key in keys if _NUMBER.fullmatch(key.number)]


def due_after(looked: Looked, now: int) -> int | None:
    """When what was just answered is asked again without anybody looking; None for never. Milliseconds."""
    if looked.status in _FINAL:
        return None
    if looked.status == "opened":
        return now + _HOUR
    # The longer something runs, the less a moment matters.
    age = now - looked.created_at if looked.created_at else 0
    return now + min(max(age // 20, _SOONEST), _LATEST)


def is_stale(lookup: Lookup, now: int) -> bool:
    """Whether a page that shows this should ask again."""
    if lookup.looked is None or lookup.fetched_at is None:
        return lookup.due_at is None
    fresh = _FRESH_FINAL if lookup.looked.status in _FINAL else _FRESH_RUNNING
    return lookup.fetched_at + fresh < now


def back_off(failures: int, retry_after: float | None) -> int:
    """How long a GitLab that does not answer is left alone after so many failures in a row. Milliseconds."""
    asked = 0 if retry_after is None else min(int(retry_after * _SECOND), 24 * _HOUR)
    return max(min(_BACK_OFF * 2 ** min(failures - 1, 12), _HOUR), asked)


def concerns_all(error: OutboundError) -> bool:
    """Whether a fault is one of the GitLab, a refused token included, and not one of what was asked for."""
    return error.unreachable or error.status in (401, 429) or (error.status or 0) >= 500


def merge_request_of_ref(ref: str) -> str:
    """The number of the merge request whose own ref this is; empty where it is another ref."""
    found = _MERGE_REQUEST_REF.fullmatch(ref)
    return found[1] if found else ""


def enriched(origin: Origin, url: str, key: Key, looked: Looked) -> Origin:
    """An origin with what GitLab says of its job, pipeline or merge request.

    What follows from something proved is proved as well: the same GitLab vouches for it, and it takes the place of
    what the client has said. Of something reported, only what is missing is filled in, and stays reported.
    """
    facts = origin.facts
    if str(getattr(facts, key.kind)) != key.number or facts.project.lower() not in ("", key.project):
        return origin
    proved = key.kind in origin.proven and origin.issuer == url
    added: dict[str, str] = {}
    for name, source in _ADDS[key.kind].items():
        value = str(getattr(looked, source))
        if value and name not in origin.proven and (proved or not getattr(facts, name)):
            added[name] = value
    whole = msgspec.structs.replace(facts, server=facts.server or url, project=facts.project or key.project, **added)
    whole = _with_links(whole)
    proven = origin.proven | added.keys() if proved else origin.proven
    return msgspec.structs.replace(origin, facts=whole, proven=frozenset(proven))


def _with_links(facts: Facts) -> Facts:
    """Addresses that follow from the facts, where none was said."""
    linked = claims.with_links(SYSTEMS[SYSTEM], facts)
    said = {name: value for name, value in msgspec.structs.asdict(facts).items() if name.endswith("_url") and value}
    number = facts.merge_request
    if number and not said.get("merge_request_url", "").endswith(f"/{number}"):
        said.pop("merge_request_url", None)
    return msgspec.structs.replace(linked, **said)
