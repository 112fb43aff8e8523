"""The unmodified MLflow client against a real server: the newest here, an older one where its Python is given."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shortlist.db import distribution, migrate
from tests.databases import DatabaseFactory
from tests.live import PASSWORD, TOKEN, live_server

HERE = Path(__file__).parent
WITH_TOKEN = {"MLFLOW_TRACKING_TOKEN": TOKEN}
WITH_PASSWORD = {"MLFLOW_TRACKING_USERNAME": "root", "MLFLOW_TRACKING_PASSWORD": PASSWORD}


def _run(python: str, folder: Path, database: str = "") -> dict[str, str]:
    """What each scenario says with a client, each in a project of its own on one server."""
    with live_server(folder / "data", database) as server:
        asked = [
            ("scenario", {"MLFLOW_TRACKING_URI": server.new_project("logging"), **WITH_TOKEN}),
            ("scenario_short", {"MLFLOW_TRACKING_URI": server.url, **WITH_PASSWORD}),
            ("scenario_methods", {"MLFLOW_TRACKING_URI": server.new_project("methods"), **WITH_TOKEN}),
            ("scenario_models", {"MLFLOW_TRACKING_URI": server.new_project("models"), **WITH_TOKEN}),
        ]
        environment = {
            **os.environ,
            "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
            # The client looks for what a model needs in a process of its own, for half a minute; not here, and at
            # night it does.
            "MLFLOW_REQUIREMENTS_INFERENCE_TIMEOUT": "0",
            "MPLCONFIGDIR": str(folder),
            "MPLBACKEND": "Agg",
            "PYTHONWARNINGS": "ignore",
        }
        steps = [{"scenario": name, "environment": variables} for name, variables in asked]
        result = subprocess.run(
            [python, str(HERE / "several.py"), json.dumps(steps)],
            env=environment,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
    assert result.returncode == 0, result.stdout + result.stderr
    said = [line for line in result.stdout.splitlines() if line.startswith("ok ")]
    return dict(zip((name for name, _ in asked), said, strict=True))


def test_the_newest_client(tmp_path: Path) -> None:
    said = _run(sys.executable, tmp_path)

    assert all(line.startswith("ok 3.") for line in said.values())
    assert "sklearn_models,autolog,python_models,logged_model_methods,prompts" in said["scenario_models"]


@pytest.mark.skipif("SHORTLIST_TEST_MLFLOW_2" not in os.environ, reason="SHORTLIST_TEST_MLFLOW_2 names no Python")
def test_a_2_22_client_on_postgresql(tmp_path: Path, databases: DatabaseFactory) -> None:
    url = databases.create("postgresql", tmp_path)
    try:
        said = _run(os.environ["SHORTLIST_TEST_MLFLOW_2"], tmp_path, url)
    finally:
        databases.drop(url)

    assert all(line.startswith("ok 2.22") for line in said.values())
    assert "sixteen_threads" in said["scenario_models"]


@pytest.mark.skipif("SHORTLIST_TEST_CITUS" not in os.environ, reason="SHORTLIST_TEST_CITUS names no coordinator")
def test_the_newest_client_on_tables_that_are_spread_over_machines(tmp_path: Path) -> None:
    """`script/citus`: the database is of a Citus cluster with workers, and may be spread already."""
    url = os.environ["SHORTLIST_TEST_CITUS"]
    migrate.upgrade(url)
    cluster = distribution.distribute(url, lambda _name, _how: None)
    spread = {name for name, how in cluster.tables.items() if how == "distributed"}
    assert spread == {table.name for table in distribution.distributed()}

    said = _run(sys.executable, tmp_path, url)

    assert all(line.startswith("ok 3.") for line in said.values())
