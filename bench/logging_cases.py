"""The cases that write through the API."""

import random
import subprocess
import sys
import time

from bench.client import API, NOW, Driven, Request, Window, batch, call, drive, new_experiment, new_run
from bench.servers import HOST, Running
from bench.subject import Reading, Subject

_CONNECTIONS, _BATCH_CONNECTIONS = 16, 8
_LOOP = """
import mlflow, time
with mlflow.start_run():
    mlflow.log_metric('warm', 0)
    began = time.perf_counter()
    for step in range(1000):
        mlflow.log_metric('loss', step / 7, step=step)
    print(time.perf_counter() - began)
"""


def _amount(subject: Subject, ours: int, mlflow: int, fasttrackml: int) -> int:
    """Requests of one connection: enough for a second or two on each server."""
    return {"shortlist": ours, "mlflow": mlflow, "fasttrackml": fasttrackml}[subject.name]


def _log_metric(server: Running, connections: int, each: int) -> Driven:
    experiment = new_experiment(server)
    streams: list[list[Request]] = []
    for _ in range(connections):
        run = new_run(server, experiment)
        points = [
            {"run_id": run, "key": "loss", "value": step / 7, "timestamp": NOW + step, "step": step}
            for step in range(each)
        ]
        streams.append([("POST", API + "runs/log-metric", point) for point in points])
    return drive(server, streams)


def log_metric_16(subject: Subject) -> Reading:
    driven = _log_metric(subject.server, _CONNECTIONS, _amount(subject, 600, 60, 250))
    return Reading(driven["requests"] / driven["seconds"], Window.of(driven))


def log_metric_1(subject: Subject) -> Reading:
    """Milliseconds at the median on one connection."""
    driven = _log_metric(subject.server, 1, _amount(subject, 1000, 60, 1000))
    return Reading(driven["p50"] * 1000, Window.of(driven))


def batch_steps(subject: Subject) -> Reading:
    return _batches(subject, _amount(subject, 60, 5, 10), keys=1, steps=1000)


def batch_keys(subject: Subject) -> Reading:
    return _batches(subject, _amount(subject, 60, 4, 6), keys=1000, steps=1)


def _batches(subject: Subject, each: int, keys: int, steps: int) -> Reading:
    experiment = new_experiment(subject.server)
    streams: list[list[Request]] = []
    for _ in range(_BATCH_CONNECTIONS):
        run = new_run(subject.server, experiment)
        streams.append([_grid(run, range(first, first + steps), keys) for first in range(0, each * steps, steps)])
    driven = drive(subject.server, streams)
    return Reading(driven["requests"] * keys * steps / driven["seconds"], Window.of(driven))


def _grid(run: str, steps: range, keys: int) -> Request:
    return batch(run, [(f"key{key}", random.random(), step) for key in range(keys) for step in steps])


def whole_runs(subject: Subject) -> Reading:
    """Runs a second: create, one batch of 20 parameters, 20 metrics and 10 tags, finish.

    The id of a run is known only once it is created, so the runs are made first and timed with the rest.
    """
    server = subject.server
    experiment = new_experiment(server)
    each = _amount(subject, 60, 6, 15)
    body = {"experiment_id": experiment, "start_time": NOW, "user_id": "bench"}
    create: list[Request] = [("POST", API + "runs/create", body)]
    made = drive(server, [create * each for _ in range(_CONNECTIONS)])
    page = call(server, "POST", API + "runs/search", {"experiment_ids": [experiment], "max_results": 1000})
    ids = [run["info"]["run_id"] for run in page["runs"]]
    streams: list[list[Request]] = [[] for _ in range(_CONNECTIONS)]
    for number, run in enumerate(ids):
        streams[number % _CONNECTIONS] += _filled(run)
    logged = drive(server, streams)
    window = Window.of(made) + Window.of(logged)
    return Reading(len(ids) / window.seconds, window)


def _filled(run: str) -> list[Request]:
    body = {
        "run_id": run,
        "metrics": [{"key": f"m{key}", "value": key / 3, "timestamp": NOW, "step": 0} for key in range(20)],
        "params": [{"key": f"p{key}", "value": str(key)} for key in range(20)],
        "tags": [{"key": f"t{key}", "value": str(key)} for key in range(10)],
    }
    finish = {"run_id": run, "status": "FINISHED", "end_time": NOW + 1}
    return [("POST", API + "runs/log-batch", body), ("POST", API + "runs/update", finish)]


def client_loop(subject: Subject) -> Reading:
    """Seconds that the MLflow client needs for a loop of 1,000 `log_metric`; it is measured itself."""
    server = subject.server
    environment = {
        "MLFLOW_TRACKING_URI": f"http://{HOST}:{server.port}",
        "MLFLOW_TRACKING_TOKEN": server.token or "none",
        "PATH": "/usr/bin:/bin",
        "HOME": str(server.folder),
    }
    cpu, began = server.cpu_seconds(), time.perf_counter()
    done = subprocess.run([sys.executable, "-c", _LOOP], env=environment, capture_output=True, text=True, check=True)
    window = Window(time.perf_counter() - began, server.cpu_seconds() - cpu)
    return Reading(float(next(line for line in done.stdout.splitlines() if line[0].isdigit())), window)
