"""The run-context plugin of MLflow's client: every run that starts in a CI job says so, with no change of code."""

import os
import re
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

from shortlist_client import git
from shortlist_client.systems import SYSTEMS, CiSystem

MAX_VALUE = 1_000
_VARIABLE = re.compile(r"\{([A-Z0-9_]+)\}")
# The number of a merge or pull request: alone, in refs/pull/27/merge, or at the end of an address.
_NUMBER = re.compile(r"(?:refs/pull/|https?://\S*/pull/)?(\d{1,18})(?:/merge|/head)?")
_HEADS = re.compile(r"^refs/(?:heads|tags)/")


class CiRunContext:
    """What MLflow asks when a run starts (the interface of `mlflow.tracking.context.RunContextProvider`)."""

    def in_context(self) -> bool:
        return system_of(os.environ) is not None

    def tags(self) -> dict[str, str]:
        """The job's facts as tags. Nothing here may stop a training, so git's faults are silent."""
        found = ci_tags(os.environ)
        dirty = git.is_dirty()
        if dirty is not None:
            found["git.dirty"] = "true" if dirty else "false"
        if "ci.sha" not in found:
            commit = git.commit()
            if commit:
                found["ci.sha"] = commit
        return found


def system_of(environment: Mapping[str, str]) -> CiSystem | None:
    """The CI system in which this runs, if any."""
    for system in SYSTEMS:
        if environment.get(system.present, "").lower() not in ("", "false", "0"):
            return system
    return None


def ci_tags(environment: Mapping[str, str]) -> dict[str, str]:
    """The facts that `systems.py` names, as tags; only variables named there are read."""
    system = system_of(environment)
    if system is None:
        return {}
    tags = {"ci.system": system.name}
    for fact, sources in system.facts.items():
        value = next((text for text in (_fill(source, environment) for source in sources) if text), "")
        value = _clean(fact, value)
        if value:
            tags[f"ci.{fact}"] = value
    if system.name == "gitlab" and "ci.job" in tags:
        tags["gitlab.CI_JOB_ID"] = tags["ci.job"]  # what GitLab's own server knows a job by
    return tags


def _fill(source: str, environment: Mapping[str, str]) -> str:
    values = {name: environment.get(name, "").strip() for name in _VARIABLE.findall(source)}
    return _VARIABLE.sub(lambda found: values[found[1]], source) if all(values.values()) else ""


def _clean(fact: str, text: str) -> str:
    """A fact in one line; addresses without the user and password that a checkout's may hold."""
    text = " ".join(text.split())[:MAX_VALUE]
    if fact == "merge_request":
        number = _NUMBER.fullmatch(text)
        return number[1] if number else ""
    if fact in ("ref", "source_branch", "target_branch"):
        return _HEADS.sub("", text)
    return _without_credentials(text) if "://" in text else text


def _without_credentials(address: str) -> str:
    try:
        parts = urlsplit(address)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit((parts.scheme, host, parts.path, parts.query, parts.fragment))
    except ValueError:
        return ""
