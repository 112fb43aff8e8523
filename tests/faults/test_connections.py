"""Ten thousand connections that say nothing: what they cost, and that others are served meanwhile."""

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest

from tests.live import LiveServer, live_server

IDLE = 10_000
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
        assert cost < 200 * MIB, f"{cost / MIB:.0f} MiB for {IDLE} connections"
