"""Records of what a connected GitLab was asked and has answered. What is not known is an empty text or None."""

from typing import Literal

import msgspec

Kind = Literal["job", "pipeline", "merge_request"]


class Key(msgspec.Struct, frozen=True, order=True):
    """What is looked up: `project` is the path of the CI project in small letters."""

    kind: Kind
    project: str
    number: str


class Looked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to one look-up. `user` and `user_name` are who triggered a job or pipeline, or wrote a merge request;
    `created_at` is in milliseconds since 1970."""

    status: str = ""
    name: str = ""  # of a job
    title: str = ""  # of a merge request
    seconds: float | None = None
    user: str = ""
    user_name: str = ""
    avatar_url: str = ""  # where GitLab has that person's picture
    avatar: str = ""  # the SHA-256 of the picture that is kept of it, in hexadecimal digits
    ref: str = ""
    sha: str = ""
    source: str = ""
    pipeline: str = ""
    merge_request: str = ""
    source_branch: str = ""
    target_branch: str = ""
    created_at: int = 0


class Lookup(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored of one. `fault` says why the newest attempt failed, and is empty where it did not; `due_at` is
    when it is asked again, None for not before somebody looks at it."""

    project_id: int
    key: Key
    looked: Looked | None
    fetched_at: int | None
    due_at: int | None
    failures: int
    fault: str


class Standing(msgspec.Struct, frozen=True):
    """How all look-ups stand: how many there are, whose newest attempt failed, and when one was answered last."""

    stored: int
    failing: int
    answered_at: int | None


class Picture(msgspec.Struct, frozen=True):
    content_type: str
    content: bytes


class KeptAvatar(msgspec.Struct, frozen=True):
    """What came of fetching a picture: its SHA-256, empty where it is refused or gone; when it is fetched again."""

    digest: str
    due_at: int
