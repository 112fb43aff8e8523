"""Records of where candidates came from. A fact that is not known is an empty text."""

from enum import StrEnum
from typing import Literal

import msgspec

from shortlist.access.roles import Role


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of the CI job that made a candidate. Numbers are text, since systems differ."""

    system: str = ""  # gitlab, github, jenkins, ...
    server: str = ""  # address of the CI system's pages, no slash at the end
    project: str = ""  # path of the CI system's project
    project_id: str = ""
    job: str = ""
    job_name: str = ""
    pipeline: str = ""
    pipeline_source: str = ""
    merge_request: str = ""  # its number in the CI project
    merge_request_title: str = ""
    source_branch: str = ""
    target_branch: str = ""
    ref: str = ""  # branch or tag, without refs/heads/
    sha: str = ""
    user: str = ""  # the login of who triggered it
    user_name: str = ""
    runner: str = ""
    environment: str = ""
    project_url: str = ""
    job_url: str = ""
    pipeline_url: str = ""
    merge_request_url: str = ""
    ref_url: str = ""
    sha_url: str = ""
    user_url: str = ""


class Verified(StrEnum):
    """How far the facts are proved: all that can be searched for, the job but not its merge request, or nothing."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where one candidate came from. `proven` has the names of the facts that `issuer` vouches for."""

    facts: Facts
    proven: frozenset[str] = frozenset()
    issuer: str = ""
    publisher_id: int | None = None
    token_id: str = ""  # the identity token's own id, for the log of the CI system
    recorded_at: int = 0

    @property
    def verified(self) -> Verified:
        if not self.proven:
            return Verified.NO
        said = {name for name in SEARCHED if getattr(self.facts, name)}
        return Verified.YES if said <= self.proven else Verified.PARTLY


# The facts that have a column, and so can be searched for.
SEARCHED = ("job", "pipeline", "merge_request", "ref", "sha", "user")

Grantable = Literal["reporter", "developer", "maintainer"]


class Identity(msgspec.Struct, frozen=True):
    """A verified CI job: what rules are compared with, and its facts."""

    issuer: str
    project: str
    project_id: str
    full_ref: str  # refs/heads/main
    environment: str
    facts: Facts
    token_id: str


class NewPublisher(msgspec.Struct, frozen=True, kw_only=True):
    """A rule: jobs of this CI project, on this ref or for this environment, act with this role.

    `ref` is a branch, or a full ref such as `refs/tags/v*`; `*` in it stands for any characters. An empty pattern
    asks nothing. `ci_project_id` pins the CI system's own number of the project; empty: that of its first job.
    """

    system: str
    issuer: str
    ci_project: str
    ref: str = ""
    environment: str = ""
    role: Role = Role.REPORTER
    ci_project_id: str = ""


class Publisher(msgspec.Struct, frozen=True):
    """A rule as it is stored. `bot_id` is the user in whose name its jobs act."""

    project_id: int
    id: int
    system: str
    issuer: str
    ci_project: str
    ci_project_id: str
    ref: str
    environment: str
    role: Role
    bot_id: int
    created_at: int
    created_by: int | None
    last_used_at: int | None
