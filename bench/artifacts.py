"""Files up and down through the artifact proxy, beside MLflow's own server and what disk and socket give. By hand.

python -m bench.artifacts [--mlflow PYTHON] [--mib 1024] [--files 1000] [--huge 5120] [--rounds 3]
"""

import argparse
import http.client
import os
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.cases import Request, drive, new_experiment, new_run
from bench.extremes import Peak
from bench.servers import HOST, Running, mlflow, shortlist, start

MIB = 1024 * 1024
PROXY = "/api/2.0/mlflow-artifacts/artifacts"
SMALL_BYTES = 10 * 1024
CONNECTIONS = (16, 64)


@dataclass
class Small:
    """What small files took: files a second in each round, and seconds of processor in all."""

    rates: list[float]
    busy: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mlflow", help="the Python of an environment that has mlflow")
    parser.add_argument("--mib", type=int, default=1024, help="size of the large file")
    parser.add_argument("--files", type=int, default=1000, help="number of small files, of 10 KiB each")
    parser.add_argument("--huge", type=int, default=0, help="MiB of one more file, for Shortlist's memory")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shortlist-artifacts-") as folder:
        source = Path(folder) / "source"
        _fill(source, options.mib)
        baselines(source, options.rounds)
        peers = [shortlist(), *([mlflow(options.mlflow)] if options.mlflow else [])]
        with ExitStack() as stack:
            servers: list[Running] = []
            for peer in peers:
                servers.append(start(peer, Path(folder) / peer.name))
                stack.callback(servers[-1].stop)
            for connections in CONNECTIONS:
                many_small(servers, options.files, options.rounds, connections)
            for server in servers:
                one_large(server, source, options.rounds)
            if options.huge:
                huge(servers[0], Path(folder) / "huge", options.huge)


def _fill(path: Path, mib: int) -> None:
    """Random bytes, so that nothing on the way can be clever about them; in the page cache when this returns."""
    with path.open("wb") as file:
        for _ in range(mib):
            file.write(os.urandom(MIB))


def baselines(source: Path, rounds: int) -> None:
    """What the machine itself gives: a copy on this disk, flushed, and a loopback socket."""
    size = source.stat().st_size
    target = source.with_name("copy")
    buffer = bytearray(MIB)

    def copy() -> None:
        with source.open("rb") as file, target.open("wb") as out:
            while block := file.read(8 * MIB):
                out.write(block)
            out.flush()
            os.fsync(out.fileno())

    def read() -> None:
        with target.open("rb") as file:
            while file.readinto(buffer):
                pass

    def loop() -> None:
        with socket.create_server((HOST, 0)) as listening:
            receiver = threading.Thread(target=_drain, args=(listening,))
            receiver.start()
            with socket.create_connection(listening.getsockname()) as sender, source.open("rb") as file:
                sender.sendfile(file)
            receiver.join()

    written = _rate(size, copy, rounds)
    found = _rate(size, read, rounds, before=lambda: _forget(target.parent))
    print(f"disk: written {written}, read {found}; loopback socket: {_rate(size, loop, rounds)}", flush=True)
    target.unlink()


