"""Sizes at which trackers break: many keys, a long series, many candidates at once. Run by hand.

python -m bench.extremes [--small] [--postgres URL]
"""

import argparse
import tempfile
import threading
from pathlib import Path
from typing import Self

from bench.client import API, NOW, Request, batch, call, drive, drive_one, new_experiment, new_run, run_ids
from bench.servers import Running, shortlist, start
from bench.yardsticks import timed


class Peak:
    """The greatest memory of a server while a block runs, looked at ten times a second."""

    def __init__(self, server: Running) -> None:
        self.mib = 0.0
        self._server = server
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.1):
            self.mib = max(self.mib, self._server.memory_mib())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a tenth of the data")
    parser.add_argument("--postgres", help="the URL of an empty database")
    options = parser.parse_args()
    share = 10 if options.small else 1
    with tempfile.TemporaryDirectory(prefix="shortlist-extremes-") as folder:
        server = start(shortlist(), Path(folder) / "data", options.postgres)
        try:
            print(f"idle: {server.memory_mib():.0f} MiB")
            many_keys(server, 100_000 // share)
            long_series(server, 10_000_000 // share)
            many_candidates(server, 10_000 // share)
            print(f"at the end: {server.memory_mib():.0f} MiB, {server.disk_mib():.0f} MiB on disk")
        finally:
            server.stop()


def many_keys(server: Running, keys: int) -> None:
    """One candidate with many different metrics."""
    run = new_run(server, new_experiment(server))
    names = [f"key/{number}" for number in range(keys)]
    batches = [_batch(run, [(name, 0) for name in names[first : first + 1000]]) for first in range(0, keys, 1000)]
    with Peak(server) as peak:
        seconds = drive(server, [batches])["seconds"]
        read = timed(lambda: drive_one(server, "GET", f"{API}runs/get?run_id={run}", None))
        found = call(server, "GET", f"{API}runs/get?run_id={run}")["run"]["data"]["metrics"]
    assert len(found) == keys
    print(f"{keys:,} keys: logged in {seconds:.1f} s, run read in {read:.2f} s, peak {peak.mib:.0f} MiB")


def long_series(server: Running, points: int) -> None:
    """One series of many points, logged on four connections."""
    run = new_run(server, new_experiment(server))
    before = server.disk_mib()
    with Peak(server) as peak:
        seconds = 0.0
        # A plan of requests is held in memory by the load process, so it gets a part of them at a time.
        for part in range(0, points, 500_000):
            starts = list(range(part, min(points, part + 500_000), 1000))
            streams = [[_batch(run, _steps(first)) for first in starts[number::4]] for number in range(4)]
            seconds += drive(server, streams)["seconds"]
        uri = call(server, "GET", f"{API}runs/get?run_id={run}")["run"]["info"]["artifact_uri"]
        body = {"candidates": [int(str(uri).rsplit(":", 1)[1])], "keys": ["loss"], "points": 1000}
        curve = timed(lambda: drive_one(server, "POST", "/api/v1/projects/1/curves", body))
        zoom = body | {"start": points // 2, "end": points // 2 + 10_000}
        part_of = timed(lambda: drive_one(server, "POST", "/api/v1/projects/1/curves", zoom))
        count = call(server, "POST", "/api/v1/projects/1/curves", body)["curves"][0]["count"]
    assert count == points, count
    print(
        f"{points:,} points in one series: {points / seconds:,.0f} points/s, whole curve {curve * 1000:.0f} ms, "
        f"a zoom {part_of * 1000:.0f} ms, {server.disk_mib() - before:.0f} MiB, peak {peak.mib:.0f} MiB"
    )


def many_candidates(server: Running, candidates: int) -> None:
    """Many candidates that log at once, on 64 connections."""
    experiment = new_experiment(server)
    runs = _new_runs(server, experiment, candidates)
    streams: list[list[Request]] = [[] for _ in range(64)]
    for step in range(3):
        for number, run in enumerate(runs):
            streams[number % 64].append(_batch(run, [("loss", step)]))
    with Peak(server) as peak:
        result = drive(server, streams)
    print(
        f"{candidates:,} candidates at once: {result['requests'] / result['seconds']:,.0f} requests/s, "
        f"99 % within {result['p99'] * 1000:.0f} ms, peak {peak.mib:.0f} MiB"
    )


def _new_runs(server: Running, experiment: str, count: int) -> set[str]:
    create: Request = ("POST", API + "runs/create", {"experiment_id": experiment, "start_time": NOW})
    drive(server, [[create] * (count // 16) for _ in range(16)])
    return run_ids(server, experiment, count)


def _steps(first: int) -> list[tuple[str, int]]:
    return [("loss", step) for step in range(first, first + 1000)]


def _batch(run: str, points: list[tuple[str, int]]) -> Request:
    return batch(run, [(key, 1 / (1 + step) + (step * 7919 % 1000) / 1e4, step) for key, step in points])


if __name__ == "__main__":
    main()
