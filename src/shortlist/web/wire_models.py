"""What the browser's JSON API takes and gives of registered models. Times are milliseconds since 1970 UTC."""

from typing import Literal

import msgspec

from shortlist.web.wire import CandidateLink, File, KeyValue, Series, VersionLink
from shortlist.web.wire_answer import Value
from shortlist.web.wire_ci import Ci

Stage = Literal["none", "staging", "production", "archived"]


class Model(msgspec.Struct):
    """A registered model. `latest` is the version with the highest number, `aliased` those that have an alias."""

    iid: int
    name: str
    description: str
    created_at: int
    updated_at: int
    created_by: str | None
    versions: int
    latest: VersionLink | None
    aliased: list[VersionLink]


class ModelList(msgspec.Struct):
    models: list[Model]
    next_page_token: str | None = None


class ModelQuery(msgspec.Struct):
    """Models whose name has the text in it, the one that changed last first."""

    search: str = ""
    page_token: str = ""
    max_results: int = 100


class ModelCreate(msgspec.Struct):
    name: str
    description: str = ""


class ModelPath(msgspec.Struct):
    model: int


class ModelChange(msgspec.Struct):
    """`metadata` sets keys; a value of None removes the key."""

    model: int
    name: str | None = None
    description: str | None = None
    metadata: dict[str, str | None] = {}


class VersionRow(msgspec.Struct):
    """A version in the list of its model. `metrics` are the last values of the candidate it was made from, of those
    metrics of all versions that say most; `ci` has the facts of the job that made the candidate, and its `system`."""

    number: int
    version: str
    description: str
    stage: Stage
    aliases: list[str]
    created_at: int
    created_by: str | None
    candidate: CandidateLink | None
    metrics: dict[str, Value]
    ci: dict[str, str] = {}


class ModelPage(msgspec.Struct):
    """A model with its metadata and its newest versions, newest first."""

    model: Model
    metadata: list[KeyValue]
    versions: list[VersionRow]
    truncated: bool


class VersionCreate(msgspec.Struct):
    """The next version of a model: made from a candidate and one of its sources, or with files still to come.

    `version` is a semantic version that is free; empty takes the next major one. `source` is one that the
    candidate's sources name; empty means all files of the candidate. No bytes are copied.
    """

    model: int
    candidate: int | None = None
    source: str = ""
    version: str = ""
    description: str = ""
    aliases: list[str] = []
    metadata: dict[str, str] = {}


class VersionPath(msgspec.Struct):
    model: int
    version: int


class VersionChange(msgspec.Struct):
    """`aliases` are all that the version has afterwards, taken from other versions where they were there;
    `metadata` sets keys, and a value of None removes the key."""

    model: int
    version: int
    description: str | None = None
    stage: Stage | None = None
    aliases: list[str] | None = None
    metadata: dict[str, str | None] = {}


class VersionCandidate(msgspec.Struct):
    """The candidate that a version was made from, with what its page shows of numbers."""

    iid: int
    external_id: str
    name: str
    status: str
    deleted: bool
    experiment: CandidateLink
    metrics: list[Series]
    params: list[KeyValue]
    ci: Ci | None


class Version(msgspec.Struct):
    """Everything on a version's page. `kept` says where its files are: with a candidate, with a logged model, in a
    package of its own, which takes uploads, or not here; `location` is their address."""

    model: int
    name: str
    number: int
    version: str
    description: str
    stage: Stage
    aliases: list[str]
    metadata: list[KeyValue]
    source: str
    location: str
    kept: Literal["candidate", "logged_model", "version", "elsewhere"]
    run_id: str
    run_link: str
    logged_model: str
    created_at: int
    updated_at: int
    created_by: str | None
    candidate: VersionCandidate | None
    files: list[File]
    files_truncated: bool


class Source(msgspec.Struct):
    """What of a candidate a version can be made from."""

    source: str
    kind: Literal["logged_model", "folder", "everything"]
    name: str
    files: int
    size: int


class SourceList(msgspec.Struct):
    """The likeliest first."""

    sources: list[Source]
