"""Killing the server with -9 under load loses nothing that it acknowledged, on either database."""

import threading
from pathlib import Path

import httpx
import pytest

from tests.faults.counts import counted
from tests.live import LiveServer, live_server

WRITERS = 6
ROUNDS = 2
ENOUGH = 150


class Logger(threading.Thread):
    """Logs one point after another to a run of its own, and remembers what was acknowledged."""

    def __init__(self, server: LiveServer, enough: threading.Semaphore) -> None:
        super().__init__(daemon=True)
        self._server = server
        self._enough = enough
        self.run_id = ""
        self.acknowledged: list[int] = []
        self.parameters: list[str] = []

    def run(self) -> None:
        with self._server.client() as client:
            try:
                self._log(client)
            except httpx.TransportError:
                return  # the server was killed: what follows was never acknowledged

    def _log(self, client: httpx.Client) -> None:
        base = "/api/2.0/mlflow/runs"
        answer = client.post(f"{base}/create", json={"experiment_id": "0"})
        self.run_id = answer.json()["run"]["info"]["run_id"]
        step = 0
        while True:
            point = {"key": "loss", "value": step, "timestamp": step, "step": step}
            if step % 10 == 9:
                body = {"run_id": self.run_id, "metrics": [point], "params": [{"key": f"p{step}", "value": "1"}]}
                answer = client.post(f"{base}/log-batch", json=body)
            else:
                answer = client.post(f"{base}/log-metric", json={"run_id": self.run_id, **point})
            if answer.status_code != 200:
                return
            self.acknowledged.append(step)
            if step % 10 == 9:
                self.parameters.append(f"p{step}")
            self._enough.release()
            step += 1


@pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"])
def test_nothing_acknowledged_is_lost(database_kind: str, databases, tmp_path: Path) -> None:
    url = databases.create(database_kind, tmp_path)
    loggers: list[Logger] = []
    for number in range(ROUNDS):
        with live_server(tmp_path / "data", url) as server:
            enough = threading.Semaphore(0)
            started = [Logger(server, enough) for _ in range(WRITERS)]
            for logger in started:
                logger.start()
            # Killed after a number of acknowledgements that differs each time, in the middle of whatever runs.
            for _ in range(ENOUGH * (number + 1)):
                assert enough.acquire(timeout=60)
            server.kill()
            for logger in started:
                logger.join(timeout=60)
                assert not logger.is_alive()
            loggers += started
    counted(
        f"killed with -9 {ROUNDS} times on {database_kind}",
        acknowledged=sum(len(logger.acknowledged) for logger in loggers),
    )

    with live_server(tmp_path / "data", url) as server, server.client() as client:
        for logger in loggers:
            query = {"run_id": logger.run_id, "metric_key": "loss"}
            points = client.get("/api/2.0/mlflow/metrics/get-history", params=query).json()["metrics"]
            steps = [point["step"] for point in points]
            # A point that was sent but not yet acknowledged may be there as well, once.
            assert steps[: len(logger.acknowledged)] == logger.acknowledged
            assert len(steps) <= len(logger.acknowledged) + 1
            run = client.get("/api/2.0/mlflow/runs/get", params={"run_id": logger.run_id}).json()["run"]
            stored = {item["key"] for item in run["data"]["params"]}
            assert set(logger.parameters) <= stored
    databases.drop(url)
