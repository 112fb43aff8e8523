"""Records of models and their versions. Times are milliseconds since 1970 UTC."""

from enum import StrEnum

import msgspec


class Stage(StrEnum):
    """Where a version stands on its way to use."""

    NONE = "none"
    STAGING = "staging"
    PRODUCTION = "production"
    ARCHIVED = "archived"


ACTIVE_STAGES = (Stage.STAGING, Stage.PRODUCTION)


class ModelRecord(msgspec.Struct, frozen=True):
    iid: int
    name: str
    description: str
    created_at: int
    updated_at: int
    created_by: int | None


class VersionRecord(msgspec.Struct, frozen=True):
    """A version of a model.

    `source` is what its creator named, `location` where its files are. `run_id` is what its creator said of the
    candidate; `candidate_iid` and `experiment_iid` are set where that is one of this project.
    """

    iid: int
    model_iid: int
    model_name: str
    number: int
    semver: str
    description: str
    stage: Stage
    source: str
    location: str
    run_link: str
    run_id: str
    candidate_iid: int | None
    experiment_iid: int | None
    logged_model_id: str
    created_at: int
    updated_at: int
    created_by: int | None


class Version(msgspec.Struct, frozen=True):
    """A version with what hangs on it."""

    record: VersionRecord
    metadata: dict[str, str]
    aliases: list[str]


class Model(msgspec.Struct, frozen=True):
    """A model with what hangs on it. `aliases` is alias to number, `latest` the highest number of each stage."""

    record: ModelRecord
    metadata: dict[str, str]
    aliases: dict[str, int]
    latest: list[Version]


class NewVersion(msgspec.Struct, frozen=True):
    """What a version is created from. An empty `source` stands for the candidate, or for files still to come."""

    model_name: str
    source: str = ""
    run_id: str = ""
    logged_model_id: str = ""
    run_link: str = ""
    description: str = ""
    metadata: dict[str, str] = {}


class Origin(msgspec.Struct, frozen=True):
    """Where a version comes from, checked. An empty location stands for a package of the version's own."""

    source: str
    location: str
    run_id: str = ""
    candidate_iid: int | None = None
    experiment_iid: int | None = None
    logged_model_id: str = ""