def _drain(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    buffer = bytearray(MIB)
    with connection:
        while connection.recv_into(buffer):
            pass


def one_large(server: Running, source: Path, rounds: int) -> None:
    """One file, on one connection."""
    root = _root(server)
    size = source.stat().st_size
    names = iter(range(10_000))
    idle, busy = server.memory_mib(), server.cpu_seconds()
    with Peak(server) as peak:
        up = _rate(
            size, lambda: _send(server, f"{root}/large/{next(names)}", source), rounds, before=lambda: _renew(source)
        )
        sent = server.cpu_seconds() - busy

        def receive() -> None:
            _receive(server, f"{root}/large/0", size)

        from_disk = _rate(size, receive, rounds, before=lambda: _forget(server.folder))
        down = _rate(size, receive, rounds)
    each = " and ".join(f"{taken / rounds:.1f}" for taken in (sent, server.cpu_seconds() - busy - sent))
    print(
        f"{server.peer.name}: {size // MIB} MiB up {up}, down {from_disk} from the disk, {down} from the page cache; "
        f"memory {idle:.0f} MiB idle, {peak.mib:.0f} at most; {each} s of processor for one up and two down",
        flush=True,
    )


def many_small(servers: Sequence[Running], files: int, rounds: int, connections: int) -> None:
    """Small files, on several connections; the servers take turns."""
    roots = {server.peer.name: _root(server) for server in servers}
    found = {(server.peer.name, method): Small([], 0.0) for server in servers for method in ("PUT", "GET")}
    for turn in range(rounds):
        for server in servers:
            for method in ("PUT", "GET"):
                streams: list[list[Request]] = [[] for _ in range(connections)]
                for number in range(files):
                    # As JSON, it is the text with its two quotes.
                    body = os.urandom(SMALL_BYTES // 2 - 1).hex() if method == "PUT" else None
                    path = f"{roots[server.peer.name]}/small{turn}/{number}"
                    streams[number % connections].append((method, path, body))
                before = server.cpu_seconds()
                small = found[server.peer.name, method]
                small.rates.append(files / drive(server, streams)["seconds"])
                small.busy += server.cpu_seconds() - before
    for server in servers:
        up, down = (found[server.peer.name, method] for method in ("PUT", "GET"))
        each = " and ".join(f"{small.busy / rounds / files * 1000:.1f}" for small in (up, down))
        print(
            f"{server.peer.name}: {files} files of 10 KiB up {statistics.median(up.rates):,.0f}/s, "
            f"down {statistics.median(down.rates):,.0f}/s on {connections} connections; {each} ms of processor each",
            flush=True,
        )


def huge(server: Running, path: Path, mib: int) -> None:
    """The memory that one very large upload and its download take."""
    _fill(path, mib)
    root = _root(server)
    before = server.memory_mib()
    with Peak(server) as peak:
        up = _rate(mib * MIB, lambda: _send(server, f"{root}/huge", path), 1)
        path.unlink()
        down = _rate(mib * MIB, lambda: _receive(server, f"{root}/huge", mib * MIB), 1)
    print(
        f"{server.peer.name}: {mib} MiB up {up}, down {down}; memory {before:.0f} MiB before, {peak.mib:.0f} at most",
        flush=True,
    )


def _root(server: Running) -> str:
    """The address of a run's artifacts."""
    run = new_run(server, experiment := new_experiment(server))
    return f"{PROXY}/{experiment}/{run}/artifacts"


def _connect(server: Running) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(HOST, server.port, timeout=600)


def _headers(server: Running) -> dict[str, str]:
    return {"Authorization": f"Bearer {server.token}"} if server.token else {}


def _send(server: Running, path: str, source: Path) -> None:
    """By sendfile, so that the client is not what is measured."""
    connection = _connect(server)
    connection.putrequest("PUT", path)
    headers = {**_headers(server), "Content-Length": str(source.stat().st_size)}
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    with source.open("rb") as file:
        connection.sock.sendfile(file)
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    answer.read()
    connection.close()


def _receive(server: Running, path: str, size: int) -> None:
    connection = _connect(server)
    connection.request("GET", path, headers=_headers(server))
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    buffer = bytearray(MIB)
    received = 0
    while count := answer.readinto(buffer):
        received += count
    assert received == size
    connection.close()


def _renew(source: Path) -> None:
    """Other content, so that none of it is there yet."""
    with source.open("r+b") as file:
        file.write(os.urandom(16))


def _forget(folder: Path) -> None:
    """Have the system drop the pages of every file below a folder, as after some other work."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _rate(size: int, work: Callable[[], None], rounds: int, before: Callable[[], None] = lambda: None) -> str:
    """The median rate in MiB/s. `before` prepares each round, and is not timed."""
    rates: list[float] = []
    for _ in range(rounds):
        before()
        rates.append(size / MIB / _timed(work))
    return f"{statistics.median(rates):,.0f} MiB/s"


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
