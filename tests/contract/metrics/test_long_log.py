"""A log that the folder did not get to: readers see every point of it once, and never hold all of it."""

import asyncio
import threading
import tracemalloc
from collections.abc import Callable

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Connection, func, select

from shortlist.access.scope import Scope
from shortlist.db.database import Database
from shortlist.errors import Unavailable
from shortlist.metrics import backlog, chunks, fold, folder, service
from shortlist.metrics.folder import Folder
from shortlist.metrics.tables import metric_log
from shortlist.metrics.types import CandidateKey, CurveRequest, Points
from tests.contract.metrics.conftest import START
from tests.contract.metrics.model import Model, Point, same
from tests.contract.metrics.test_fold_model import agrees, clear

OWNER = CandidateKey(1, 1)
ROWS, ROW_POINTS = 1_500, 1_000
POINTS = ROWS * ROW_POINTS
# A reader that takes the whole of such a log needs 177 MiB; one that does not, 14.
MOST_BYTES = 48 * 1024 * 1024
KEYS = ["loss", "acc", "f1"]

Read = Callable[[Connection], object]


def _value(steps: np.ndarray) -> np.ndarray:
    return 1 / (1.0 + steps)


def _rows(first: int, rows: int) -> list[Points]:
    made: list[Points] = []
    for start in range(first, first + rows * ROW_POINTS, ROW_POINTS):
        steps = np.arange(start, start + ROW_POINTS, dtype=np.int64)
        made.append(Points(["loss"], np.zeros(ROW_POINTS, np.int64), steps, START + steps, _value(steps)))
    return made


def log_rows(database: Database, scope: Scope, first: int, rows: int) -> None:
    made = _rows(first, rows)
    database.write_now(lambda c: service.append_all(c, scope.project_id, [(OWNER, points) for points in made]))


def in_log(database: Database) -> int:
    return database.read_now(lambda c: c.execute(select(func.count()).select_from(metric_log)).scalar_one())


@pytest.fixture
def millions(database: Database, scope: Scope) -> None:
    """A million and a half of points of one candidate, none of which was folded, in no order."""
    for first in range(ROWS - 300, -1, -300):
        log_rows(database, scope, first * ROW_POINTS, 300)


@pytest.fixture
def peak(database: Database) -> Callable[[Read], object]:
    """What a read answers, which takes no more memory than it may."""

    def read(work: Read) -> object:
        tracemalloc.start()
        try:
            answer = database.read_now(work)
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert most < MOST_BYTES, f"{most / 2**20:.0f} MiB"
        return answer

    return read


@pytest.mark.usefixtures("millions")
def test_what_needs_few_points_reads_the_log_in_pieces(
    database: Database, scope: Scope, peak: Callable[[Read], object]
) -> None:
    sizes: list[int] = []

    def measure(connection: Connection) -> None:
        sizes.extend(len(piece) for piece in backlog.pieces(connection, scope, [1, 2]))

    database.read_now(measure)
    assert sum(sizes) == ROWS
    assert max(sizes) * ROW_POINTS <= backlog.MOST_POINTS
    last = POINTS - 1
    latest = peak(lambda c: [(item.step, item.value) for item in service.latest(c, scope, [1, 2])[1]])
    assert latest == [(last, 1 / POINTS)]
    at_step = peak(lambda c: [item.step for item in service.values_at(c, scope, {1: 777_777, 2: 5})[1]])
    assert at_step == [777_777]
    assert peak(lambda c: service.keys(c, scope, 1)) == [("loss", 1)]
    assert in_log(database) == ROWS


@pytest.mark.usefixtures("millions")
def test_what_needs_every_point_has_the_log_folded_first(
    database: Database, scope: Scope, peak: Callable[[Read], object]
) -> None:
    request = CurveRequest(candidate_iids=[1, 2], keys=KEYS)
    assert peak(lambda c: [curve.count for curve in service.curves(c, scope, request)]) == [POINTS]
    assert in_log(database) * ROW_POINTS <= backlog.LONG_POINTS


