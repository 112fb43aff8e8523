"""MLflow's wire format for logged models."""

import msgspec

from shortlist.mlflow.wire_artifacts import FileInfo
from shortlist.mlflow.wire_experiments import Tag
from shortlist.mlflow.wire_runs import Param, ParamIn


class ModelMetric(msgspec.Struct, omit_defaults=True):
    key: str
    value: float | str
    timestamp: int
    step: int
    model_id: str
    run_id: str
    dataset_name: str = ""
    dataset_digest: str = ""


class LoggedModelInfo(msgspec.Struct, omit_defaults=True):
    model_id: str
    experiment_id: str
    name: str
    creation_timestamp_ms: int
    last_updated_timestamp_ms: int
    artifact_uri: str
    status: str
    model_type: str = ""
    source_run_id: str = ""
    tags: list[Tag] = []


class LoggedModelData(msgspec.Struct, omit_defaults=True):
    params: list[Param] = []
    metrics: list[ModelMetric] = []


class LoggedModel(msgspec.Struct):
    info: LoggedModelInfo
    data: LoggedModelData


class LoggedModelAnswer(msgspec.Struct):
    model: LoggedModel


class CreateLoggedModel(msgspec.Struct):
    experiment_id: str | None = None
    name: str | None = None
    model_type: str = ""
    source_run_id: str = ""
    params: list[ParamIn] = []
    tags: list[Tag] = []


class ModelId(msgspec.Struct):
    model_id: str | None = None


class GetLoggedModel(ModelId):
    allow_deleted: bool = False


class FinalizeLoggedModel(ModelId):
    """The status by name, with MLflow's prefix or without, or by its number in the protocol."""

    status: str | int | None = None


class SetLoggedModelTags(ModelId):
    tags: list[Tag] = []


class DeleteLoggedModelTag(ModelId):
    tag_key: str | None = None


class LogLoggedModelParams(ModelId):
    params: list[ParamIn] = []


class ListLoggedModelArtifacts(ModelId):
    artifact_directory_path: str = ""


class LoggedModelListing(msgspec.Struct, omit_defaults=True):
    root_uri: str
    files: list[FileInfo] = []


class SearchDataset(msgspec.Struct):
    dataset_name: str = ""
    dataset_digest: str = ""


class SearchOrder(msgspec.Struct):
    field_name: str = ""
    ascending: bool = True
    dataset_name: str = ""
    dataset_digest: str = ""


class SearchLoggedModels(msgspec.Struct):
    experiment_ids: list[str | int] | None = None
    filter: str = ""
    datasets: list[SearchDataset] = []
    max_results: int | None = None
    order_by: list[SearchOrder] = []
    page_token: str = ""


class LoggedModelPage(msgspec.Struct, omit_defaults=True):
    models: list[LoggedModel] = []
    next_page_token: str | None = None
