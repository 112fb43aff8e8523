"""What a client says of itself in a candidate's metadata. Anybody who may write can say it, so it proves nothing."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from shortlist.provenance import claims
from shortlist.provenance.systems import SYSTEMS
from shortlist.provenance.types import Facts

PREFIX = "ci."
# GitLab's own convention, and its variables by their names.
_GITLAB = {
    "gitlab.CI_JOB_ID": "job",
    "gitlab.CI_JOB_NAME": "job_name",
    "gitlab.CI_JOB_URL": "job_url",
    "gitlab.CI_PIPELINE_ID": "pipeline",
    "gitlab.CI_PIPELINE_SOURCE": "pipeline_source",
    "gitlab.CI_PIPELINE_URL": "pipeline_url",
    "gitlab.CI_COMMIT_SHA": "sha",
    "gitlab.CI_COMMIT_REF_NAME": "ref",
    "gitlab.CI_MERGE_REQUEST_IID": "merge_request",
    "gitlab.CI_MERGE_REQUEST_TITLE": "merge_request_title",
    "gitlab.CI_PROJECT_ID": "project_id",
    "gitlab.CI_PROJECT_PATH": "project",
    "gitlab.CI_PROJECT_URL": "project_url",
    "gitlab.CI_SERVER_URL": "server",
    "gitlab.GITLAB_USER_LOGIN": "user",
    "gitlab.GITLAB_USER_NAME": "user_name",
}
# What MLflow's client notes of the working copy, where the CI system's own word is missing.
_GIT = {"mlflow.source.git.commit": "sha", "mlflow.source.git.branch": "ref"}
_OURS = {PREFIX + name: name for name in Facts.__struct_fields__}

KEYS = (*_GIT, *_GITLAB, *_OURS)
_KNOWN = frozenset(KEYS)


def concerned(metadata: Mapping[str, str]) -> bool:
    """Whether some of these keys say where a candidate came from."""
    return not _KNOWN.isdisjoint(metadata)


def facts(metadata: Mapping[str, str]) -> Facts | None:
    """The facts in a candidate's metadata; None where there are none. They link to a job only if `links` says so."""
    found: dict[str, str] = {}
    for keys in (_GIT, _GITLAB, _OURS):
        for key, name in keys.items():
            value = _value(name, metadata.get(key, ""))
            if value:
                found[name] = value
    if not found:
        return None
    if any(key in metadata for key in _GITLAB):
        found.setdefault("system", "gitlab")
    said = Facts(**found)
    system = SYSTEMS.get(said.system)
    if system is None or not said.server:
        return said
    # What follows from the parts is better than what was said, but only where nothing was.
    linked = msgspec.structs.asdict(claims.with_links(system, said))
    return Facts(**{name: found.get(name) or value for name, value in linked.items()})


def links(said: Facts) -> bool:
    """Whether facts name a job or a pipeline. A commit alone, which clients note on laptops too, links to nothing."""
    return bool(said.job or said.pipeline)


def _value(name: str, text: str) -> str:
    text = text.strip()
    if not text or len(text) > claims.MAX_FACT or not text.isprintable():
        return ""
    if name == "server" or name.endswith("_url"):
        return text.rstrip("/") if _is_address(text) else ""
    return text


def _is_address(text: str) -> bool:
    """Whether a page may link there: `javascript:` and the like must not."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
