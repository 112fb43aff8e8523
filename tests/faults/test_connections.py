"""Clients that say nothing, or not all of it: what they cost, and that others are served meanwhile."""

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest

from tests.faults.counts import counted
from tests.live import TOKEN, LiveServer, live_server

IDLE = 10_000
WAITING, SENT_BYTES = 200, 6 * 1024 * 1024
MIB = 1024 * 1024
_SPARE_FILES = 500


@contextmanager
def many_files() -> Iterator[None]:
    """As many open files as this test needs, for it and for the server that it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < IDLE + _SPARE_FILES:
        pytest.skip(f"a process may open {hard} files here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, IDLE + _SPARE_FILES), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def memory(server: LiveServer) -> int:
    return psutil.Process(server.process.pid).memory_info().rss


@pytest.mark.nightly
def test_idle_connections_cost_little_and_hold_up_nobody(tmp_path: Path) -> None:
    with many_files(), live_server(tmp_path) as server, server.client() as client, ExitStack() as stack:
        made = client.post("/api/2.0/mlflow/runs/create", json={"experiment_id": "0"})
        run_id = made.json()["run"]["info"]["run_id"]
        before = memory(server)
        port = int(server.url.rpartition(":")[2])
        for _ in range(IDLE):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
        for step in range(100):
            point = {"run_id": run_id, "key": "loss", "value": step, "timestamp": step, "step": step}
            assert client.post("/api/2.0/mlflow/runs/log-metric", json=point).status_code == 200
        with server.client() as other:
            assert other.get("/-/liveness").status_code == 200
            assert len(psutil.Process(server.process.pid).net_connections()) >= IDLE
        cost = memory(server) - before
        counted("silent connections", connections=IDLE, MiB=cost // MIB)
        assert cost < 200 * MIB, f"{cost / MIB:.0f} MiB for {IDLE} connections"


@pytest.mark.nightly
@pytest.mark.parametrize(
    "request_line",
    ["POST /api/2.0/mlflow/runs/log-batch", "PUT /api/2.0/mlflow-artifacts/artifacts/candidate:1/{number}"],
)
def test_large_bodies_that_wait_take_no_more_than_their_room(request_line: str, tmp_path: Path) -> None:
    room = 128 * MIB
    with live_server(tmp_path, max_bodies_bytes=str(room)) as server, server.client() as client, ExitStack() as stack:
        made = client.post("/api/2.0/mlflow/runs/create", json={"experiment_id": "0"})
        before = memory(server)
        port = int(server.url.rpartition(":")[2])
        for number in range(WAITING):
            waiting = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
            head = f"{request_line.format(number=number)} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}"
            head += f"\r\nContent-Type: application/json\r\nContent-Length: {SENT_BYTES + 1}\r\n\r\n"
            waiting.sendall(head.encode() + b" " * SENT_BYTES)
        point = {"run_id": made.json()["run"]["info"]["run_id"], "key": "loss", "value": 1, "timestamp": 1, "step": 1}
        assert client.post("/api/2.0/mlflow/runs/log-metric", json=point).status_code == 200
        cost = memory(server) - before
        large = client.post("/api/2.0/mlflow/runs/log-batch", content=b" " * 8 * MIB)
        assert (large.status_code, large.headers["retry-after"]) == (503, "2")
        stack.close()
        for _ in range(1000):  # answered as soon as the server has seen that they are gone
            large = client.post("/api/2.0/mlflow/runs/log-batch", content=b" " * 8 * MIB)
            if large.status_code != 503:
                break
        assert large.status_code == 400
        counted(f"bodies that stop half-way, {request_line}", clients=WAITING, MiB=cost // MIB)
        assert cost < 2 * room, f"{cost / MIB:.0f} MiB"
