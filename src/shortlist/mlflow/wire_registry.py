"""MLflow's wire format for registered models and their versions."""

import msgspec

from shortlist.mlflow.wire_experiments import Tag


class Alias(msgspec.Struct):
    alias: str
    version: str


class ModelVersion(msgspec.Struct, omit_defaults=True):
    """`semantic_version` is ours; MLflow's clients pass over what they do not know."""

    name: str
    version: str
    creation_timestamp: int
    last_updated_timestamp: int
    current_stage: str
    source: str
    semantic_version: str
    run_id: str = ""
    run_link: str = ""
    description: str = ""
    model_id: str = ""
    tags: list[Tag] = []
    aliases: list[str] = []
    # Clients wait for a version until it says so.
    status: str = msgspec.field(default_factory=lambda: "READY")


class RegisteredModel(msgspec.Struct, omit_defaults=True):
    name: str
    creation_timestamp: int
    last_updated_timestamp: int
    description: str = ""
    latest_versions: list[ModelVersion] = []
    tags: list[Tag] = []
    aliases: list[Alias] = []


class RegisteredModelAnswer(msgspec.Struct):
    registered_model: RegisteredModel


class ModelVersionAnswer(msgspec.Struct):
    model_version: ModelVersion


class ModelVersions(msgspec.Struct, omit_defaults=True):
    model_versions: list[ModelVersion] = []
    next_page_token: str | None = None


class RegisteredModels(msgspec.Struct, omit_defaults=True):
    registered_models: list[RegisteredModel] = []
    next_page_token: str | None = None


class DownloadUri(msgspec.Struct):
    artifact_uri: str


class ModelName(msgspec.Struct):
    name: str | None = None


class CreateModel(ModelName):
    tags: list[Tag] = []
    description: str = ""


class RenameModel(ModelName):
    new_name: str | None = None


class UpdateModel(ModelName):
    description: str = ""


class LatestVersions(ModelName):
    stages: list[str] = []


class SetModelTag(ModelName):
    key: str | None = None
    value: str | None = None


class DeleteModelTag(ModelName):
    key: str | None = None


class SetAlias(ModelName):
    alias: str | None = None
    version: str | None = None


class AliasName(ModelName):
    alias: str | None = None


class Version(ModelName):
    version: str | None = None


class CreateVersion(ModelName):
    source: str | None = None
    run_id: str | None = None
    model_id: str | None = None
    run_link: str | None = None
    description: str | None = None
    tags: list[Tag] = []


class UpdateVersion(Version):
    description: str = ""


class TransitionStage(Version):
    stage: str | None = None
    archive_existing_versions: bool = False


class SetVersionTag(Version):
    key: str | None = None
    value: str | None = None


class DeleteVersionTag(Version):
    key: str | None = None


class SearchRegistry(msgspec.Struct):
    """A page size of None is the default of the operation."""

    filter: str = ""
    max_results: int | None = None
    order_by: list[str] = []
    page_token: str = ""
