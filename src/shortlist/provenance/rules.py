"""Which rules there may be, and what a rule lets in."""

import re

from shortlist.access.roles import Role
from shortlist.errors import InvalidValue
from shortlist.provenance.systems import SYSTEMS
from shortlist.provenance.systems.system import System
from shortlist.provenance.types import Identity, NewPublisher, Publisher

MAX_PATTERN = 255
MAX_PUBLISHERS = 100
GRANTABLE = (Role.REPORTER, Role.DEVELOPER, Role.MAINTAINER)
MAX_PROJECT = 500
_PROJECT_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_HEADS = "refs/heads/"


def default_system(issuer: str) -> str:
    """The CI system that publishes an issuer; empty where that cannot be told."""
    for system in SYSTEMS.values():
        if issuer in system.issuers or (system.issuer_pattern and system.issuer_pattern.fullmatch(issuer)):
            return system.name
    return ""


def check(new: NewPublisher) -> None:
    """Refuse a rule that is malformed, or so wide that others than the CI project's own jobs could come in.

    Raises:
        InvalidValue: the message gives the reason, and what to write instead.
    """
    system = SYSTEMS.get(new.system)
    if system is None:
        raise InvalidValue(f"system is one of {', '.join(SYSTEMS)}.", field="system")
    _check_project(system, new)
    if new.ref and not system.full_refs:
        raise InvalidValue(f"Tokens of {system.title} name no ref.", field="ref")
    if new.environment and not system.environment:
        raise InvalidValue(f"Tokens of {system.title} name no environment.", field="environment")
    for name, pattern in (("ref", new.ref), ("environment", new.environment)):
        if len(pattern) > MAX_PATTERN or not pattern.isprintable() or pattern != pattern.strip():
            raise InvalidValue(f"{name} has at most {MAX_PATTERN} characters, in one line.", field=name)
    if system.full_refs or system.environment:
        _check_width(new)
    if new.role not in GRANTABLE:
        raise InvalidValue("Too wide: a rule grants reporter, developer or maintainer.", field="role")


def _check_project(system: System, new: NewPublisher) -> None:
    example = system.project_example
    if "*" in new.ci_project:
        raise InvalidValue(
            f"Too wide: a rule trusts one CI project, named in full ({example}). With * anybody who can create a "
            "project that matches could write here.",
            field="ci_project",
        )
    if len(new.ci_project) > MAX_PROJECT or not system.project_form.fullmatch(new.ci_project):
        raise InvalidValue(f"Not a CI project of {system.title}: it is written {example}.", field="ci_project")
    if new.ci_project_id and not _PROJECT_ID.fullmatch(new.ci_project_id):
        raise InvalidValue("ci_project_id has at most 64 letters, digits and '-'.", field="ci_project_id")


def _check_width(new: NewPublisher) -> None:
    if not new.ref and not new.environment:
        raise InvalidValue(
            "Too wide: name the branch, tag or environment whose jobs are trusted, such as main or refs/tags/v*. To "
            "trust every branch, and so everybody who can push one, write * and say so.",
            field="ref",
        )
    if new.role > Role.DEVELOPER and not (_is_one(new.ref) or _is_one(new.environment)):
        raise InvalidValue(
            "Too wide: maintainer is granted to one branch, tag or environment without *, since everybody who can "
            "push a branch that matches gets the role. Grant developer, or name a protected branch.",
            field="role",
        )


def _is_one(pattern: str) -> bool:
    return pattern != "" and "*" not in pattern


def full_pattern(ref: str) -> str:
    """A rule's pattern as one of full refs: a bare one is a branch, and `*` alone is every ref."""
    return ref if ref == "*" or ref.startswith("refs/") else _HEADS + ref


def refusal(rule: Publisher, who: Identity) -> str:
    """Why a rule does not let a job in; empty where it does. Issuer and CI project are the same already."""
    if rule.ci_project_id and who.project_id and rule.ci_project_id != who.project_id:
        return (
            f"the CI project {who.project} has the id {who.project_id}, and the rule is for {rule.ci_project_id}: "
            "another project has taken the name"
        )
    if rule.ref and not _matches(full_pattern(rule.ref), who.full_ref):
        return f"its ref is {who.full_ref or 'not named'}, and the rule is for {rule.ref}"
    if rule.environment and not _matches(rule.environment, who.environment):
        return f"its environment is {who.environment or 'not named'}, and the rule is for {rule.environment}"
    return ""


def _matches(pattern: str, text: str) -> bool:
    """Whether the whole text matches; `*` stands for any characters. Parts are found in order, so it is linear."""
    first, *rest = pattern.split("*")
    if not text or not text.startswith(first):
        return False
    if not rest:
        return text == first
    *middle, last = rest
    place = len(first)
    for part in middle:
        place = text.find(part, place)
        if place < 0:
            return False
        place += len(part)
    return len(text) - place >= len(last) and text.endswith(last)
