"""Data that is made once on each server and read by several cases: candidates, a long series, a hundred curves."""

import random
from collections.abc import Iterable, Iterator

from bench import postgres
from bench.client import API, NOW, Request, artifact_uri, batch, drive, new_experiment, new_run, run_ids
from bench.multiply import multiply
from bench.servers import Running
from bench.subject import Subject

# How much a peer is sent through its API before it is copied in its database.
_RUNS_THROUGH_API, _CURVES_THROUGH_API = 1_000, 10
_CURVES = 100
_BATCH, _AT_ONCE = 1_000, 250_000
_CONNECTIONS, _OUR_CONNECTIONS = 8, 32


def candidates(subject: Subject) -> None:
    _grow(subject, subject.size.candidates)


def many_candidates(subject: Subject) -> None:
    _grow(subject, subject.size.many)


def _grow(subject: Subject, count: int) -> None:
    """One experiment of so many candidates with 5 metrics and 5 parameters each."""
    stock, server = subject.stock, subject.server
    if stock.candidates >= count:
        return
    stock.experiment = stock.experiment or new_experiment(server)
    if _ours(subject):
        _log(subject, count - stock.candidates)
    else:
        _log(subject, min(count, _RUNS_THROUGH_API) - len(stock.runs))
        held = max(stock.candidates, len(stock.runs))
        multiply(server, stock.experiment, range(held // _RUNS_THROUGH_API, count // _RUNS_THROUGH_API))
    stock.candidates = count
    _settle(server)


def _ours(subject: Subject) -> bool:
    return subject.name == "shortlist"


def _log(subject: Subject, count: int) -> None:
    """More candidates, through the API."""
    server, stock = subject.server, subject.stock
    if count <= 0:
        return
    body = {"experiment_id": stock.experiment, "start_time": NOW, "user_id": "bench"}
    create: Request = ("POST", API + "runs/create", body)
    connections = _OUR_CONNECTIONS if _ours(subject) else _CONNECTIONS
    streams: list[list[Request]] = [[create] * len(range(number, count, connections)) for number in range(connections)]
    drive(server, streams)
    made = sorted(run_ids(server, stock.experiment, len(stock.runs) + count) - stock.runs)
    chance = random.Random(len(stock.runs) + 7)
    streams = [[] for _ in range(connections)]
    for number, run in enumerate(made):
        metrics = [{"key": f"m{key}", "value": chance.random(), "timestamp": NOW, "step": 0} for key in range(5)]
        params = [{"key": f"p{key}", "value": str(chance.randrange(20))} for key in range(5)]
        body = {"run_id": run, "metrics": metrics, "params": params}
        streams[number % connections].append(("POST", API + "runs/log-batch", body))
    drive(server, streams)
    stock.runs |= set(made)


def long_series(subject: Subject) -> None:
    """One series of very many points, a random walk, and what it takes on disk."""
    stock, server = subject.stock, subject.server
    if stock.series:
        return
    _settle(server)
    server.compact(whole=True)
    before = server.disk_mib()
    stock.series = new_run(server, new_experiment(server))
    batches = list(_walk(stock.series, subject.size.points))
    for first in range(0, len(batches), _AT_ONCE // _BATCH):
        part = batches[first : first + _AT_ONCE // _BATCH]
        drive(server, [part[number::_CONNECTIONS] for number in range(_CONNECTIONS)])
    _settle(server)
    server.compact(whole=False)
    stock.series_mib = server.disk_mib() - before


def _walk(run: str, points: int) -> Iterator[Request]:
    chance, level = random.Random(11), 1.0
    for first in range(0, points, _BATCH):
        values: list[tuple[str, float, int]] = []
        for step in range(first, first + _BATCH):
            level = 0.999 * level + 0.01 * chance.gauss(0, 1)
            values.append(("loss", level, step))
        yield batch(run, values, apart_ms=250)


def curves(subject: Subject) -> None:
    """A hundred candidates with one curve each."""
    stock, server = subject.stock, subject.server
    if stock.curves:
        return
    experiment = new_experiment(server)
    logged = _CURVES if _ours(subject) else _CURVES_THROUGH_API
    runs = [new_run(server, experiment) for _ in range(logged)]
    for first in range(0, logged, 20):
        _log_curves(server, runs[first : first + 20], subject.size.curve)
    if _ours(subject):
        stock.curves = [artifact_uri(server, run).rsplit(":", 1)[1] for run in runs]
    else:
        multiply(server, experiment, range(1, _CURVES // logged))
        stock.curves = sorted(run_ids(server, experiment, _CURVES))
    _settle(server)


def _log_curves(server: Running, runs: Iterable[str], points: int) -> None:
    streams: list[list[Request]] = [
        [
            batch(run, [("loss", random.random(), step) for step in range(first, first + _BATCH)])
            for first in range(0, points, _BATCH)
        ]
        for run in runs
    ]
    drive(server, streams)


def _settle(server: Running) -> None:
    """Background work is done before data is read, and PostgreSQL knows what is in its tables."""
    server.settle()
    if server.on_postgres:
        postgres.analyse(server.database)
