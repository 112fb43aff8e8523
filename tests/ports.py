"""Ports of the loopback for the servers that tests start."""

import socket
import subprocess
import time
from collections.abc import Callable


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_it_listens(process: subprocess.Popen[bytes], port: int, said: Callable[[], str] = str) -> None:
    """Return when a port of a started process takes connections. `said` is what it wrote, for when it ends before."""
    for _ in range(1000):
        assert process.poll() is None, f"it ended before it listened: {said()}"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
    raise AssertionError("it does not listen")
