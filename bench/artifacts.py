"""Files up and down through the artifact proxy, beside MLflow's own server and what disk and socket give. By hand.

python -m bench.artifacts [--mlflow PYTHON] [--mib 1024] [--files 1000] [--huge 5120] [--rounds 3]
"""

import argparse
import os
import statistics
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.client import Request, drive, new_experiment, new_run
from bench.extremes import Peak
from bench.servers import Running, mlflow, shortlist, start
from bench.transfers import large, receive, send
from bench.yardsticks import MIB, timed

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
        peers = [shortlist(), *([mlflow(options.mlflow)] if options.mlflow else [])]
        with ExitStack() as stack:
            servers: list[Running] = []
            for peer in peers:
                servers.append(start(peer, Path(folder) / peer.name))
                stack.callback(servers[-1].stop)
            for connections in CONNECTIONS:
                many_small(servers, options.files, options.rounds, connections)
            large(servers, [_root(server) for server in servers], source, options.rounds)
            if options.huge:
                huge(servers[0], Path(folder) / "huge", options.huge)


def _fill(path: Path, mib: int) -> None:
    """Random bytes, so that nothing on the way can be clever about them; in the page cache when this returns."""
    with path.open("wb") as file:
        for _ in range(mib):
            file.write(os.urandom(MIB))


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
        up = timed(lambda: send(server, f"{root}/huge", path))
        path.unlink()
        down = timed(lambda: receive(server, f"{root}/huge", mib * MIB))
    print(
        f"{server.peer.name}: {mib} MiB up {mib / up:,.0f}, down {mib / down:,.0f} MiB/s; "
        f"memory {before:.0f} MiB before, {peak.mib:.0f} at most",
        flush=True,
    )


def _root(server: Running) -> str:
    """The address of a run's artifacts."""
    run = new_run(server, experiment := new_experiment(server))
    return f"{PROXY}/{experiment}/{run}/artifacts"


if __name__ == "__main__":
    main()
