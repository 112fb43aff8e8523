"""What every case speaks to a server with: requests off the clock, streams from the load process, large answers."""

import http.client
import json
import random
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self, TypedDict

from bench.servers import HOST, Running, credentials

NOW = 1_790_000_000_000
API = "/api/2.0/mlflow/"
Request = tuple[str, str, object | None]
PATIENCE_SECONDS = 1200


class Driven(TypedDict):
    """What the load process found, as `bench.load` writes it; `server_cpu` and `client_cpu` in seconds."""

    seconds: float
    requests: int
    bytes: int
    failures: int
    reconnects: int
    first_failure: str
    p50: float
    p99: float
    server_cpu: float
    client_cpu: float


@dataclass
class Window:
    """Seconds on the clock, and of processor that a server and its client had in them."""

    seconds: float = 0.0
    server: float = 0.0
    client: float = 0.0

    @classmethod
    def of(cls, driven: Driven) -> Self:
        return cls(driven["seconds"], driven["server_cpu"], driven["client_cpu"])

    def __add__(self, other: "Window") -> "Window":
        return Window(self.seconds + other.seconds, self.server + other.server, self.client + other.client)


@contextmanager
def clock(server: Running) -> Iterator[Window]:
    """The window of a block whose requests this process sends."""
    window = Window()
    cpu, own, began = server.cpu_seconds(), time.process_time(), time.perf_counter()
    yield window
    window.seconds = time.perf_counter() - began
    window.client, window.server = time.process_time() - own, server.cpu_seconds() - cpu


def call(server: Running, method: str, path: str, body: object | None = None) -> dict[str, Any]:
    """One request, outside the clock."""
    return json.loads(_open(server, method, path, body) or b"{}")


def _open(server: Running, method: str, path: str, body: object | None) -> bytes:
    request = urllib.request.Request(
        f"http://{HOST}:{server.port}{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", **credentials(server.token)},
    )
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
        return answer.read()


def drive(server: Running, streams: list[list[Request]]) -> Driven:
    """Send streams of requests from the load process, each on a connection; every answer must be a success."""
    return drive_at(server.port, server.process.pid, streams, server.token)


def drive_at(port: int, pid: int, streams: list[list[Request]], token: str = "") -> Driven:
    """The same, to whatever process listens there."""
    plan = {"host": HOST, "port": port, "token": token, "pid": pid, "streams": streams}
    command = [sys.executable, "-m", "bench.load"]
    done = subprocess.run(command, input=json.dumps(plan).encode(), capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the load client stopped: {done.stderr.decode()[-2000:]}")
    result: Driven = json.loads(done.stdout)
    if result["failures"]:
        raise RuntimeError(f"{result['failures']} failures: {result['first_failure']}")
    return result


class Reader:
    """One kept connection for large answers, which are read but not parsed: parsing is not the server's time."""

    def __init__(self, server: Running) -> None:
        self._headers = {"Content-Type": "application/json", **credentials(server.token)}
        self._connection = http.client.HTTPConnection(HOST, server.port, timeout=PATIENCE_SECONDS)
        self._connection.connect()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def ask(self, method: str, path: str, body: object | None = None) -> str:
        """Read an answer to its end; the token of its next page, or nothing."""
        self._connection.request(method, path, None if body is None else json.dumps(body).encode(), self._headers)
        answer = self._connection.getresponse()
        raw = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path[:80]} answered {answer.status}: {raw[:300].decode(errors='replace')}")
        at = raw.rfind(b'"next_page_token"')
        return raw[at:].split(b'"')[3].decode() if at >= 0 else ""


def drive_one(server: Running, method: str, path: str, body: object | None) -> None:
    """One large answer on a connection of its own."""
    with Reader(server) as reader:
        reader.ask(method, path, body)


def new_experiment(server: Running) -> str:
    name = f"bench-{random.getrandbits(64):x}"
    return str(call(server, "POST", API + "experiments/create", {"name": name})["experiment_id"])


def new_run(server: Running, experiment_id: str) -> str:
    body = {"experiment_id": experiment_id, "start_time": NOW, "user_id": "bench"}
    return call(server, "POST", API + "runs/create", body)["run"]["info"]["run_id"]


def run_ids(server: Running, experiment_id: str, count: int) -> set[str]:
    """The ids of so many runs, or of all; some servers hand out a token after the last page, which they refuse."""
    found: set[str] = set()
    token = ""
    while len(found) < count:
        body = {"experiment_ids": [experiment_id], "max_results": 1000, "page_token": token}
        page = call(server, "POST", API + "runs/search", body)
        found |= {run["info"]["run_id"] for run in page.get("runs", [])}
        token = str(page.get("next_page_token") or "")
        if not token:
            break
    return found


def artifact_uri(server: Running, run: str) -> str:
    return str(call(server, "GET", f"{API}runs/get?run_id={run}")["run"]["info"]["artifact_uri"])


def batch(run: str, points: list[tuple[str, float, int]], apart_ms: int = 1) -> Request:
    """One log-batch of (key, value, step), with timestamps so many milliseconds apart."""
    metrics = [
        {"key": key, "value": value, "timestamp": NOW + step * apart_ms, "step": step} for key, value, step in points
    ]
    return "POST", API + "runs/log-batch", {"run_id": run, "metrics": metrics}
