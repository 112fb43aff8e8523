"""The MLflow surface: its endpoint tables under each prefix that its clients use."""

from shortlist.http.endpoint import Endpoint
from shortlist.mlflow import (
    artifact_parts,
    artifacts,
    experiments,
    history,
    logged_models,
    logging,
    model_versions,
    registered_models,
    runs,
    server,
)
from shortlist.mlflow.operations import below

TRACKING = (
    *experiments.ENDPOINTS,
    *runs.ENDPOINTS,
    *logging.ENDPOINTS,
    *history.ENDPOINTS,
    *artifacts.LIST_ENDPOINTS,
    *logged_models.ENDPOINTS,
)
REGISTRY = (*registered_models.ENDPOINTS, *model_versions.ENDPOINTS)
# What only MLflow's own pages ask for.
AJAX = (
    *experiments.AJAX_ENDPOINTS,
    *history.AJAX_ENDPOINTS,
    *artifacts.AJAX_ENDPOINTS,
    *logged_models.AJAX_ENDPOINTS,
)
ARTIFACTS = (*artifacts.ENDPOINTS, *artifact_parts.ENDPOINTS)
FILES = (*artifacts.FILES, *model_versions.FILES)


# `ajax-api` is what MLflow's own pages and some clients call.
MOUNTED: tuple[Endpoint, ...] = (
    *below("/api/2.0/mlflow", (*TRACKING, *REGISTRY)),
    *below("/ajax-api/2.0/mlflow", (*TRACKING, *REGISTRY, *AJAX)),
    *below("/api/2.0/mlflow-artifacts", ARTIFACTS),
    *below("/ajax-api/2.0/mlflow-artifacts", ARTIFACTS),
    *below("/api/3.0/mlflow", server.INFO),
    *below("/ajax-api/3.0/mlflow", server.INFO),
    *FILES,
    *server.PROBES,
)
