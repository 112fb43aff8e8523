"""The unmodified MLflow client against a real server: the newest here, older ones where their Python is given."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live import TOKEN, live_server

SCENARIO = Path(__file__).with_name("scenario.py")
MODELS = Path(__file__).with_name("scenario_models.py")
METHODS = Path(__file__).with_name("scenario_methods.py")

SHORT = """
import mlflow

with mlflow.start_run() as run:
    mlflow.log_metric("loss", 0.5)
    mlflow.log_text("seen", "a/note.txt")
assert mlflow.get_run(run.info.run_id).data.metrics == {"loss": 0.5}
assert mlflow.artifacts.load_text(run.info.artifact_uri + "/a/note.txt") == "seen"
print("ok", mlflow.__version__)
"""


def _run(python: str, tracking_uri: str, folder: Path, scenario: Path = SCENARIO, **credentials: str) -> str:
    environment = {
        **os.environ,
        "MLFLOW_TRACKING_URI": tracking_uri,
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
        "MPLCONFIGDIR": str(folder),
        "PYTHONWARNINGS": "ignore",
        **credentials,
    }
    result = subprocess.run(
        [python, str(scenario)], env=environment, cwd=folder, capture_output=True, text=True, timeout=900, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout.strip().splitlines()[-1]


def test_newest_client_with_a_token_below_a_project(tmp_path: Path) -> None:
    with live_server(tmp_path / "data") as server:
        line = _run(sys.executable, server.tracking_uri, tmp_path, MLFLOW_TRACKING_TOKEN=TOKEN)

    assert line.startswith("ok 3.")


def test_newest_client_with_a_password_at_the_root(tmp_path: Path) -> None:
    script = tmp_path / "short.py"
    script.write_text(SHORT)
    with live_server(tmp_path / "data") as server:
        line = _run(
            sys.executable,
            server.url,
            tmp_path,
            script,
            MLFLOW_TRACKING_USERNAME="root",
            MLFLOW_TRACKING_PASSWORD="correct horse battery",
        )

    assert line.startswith("ok 3.")


@pytest.mark.skipif("SHORTLIST_TEST_MLFLOW_2" not in os.environ, reason="SHORTLIST_TEST_MLFLOW_2 names no Python")
def test_a_2_22_client(tmp_path: Path) -> None:
    with live_server(tmp_path / "data") as server:
        python = os.environ["SHORTLIST_TEST_MLFLOW_2"]
        line = _run(python, server.tracking_uri, tmp_path, MLFLOW_TRACKING_TOKEN=TOKEN)

    assert line.startswith("ok 2.22")


def test_models_with_the_newest_client(tmp_path: Path) -> None:
    with live_server(tmp_path / "data") as server:
        line = _run(sys.executable, server.tracking_uri, tmp_path, MODELS, MLFLOW_TRACKING_TOKEN=TOKEN)

    assert line.startswith("ok 3.")
    assert "sklearn_models,autolog,python_models,logged_model_methods,prompts" in line


def test_every_method_of_the_newest_client(tmp_path: Path) -> None:
    with live_server(tmp_path / "data") as server:
        line = _run(sys.executable, server.tracking_uri, tmp_path, METHODS, MLFLOW_TRACKING_TOKEN=TOKEN)

    assert line.startswith("ok 3.")


@pytest.mark.skipif("SHORTLIST_TEST_MLFLOW_2" not in os.environ, reason="SHORTLIST_TEST_MLFLOW_2 names no Python")
def test_models_and_methods_with_a_2_22_client(tmp_path: Path) -> None:
    with live_server(tmp_path / "data") as server:
        python = os.environ["SHORTLIST_TEST_MLFLOW_2"]
        models = _run(python, server.tracking_uri, tmp_path, MODELS, MLFLOW_TRACKING_TOKEN=TOKEN)
        methods = _run(python, server.tracking_uri, tmp_path, METHODS, MLFLOW_TRACKING_TOKEN=TOKEN)

    assert models.startswith("ok 2.22")
    assert "sixteen_threads" in models
    assert methods.startswith("ok 2.22")
