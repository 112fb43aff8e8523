"""MLflow's wire format for experiments. Field names and types are those of its protobuf messages, in JSON."""

import msgspec


class Empty(msgspec.Struct):
    pass


class Tag(msgspec.Struct, gc=False):
    key: str = ""
    value: str = ""


class Experiment(msgspec.Struct):
    """`workspace` is what MLflow's server says where there are none; a project is one, and its address names it."""

    experiment_id: str
    name: str
    artifact_location: str
    lifecycle_stage: str
    creation_time: int
    last_update_time: int
    tags: list[Tag]
    workspace: str = "default"


class CreateExperiment(msgspec.Struct):
    name: str | None = None
    artifact_location: str | None = None
    tags: list[Tag] = []


class ExperimentCreated(msgspec.Struct):
    experiment_id: str


class ExperimentId(msgspec.Struct):
    experiment_id: str | None = None


class ExperimentByName(msgspec.Struct):
    experiment_name: str | None = None


class ExperimentAnswer(msgspec.Struct):
    experiment: Experiment


class UpdateExperiment(msgspec.Struct):
    experiment_id: str | None = None
    new_name: str | None = None


class SetExperimentTag(msgspec.Struct):
    experiment_id: str | None = None
    key: str | None = None
    value: str | None = None


class DeleteExperimentTag(msgspec.Struct):
    experiment_id: str | None = None
    key: str | None = None


class SearchExperiments(msgspec.Struct):
    """`order_by` is a list; one text alone is taken as a list of one, as GitLab's clients send it. The view is a name
    or its number in the protocol."""

    max_results: int | None = None
    filter: str = ""
    order_by: list[str] | str = []
    view_type: str | int = "ACTIVE_ONLY"
    page_token: str = ""


class ExperimentPage(msgspec.Struct, omit_defaults=True):
    experiments: list[Experiment]
    next_page_token: str | None = None


class SearchDatasets(msgspec.Struct):
    experiment_ids: list[str | int] = []


class DatasetSummary(msgspec.Struct, omit_defaults=True):
    experiment_id: str
    name: str
    digest: str
    context: str = ""


class DatasetSummaries(msgspec.Struct):
    dataset_summaries: list[DatasetSummary]
