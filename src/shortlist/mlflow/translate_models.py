"""Logged models in MLflow's words, and those words in ours."""

from shortlist.errors import InvalidValue, MissingValue
from shortlist.logged_models.types import LinkKind, LoggedModelRecord, ModelLink, ModelStatus
from shortlist.logged_models.types import LoggedModelData as Data
from shortlist.mlflow import translate
from shortlist.mlflow import wire_logged_models as wire
from shortlist.mlflow.wire_runs import ModelIn, Param
from shortlist.tracking import roots

_STATUSES = {
    ModelStatus.PENDING: "LOGGED_MODEL_PENDING",
    ModelStatus.READY: "LOGGED_MODEL_READY",
    ModelStatus.FAILED: "LOGGED_MODEL_UPLOAD_FAILED",
}
_NAMES = {
    **{name: status for status, name in _STATUSES.items()},
    **{name.removeprefix("LOGGED_MODEL_"): status for status, name in _STATUSES.items()},
    "FAILED": ModelStatus.FAILED,
    "1": ModelStatus.PENDING,
    "2": ModelStatus.READY,
    "3": ModelStatus.FAILED,
}


def logged_model(record: LoggedModelRecord, data: Data) -> wire.LoggedModel:
    info = wire.LoggedModelInfo(
        model_id=record.external_id,
        experiment_id=str(record.experiment_iid),
        name=record.name,
        creation_timestamp_ms=record.created_at,
        last_updated_timestamp_ms=record.updated_at,
        artifact_uri=roots.of_logged_model(record.external_id),
        status=_STATUSES[record.status],
        model_type=record.model_type,
        source_run_id=record.candidate_external_id or "",
        tags=translate.tags(data.metadata),
    )
    metrics = [
        wire.ModelMetric(
            key=item.key,
            value=translate.number(item.value),
            timestamp=item.timestamp,
            step=item.step,
            model_id=record.external_id,
            run_id=item.candidate_external_id,
            dataset_name=item.dataset_name,
            dataset_digest=item.dataset_digest,
        )
        for item in data.metrics
    ]
    params = [Param(key, value) for key, value in data.params.items()]
    return wire.LoggedModel(info, wire.LoggedModelData(params, metrics))


def model_status(given: str | int | None) -> ModelStatus:
    """The status that a finalizing client names."""
    if given is None or given == "":
        raise MissingValue("status")
    found = _NAMES.get(str(given).upper())
    if found is None:
        raise InvalidValue(
            f"Invalid value '{str(given)[:100]}' for parameter 'status' supplied: expected one of "
            f"{', '.join(_STATUSES.values())}.",
            field="status",
        )
    return found


def link(item: ModelIn, kind: LinkKind) -> ModelLink:
    if not item.model_id:
        raise MissingValue("models.model_id")
    return ModelLink(kind, item.model_id, item.step if kind is LinkKind.OUTPUT else 0)
