"""Ports of the loopback for the servers that tests start."""

import random
import socket
import subprocess
import time
from collections.abc import Callable

# Below those that the system gives to connections, one of which might take a port before the server does, or between
# the end of a server and the start of the next.
_PORTS = range(15_000, 32_000)
_random = random.Random()  # not the one whose seed tests set


def free_port() -> int:
    while True:
        port = _random.choice(_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def wait_until_it_listens(process: subprocess.Popen[bytes], port: int, said: Callable[[], str] = str) -> None:
    """Return when a port of a started process takes connections. `said` is what it wrote, for when it ends before."""
    for _ in range(6000):
        assert process.poll() is None, f"it ended before it listened: {said()}"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
    raise AssertionError("it does not listen")
