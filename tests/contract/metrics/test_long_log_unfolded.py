"""A long log that cannot be folded before it is read: every point is read all the same, and few are held at once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from sqlalchemy import Connection, event, make_url

from shortlist.access.scope import Scope
from shortlist.db.database import Database
from shortlist.errors import Unavailable
from shortlist.metrics import backlog, folder, order, overlay, service, store_log
from shortlist.metrics.overlay import LogPoints
from shortlist.metrics.types import Axis, CandidateKey, CurveRequest, History, Points
from tests.contract.metrics.conftest import START
from tests.contract.metrics.test_long_log import in_log

OWNER = CandidateKey(1, 1)
ROW_POINTS = 250
LONG = 4_000
LENGTH = 6 * LONG
# What is held of the log: a page, and what waits for its place in it.
MOST = 3 * LONG
ODD = {5_001: float("nan"), 5_002: float("inf"), 7_777: 1e6, 17_111: -1e6}
AXES: tuple[tuple[Axis, int], ...] = (("step", 0), ("wall", START))
Way = str


class Held:
    """The most points of the log that were one reader's at a time."""

    def __init__(self) -> None:
        self.most = 0

    def count(self, points: int) -> None:
        self.most = max(self.most, points)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    """Sizes that are small, and a look at everything that is made of the log."""
    monkeypatch.setattr(backlog, "FEW_ROWS", 4)
    monkeypatch.setattr(backlog, "MOST_POINTS", LONG // 2)
    monkeypatch.setattr(backlog, "LONG_POINTS", LONG)
    found = Held()
    gather, between = overlay.gather, store_log.log_between

    def gathered(rows: Iterable[tuple[int, bytes]], keys: Sequence[str] | None = None) -> LogPoints:
        points = gather(rows, keys)
        found.count(len(points.points))
        return points

    def merged(*parts: History) -> History:
        found.count(sum(map(len, parts)))
        return order.merge(*parts)

    def rows(*place: object) -> list[store_log.LogRow]:
        read = between(*place)  # pyright: ignore[reportArgumentType]
        found.count(len(read) * ROW_POINTS)
        return read

    monkeypatch.setattr(overlay, "gather", gathered)
    # The chunks that a page joins with it are not of the log.
    monkeypatch.setattr(backlog, "order", SimpleNamespace(**vars(order) | {"merge": merged}))
    monkeypatch.setattr(store_log, "log_between", rows)
    return found


def value(steps: np.ndarray) -> np.ndarray:
    values = np.cos(steps / 100)
    for step, odd in ODD.items():
        values[steps == step] = odd
    return values


def log(database: Database, scope: Scope, first: int, until: int) -> None:
    """Points of `loss`, and beside each row one of `acc`. Each hundredth row is sent twice."""
    made: list[Points] = []
    for start in range(first, until, ROW_POINTS):
        steps = np.arange(start, start + ROW_POINTS, dtype=np.int64)
        row = Points(["loss"], np.zeros(ROW_POINTS, np.int64), steps, START + steps, value(steps))
        made += [row] * (2 if start // ROW_POINTS % 100 == 0 else 1)
        made.append(Points.of([("acc", float(start), START + start, start)]))
    database.write_now(lambda c: service.append_all(c, scope.project_id, [(OWNER, points) for points in made]))


@pytest.fixture(params=["fails", "overtaken"])
def way(request: pytest.FixtureRequest, database: Database, scope: Scope, monkeypatch: pytest.MonkeyPatch) -> Way:
    """What happens to a fold that a reader waits for: it fails, or as much is logged before the reader comes back."""
    fold_rows = folder.fold_rows
    ends = iter(range(100_000, 10**6, 10_000))

    def refuse(*_args: object) -> None:
        raise Unavailable("The database takes no changes.")

    def overtaken(of: Database, project_id: int, place: tuple[int, int], rows: int) -> None:
        fold_rows(of, project_id, place, rows // 2)
        end = next(ends)
        log(of, scope, end, end + 10_000)

    monkeypatch.setattr(folder, "fold_rows", refuse if request.param == "fails" else overtaken)
    return request.param


@pytest.mark.usefixtures("way")
def test_no_reader_holds_a_long_log(database: Database, scope: Scope, held: Held) -> None:
    for first in (LENGTH // 2, 0):
        log(database, scope, first, first + LENGTH // 2)

    def pages(connection: Connection) -> Iterator[History]:
        token = None
        while True:
            points, token = service.history(connection, scope, 1, "loss", token, 3_000)
            yield points
            if token is None:
                return

    def read(connection: Connection) -> None:
        steps = np.concatenate([points.step for points in pages(connection)])
        every = len(steps)
        assert every >= LENGTH
        assert (np.diff(steps) > 0).all()
        assert steps[0] == 0
        acc, loss = service.summaries(connection, scope, 1)
        assert (acc.key, acc.count) == ("acc", every // ROW_POINTS)
        assert (loss.key, loss.count, loss.first_step, loss.last_step) == ("loss", every, 0, steps[-1])
        assert (loss.maximum, loss.maximum_step, loss.minimum, loss.minimum_step) == (1e6, 7_777, -1e6, 17_111)
        assert (loss.has_nan, loss.has_infinity, loss.odd_step) == (True, True, 5_001)
        for axis, base in AXES:
            request = CurveRequest(candidate_iids=[1, 2], keys=["loss", "none"], axis=axis, points=60)
            (curve,) = service.curves(connection, scope, request)
            assert curve.count == every
            assert len(curve.points) <= 60
            assert {base + 7_777, base + 17_111, base + 5_001} <= set(curve.x.tolist())
            zoom = CurveRequest(
                candidate_iids=[1], keys=["loss"], axis=axis, start=base + 9_000.5, end=base + 19_000, points=60
            )
            (curve,) = service.curves(connection, scope, zoom)
            assert (curve.count, curve.x[0], curve.x[-1]) == (10_000, base + 9_001, base + 19_000)

    database.read_now(read)
    assert in_log(database) * ROW_POINTS > LONG
    assert held.most <= MOST


@pytest.mark.usefixtures("way")
def test_what_is_joined_step_by_step_is_held_or_refused(
    database: Database, scope: Scope, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    log(database, scope, 0, 10_000)
    request = CurveRequest(candidate_iids=[1], keys=["loss"], axis="metric", x_key="acc", points=500)
    read = partial(service.curves, scope=scope, request=request)
    assert database.read_now(read)[0].count >= 10_000 // ROW_POINTS
    monkeypatch.setattr(backlog, "MOST_HELD", LONG)
    held.most = 0
    with pytest.raises(Unavailable, match="ask for fewer candidates"):
        database.read_now(read)
    assert held.most <= MOST


def test_a_read_begins_anew_so_often_and_then_takes_what_it_finds(
    database: Database, scope: Scope, held: Held, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []
    fold_rows: Callable[..., None] = folder.fold_rows

    def counted(*place: object) -> None:
        tries.append(1)
        fold_rows(*place)

    monkeypatch.setattr(folder, "fold_rows", counted)
    log(database, scope, 0, 10_000)
    points, token = database.read_now(lambda c: service.history(c, scope, 1, "loss", None, 1_000))
    assert points.step.tolist() == list(range(1_000))
    assert token is not None
    assert len(tries) == (1 if way == "fails" else 5)
    assert held.most <= MOST


@pytest.fixture
def standby(database: Database, database_url: str) -> Iterator[Database]:
    """The database for those who may change nothing in it."""
    of_postgres = make_url(database_url).update_query_dict({"options": "-c default_transaction_read_only=on"})
    url = database_url if database.dialect == "sqlite" else of_postgres.render_as_string(hide_password=False)
    found = Database(url)
    if database.dialect == "sqlite":
        event.listen(found.engine, "connect", lambda connection, _: connection.execute("PRAGMA query_only = ON"))
    yield found
    found.close()


def test_a_read_only_database_is_read(database: Database, standby: Database, scope: Scope, held: Held) -> None:
    log(database, scope, 0, LENGTH)
    request = CurveRequest(candidate_iids=[1], keys=["loss"], points=60)
    with pytest.raises(Unavailable):
        standby.write_now(lambda c: folder.fold_some(c, scope.project_id, (-1, -1)))
    assert standby.read_now(lambda c: service.curves(c, scope, request))[0].count == LENGTH
    assert [item.count for item in standby.read_now(lambda c: service.summaries(c, scope, 1))] == [
        LENGTH // ROW_POINTS,
        LENGTH,
    ]
    assert in_log(database) * ROW_POINTS > LENGTH
    assert held.most <= MOST
