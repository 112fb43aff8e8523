"""Experiments of a test's own, filled over the wire as an MLflow client would."""

import time
from collections.abc import Callable
from typing import Any

import httpx

PROJECT = "root/default"
API = f"/api/v1/projects/{PROJECT.replace('/', '%2F')}"


class Lab:
    """One experiment, and what is logged into it."""

    def __init__(self, client: httpx.Client, name: str) -> None:
        self._client = client
        self.name = name
        self.experiment = int(self._post("experiments/create", name=name)["experiment_id"])
        self.path = f"/{PROJECT}/-/ml/experiments/{self.experiment}"

    def _post(self, path: str, **body: Any) -> Any:
        answer = self._client.post(f"/api/v4/projects/root%2Fdefault/ml/mlflow/api/2.0/mlflow/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def start(self, name: str, order: int = 0, **params: str) -> str:
        """A running candidate; of two, the one with the greater `order` started later."""
        body = {"experiment_id": str(self.experiment), "run_name": name, "start_time": 1_700_000_000_000 + order}
        run_id = self._post("runs/create", **body)["run"]["info"]["run_id"]
        if params:
            given = [{"key": key, "value": value} for key, value in params.items()]
            self._post("runs/log-batch", run_id=run_id, params=given)
        return run_id

    def log(self, run_id: str, key: str, value: float | str, step: int = 0) -> None:
        self._post(
            "runs/log-metric", run_id=run_id, key=key, value=value, step=step, timestamp=int(time.time() * 1000)
        )

    def finish(self, run_id: str) -> None:
        self._post("runs/update", run_id=run_id, status="FINISHED", end_time=1_700_000_900_000)

    def metadata(self, run_id: str) -> dict[str, str]:
        return {tag["key"]: tag["value"] for tag in self._run(run_id)["data"]["tags"]}

    def artifacts(self, run_id: str) -> str:
        """Where the candidate's files are, below the address of the artifact proxy."""
        return self._run(run_id)["info"]["artifact_uri"].partition("mlflow-artifacts:")[2].lstrip("/")

    def _run(self, run_id: str) -> Any:
        answer = self._client.get("/api/v4/projects/root%2Fdefault/ml/mlflow/api/2.0/mlflow/runs/get?run_id=" + run_id)
        return answer.json()["run"]


MakeLab = Callable[[str], Lab]
