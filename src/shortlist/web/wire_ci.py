"""What the browser's JSON API takes and gives about CI. Times are milliseconds since 1970."""

from typing import Literal

import msgspec

VerifiedName = Literal["yes", "partly", "no"]
CiKind = Literal["job", "pipeline", "merge_request", "ref", "sha", "user", "project", "environment", "runner"]
GrantedRole = Literal["reporter", "developer", "maintainer"]


class CiFact(msgspec.Struct):
    """One line: `text` is its number or name, `title` what else is known of it. `verified`: the issuer vouches for it;
    otherwise the client has said it. Of a job, pipeline or merge request that a connected GitLab was asked about,
    `status`, `seconds` and `by`, who wrote a merge request, are what it said last. Of the person, `avatar` is the
    SHA-256 by which `…/ci/avatars/` has the picture, empty where there is none."""

    kind: CiKind
    text: str
    title: str
    url: str
    verified: bool
    status: str = ""
    seconds: float | None = None
    by: str = ""
    avatar: str = ""


class Ci(msgspec.Struct):
    """The CI job that made a candidate. `verified` is `yes` where the issuer vouches for all that can be searched
    for, `partly` where the merge request is the client's word, `no` where everything is."""

    system: str
    system_title: str
    verified: VerifiedName
    issuer: str
    recorded_at: int
    facts: list[CiFact]
    looked_up_at: int | None = None  # when a connected GitLab said the oldest of it
    fault: str = ""  # why it does not say it anew


class PublisherItem(msgspec.Struct):
    """A trusted publisher: jobs of `ci_project` on `ref` or for `environment` act with `role`."""

    id: int
    system: str
    issuer: str
    ci_project: str
    ci_project_id: str
    ref: str
    environment: str
    role: GrantedRole
    created_at: int
    created_by: str | None
    last_used_at: int | None


class PublisherList(msgspec.Struct):
    """`issuers` are those that rules may name, `audience` is what tokens must be for."""

    publishers: list[PublisherItem]
    issuers: list[str]
    audience: str


class PublisherCreate(msgspec.Struct):
    """A new rule. `ref` is a branch, or a full ref such as `refs/tags/v*`; `*` stands for any characters."""

    issuer: str
    ci_project: str
    system: str = ""  # empty: told from the issuer
    ref: str = ""
    environment: str = ""
    role: GrantedRole = "reporter"
    ci_project_id: str = ""


class PublisherPath(msgspec.Struct):
    publisher: int
