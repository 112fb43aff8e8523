"""Backup, verification and restoring of a server that is written to meanwhile: seconds, bytes, memory. Run by hand.

python -m bench.backups [--small] [--postgres URL] [--on sqlite] [--folder FOLDER]
"""

import argparse
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import psutil

from bench import postgres
from bench.candidates import fill
from bench.client import API, call, new_experiment, new_run
from bench.servers import HOST, Running, shortlist, start
from shortlist.db.database import Database

MIB = 1024 * 1024
PROXY = "/api/2.0/mlflow-artifacts/artifacts"
LARGE, SMALL, SMALL_BYTES = 1_000, 2_400, 10 * 1024  # of 1 MiB, and below what the database keeps: 1 GiB in all
CANDIDATES, STEPS = 10_000, 100
LOGGERS, BEFORE_SECONDS, LATER = 4, 5.0, 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a tenth of the data")
    parser.add_argument("--postgres", default="", help="a server's URL; databases are made in it")
    parser.add_argument("--on", choices=("sqlite", "postgresql"), action="append", help="else both")
    parser.add_argument("--folder", help="where all of it is written")
    options = parser.parse_args()
    share = 10 if options.small else 1
    with tempfile.TemporaryDirectory(prefix="shortlist-backups-", dir=options.folder) as made:
        folder = Path(made)
        kinds = options.on or ["sqlite", "postgresql"]
        url = options.postgres or (postgres.server(folder / "pg") if "postgresql" in kinds else "")
        for kind in kinds:
            print(f"\n{kind}", flush=True)
            database = postgres.new_database(url, "backups_source") if kind == "postgresql" else None
            server = start(shortlist(), folder / kind, database)
            try:
                _measure(server, folder, url, share)
            finally:
                server.stop()


def _measure(server: Running, folder: Path, postgres_url: str, share: int) -> None:
    _fill(server, share)
    here = ["--database", _database(server), "--data", str(server.folder)]
    place = folder / f"place-{server.port}"
    with Load(server) as load:
        time.sleep(BEFORE_SECONDS)
        alone = load.take()
        _command("first", ["make", str(place), *here])
        beside = load.take()
        run = new_run(server, new_experiment(server))
        _upload(server, _root(server, run), LATER, MIB)
        _command(f"second, {LATER} files of 1 MiB later", ["make", str(place), *here])

    print(f"logging without a backup: {alone}")
    print(f"logging while the first was made: {beside}; refused: {load.refused}")
    print(f"it takes {_disk(place):,.0f} MiB", flush=True)
    _cut_off(folder / f"cut-{server.port}", here)
    _command("verify", ["verify", str(place)])
    for kind in ("sqlite", *(["postgresql"] if postgres_url else [])):
        target = folder / f"restored-{server.port}-{kind}"
        into = (
            postgres.new_database(postgres_url, "backups_restored")
            if kind == "postgresql"
            else f"sqlite:///{target}/shortlist.db"
        )
        _command(f"restore into {kind}", ["restore", str(place), "--database", into, "--data", str(target)])


def _fill(server: Running, share: int) -> None:
    database = Database(_database(server), readers=1, writers=1)
    fill(database, 1, "sweep", CANDIDATES // share, STEPS)
    database.close()
    root = _root(server, new_run(server, new_experiment(server)))
    _upload(server, root, LARGE // share, MIB)
    _upload(server, root, SMALL // share, SMALL_BYTES)
    print(f"{server.disk_mib():,.0f} MiB on disk, of which the files are {_disk(server.folder / 'artifacts'):,.0f}")


def _database(server: Running) -> str:
    found = server.database
    return found if found.startswith("postgresql") else f"sqlite:///{server.folder}/shortlist.db"


def _root(server: Running, run: str) -> str:
    found = call(server, "GET", f"{API}runs/get?run_id={run}")
    return str(found["run"]["info"]["artifact_uri"]).partition("mlflow-artifacts:/")[2].lstrip("/")  # type: ignore[index]


def _upload(server: Running, root: str, count: int, size: int) -> None:
    """Files of random bytes."""
    connection = http.client.HTTPConnection(HOST, server.port)
    for number in range(count):
        headers = {"Authorization": f"Bearer {server.token}"}
        connection.request("PUT", f"{PROXY}/{root}/{size}/{number}", os.urandom(size), headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
    connection.close()


@dataclass
class Rate:
    """Requests that were answered in a stretch of time."""

    seconds: float
    latencies: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        ordered = sorted(self.latencies) or [0.0]
        rate, p99 = len(ordered) / self.seconds, ordered[len(ordered) * 99 // 100]
        return f"{rate:,.0f} requests/s, 99 % within {p99 * 1000:.0f} ms, the longest {ordered[-1] * 1000:.0f} ms"


class Load:
    """Loggers, each with a run of its own and a connection that it keeps, until the block ends."""

    def __init__(self, server: Running) -> None:
        self._server = server
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._rate = Rate(0.0)
        self._since = time.perf_counter()
        self.refused = 0
        experiment = new_experiment(server)
        runs = [new_run(server, experiment) for _ in range(LOGGERS)]
        self._threads = [threading.Thread(target=self._log, args=(run,)) for run in runs]

    def __enter__(self) -> Self:
        self._since = time.perf_counter()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def take(self) -> Rate:
        """What was answered since this was last asked."""
        with self._lock:
            now, found = time.perf_counter(), self._rate
            found.seconds, self._since, self._rate = now - self._since, now, Rate(0.0)
            return found

    def _log(self, run: str) -> None:
        connection = http.client.HTTPConnection(HOST, self._server.port)
        headers = {"Authorization": f"Bearer {self._server.token}", "Content-Type": "application/json"}
        step = 0
        while not self._done.is_set():
            body = json.dumps({"run_id": run, "key": "loss", "value": step, "timestamp": step, "step": step})
            began = time.perf_counter()
            connection.request("POST", f"{API}runs/log-metric", body, headers)
            answer = connection.getresponse()
            answer.read()
            step += 1
            with self._lock:
                self._rate.latencies.append(time.perf_counter() - began)
                self.refused += answer.status != 200


def _command(name: str, words: Sequence[str]) -> None:
    """`shortlist backup …` in a process of its own, with its seconds, greatest memory and last line."""
    began, most = time.perf_counter(), 0
    with _started(words) as process:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                most = max(most, watched.memory_info().rss)
            except psutil.NoSuchProcess:
                break
            time.sleep(0.02)
        said = process.communicate()[0].decode().strip().splitlines()
    seconds = time.perf_counter() - began
    print(f"{name}: {seconds:.1f} s, at most {most / MIB:.0f} MiB. {said[-1] if said else ''}", flush=True)
    assert process.returncode == 0, said


def _cut_off(place: Path, here: Sequence[str]) -> None:
    """Kill a backup when half of the large files are copied, and make it again."""
    size = _disk(Path(here[-1]) / "artifacts")
    with _started(["make", str(place), *here]) as process:
        while _disk(place) < size / 2 and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    print(f"killed with -9 when {_disk(place):,.0f} MiB were there", flush=True)
    _command("again", ["make", str(place), *here])


def _started(words: Sequence[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "shortlist", "backup", *words], stdout=subprocess.PIPE)


def _disk(folder: Path) -> float:
    """MiB of the files below a folder that others may be writing to."""
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(path) / name).stat().st_size
            except FileNotFoundError:
                continue
    return total / MIB


if __name__ == "__main__":
    main()
