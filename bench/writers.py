"""One PostgreSQL, one, two and four server processes on one port: what logging gains by each.

python -m bench.writers [--postgres URL] [--requests 4000]
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import Request, urlopen

from sqlalchemy import create_engine, text

from bench import postgres
from bench.servers import HOST, Peer, Running, shortlist, start
from shortlist.db.engine import normalise_url

CONNECTIONS = 32
PROCESSES = (1, 2, 4)
POINTS = 1000


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="shortlist-bench-") as folder:
        url = options.postgres or postgres.server(Path(folder) / "pg")
        print("server processes | log-metric | of cores | per commit | log-batch, 1 key x 1000 steps | connections")
        for number in PROCESSES:
            database = postgres.new_database(url, f"writers_{number}")
            print(_measure(number, database, Path(folder) / str(number), options))


def _measure(number: int, database: str, folder: Path, options: argparse.Namespace) -> str:
    peer = shortlist()
    peer = Peer(peer.name, [*peer.command, "--workers", str(number)], peer.environment)
    server = start(peer, folder, database)
    try:
        runs = [_new_run(server) for _ in range(CONNECTIONS)]
        metric = [
            [
                ["POST", "/api/2.0/mlflow/runs/log-metric", _point(run, step)]
                for step in range(options.requests // CONNECTIONS)
            ]
            for run in runs
        ]
        cpu, commits = server.cpu_seconds(), _commits(database)
        singles = _drive(server, metric)
        cores = (server.cpu_seconds() - cpu) / singles["seconds"]
        together = singles["requests"] / max(1, _commits(database) - commits)
        steps = [{"key": "loss", "value": step / 7, "timestamp": step, "step": step} for step in range(POINTS)]
        batch = [[["POST", "/api/2.0/mlflow/runs/log-batch", {"run_id": run, "metrics": steps}]] * 6 for run in runs]
        batches = _drive(server, batch)
        return (
            f"{number} | {singles['requests'] / singles['seconds']:,.0f}/s | {cores:.2f} | {together:.1f} | "
            f"{batches['requests'] * POINTS / batches['seconds']:,.0f} points/s | {_connections(database)}"
        )
    finally:
        server.stop()


def _point(run: str, step: int) -> dict[str, object]:
    return {"run_id": run, "key": "loss", "value": step, "timestamp": step, "step": step}


def _drive(server: Running, streams: list[list[list[object]]]) -> dict[str, float]:
    plan = {"host": HOST, "port": server.port, "token": server.token, "pid": server.process.pid, "streams": streams}
    found = subprocess.run(
        [sys.executable, "-m", "bench.load"], input=json.dumps(plan), capture_output=True, text=True, check=True
    )
    result = json.loads(found.stdout)
    assert not result["failures"], result["first_failure"]
    return result


def _new_run(server: Running) -> str:
    headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
    request = Request(
        f"http://{HOST}:{server.port}/api/2.0/mlflow/runs/create", b'{"experiment_id": "0"}', headers, method="POST"
    )
    with urlopen(request, timeout=30) as answer:
        return str(json.load(answer)["run"]["info"]["run_id"])


def _asked(database: str, statement: str) -> int:
    engine = create_engine(normalise_url(database), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            return int(connection.execute(text(statement)).scalar_one())
    finally:
        engine.dispose()


def _commits(database: str) -> int:
    time.sleep(1.5)  # what a session did is counted when it is idle for a second
    return _asked(database, "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")


def _connections(database: str) -> int:
    found = "SELECT count(*) - 1 FROM pg_stat_activity WHERE datname = current_database()"
    return _asked(database, found)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", default="", help="a server's URL; databases are made in it")
    parser.add_argument("--requests", type=int, default=4000)
    return parser.parse_args()


if __name__ == "__main__":
    main()
