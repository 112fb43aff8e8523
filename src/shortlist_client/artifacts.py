"""Artifacts by the addresses of GitLab's packages, which MLflow's client can write to and read single files from.

It lists, and so downloads directories, at the artifact proxy only. This leads it there: both name the same files.
"""

import re

from mlflow.store.artifact.http_artifact_repo import HttpArtifactRepository

_PACKAGE = re.compile(
    r"(?P<project>https?://.+/api/v4/projects/[^/]+)/packages/"
    r"(?:ml_models/(?P<owner>[^/]+)/files|generic/ml_experiment_\d+/(?:candidate_)?(?P<candidate>\d+))"
    r"(?P<below>/.*)?"
)


class PackageArtifacts(HttpArtifactRepository):
    """The artifact repository of `http` and `https`: as it was for all addresses but those of packages."""

    def __init__(self, artifact_uri: str, tracking_uri: str | None = None, registry_uri: str | None = None) -> None:
        super().__init__(at_proxy(artifact_uri), tracking_uri, registry_uri)  # pyright: ignore[reportUnknownMemberType]


def at_proxy(uri: str) -> str:
    """The address at the artifact proxy of what a package's address names; any other address as it is."""
    found = _PACKAGE.fullmatch(uri)
    if found is None:
        return uri
    root = found["owner"] or f"candidate:{found['candidate']}"
    below = (found["below"] or "").rstrip("/")
    return f"{found['project']}/ml/mlflow/api/2.0/mlflow-artifacts/artifacts/{root}{below}"
