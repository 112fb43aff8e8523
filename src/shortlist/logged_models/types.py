"""Records of logged models. Times are milliseconds since 1970 UTC."""

from enum import StrEnum

import msgspec


class ModelStatus(StrEnum):
    """Whether a logged model's files are all there."""

    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


class LinkKind(StrEnum):
    """How a candidate has to do with a logged model: it used it, or it made it."""

    INPUT = "input"
    OUTPUT = "output"


class LoggedModelRecord(msgspec.Struct, frozen=True):
    """`external_id` is `m-` and 32 hexadecimal digits; `candidate_external_id` names the candidate that made it."""

    iid: int
    external_id: str
    experiment_iid: int
    name: str
    model_type: str
    status: ModelStatus
    candidate_external_id: str | None
    created_at: int
    updated_at: int
    created_by: int | None
    deleted_at: int | None


class NewLoggedModel(msgspec.Struct, frozen=True):
    """What a logged model is created from. An empty name asks for a made-up one."""

    experiment_iid: int
    name: str | None = None
    model_type: str = ""
    candidate_external_id: str | None = None
    params: dict[str, str] = {}
    metadata: dict[str, str] = {}


class ModelMetric(msgspec.Struct, frozen=True):
    """The latest point of a metric of a logged model, on one dataset (or none: empty names), by one candidate."""

    key: str
    value: float
    timestamp: int
    step: int
    candidate_external_id: str
    dataset_name: str = ""
    dataset_digest: str = ""


class LinkedPoint(msgspec.Struct, frozen=True):
    """A point that a candidate logs for a logged model."""

    model_external_id: str
    key: str
    value: float
    timestamp: int
    step: int
    dataset_name: str = ""
    dataset_digest: str = ""


class LoggedModelData(msgspec.Struct, frozen=True):
    """Parameters, metadata and metrics of one logged model, each in order of the key."""

    params: dict[str, str]
    metadata: dict[str, str]
    metrics: list[ModelMetric]


class ModelLink(msgspec.Struct, frozen=True):
    """A candidate's link to a logged model. Only outputs have a step."""

    kind: LinkKind
    model_external_id: str
    step: int = 0
