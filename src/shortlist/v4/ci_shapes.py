"""CI jobs and pipelines in GitLab's shape: what is known of them here, no more.

`status` and `duration` are null where no connected GitLab has said them.
"""

from collections.abc import Mapping
from typing import Any, Literal

from shortlist.connected import lookups
from shortlist.connected.types import Key, Looked, Lookup
from shortlist.provenance.types import Origin
from shortlist.v4.times import stamp


def job(origin: Origin, looked_up: Mapping[Key, Lookup]) -> dict[str, Any]:
    facts, looked = origin.facts, _looked(origin, "job", looked_up)
    return {
        **_common(origin, facts.job, looked),
        "name": looked.name or facts.job_name or None,
        "stage": None,
        "tag": False,
        "commit": {"id": facts.sha, "short_id": facts.sha[:8]} if facts.sha else None,
        "web_url": facts.job_url or None,
        "pipeline": pipeline(origin, looked_up) if facts.pipeline else None,
    }


def pipeline(origin: Origin, looked_up: Mapping[Key, Lookup]) -> dict[str, Any]:
    facts, looked = origin.facts, _looked(origin, "pipeline", looked_up)
    return {
        **_common(origin, facts.pipeline, looked),
        "iid": None,
        "updated_at": None,
        "sha": facts.sha or None,
        "source": looked.source or facts.pipeline_source or None,
        "web_url": facts.pipeline_url or None,
    }


def _common(origin: Origin, number: str, looked: Looked) -> dict[str, Any]:
    facts = origin.facts
    user = {"username": facts.user, "name": facts.user_name or facts.user, "web_url": facts.user_url or None}
    return {
        # GitLab counts its jobs; other systems name them.
        "id": int(number) if number.isascii() and number.isdigit() and len(number) < 19 else number,
        "status": looked.status or None,
        "ref": facts.ref or None,
        "created_at": stamp(looked.created_at or origin.recorded_at),
        "duration": looked.seconds,
        "user": user if facts.user else None,
    }


def _looked(origin: Origin, kind: Literal["job", "pipeline"], looked_up: Mapping[Key, Lookup]) -> Looked:
    found = looked_up.get(lookups.key_of(origin.facts, kind))
    return Looked() if found is None or found.looked is None else found.looked