@pytest.mark.parametrize("late", [False, True])
def test_what_a_fold_puts_back_is_in_rows_of_the_usual_size(
    database: Database, scope: Scope, monkeypatch: pytest.MonkeyPatch, *, late: bool
) -> None:
    monkeypatch.setattr(chunks, "MAX_LATE_CHUNKS", 1)
    monkeypatch.setattr(chunks, "MAX_CHUNK", 500)
    steps = np.arange(8_000, dtype=np.int64)
    for part in (steps[::2], steps[1::2]) if late else (steps,):
        points = Points(["loss"], np.zeros(len(part), np.int64), part, START + part, _value(part))
        database.write_now(lambda c, points=points: service.append(c, scope, OWNER, points))
        Folder(database)._pass(scope.project_id, rest=False)
    sizes = database.read_now(lambda c: c.execute(select(metric_log.c.points)).scalars().all())
    assert all(size <= ROW_POINTS for size in sizes)
    assert bool(sizes) == late
    assert len(database.read_now(lambda c: service.history(c, scope, 1, "loss"))[0]) == len(steps)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits so low that a few points are a long log."""
    monkeypatch.setattr(backlog, "FEW_ROWS", 2)
    monkeypatch.setattr(backlog, "MOST_ROWS", 3)
    monkeypatch.setattr(backlog, "MOST_POINTS", 6)
    monkeypatch.setattr(backlog, "LONG_ROWS", 4)
    monkeypatch.setattr(backlog, "LONG_POINTS", 12)
    monkeypatch.setattr(folder, "_MAX_ROWS", 2)
    monkeypatch.setattr(fold, "TAIL", 2)
    monkeypatch.setattr(fold, "_RETURNED_POINTS", 2)
    monkeypatch.setattr(chunks, "MAX_CHUNK", 8)
    monkeypatch.setattr(chunks, "MAX_LATE_CHUNKS", 1)


_POINT = st.tuples(
    st.sampled_from(KEYS),
    st.sampled_from([0.0, 1.0, -2.5, float("nan"), float("inf")]),
    st.integers(0, 3),
    st.integers(-3, 12),
)
_BATCH = st.tuples(st.integers(1, 3), st.lists(_POINT, min_size=1, max_size=5))
# What is logged to candidates, the fold of the oldest rows of one, or a read.
_EVENTS = st.lists(_BATCH | st.integers(1, 3) | st.none(), min_size=1, max_size=30)


@pytest.mark.usefixtures("tiny")
@given(events=_EVENTS, page=st.integers(1, 5), step=st.integers(-4, 13))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_is_folded_every_point_is_read_once(
    database: Database,
    scope: Scope,
    events: list[tuple[int, list[Point]] | int | None],
    page: int,
    step: int,
) -> None:
    """Before a read folds what is long, in transactions that write and so fold nothing, and afterwards."""
    clear(database)
    models = {iid: Model() for iid in (1, 2, 3)}

    def check(connection: Connection) -> None:
        _latest_and_steps(connection, scope, models, step)
        _curves(connection, scope, models)
        agrees(connection, scope, models[1], page)

    for event in [*events, None]:
        if event is None:
            database.write_now(check)
            database.read_now(check)
        elif isinstance(event, int):
            folder.fold_rows(database, scope.project_id, (1, event), 1)
        else:
            iid, batch = event
            models[iid].log(batch)
            points, owner = Points.of(batch), CandidateKey(iid, 1)
            database.write_now(lambda c, points=points, owner=owner: service.append(c, scope, owner, points))


def _latest_and_steps(connection: Connection, scope: Scope, models: dict[int, Model], step: int) -> None:
    latest = service.latest(connection, scope, list(models))
    at_step = service.values_at(connection, scope, dict.fromkeys(models, step))
    counts: dict[str, int] = {}
    for iid, model in models.items():
        assert same(latest[iid], model.latest())
        earlier = Model()
        earlier.log(point for key in model.series for point in model.ordered(key) if point[3] <= step)
        assert same(at_step[iid], earlier.latest())
        for key in model.series:
            counts[key] = counts.get(key, 0) + 1
    found = service.keys(connection, scope, 1)
    # What an earlier example folded counts too: this table is not cleared.
    assert {key: count for key, count in found if key in counts}.keys() == counts.keys()


def _curves(connection: Connection, scope: Scope, models: dict[int, Model]) -> None:
    request = CurveRequest(candidate_iids=list(models), keys=KEYS, points=1000)
    found = {(curve.candidate_iid, curve.key): curve for curve in service.curves(connection, scope, request)}
    assert found.keys() == {(iid, key) for iid, model in models.items() for key in model.series}
    for (iid, key), curve in found.items():
        points = models[iid].ordered(key)
        assert curve.x.tolist() == [point[3] for point in points]
        assert same(curve.y.tolist(), [point[1] for point in points])


@pytest.mark.usefixtures("tiny")
def test_a_database_that_cannot_fold_is_read_all_the_same(
    database: Database, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise Unavailable("The database takes no changes.")

    log_rows(database, scope, 0, 5)
    monkeypatch.setattr(folder, "fold_rows", refuse)
    request = CurveRequest(candidate_iids=[1], keys=["loss"])
    assert [curve.count for curve in database.read_now(lambda c: service.curves(c, scope, request))] == [5_000]
    assert in_log(database) == 5


def test_a_candidate_that_others_fold_and_log_to_is_read_at_any_moment(
    database: Database, database_url: str, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readers of two server processes, which both fold it for them, while it is logged to and a folder is at work."""
    monkeypatch.setattr(backlog, "FEW_ROWS", 2)
    monkeypatch.setattr(backlog, "LONG_ROWS", 3)
    other = Database(database_url)
    request = CurveRequest(candidate_iids=[1], keys=["loss"])
    rounds = 12

    def count(connection: Connection) -> int:
        return sum(curve.count for curve in service.curves(connection, scope, request))

    async def read(of: Database, acknowledged: list[int]) -> None:
        while acknowledged[-1] < rounds * 5_000:
            least = acknowledged[-1]
            found = await of.read(count)
            assert found >= least
            assert found % ROW_POINTS == 0
            assert found <= acknowledged[-1] + 5_000

    async def write(acknowledged: list[int]) -> None:
        for number in range(rounds):
            made = [(OWNER, points) for points in _rows(number * 5_000, 5)]
            await database.write(lambda c, made=made: service.append_all(c, scope.project_id, made))
            acknowledged.append(acknowledged[-1] + 5_000)

    async def all_at_once() -> None:
        acknowledged = [0]
        readers = [read(of, acknowledged) for of in (database, other) for _ in range(3)]
        await asyncio.wait_for(asyncio.gather(write(acknowledged), *readers), 60)

    stop = threading.Event()

    def fold_on() -> None:
        while not stop.is_set():
            Folder(other).fold_all()

    thread = threading.Thread(target=fold_on)
    thread.start()
    try:
        asyncio.run(all_at_once())
    finally:
        stop.set()
        thread.join()
        other.close()
    assert database.read_now(count) == rounds * 5_000
