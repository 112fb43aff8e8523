"""The engine against the model: any points, appended and folded in any interleaving, on both databases."""

from collections.abc import Iterator

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Connection, delete

from shortlist.access.scope import Scope
from shortlist.db.database import Database
from shortlist.metrics import chunks, fold, service
from shortlist.metrics.folder import Folder
from shortlist.metrics.tables import (
    metric_chunk,
    metric_file,
    metric_latest,
    metric_log,
    metric_outline,
    metric_series,
)
from shortlist.metrics.types import CandidateKey, Points
from tests.contract.metrics.model import Model, Point, points_of, same

_KEYS = st.sampled_from(["loss", "val/acc", "f1"])
_VALUES = st.sampled_from([0.0, 1.0, -2.5, float("nan"), float("inf"), float("-inf"), 1e308]) | st.floats()
_POINT = st.tuples(_KEYS, _VALUES, st.integers(0, 3), st.integers(-3, 12))
# A batch, or None for a fold of everything that is in the log.
_EVENTS = st.lists(st.none() | st.lists(_POINT, min_size=1, max_size=14), min_size=1, max_size=12)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits so low that a few points are flushed, merged, split and put back."""
    monkeypatch.setattr(fold, "TAIL", 2)
    monkeypatch.setattr(chunks, "MAX_CHUNK", 8)
    monkeypatch.setattr(chunks, "MAX_LATE_CHUNKS", 1)


@given(events=_EVENTS, page=st.integers(1, 7))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_what_is_read_is_what_was_logged(
    database: Database, scope: Scope, events: list[list[Point] | None], page: int
):
    """After every event latest, summaries and history agree with the model; at the end also the folded rows."""
    folder, model, owner = Folder(database), Model(), CandidateKey(1, 1)
    clear(database)
    for event in [*events, None]:
        if event is None:
            folder.fold_all()
        else:
            model.log(event)
            points = Points.of(event)
            database.write_now(lambda connection, points=points: service.append(connection, scope, owner, points))
        database.read_now(lambda connection: agrees(connection, scope, model, page))
    database.read_now(lambda connection: _is_folded(connection, model))


def agrees(connection: Connection, scope: Scope, model: Model, page: int) -> None:
    assert same(service.latest(connection, scope, [1])[1], model.latest())
    assert same(service.summaries(connection, scope, 1), model.summaries())
    for key in model.series:
        found = [point for part in _pages(connection, scope, key, page) for point in part]
        assert same(found, model.ordered(key))


def _pages(connection: Connection, scope: Scope, key: str, size: int) -> Iterator[list[Point]]:
    token = None
    while True:
        found, token = service.history(connection, scope, 1, key, token, size)
        yield points_of(key, found)
        if token is None:
            return
        assert len(found)


def _is_folded(connection: Connection, model: Model) -> None:
    assert connection.execute(metric_log.select()).all() == []
    rows = connection.execute(metric_latest.select()).all()
    assert len(rows) == len(model.series)
    series = connection.execute(metric_series.select()).all()
    assert sum(row._mapping["count"] for row in series) == sum(len(points) for points in model.series.values())
    stored = connection.execute(metric_chunk.select()).all()
    assert sum(row._mapping["count"] for row in stored) == sum(row.chunked for row in series)
    assert all(row._mapping["count"] <= chunks.MAX_CHUNK for row in stored)


def clear(database: Database) -> None:
    def work(connection: Connection) -> None:
        for table in (metric_log, metric_chunk, metric_outline, metric_series, metric_latest, metric_file):
            connection.execute(delete(table))

    database.write_now(work)
