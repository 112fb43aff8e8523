"""The cases. Each takes a running server and returns its figures; the same requests go to every server."""

import http.client
import json
import random
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

from bench.multiply import multiply
from bench.servers import HOST, Running

NOW = 1_790_000_000_000
API = "/api/2.0/mlflow/"
# How many runs a peer is sent before they are copied in its database.
_THROUGH_API = 1_000
Request = tuple[str, str, object | None]


@dataclass(frozen=True)
class Case:
    """`better` says which way the figure is good; `bound` is the ratio that the design promises, `promise` the figure
    that follows from it for the fastest peer of that day, where the data has its full size."""

    name: str
    unit: str
    better: str
    bound: float
    run: Callable[[Running], float]
    peers: tuple[str, ...] = ("shortlist", "mlflow", "fasttrackml")
    promise: float | None = None


def call(server: Running, method: str, path: str, body: object | None = None) -> dict[str, object]:
    """One request, outside the clock."""
    request = urllib.request.Request(
        f"http://{HOST}:{server.port}{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Content-Type": "application/json",
            **({"Authorization": f"Bearer {server.token}"} if server.token else {}),
        },
    )
    with urllib.request.urlopen(request, timeout=600) as answer:
        return json.loads(answer.read() or b"{}")


def drive(server: Running, streams: list[list[Request]]) -> dict[str, float]:
    """Send streams of requests from the load process; every answer must be a success."""
    plan = {"host": HOST, "port": server.port, "token": server.token, "streams": streams}
    command = [sys.executable, "-m", "bench.load"]
    done = subprocess.run(command, input=json.dumps(plan).encode(), capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{server.peer.name}: the load client stopped: {done.stderr.decode()[-2000:]}")
    result = json.loads(done.stdout)
    if result["failures"]:
        raise RuntimeError(f"{server.peer.name}: {result['failures']} failures: {result['first_failure']}")
    return result


def new_experiment(server: Running) -> str:
    name = f"bench-{random.getrandbits(64):x}"
    return str(call(server, "POST", API + "experiments/create", {"name": name})["experiment_id"])


def new_run(server: Running, experiment_id: str) -> str:
    body = {"experiment_id": experiment_id, "start_time": NOW, "user_id": "bench"}
    return call(server, "POST", API + "runs/create", body)["run"]["info"]["run_id"]  # type: ignore[index]


def _log_metric(server: Running, connections: int, each: int) -> dict[str, float]:
    experiment = new_experiment(server)
    streams: list[list[Request]] = []
    for _ in range(connections):
        run = new_run(server, experiment)
        streams.append(
            [("POST", API + "runs/log-metric", _point(run, "loss", step / 7, step)) for step in range(each)]
        )
    return drive(server, streams)


def _point(run: str, key: str, value: float, step: int) -> dict[str, object]:
    return {"run_id": run, "key": key, "value": value, "timestamp": NOW + step, "step": step}


def log_metric_16(server: Running) -> float:
    result = _log_metric(server, 16, 600 if server.peer.name == "shortlist" else 60)
    return result["requests"] / result["seconds"]


def log_metric_1(server: Running) -> float:
    """Milliseconds at the median on one connection."""
    return _log_metric(server, 1, 400 if server.peer.name != "mlflow" else 60)["p50"] * 1000


def _batches(server: Running, connections: int, each: int, keys: int, steps: int) -> float:
    experiment = new_experiment(server)
    streams: list[list[Request]] = []
    for _ in range(connections):
        run = new_run(server, experiment)
        streams.append(
            [
                (
                    "POST",
                    API + "runs/log-batch",
                    {
                        "run_id": run,
                        "metrics": [
                            {
                                "key": f"key{key}",
                                "value": random.random(),
                                "timestamp": NOW + number * steps + step,
                                "step": number * steps + step,
                            }
                            for key in range(keys)
                            for step in range(steps)
                        ],
                    },
                )
                for number in range(each)
            ]
        )
    result = drive(server, streams)
    return connections * each * keys * steps / result["seconds"]


def batch_steps(server: Running) -> float:
    return _batches(server, 8, 25 if server.peer.name == "shortlist" else 5, 1, 1000)


def batch_keys(server: Running) -> float:
    return _batches(server, 8, 25 if server.peer.name == "shortlist" else 4, 1000, 1)


def whole_runs(server: Running) -> float:
    """Runs a second on 16 connections: create, one batch of 20 parameters, 20 metrics and 10 tags, finish."""
    experiment = new_experiment(server)
    each = 40 if server.peer.name == "shortlist" else 6
    # The id of a run is known only once it is created, so the runs are made first and timed with the rest.
    create: list[Request] = [
        ("POST", API + "runs/create", {"experiment_id": experiment, "start_time": NOW, "user_id": "bench"})
    ]
    made = drive(server, [create * each for _ in range(16)])
    page = call(server, "POST", API + "runs/search", {"experiment_ids": [experiment], "max_results": 16 * each})
    ids = [run["info"]["run_id"] for run in page["runs"]]  # type: ignore[attr-defined]
    streams: list[list[Request]] = [[] for _ in range(16)]
    for number, run in enumerate(ids):
        batch = {
            "run_id": run,
            "metrics": [{"key": f"m{key}", "value": key / 3, "timestamp": NOW, "step": 0} for key in range(20)],
            "params": [{"key": f"p{key}", "value": str(key)} for key in range(20)],
            "tags": [{"key": f"t{key}", "value": str(key)} for key in range(10)],
        }
        stream = streams[number % 16]
        stream.append(("POST", API + "runs/log-batch", batch))
        stream.append(("POST", API + "runs/update", {"run_id": run, "status": "FINISHED", "end_time": NOW + 1}))
    logged = drive(server, streams)
    return len(ids) / (made["seconds"] + logged["seconds"])


def filled_experiment(server: Running, count: int) -> str:
    """An experiment of `count` runs with 5 metrics and 5 parameters each; not timed."""
    if server.peer.name == "shortlist" or count <= _THROUGH_API:
        return _logged_experiment(server, count)
    experiment = _logged_experiment(server, _THROUGH_API)
    multiply(server, experiment, count // _THROUGH_API)
    return experiment


def _logged_experiment(server: Running, count: int) -> str:
    experiment = new_experiment(server)
    create: Request = (
        "POST",
        API + "runs/create",
        {"experiment_id": experiment, "start_time": NOW, "user_id": "bench"},
    )
    drive(server, [[create] * (count // 8) for _ in range(8)])
    ids: list[str] = []
    token = ""
    while True:
        body = {"experiment_ids": [experiment], "max_results": 1000, "page_token": token}
        page = call(server, "POST", API + "runs/search", body)
        ids += [run["info"]["run_id"] for run in page.get("runs", [])]  # type: ignore[attr-defined]
        token = str(page.get("next_page_token") or "")
        if not token or len(ids) >= count:
            break
    chance = random.Random(7)
    streams: list[list[Request]] = [[] for _ in range(8)]
    for number, run in enumerate(ids):
        metrics = [{"key": f"m{key}", "value": chance.random(), "timestamp": NOW, "step": 0} for key in range(5)]
        params = [{"key": f"p{key}", "value": str(chance.randrange(20))} for key in range(5)]
        body = {"run_id": run, "metrics": metrics, "params": params}
        streams[number % 8].append(("POST", API + "runs/log-batch", body))
    drive(server, streams)
    return experiment


def search_filtered(experiments: dict[str, str], count: int) -> Callable[[Running], float]:
    """Milliseconds for the first page of 100, filtered and ordered by metrics; 5 % of the runs match."""

    def run(server: Running) -> float:
        if server.peer.name not in experiments:
            experiments[server.peer.name] = filled_experiment(server, count)
        body = {
            "experiment_ids": [experiments[server.peer.name]],
            "filter": "metrics.m0 > 0.95 AND params.p0 != '3'",
            "order_by": ["metrics.m1 DESC"],
            "max_results": 100,
        }
        return drive(server, [[("POST", API + "runs/search", body)] * 5])["p50"] * 1000

    return run


def all_pages(experiments: dict[str, str]) -> Callable[[Running], float]:
    """Seconds to read every run of the experiment in pages of 1,000."""

    def run(server: Running) -> float:
        started = time.perf_counter()
        token = ""
        for _ in range(10):
            body = {"experiment_ids": [experiments[server.peer.name]], "max_results": 1000, "page_token": token}
            page = drive_one(server, "POST", API + "runs/search", body)
            token = page.get("next_page_token") or ""
            if not token:
                break
        return time.perf_counter() - started

    return run


def drive_one(server: Running, method: str, path: str, body: object | None) -> dict[str, str]:
    """One request whose answer is read but, beyond its page token, not parsed: parsing is not the server's time."""
    request = urllib.request.Request(
        f"http://{HOST}:{server.port}{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Content-Type": "application/json",
            **({"Authorization": f"Bearer {server.token}"} if server.token else {}),
        },
    )
    with urllib.request.urlopen(request, timeout=600) as answer:
        raw = answer.read()
    at = raw.rfind(b'"next_page_token"')
    if at < 0:
        return {}
    return {"next_page_token": raw[at:].split(b'"')[3].decode()}


def long_series(points: int) -> Callable[[Running], float]:
    """Seconds for the whole history of one series of `points` points, read to the end."""

    def run(server: Running) -> float:
        experiment = new_experiment(server)
        series = new_run(server, experiment)
        batches: list[Request] = [
            (
                "POST",
                API + "runs/log-batch",
                {
                    "run_id": series,
                    "metrics": [
                        {"key": "loss", "value": random.random(), "timestamp": NOW + step, "step": step}
                        for step in range(start, start + 1000)
                    ],
                },
            )
            for start in range(0, points, 1000)
        ]
        drive(server, [batches])
        started = time.perf_counter()
        token = ""
        while True:
            path = f"{API}metrics/get-history?run_id={series}&metric_key=loss&max_results={points}"
            page = drive_one(server, "GET", path + (f"&page_token={token}" if token else ""), None)
            token = page.get("next_page_token", "")
            if not token or server.peer.name == "fasttrackml":
                break
        return time.perf_counter() - started

    return run


def hundred_curves(experiments: dict[str, str]) -> Callable[[Running], float]:
    """Seconds for 100 curves of 10,000 points each, sampled for one chart."""

    def run(server: Running) -> float:
        key = f"curves-{server.peer.name}"
        if key not in experiments:
            experiments[key] = _fill_curves(server)
        ids = experiments[key].split()
        started = time.perf_counter()
        if server.peer.name == "shortlist":
            body = {"candidates": [int(number) for number in ids], "keys": ["loss"], "points": 1000}
            drive_one(server, "POST", "/api/v1/projects/1/curves", body)
        else:
            query = "&".join(f"run_ids={run_id}" for run_id in ids)
            path = f"/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval?{query}&metric_key=loss&max_results=1000"
            drive_one(server, "GET", path, None)
        return time.perf_counter() - started

    return run


def _fill_curves(server: Running) -> str:
    """100 runs of 10,000 points; returns what names them: candidate numbers for us, run ids for the others."""
    experiment = new_experiment(server)
    runs = [new_run(server, experiment) for _ in range(100)]
    for start in range(0, 100, 4):
        streams: list[list[Request]] = [
            [
                (
                    "POST",
                    API + "runs/log-batch",
                    {
                        "run_id": run,
                        "metrics": [
                            {"key": "loss", "value": random.random(), "timestamp": NOW + step, "step": step}
                            for step in range(first, first + 1000)
                        ],
                    },
                )
                for first in range(0, 10_000, 1000)
            ]
            for run in runs[start : start + 4]
        ]
        drive(server, streams)
    if server.peer.name != "shortlist":
        return " ".join(runs)
    uris = [call(server, "GET", f"{API}runs/get?run_id={run}")["run"]["info"]["artifact_uri"] for run in runs]  # type: ignore[index]
    return " ".join(uri.rsplit(":", 1)[1] for uri in uris)


def client_loop(server: Running) -> float:
    """Seconds that the MLflow client needs for a loop of 1,000 `log_metric`."""
    script = (
        "import mlflow, time\n"
        "with mlflow.start_run():\n"
        "    mlflow.log_metric('warm', 0)\n"
        "    began = time.perf_counter()\n"
        "    for step in range(1000):\n"
        "        mlflow.log_metric('loss', step / 7, step=step)\n"
        "    print(time.perf_counter() - began)\n"
    )
    environment = {
        "MLFLOW_TRACKING_URI": f"http://{HOST}:{server.port}",
        "MLFLOW_TRACKING_TOKEN": server.token or "none",
        "PATH": "/usr/bin:/bin",
        "HOME": str(server.folder),
    }
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    return float(next(line for line in done.stdout.splitlines() if line[0].isdigit()))


def disk_per_million(server: Running) -> float:
    """MiB on disk that a million points of ten series take, once the server had time to fold."""
    before = server.disk_mib()
    experiment = new_experiment(server)
    streams: list[list[Request]] = []
    chance = random.Random(11)
    for _ in range(10):
        run = new_run(server, experiment)
        level = 1.0
        stream: list[Request] = []
        for start in range(0, 100_000, 1000):
            metrics: list[dict[str, object]] = []
            for step in range(start, start + 1000):
                level = 0.999 * level + 0.01 * chance.gauss(0, 1)
                metrics.append({"key": "loss", "value": level, "timestamp": NOW + step * 250, "step": step})
            stream.append(("POST", API + "runs/log-batch", {"run_id": run, "metrics": metrics}))
        streams.append(stream)
    for stream in streams:
        drive(server, [stream])
    _settle(server)
    return server.disk_mib() - before


def _settle(server: Running) -> None:
    """Wait until the server has been idle for two seconds: background work is part of what it costs."""
    idle_since = time.perf_counter()
    cpu = server.cpu_seconds()
    deadline = time.perf_counter() + 60
    while time.perf_counter() < deadline and time.perf_counter() - idle_since < 2:
        time.sleep(0.25)
        now = server.cpu_seconds()
        if now - cpu > 0.02:
            idle_since = time.perf_counter()
        cpu = now


def upload_download(size_mib: int, *, up: bool) -> Callable[[Running], float]:
    """MB/s for one file of `size_mib`, sent and received in pieces."""

    def run(server: Running) -> float:
        experiment = new_experiment(server)
        run_id = new_run(server, experiment)
        uri = str(call(server, "GET", f"{API}runs/get?run_id={run_id}")["run"]["info"]["artifact_uri"])  # type: ignore[index]
        path = "/api/2.0/mlflow-artifacts/artifacts/" + uri.split(":/", 1)[1].lstrip("/") + "/big.bin"
        piece = random.randbytes(1 << 20)
        sent = time.perf_counter()
        _put(server, path, piece, size_mib)
        sent = time.perf_counter() - sent
        if up:
            return size_mib * 1.048576 / sent
        began = time.perf_counter()
        request = urllib.request.Request(
            f"http://{HOST}:{server.port}{path}",
            headers={"Authorization": f"Bearer {server.token}"} if server.token else {},
        )
        with urllib.request.urlopen(request, timeout=600) as answer:
            while answer.read(1 << 20):
                pass
        return size_mib * 1.048576 / (time.perf_counter() - began)

    return run


def _put(server: Running, path: str, piece: bytes, count: int) -> None:
    connection = http.client.HTTPConnection(HOST, server.port, timeout=600)
    connection.putrequest("PUT", path)
    connection.putheader("Content-Length", str(len(piece) * count))
    connection.putheader("Content-Type", "application/octet-stream")
    if server.token:
        connection.putheader("Authorization", f"Bearer {server.token}")
    connection.endheaders()
    for number in range(count):
        # Each piece differs, so that nothing on the way can take a short cut.
        connection.send(number.to_bytes(8, "big") + piece[8:])
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{server.peer.name}: PUT answered {answer.status}")
    connection.close()


def start_seconds(server: Running) -> float:
    return server.start_seconds


def idle_memory(server: Running) -> float:
    return server.memory_mib()


def all_cases(small: bool) -> list[Case]:
    """The cases in the order in which they run. `small` uses a tenth of the data, for a first look."""
    experiments: dict[str, str] = {}
    large: dict[str, str] = {}
    many, points, megabytes = (1_000, 100_000, 100) if small else (10_000, 1_000_000, 1024)
    hundred_thousand = 10_000 if small else 100_000
    return [
        Case("start to first answer", "s", "less", 1, start_seconds, promise=1.0),
        Case("idle memory", "MiB", "less", 1, idle_memory, promise=150),
        Case("log-metric, 1 connection, median", "ms", "less", 1, log_metric_1),
        Case("log-metric, 16 connections", "requests/s", "more", 5, log_metric_16, promise=4_500),
        Case("log-batch, 1 key x 1000 steps", "points/s", "more", 8, batch_steps, promise=352_000),
        Case("log-batch, 1000 keys x 1 step", "points/s", "more", 30, batch_keys, promise=270_000),
        Case("whole runs, 16 connections", "runs/s", "more", 8, whole_runs, promise=424),
        Case(f"search {many:,}, filter and order, first 100", "ms", "less", 10, search_filtered(experiments, many)),
        Case(
            f"all {many:,} in pages of 1,000", "s", "less", 10, all_pages(experiments), promise=None if small else 0.42
        ),
        Case(
            f"search {hundred_thousand:,}, filter and order, first 100",
            "ms",
            "less",
            15,
            search_filtered(large, hundred_thousand),
            ("shortlist", "fasttrackml"),
            promise=None if small else 85,
        ),
        Case(f"history of {points:,} points", "s", "less", 15, long_series(points), promise=None if small else 1.13),
        Case(
            "100 curves of 10,000 points",
            "s",
            "less",
            40,
            hundred_curves(experiments),
            ("shortlist", "mlflow"),
            promise=0.0725,
        ),
        Case("disk per million points", "MiB", "less", 13, disk_per_million, promise=15),
        Case("MLflow client, loop of 1,000 log_metric", "s", "less", 1, client_loop, promise=5),
        Case(
            f"upload of {megabytes} MiB",
            "MB/s",
            "more",
            1,
            upload_download(megabytes, up=True),
            ("shortlist", "mlflow"),
        ),
        Case(
            f"download of {megabytes} MiB",
            "MB/s",
            "more",
            1,
            upload_download(megabytes, up=False),
            ("shortlist", "mlflow"),
        ),
    ]
