"""The servers under test, each started on fresh data and measured from outside: processor time, memory, disk."""

import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench import postgres

HOST = "127.0.0.1"
TOKEN = "bench-token-0123456789abcdef"  # noqa: S105 - of a server that lives for a minute
START_LIMIT_SECONDS = 120
_STOP_LIMIT_SECONDS = 5
_SIZES = ("VmHWM", "VmRSS")


@dataclass
class Peer:
    """How to start one server. `command` has {port}, {folder} and {database} to fill in."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    database: str = "sqlite:///{folder}/bench.db"


@dataclass
class Running:
    """A started server."""

    peer: Peer
    process: subprocess.Popen[bytes]
    port: int
    folder: Path
    start_seconds: float
    database: str  # its URL as SQLAlchemy writes it

    @property
    def token(self) -> str:
        return TOKEN if self.peer.name == "shortlist" else ""

    def _family(self) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            root = psutil.Process(self.process.pid)
            return [root, *root.children(recursive=True)]
        return []

    def memory_mib(self) -> float:
        """Proportional set size of all its processes: shared pages count once."""
        return sum(self._of_each(lambda process: process.memory_full_info().pss)) / 2**20

    def cpu_seconds(self) -> float:
        return sum(self._of_each(lambda process: sum(process.cpu_times()[:2])))

    def forget_peak(self) -> None:
        """Have the system count the peak of memory anew (proc(5), clear_refs)."""
        for process in self._family():
            with suppress(OSError):
                Path(f"/proc/{process.pid}/clear_refs").write_text("5")

    def peak_mib(self) -> float:
        """Proportional size now, and by how much each process was larger at its own peak; nobody looks meanwhile."""
        return self.memory_mib() + sum(_above(process.pid) for process in self._family())

    def _of_each(self, read: Callable[[psutil.Process], float]) -> Iterator[float]:
        """A process may end while it is looked at: MLflow starts some that only prepare something."""
        for process in self._family():
            with suppress(psutil.NoSuchProcess):
                yield read(process)

    def disk_mib(self) -> float:
        """Of its folder, and of its database on PostgreSQL."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        whole = sum(path.stat().st_blocks * 512 for path in files) / 2**20
        return whole + (postgres.size_mib(self.database) if self.on_postgres else 0.0)

    @property
    def on_postgres(self) -> bool:
        return self.database.startswith("postgresql")

    def compact(self, *, whole: bool) -> None:
        """Bring the write-ahead log into the database; `whole` leaves no free space in it either."""
        if self.on_postgres:
            postgres.vacuum(self.database, whole=whole)
            return
        connection = sqlite3.connect(self.database.removeprefix("sqlite:///"), timeout=60, isolation_level=None)
        if whole:
            connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    def settle(self, limit_seconds: float = 30) -> None:
        """Wait until the server has been idle for two seconds."""
        idle_since = time.perf_counter()
        deadline = idle_since + limit_seconds
        cpu = self.cpu_seconds()
        while time.perf_counter() < deadline and time.perf_counter() - idle_since < 2:
            time.sleep(0.25)
            now = self.cpu_seconds()
            if now - cpu > 0.05:
                idle_since = time.perf_counter()
            cpu = now

    def stop(self) -> None:
        family = self._family() if self.process.poll() is None else []
        self.process.terminate()
        try:
            self.process.wait(timeout=_STOP_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(timeout=15)
        for process in family:
            if process.is_running():
                process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def _above(pid: int) -> float:
    """MiB that a process had at its peak beyond what it has now."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    peak, now = (int(found[1]) if (found := re.search(rf"{name}:\s+(\d+) kB", status)) else 0 for name in _SIZES)
    return max(0, peak - now) / 2**10


def shortlist() -> Peer:
    return Peer(
        "shortlist",
        [sys.executable, "-m", "shortlist", "server", "--port", "{port}", "--data", "{folder}"],
        {"SHORTLIST_ROOT_TOKEN": TOKEN, "SHORTLIST_ROOT_PASSWORD": "a bench password", "SHORTLIST_LOG_FORMAT": "json"},
        database="sqlite:///{folder}/shortlist.db",
    )


def mlflow(python: str) -> Peer:
    command = [python, "-m", "mlflow", "server", "--host", HOST, "--port", "{port}"]
    command += ["--backend-store-uri", "{database}", "--artifacts-destination", "{folder}/artifacts"]
    return Peer("mlflow", command)


def fasttrackml(binary: str) -> Peer:
    command = [binary, "server", "--listen-address", HOST + ":{port}", "--database-uri", "{database}"]
    return Peer(
        "fasttrackml",
        [*command, "--default-artifact-root", "{folder}/artifacts"],
        database="sqlite://{folder}/bench.db",
    )


def compile_bytecode() -> None:
    """What `pip install` does, and an editable install or uv leaves to the first start: it takes longer than that."""
    subprocess.run(
        [sys.executable, "-c", "import shortlist.app, shortlist.cli.main, shortlist.cli.serving"],
        env=_environment({}),
        check=True,
    )


def _environment(added: Mapping[str, str]) -> dict[str, str]:
    """That of this process, except that bytecode is kept."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | dict(added)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def credentials(token: str) -> dict[str, str]:
    """The header for a token; none for a server that asks for none."""
    return {"Authorization": f"Bearer {token}"} if token else {}


def start(peer: Peer, folder: Path, database: str | None = None) -> Running:
    """Start a server on an empty folder and wait until it answers an API call."""
    folder.mkdir(parents=True)
    port = free_port()
    url = database or peer.database.format(folder=folder)
    command = [part.format(port=port, folder=folder, database=url) for part in peer.command]
    if database and peer.name == "shortlist":
        command += ["--database", database]
        subprocess.run([sys.executable, "-m", "shortlist", "db", "upgrade", "--database", database], check=True)
    log = (folder / "server.log").open("wb")
    began = time.perf_counter()
    process = subprocess.Popen(command, env=_environment(peer.environment), stdout=log, stderr=log)
    running = Running(peer, process, port, folder, 0.0, re.sub("^sqlite:/+", "sqlite:////", url))
    while not _answers(running):
        if process.poll() is not None or time.perf_counter() - began > START_LIMIT_SECONDS:
            raise RuntimeError(f"{peer.name} did not start:\n{(folder / 'server.log').read_text()[-2000:]}")
        time.sleep(0.02)
    running.start_seconds = time.perf_counter() - began
    return running


def _answers(running: Running) -> bool:
    request = urllib.request.Request(
        f"http://{HOST}:{running.port}/api/2.0/mlflow/experiments/get?experiment_id=0",
        headers=credentials(running.token),
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False
