"""Curves over many chunks are drawn from outlines, and say the same as all points would: on both databases."""

import math
from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Connection, delete, select

from shortlist.access.scope import Scope
from shortlist.db.database import Database
from shortlist.metrics import chunks, drawn, fold, outlines, service
from shortlist.metrics.folder import Folder
from shortlist.metrics.tables import metric_chunk, metric_latest, metric_log, metric_outline, metric_series
from shortlist.metrics.types import Axis, CandidateKey, Curve, CurveRequest, Points
from tests.contract.metrics.conftest import START

COUNT = 4_000
OWNER = CandidateKey(1, 1)
SPIKES = st.dictionaries(
    st.integers(0, COUNT - 1), st.sampled_from([1e6, -1e6, 5.0, math.nan, math.inf]) | st.floats(-9, 9), max_size=6
)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits so low that four thousand points are sixteen chunks with outlines of forty points."""
    monkeypatch.setattr(fold, "TAIL", 4)
    monkeypatch.setattr(chunks, "MAX_CHUNK", 256)
    monkeypatch.setattr(outlines, "MIN_POINTS", 128)
    monkeypatch.setattr(outlines, "POINTS", 80)
    monkeypatch.setattr(drawn, "_LONG", 512)


@pytest.fixture
def read_chunks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many chunks each curve that used outlines read whole."""
    counts: list[int] = []
    read = drawn.store_read.chunk_payloads

    def counted(connection: Connection, project_id: int, places: list[tuple[int, int, int]]) -> object:
        counts.append(len(places))
        return read(connection, project_id, places)

    monkeypatch.setattr(drawn.store_read, "chunk_payloads", counted)
    return counts


@pytest.fixture
def log(database: Database, scope: Scope) -> Callable[[dict[int, float]], None]:
    def work(values: dict[int, float]) -> None:
        points = Points.of([("loss", value, START + 10 * step, step) for step, value in values.items()])
        database.write_now(lambda connection: service.append(connection, scope, OWNER, points))

    return work


@pytest.fixture
def curve(database: Database, scope: Scope) -> Callable[..., Curve]:
    def read(axis: Axis = "step", points: int = 24, start: float | None = None, end: float | None = None) -> Curve:
        asked = CurveRequest(candidate_iids=[1], keys=["loss"], axis=axis, points=points, start=start, end=end)
        (found,) = database.read_now(lambda connection: service.curves(connection, scope, asked))
        return found

    return read


def _plain() -> dict[int, float]:
    return {step: math.sin(step / 200) for step in range(COUNT)}


@given(spikes=SPIKES, late=SPIKES, places=st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1)))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_spike_is_lost_and_every_point_is_counted(
    database: Database,
    log: Callable[[dict[int, float]], None],
    curve: Callable[..., Curve],
    spikes: dict[int, float],
    late: dict[int, float],
    places: tuple[int, int],
) -> None:
    """Whatever is folded and whatever is still in the log, a point that is logged twice and late ones included."""
    _clear(database)
    values = _plain() | spikes
    log(values)
    Folder(database).fold_all()
    log({places[0]: values[places[0]]})
    extra = {step: value for step, value in late.items() if not _same(values[step], value)}
    if extra:
        log(extra)
    every = sorted([*values.items(), *extra.items()])
    for axis, base, scale in (("step", 0, 1), ("relative", 0, 10), ("wall", START, 10)):
        _stands_for(curve(axis), every, base, scale)
        first, last = sorted(places)
        inside = [(step, value) for step, value in every if first <= step <= last]
        _stands_for(curve(axis, start=base + scale * first, end=base + scale * last), inside, base, scale)


def _stands_for(found: Curve, every: list[tuple[int, float]], base: int, scale: int) -> None:
    assert found.count == len(every)
    assert len(found.x) <= 24
    assert (np.diff(found.x) >= 0).all()
    finite = [value for _, value in every if math.isfinite(value)]
    drawn_values = found.y[np.isfinite(found.y)]
    if finite:
        assert (drawn_values.min(), drawn_values.max()) == (min(finite), max(finite))
    assert bool(np.isfinite(found.y).all()) == (len(finite) == len(every))
    known = {(float(base + scale * step), repr(value)) for step, value in every}
    assert {(x, repr(y)) for x, y in zip(found.x.tolist(), found.y.tolist(), strict=True)} <= known


def _same(left: float, right: float) -> bool:
    return left == right or (math.isnan(left) and math.isnan(right))


@pytest.mark.parametrize("axis", ["step", "relative", "wall"])
def test_a_long_curve_reads_no_whole_chunk(
    database: Database,
    log: Callable[[dict[int, float]], None],
    curve: Callable[..., Curve],
    read_chunks: list[int],
    axis: Axis,
) -> None:
    log(_plain() | {1234: 1e6})
    Folder(database).fold_all()
    found = curve(axis)
    assert read_chunks == [0]
    assert 1e6 in found.y.tolist()
    # Near enough, every point is read.
    base, scale = {"step": (0, 1), "relative": (0, 10), "wall": (START, 10)}[axis]
    near = curve(axis, start=base + scale * 1200, end=base + scale * 1219)
    assert near.y.tolist() == [math.sin(step / 200) if step != 1234 else 1e6 for step in range(1200, 1220)]


def test_timestamps_out_of_order_are_read_whole(
    database: Database, scope: Scope, curve: Callable[..., Curve], read_chunks: list[int]
) -> None:
    points = Points.of([("loss", 0.0, START + (step * 7919) % COUNT, step) for step in range(COUNT)])
    database.write_now(lambda connection: service.append(connection, scope, OWNER, points))
    Folder(database).fold_all()
    assert curve("wall").count == COUNT
    assert read_chunks == []
    assert curve("step").count == COUNT
    assert read_chunks == [0]


def test_a_chunk_that_a_fold_took_away_meanwhile_is_not_missed(
    database: Database,
    log: Callable[[dict[int, float]], None],
    curve: Callable[..., Curve],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log(_plain())
    Folder(database).fold_all()
    monkeypatch.setattr(drawn.store_read, "chunk_payloads", lambda *_: {})
    assert curve(points=24, start=10, end=COUNT).count == COUNT - 10


def test_outlines_come_and_go_with_their_chunks(
    database: Database, scope: Scope, log: Callable[[dict[int, float]], None]
) -> None:
    def places(connection: Connection) -> tuple[set[Any], set[Any]]:
        columns = [column.name for column in metric_chunk.columns if column.name != "payload"]
        return (
            {tuple(row) for row in connection.execute(select(*(metric_outline.c[name] for name in columns)))},
            {tuple(row) for row in connection.execute(select(*(metric_chunk.c[name] for name in columns)))},
        )

    log(_plain())
    Folder(database).fold_all()
    log(dict.fromkeys(range(0, COUNT, 500), 3.0))
    Folder(database).fold_all()
    outlined, chunked = database.read_now(places)
    assert outlined == chunked
    assert len(chunked) >= 16
    database.write_now(lambda connection: service.delete_candidate(connection, scope, [1]))
    assert database.read_now(places) == (set(), set())


def _clear(database: Database) -> None:
    def work(connection: Connection) -> None:
        for table in (metric_log, metric_chunk, metric_outline, metric_series, metric_latest):
            connection.execute(delete(table))

    database.write_now(work)
