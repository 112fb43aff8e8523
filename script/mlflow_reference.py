#!/usr/bin/env python
"""Write docs/reference/mlflow.md: MLflow's operations as the endpoint table has them, and those that it lacks."""

import tomllib
from pathlib import Path
from typing import Any

from shortlist.http.endpoint import Endpoint
from shortlist.mlflow import endpoints, server

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "mlflow.md"
ABSENT = Path(__file__).with_name("mlflow_absent.toml")

_API, _AJAX, _FILES = "/api/2.0/mlflow", "/ajax-api/2.0/mlflow", "/api/2.0/mlflow-artifacts"

# What goes beyond MLflow's server, or differs from it on purpose.
EXTENDED = {
    "POST /experiments/search": "Filters with OR, NOT, parentheses; pages that stay put while rows are added.",
    "POST /runs/search": "Filters with OR, NOT, parentheses and functions; ordering puts missing values last.",
    "POST /runs/log-parameter": "A value beyond 6,000 characters is cut, or refused by setting.",
    "POST /runs/set-tag": "A value beyond 8,000 characters (a note: 20,000) is cut, or refused by setting.",
    "POST /runs/log-batch": "All of it or nothing, in one transaction; overlong values as by the single operations.",
    "POST /runs/log-inputs": "A model that does not exist is refused; tags are added to a use that is noted already.",
    "POST /runs/outputs": "A model that does not exist is refused; the same model again moves its step.",
    "POST /logged-models": "A source run that does not exist is refused.",
    "GET /logged-models/{model_id}": "Metrics: the latest point per metric, dataset and run. NaN stays NaN.",
    "POST /logged-models/search": "Filters with OR, NOT, parentheses; unknown fields are 400.",
    "POST /logged-models/{model_id}/params": "The same value again is accepted.",
    "DELETE /logged-models/{model_id}": "Again is 200.",
    "GET /metrics/get-history": "By step where MLflow orders by time, so that a resumed run reads as one curve.",
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
    "POST /mpu/create/{directory}": "With `upload_id` it goes on: what is there, and where the rest goes.",
    "POST /mpu/complete/{directory}": "Completing again is no error. The SHA-256 is computed here from what arrived.",
    "GET /presigned/{path}": "At the store with `direct_transfers`, else at this server.",
    "GET /artifacts/{path}": "With `direct_transfers`, a large file is answered by 302 to the store.",
    "GET /metrics/get-history-bulk-interval": "Each run's sample keeps the extremes, so that no spike is lost.",
    "GET /metrics/get-history-bulk": 'NaN is the text "NaN", so that the answer is valid JSON.',
}


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
            *_section(f"Below `{_FILES}`", endpoints.ARTIFACTS),
            *_section("Below `/api/3.0/mlflow`", server.INFO),
            *_section("Without a version", [*endpoints.FILES, *_probes()]),
            "## Not served",
            "",
            "Answered with 404 `ENDPOINT_NOT_FOUND` in JSON, as every path that is not on this page; a known path",
            "with another method is 405 `METHOD_NOT_ALLOWED`, and names those that there are. Clients repeat neither.",
            "",
            "| operations | why | below | which |",
            "|---|---|---|---|",
            *(_absent(family) for family in absent()),
            "",
        ]
    )


def _probes() -> list[Endpoint]:
    return [*server.PROBES]


def absent() -> list[dict[str, Any]]:
    """The families of operations that are not served: `what`, `why`, the path that they are `below`, `operations`."""
    return tomllib.loads(ABSENT.read_text())["family"]


def _absent(family: dict[str, Any]) -> str:
    below = f"`{family['below']}`" if family["below"] else "the root"
    names = ", ".join(f"`{name}`" for name in family["operations"])
    return f"| {family['what']} | {family['why']} | {below} | {names} |"


def _template(item: Endpoint) -> str:
    return item.path.replace(":path}", "}")


def _section(title: str, items: "tuple[Endpoint, ...] | list[Endpoint]") -> list[str]:
    rows = [f"## {title}", "", "| operation | right | state | what it does |", "|---|---|---|---|"]
    for item in items:
        name = f"{item.method} {_template(item)}"
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
