"""Models and versions in MLflow's words."""

from shortlist.mlflow import translate
from shortlist.mlflow.wire_registry import Alias, ModelVersion, RegisteredModel
from shortlist.models.types import Model, Stage, Version

_STAGES = {stage: stage.value.capitalize() for stage in Stage}


def registered_model(model: Model) -> RegisteredModel:
    return RegisteredModel(
        name=model.record.name,
        creation_timestamp=model.record.created_at,
        last_updated_timestamp=model.record.updated_at,
        description=model.record.description,
        latest_versions=[model_version(version) for version in model.latest],
        tags=translate.tags(model.metadata),
        aliases=[Alias(alias, str(number)) for alias, number in model.aliases.items()],
    )


def model_version(version: Version) -> ModelVersion:
    record = version.record
    return ModelVersion(
        name=record.model_name,
        version=str(record.number),
        creation_timestamp=record.created_at,
        last_updated_timestamp=record.updated_at,
        current_stage=_STAGES[record.stage],
        source=record.source or record.location,
        semantic_version=record.semver,
        run_id=record.run_id,
        run_link=record.run_link,
        description=record.description,
        model_id=record.logged_model_id,
        tags=translate.tags(version.metadata),
        aliases=version.aliases,
    )
