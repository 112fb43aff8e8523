"""Metadata keys of models and versions with a meaning."""

SEMVER = "gitlab.version"
PROMPT = "mlflow.prompt.is_prompt"
# On a logged model: the versions that were made from it, a JSON array of {"name", "version"}.
VERSIONS = "mlflow.modelVersions"


def is_prompt(metadata: dict[str, str]) -> bool:
    return metadata.get(PROMPT, "").lower() == "true"
