#!/usr/bin/env python
"""Write docs/reference/mlflow.md: MLflow's operations as the endpoint table has them, and those that it lacks."""

import re
from pathlib import Path

from shortlist.http.endpoint import Endpoint
from shortlist.mlflow import artifacts, endpoints, server

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "mlflow.md"

_API, _AJAX, _FILES = "/api/2.0/mlflow", "/ajax-api/2.0/mlflow", "/api/2.0/mlflow-artifacts"

# What goes beyond MLflow's server, or differs from it on purpose.
EXTENDED = {
    "POST /experiments/search": "Filters with OR, NOT, parentheses; pages that stay put while rows are added.",
    "POST /runs/search": "Filters with OR, NOT, parentheses and functions; ordering puts missing values last.",
    "POST /runs/log-parameter": "A value beyond 6,000 characters is refused, never cut.",
    "POST /runs/set-tag": "A value beyond 8,000 characters is refused, never cut.",
    "POST /runs/log-batch": "All of it or nothing; overlong values are refused, never cut.",
    "POST /runs/log-inputs": "A model that does not exist is refused.",
    "POST /runs/outputs": "A model that does not exist is refused; the same model again moves its step.",
    "POST /logged-models": "A source run that does not exist is refused.",
    "GET /logged-models/{model_id}": "Metrics: the latest point per metric, dataset and run. NaN stays NaN.",
    "POST /logged-models/search": "Filters with OR, NOT, parentheses; unknown fields are 400.",
    "POST /logged-models/{model_id}/params": "The same value again is accepted.",
    "POST /registered-models/rename": "A taken name is RESOURCE_ALREADY_EXISTS.",
    "POST /registered-models/search": "The verb of MLflow's client for R.",
    "GET /registered-models/search": "Also by description and creation; orders by creation too.",
    "GET /registered-models/alias": "A semantic version is accepted in the place of an alias.",
    "POST /model-versions/create": (
        "Semantic version from the tag gitlab.version, else the next major one; run and model may be left out where "
        "the source names them; with gitlab.version, a version without a source has files of its own."
    ),
    "GET /model-versions/get": "By number or by semantic version; answers semantic_version and model_id as well.",
    "GET /model-versions/get-download-uri": "By number or by semantic version.",
    "GET /model-versions/search": "Also by stage, semantic version, candidate, experiment and times.",
    "POST /model-versions/transition-stage": "Archiving others outside Staging and Production is 400, not 500.",
    "GET /metrics/get-history-bulk-interval": "Each run's sample keeps the extremes, so that no spike is lost.",
    "GET /metrics/get-history-bulk": 'NaN is the text "NaN", so that the answer is valid JSON.',
}
# MLflow's operations that are not served, and what a client gets.
NOT_SERVED = (
    ("traces, assessments, OTLP (`/v1/traces`)", "404 ENDPOINT_NOT_FOUND"),
    ("evaluation datasets, scorers, issues, label schemas, review queues", "404 ENDPOINT_NOT_FOUND"),
    ("gateway, prompt optimisation, prompt lab, assistant, jobs, MCP servers, skills", "404 ENDPOINT_NOT_FOUND"),
    ("webhooks", "404 ENDPOINT_NOT_FOUND"),
    ("workspaces, users, roles and permissions of MLflow", "404 ENDPOINT_NOT_FOUND"),
    ("`artifacts/presigned-upload-url`, `artifacts/presigned-download-url`", "404 ENDPOINT_NOT_FOUND"),
    ("`mlflow-artifacts/mpu/...`, `mlflow-artifacts/presigned/...`", "501 NOT_IMPLEMENTED; clients use PUT and GET"),
    ("GraphQL", "404"),
)


def page() -> str:
    """The whole page."""
    return "\n".join(
        [
            "# MLflow's operations",
            "",
            "Written by `script/mlflow_reference.py` from the endpoint table; do not edit.",
            "",
            "Every path answers below a project (`/api/v4/projects/:id/ml/mlflow`) and at the root, there for the",
            f"caller's default project. What stands below `{_API}` answers below `{_AJAX}` as well, and below",
            "`/api/3.0` and `/ajax-api/3.0`.",
            "",
            *_section(f"Below `{_API}`", (*endpoints.TRACKING, *endpoints.REGISTRY)),
            *_section(f"Below `{_AJAX}` only", endpoints.AJAX),
            *_section(f"Below `{_FILES}`", [item for item in artifacts.ENDPOINTS if not _is_refused(item)]),
            *_section("Below `/api/3.0/mlflow`", server.INFO),
            *_section("Without a version", [*endpoints.FILES, *_probes()]),
            "## Not served",
            "",
            "| operation | answer |",
            "|---|---|",
            *(f"| {what} | {answer} |" for what, answer in NOT_SERVED),
            "",
        ]
    )


def _probes() -> list[Endpoint]:
    return [item for item in server.PROBES if not item.path.startswith("/-/")]


def _is_refused(item: Endpoint) -> bool:
    return item.handler is artifacts.unsupported


def _section(title: str, items: "tuple[Endpoint, ...] | list[Endpoint]") -> list[str]:
    rows = [f"## {title}", "", "| operation | right | state | what it does |", "|---|---|---|---|"]
    for item in items:
        name = f"{item.method} {re.sub(r':path}', '}', item.path)}"
        more = EXTENDED.get(name)
        what = item.summary if more is None else f"{item.summary} {more}"
        rows.append(
            f"| `{name}` | {item.action.value} | {'supported' if more is None else 'extended'} | "
            f"{what.replace('|', chr(92) + '|')} |"
        )
    return [*rows, ""]


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page())
