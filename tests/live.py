"""A real server in a process of its own, on loopback, for tests that need a socket or a kill."""

import os
import re
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

TOKEN = "slpat-live-test-token-0123456789"
PASSWORD = "correct horse battery"
# To read the certificates of all authorities takes longer than most of what a client is made for.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass
class LiveServer:
    """`output` collects what the server prints."""

    process: subprocess.Popen[str]
    url: str
    output: list[str] = field(default_factory=list)

    def client(self, token: str | None = TOKEN) -> httpx.Client:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60, verify=NO_CERTIFICATES)

    @property
    def tracking_uri(self) -> str:
        return f"{self.url}/api/v4/projects/root%2Fdefault/ml/mlflow"

    def new_project(self, name: str) -> str:
        """The tracking address of a new project, which is not the one that the server's own address stands for."""
        with self.client() as client:
            made = client.post("/api/v4/projects", json={"name": name, "path": name})
        assert made.status_code == 201, made.text
        return f"{self.url}/api/v4/projects/root%2F{name}/ml/mlflow"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(timeout=60)

    def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


_ADDRESS = re.compile(r"https?://127\.0\.0\.1:\d+")


@contextmanager
def live_server(
    folder: Path, database: str = "", *, file_size_limit: int | None = None, **settings: str
) -> Iterator[LiveServer]:
    """Start `shortlist server` on a free port; stopped, or killed if it will not stop, at the end.

    `file_size_limit` (bytes) makes writes beyond it fail, which is what a full disk looks like to a program.
    """
    environment = {
        **os.environ,
        "SHORTLIST_DATA": str(folder),
        "SHORTLIST_PORT": "0",
        "SHORTLIST_ROOT_TOKEN": TOKEN,
        "SHORTLIST_ROOT_PASSWORD": PASSWORD,
        "SHORTLIST_LOG_FORMAT": "json",
        **({"SHORTLIST_DATABASE": database} if database else {}),
        **{f"SHORTLIST_{name.upper()}": value for name, value in settings.items()},
    }
    command = [sys.executable, "-m", "shortlist", "server"]
    if file_size_limit is not None:
        command = ["prlimit", f"--fsize={file_size_limit}", *command]
    process = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    server = LiveServer(process, "")
    try:
        server.url = _wait_for_address(server)
        reader = threading.Thread(target=_collect, args=(server,), daemon=True)
        reader.start()
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(timeout=10)
        if process.stdout is not None:
            process.stdout.close()


def _wait_for_address(server: LiveServer) -> str:
    """The server prints its address once it listens."""
    assert server.process.stdout is not None
    for line in server.process.stdout:
        server.output.append(line)
        found = _ADDRESS.search(line)
        if found:
            return found.group()
    raise AssertionError("the server ended before it listened:\n" + "".join(server.output))


def _collect(server: LiveServer) -> None:
    assert server.process.stdout is not None
    try:
        server.output.extend(server.process.stdout)
    except ValueError:
        return  # closed by the end of the test
