"""MLflow's wire format for runs, their metrics, parameters and tags.

A page makes thousands of these, none of which can be part of a cycle, so the collector is not told of them.
"""

from typing import Any

import msgspec

from shortlist.mlflow.wire_experiments import Tag


class RunInfo(msgspec.Struct, omit_defaults=True, gc=False):
    run_id: str
    run_uuid: str
    experiment_id: str
    run_name: str
    user_id: str
    status: str
    start_time: int
    artifact_uri: str
    lifecycle_stage: str
    end_time: int | None = None


class Metric(msgspec.Struct, gc=False):
    key: str
    value: float | str
    timestamp: int
    step: int


class Param(msgspec.Struct, gc=False):
    key: str
    value: str


class Dataset(msgspec.Struct, omit_defaults=True):
    name: str = ""
    digest: str = ""
    source_type: str = ""
    source: str = ""
    schema: str | None = None
    profile: str | None = None


class DatasetInput(msgspec.Struct):
    dataset: Dataset = msgspec.field(default_factory=Dataset)
    tags: list[Tag] = []


class RunData(msgspec.Struct, gc=False):
    metrics: list[Metric]
    params: list[Param]
    tags: list[Tag]


class EncodedRunData(msgspec.Struct, gc=False):
    """`RunData` on its way out: what a reader takes from the database is sent as it is."""

    metrics: list[Metric]
    params: msgspec.Raw
    tags: msgspec.Raw


class ModelInput(msgspec.Struct):
    model_id: str


class ModelOutput(msgspec.Struct):
    model_id: str
    step: int


class RunInputs(msgspec.Struct, gc=False):
    dataset_inputs: list[DatasetInput]
    model_inputs: list[ModelInput]


class RunOutputs(msgspec.Struct, gc=False):
    model_outputs: list[ModelOutput]


class Run(msgspec.Struct, gc=False):
    info: RunInfo
    data: RunData
    inputs: RunInputs
    outputs: RunOutputs


class RunAnswer(msgspec.Struct):
    run: Run


class RunInfoAnswer(msgspec.Struct):
    run_info: RunInfo


class RunId(msgspec.Struct):
    """Clients send the same id under both names."""

    run_id: str | None = None
    run_uuid: str | None = None


class CreateRun(msgspec.Struct):
    experiment_id: str | None = None
    user_id: str = ""
    run_name: str = ""
    start_time: int | None = None
    tags: list[Tag] = []


class UpdateRun(RunId):
    """The status by name or by its number in the protocol."""

    status: str | int | None = None
    end_time: int | None = None
    run_name: str | None = None


class SearchRuns(msgspec.Struct):
    """The view by name or by its number in the protocol."""

    experiment_ids: list[str | int] = []
    filter: str = ""
    run_view_type: str | int = "ACTIVE_ONLY"
    max_results: int = 1000
    order_by: list[str] | str = []
    page_token: str = ""


class RunPage(msgspec.Struct, omit_defaults=True):
    runs: list[Run]
    next_page_token: str | None = None


class LogMetric(RunId):
    """`value`, `timestamp` and `step` are checked by the metric engine's rules, which name the field at fault."""

    key: Any = None
    value: Any = None
    timestamp: Any = None
    step: Any = None
    model_id: str | None = None
    dataset_name: str | None = None
    dataset_digest: str | None = None


class MetricIn(msgspec.Struct):
    key: Any = None
    value: Any = None
    timestamp: Any = None
    step: Any = None
    model_id: str | None = None
    dataset_name: str | None = None
    dataset_digest: str | None = None


class ParamIn(msgspec.Struct):
    key: str = ""
    value: str = ""


class LogParameter(RunId):
    key: str | None = None
    value: str = ""


class SetTag(RunId):
    key: str | None = None
    value: str = ""


class DeleteTag(RunId):
    key: str | None = None


class LogBatch(msgspec.Struct):
    run_id: str | None = None
    metrics: list[MetricIn] = []
    params: list[ParamIn] = []
    tags: list[Tag] = []


class ModelIn(msgspec.Struct):
    model_id: str = ""
    step: int = 0


class LogInputs(msgspec.Struct):
    run_id: str | None = None
    datasets: list[DatasetInput] = []
    models: list[ModelIn] = []


class LogOutputs(msgspec.Struct):
    run_id: str | None = None
    models: list[ModelIn] | None = None


class LogModel(msgspec.Struct):
    run_id: str | None = None
    model_json: str | None = None


class GetHistory(RunId):
    metric_key: str | None = None
    max_results: int | None = None
    page_token: str = ""


class BulkInterval(msgspec.Struct):
    run_ids: list[str] = []
    metric_key: str | None = None
    start_step: int | None = None
    end_step: int | None = None
    max_results: int = 2_500


class BulkHistory(msgspec.Struct):
    run_id: list[str] = []
    metric_key: str | None = None
    max_results: int | None = None
