"""Clients that send one byte a second: in the head of a request, in JSON, in a file."""

import select
import socket
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from tests.faults.counts import counted
from tests.live import TOKEN, live_server

EACH = 40
MOST_SECONDS = 150
_HEAD = (
    f"Host: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
    "Content-Type: application/json\r\nContent-Length: 9000\r\n\r\n"
)
# What each has sent when it becomes slow, and the byte that it then goes on with.
KINDS = {
    "head": ("GET /api/v1/session HTTP/1.1\r\nX-Slow: ", b"a"),
    "JSON": (f"POST /api/2.0/mlflow/runs/create HTTP/1.1\r\n{_HEAD}", b" "),
    "file": (f"PUT /api/2.0/mlflow-artifacts/artifacts/candidate:1/slow HTTP/1.1\r\n{_HEAD}", b"x"),
}


@pytest.mark.nightly
def test_clients_of_one_byte_a_second_are_given_up_and_hold_up_nobody(tmp_path: Path) -> None:
    with live_server(tmp_path) as server, server.client() as client, ExitStack() as stack:
        made = client.post("/api/2.0/mlflow/runs/create", json={"experiment_id": "0"})
        before = psutil.Process(server.process.pid).memory_info().rss
        port = int(server.url.rpartition(":")[2])
        waiting: dict[socket.socket, str] = {}
        for _ in range(EACH):
            for kind, (head, _) in KINDS.items():
                one = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
                one.sendall(head.encode())
                waiting[one] = kind
        ended: Counter[str] = Counter()
        answered: Counter[int] = Counter()
        for second in range(MOST_SECONDS):
            for one in select.select(list(waiting), [], [], 1.0)[0]:
                ended[waiting.pop(one)] += 1
            for one, kind in list(waiting.items()):
                try:
                    one.sendall(KINDS[kind][1])
                except OSError:
                    ended[waiting.pop(one)] += 1
            point = {"run_id": made.json()["run"]["info"]["run_id"], "key": "loss", "value": second, "step": second}
            answered[client.post("/api/2.0/mlflow/runs/log-metric", json={**point, "timestamp": 1}).status_code] += 1
            if not waiting:
                break
        assert ended == dict.fromkeys(KINDS, EACH)
        assert set(answered) == {200}
        cost = psutil.Process(server.process.pid).memory_info().rss - before
        assert cost < 100 * 2**20
        counted("one byte a second", connections_given_up=sum(ended.values()), of_others=answered, MiB=cost // 2**20)
