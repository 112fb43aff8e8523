"""Killing the server with -9 while it folds and merges loses nothing and doubles nothing."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select

from shortlist.db.database import Database
from shortlist.metrics.folder import Folder
from shortlist.metrics.tables import metric_chunk, metric_log, metric_series
from tests.databases import DatabaseFactory
from tests.faults.load import POINTS, BatchLogger, check_complete
from tests.live import LiveServer, live_server

WRITERS = 4
ROUNDS = 2


@pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"])
def test_a_killed_fold_leaves_every_point_once(database_kind: str, databases: DatabaseFactory, tmp_path: Path) -> None:
    url = databases.create(database_kind, tmp_path)
    loggers: list[BatchLogger] = []
    for number in range(ROUNDS):
        with live_server(tmp_path / "data", url) as server:
            _check(server, loggers)
            enough = threading.Semaphore(0)
            loggers = [
                BatchLogger(server, enough, run_id=last.run_id, first=last.acknowledged)
                for last in loggers or [BatchLogger(server, enough) for _ in range(WRITERS)]
            ]
            for logger in loggers:
                logger.start()
            # Long enough for several folds, which begin half a second after the first point, and a number that
            # differs each time, so that the kill falls somewhere else.
            for _ in range(WRITERS * (50 + 37 * number)):
                assert enough.acquire(timeout=60)
            server.kill()
            for logger in loggers:
                logger.join(timeout=60)
                assert not logger.is_alive()
    with live_server(tmp_path / "data", url) as server:
        _check(server, loggers)
    _is_folded_completely(url, sum(logger.acknowledged for logger in loggers))
    databases.drop(url)


def _check(server: LiveServer, loggers: list[BatchLogger]) -> None:
    with server.client() as client:
        check_complete(client, loggers)
        for logger in loggers:  # what was on its way may have arrived
            found = client.get("/api/2.0/mlflow/runs/get", params={"run_id": logger.run_id}).json()["run"]
            latest = int(found["data"]["metrics"][0]["step"]) + 1
            logger.acknowledged = latest
            assert latest % POINTS == 0


def _is_folded_completely(url: str, points: int) -> None:
    database = Database(url)
    try:
        Folder(database).fold_all()
        with database.engine.connect() as connection:
            assert connection.execute(select(func.count()).select_from(metric_log)).scalar_one() == 0
            counted = select(func.sum(metric_series.c["count"]), func.sum(metric_series.c.chunked))
            total, chunked = connection.execute(counted).one()
            assert total == points
            assert connection.execute(select(func.sum(metric_chunk.c["count"]))).scalar_one() == chunked
    finally:
        database.close()
