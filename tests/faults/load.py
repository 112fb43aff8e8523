"""Clients that log under faults: each to runs of its own, remembering what the server acknowledged."""

import threading
from collections import Counter
from collections.abc import Callable

import httpx

from tests.live import LiveServer

RUNS = "/api/2.0/mlflow/runs"
POINTS = 200


class BatchLogger(threading.Thread):
    """Logs batches of consecutive steps of one metric, until the server is gone or `stop` is set.

    A batch that is refused with 503, or not answered, is sent again, as the MLflow client does; `patient` ones do so
    also when the connection breaks, and count that in `broken`. Each batch takes one of those that are `allowed`.
    """

    def __init__(
        self,
        server: LiveServer,
        enough: threading.Semaphore,
        *,
        run_id: str = "",
        first: int = 0,
        patient: bool = False,
        allowed: threading.Semaphore | None = None,
    ) -> None:
        super().__init__(daemon=True)
        self._allowed = allowed
        self._patient = patient
        self.broken = 0
        self._server = server
        self._enough = enough
        self.stop = threading.Event()
        self.run_id = run_id
        self.acknowledged = first
        self.statuses: Counter[int] = Counter()

    def run(self) -> None:
        with self._server.client() as client:
            try:
                while not self.run_id:
                    answer = client.post(f"{RUNS}/create", json={"experiment_id": "0"})
                    if answer.status_code == 200:
                        self.run_id = answer.json()["run"]["info"]["run_id"]
                while not self.stop.is_set():
                    if self._allowed is not None:
                        self._allowed.acquire()
                    try:
                        self._log(client)
                    except httpx.TransportError:
                        if not self._patient:
                            raise
                        self.broken += 1
                        self._enough.release()
            except httpx.TransportError:
                return  # the server was killed: what follows was never acknowledged

    def _log(self, client: httpx.Client) -> None:
        steps = range(self.acknowledged, self.acknowledged + POINTS)
        metrics = [{"key": "loss", "value": 1 / (1 + step), "timestamp": step, "step": step} for step in steps]
        answer = client.post(f"{RUNS}/log-batch", json={"run_id": self.run_id, "metrics": metrics})
        self.statuses[answer.status_code] += 1
        if answer.status_code == 200:
            self.acknowledged = steps.stop
        self._enough.release()


def stored_steps(client: httpx.Client, run_id: str) -> list[int]:
    query = {"run_id": run_id, "metric_key": "loss"}
    answer = client.get("/api/2.0/mlflow/metrics/get-history", params=query)
    return [point["step"] for point in answer.json()["metrics"]]


def check_complete(client: httpx.Client, loggers: list[BatchLogger]) -> None:
    """Every acknowledged point is there once; of the batch that was on its way, all or nothing is."""
    for logger in loggers:
        found = stored_steps(client, logger.run_id)
        assert found in (
            list(range(logger.acknowledged)),
            list(range(logger.acknowledged + POINTS)),
        ), (logger.run_id, logger.acknowledged, len(found), logger.statuses)


class Load:
    """Writers that go on whatever happens, and what happened to them.

    Each always has a batch on its way and one more to send, and what is waited for allows the next: a machine that
    needs long for something else has not logged millions of points meanwhile.
    """

    def __init__(self, server: LiveServer, writers: int = 2) -> None:
        self._enough = threading.Semaphore(0)
        self._allowed = threading.Semaphore(2 * writers)
        self.loggers = [BatchLogger(server, self._enough, patient=True, allowed=self._allowed) for _ in range(writers)]
        for logger in self.loggers:
            logger.start()

    def wait_for(self, answers: int) -> None:
        for _ in range(answers):
            assert self._enough.acquire(timeout=60)
            self._allowed.release()

    def stop(self) -> Counter[int]:
        """The statuses of all answers."""
        for logger in self.loggers:
            logger.stop.set()
        self._allowed.release(len(self.loggers))
        for logger in self.loggers:
            logger.join(timeout=60)
            assert not logger.is_alive()
        return self.statuses

    def go_on_until(self, condition: Callable[[], bool]) -> None:
        """Wait for something while the load goes on, by the answers that it gets."""
        for _ in range(30_000):
            if condition():
                return
            self.wait_for(1)
        raise AssertionError("it never happened")

    @property
    def statuses(self) -> Counter[int]:
        """Of all answers until now."""
        return sum((logger.statuses for logger in self.loggers), Counter[int]())

    @property
    def broken(self) -> int:
        """How many requests got no answer."""
        return sum(logger.broken for logger in self.loggers)
