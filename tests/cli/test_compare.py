"""`shortlist compare` on the terminal: what its table says, and that no name or value commands the terminal."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from shortlist.cli.main import app
from tests.live import live_server

MLFLOW = "/api/v4/projects/root%2Fdefault/ml/mlflow/api/2.0/mlflow"


def test_the_table_has_deltas_courses_and_what_differs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    with live_server(tmp_path) as server, server.client() as client:
        for name, values in (("[red]plain", (1, 2)), ("wide", (1, 4)), ("empty", ())):
            made = client.post(f"{MLFLOW}/runs/create", json={"experiment_id": "0", "run_name": name}).json()
            metrics = [{"key": "acc", "value": v, "timestamp": 1, "step": step} for step, v in enumerate(values)]
            params = [{"key": "opt", "value": f"{name}\n\x1b[31m"}, {"key": "seed", "value": "7"}]
            body = {"run_id": made["run"]["info"]["run_id"], "metrics": metrics, "params": params}
            assert client.post(f"{MLFLOW}/runs/log-batch", json=body).status_code == 200
    result = CliRunner().invoke(app, ["compare", "root/default", "1", "2", "3", "--data", str(tmp_path)])
    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.output.splitlines()]
    assert ["[red]plain", "wide", "empty"] in lines
    assert ["acc", "2", "4", "best"] in lines
    assert ["▁█", "+2", "better"] in lines
    assert ["▁█"] in lines
    assert ["opt", "[red]plain", "[31m", "wide", "[31m", "empty", "[31m"] in lines
    assert "1 equal: seed 7" in result.output
    drawn = CliRunner().invoke(app, ["compare", "root/default", "1", "2", "--plot", "acc", "--data", str(tmp_path)])
    assert "acc, steps 0 to 1, ▁ 1 to █ 4" in drawn.output
    assert ["wide", "▁" * 47 + "█", "1", "at", "0", "4", "at", "1", "4"] in [
        line.split() for line in drawn.output.splitlines()
    ]
