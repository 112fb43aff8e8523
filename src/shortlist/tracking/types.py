"""Records of experiments and candidates. Times are milliseconds since 1970 UTC."""

from enum import StrEnum

import msgspec


class Status(StrEnum):
    """Where a candidate's training stands."""

    RUNNING = "running"
    SCHEDULED = "scheduled"
    FINISHED = "finished"
    FAILED = "failed"
    KILLED = "killed"


class ExperimentRecord(msgspec.Struct, frozen=True):
    iid: int
    name: str
    note: str
    artifact_location: str | None
    created_at: int
    updated_at: int
    created_by: int | None
    deleted_at: int | None
    metadata: dict[str, str] = {}


class ExperimentActivity(msgspec.Struct, frozen=True):
    """Counts of an experiment's candidates that are not deleted, `failed` with those that were killed, and when one of
    them last changed."""

    candidates: int = 0
    running: int = 0
    failed: int = 0
    last_activity_at: int | None = None


class CandidateRecord(msgspec.Struct, frozen=True, gc=False):
    iid: int
    external_id: str
    experiment_iid: int
    name: str
    note: str
    status: Status
    start_time: int
    end_time: int | None
    user_id: int | None
    user_name: str
    parent_external_id: str | None
    created_at: int
    updated_at: int
    deleted_at: int | None


class NewCandidate(msgspec.Struct, frozen=True):
    """What a candidate is created from. An empty name asks for a made-up one."""

    experiment_iid: int
    name: str
    start_time: int
    user_name: str
    metadata: dict[str, str]
    status: Status = Status.RUNNING
    end_time: int | None = None


class CandidateChange(msgspec.Struct, frozen=True):
    """New values of a candidate's own fields; None leaves a field as it is."""

    name: str | None = None
    note: str | None = None
    status: Status | None = None
    end_time: int | None = None


class DatasetInput(msgspec.Struct, frozen=True):
    """A dataset that a candidate used, with the tags of that use."""

    name: str
    digest: str
    source_type: str
    source: str
    schema: str | None
    profile: str | None
    tags: dict[str, str]


class CandidateData(msgspec.Struct, frozen=True):
    """Parameters, metadata and datasets of one candidate, each in order of the key."""

    params: dict[str, str]
    metadata: dict[str, str]
    datasets: list[DatasetInput]


class EncodedData(msgspec.Struct, frozen=True, gc=False):
    """The same, with parameters and metadata as JSON: `[{"key": …, "value": …}, …]`."""

    params: str
    metadata: str
    datasets: list[DatasetInput]


class Batch(msgspec.Struct, frozen=True):
    """Parameters and metadata of one request, checked; the metrics travel beside it as points."""

    params: dict[str, str] = {}
    metadata: dict[str, str] = {}
