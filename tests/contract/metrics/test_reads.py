"""Curves, values at a step, pages and keys, against the plain list of what was logged, folded or not."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.db.database import Database
from shortlist.errors import InvalidValue
from shortlist.metrics import service
from shortlist.metrics.folder import Folder
from shortlist.metrics.types import CandidateKey, Curve, CurveRequest, Points
from tests.contract.metrics.conftest import PROJECT, START, add_candidates, scope_of

STEPS = 3_000


@pytest.fixture(params=["in the log", "folded", "half folded", "late points"])
def logged(request: pytest.FixtureRequest, database: Database, scope: Scope) -> str:
    """Candidates 1 and 2 with a loss (one spike, one NaN) and an accuracy at every tenth step."""
    folder = Folder(database)
    rows = [row for step in range(STEPS) for row in _rows(step)]
    cut = {"in the log": 0, "folded": len(rows), "half folded": len(rows) // 2, "late points": 0}[request.param]
    first, second = rows[:cut], rows[cut:]
    if request.param == "late points":
        first, second = rows[1::2], rows[::2]
    for part in (first, second):
        for iid in (1, 2):
            points = Points.of(part)
            database.write_now(
                lambda connection, iid=iid, points=points: service.append(
                    connection, scope, CandidateKey(iid, 1), points
                )
            )
        if part is first and request.param != "in the log":
            folder.fold_all()
    if request.param == "late points":
        folder.fold_all()
    return request.param


def _rows(step: int) -> list[tuple[str, float, int, int]]:
    time = START + 100 * step
    rows = [("loss", loss(step), time, step)]
    if step % 10 == 0:
        rows.append(("acc", step / STEPS, time, step))
    return rows


def loss(step: int) -> float:
    return {777: 1e6, 1500: math.nan}.get(step, 1 / (1 + step))


@pytest.fixture
def curves(database: Database, scope: Scope) -> Callable[..., list[Curve]]:
    def read(iids: list[int], keys: list[str], **options: object) -> list[Curve]:
        request = CurveRequest(candidate_iids=iids, keys=keys, **options)  # pyright: ignore[reportArgumentType]
        return database.read_now(lambda connection: service.curves(connection, scope, request))

    return read


@pytest.mark.usefixtures("logged")
def test_a_curve_keeps_its_spike_and_its_mark(curves: Callable[..., list[Curve]]) -> None:
    found = curves([2, 1], ["loss", "acc", "none"], points=100)
    assert [(curve.candidate_iid, curve.key) for curve in found] == [(2, "loss"), (2, "acc"), (1, "loss"), (1, "acc")]
    spiked = found[0]
    assert spiked.count == STEPS
    assert len(spiked.x) <= 100
    assert spiked.x[spiked.y == 1e6].tolist() == [777.0]
    assert spiked.x[np.isnan(spiked.y)].tolist() == [1500.0]
    assert (spiked.x[0], spiked.x[-1]) == (0.0, STEPS - 1)


@pytest.mark.usefixtures("logged")
def test_zooming_in_shows_every_point(curves: Callable[..., list[Curve]]) -> None:
    (near,) = curves([1], ["loss"], points=50, start=1000, end=1009)
    assert near.x.tolist() == list(range(1000, 1010))
    assert near.y.tolist() == [loss(step) for step in range(1000, 1010)]


@pytest.mark.usefixtures("logged")
def test_other_axes(curves: Callable[..., list[Curve]]) -> None:
    (relative,) = curves([1], ["acc"], points=1000, axis="relative", start=1000, end=5000)
    assert relative.x.tolist() == [1000.0 * number for number in range(1, 6)]
    (wall,) = curves([1], ["acc"], points=1000, axis="wall", start=START, end=START + 2000)
    assert wall.x.tolist() == [START, START + 1000, START + 2000]
    (other,) = curves([1], ["loss"], points=1000, axis="metric", x_key="acc")
    assert other.count == STEPS // 10
    assert other.x.tolist()[:3] == [0.0, 10 / STEPS, 20 / STEPS]
    assert other.y.tolist()[:3] == [loss(0), loss(10), loss(20)]


@pytest.mark.usefixtures("logged")
def test_values_at_a_step_are_the_last_up_to_it(database: Database, scope: Scope) -> None:
    found = database.read_now(lambda connection: service.values_at(connection, scope, {1: 1234, 2: 9}))
    assert [(item.key, item.value, item.step) for item in found[1]] == [
        ("acc", 1230 / STEPS, 1230),
        ("loss", loss(1234), 1234),
    ]
    assert [(item.key, item.step) for item in found[2]] == [("acc", 0), ("loss", 9)]


@pytest.mark.usefixtures("logged")
def test_keys_count_the_candidates_that_have_them(database: Database, scope: Scope) -> None:
    assert database.read_now(lambda connection: service.keys(connection, scope, 1)) == [("acc", 2), ("loss", 2)]


@pytest.mark.usefixtures("logged")
def test_reads_cost_the_same_statements_for_one_candidate_as_for_two(
    scope: Scope, statements: Callable[[Callable[[Connection], object]], int]
) -> None:
    def cost(iids: list[int], keys: list[str]) -> tuple[int, int]:
        request = CurveRequest(candidate_iids=iids, keys=keys)
        return (
            statements(lambda connection: service.curves(connection, scope, request)),
            statements(lambda connection: service.latest(connection, scope, iids)),
        )

    assert cost([1], ["loss"]) == cost([1, 2], ["loss", "acc"])
    assert max(cost([1, 2], ["loss", "acc"])) <= 4


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"points": 1}, "points"),
        ({"axis": "metric"}, "x_key"),
        ({"start": math.nan}, "start"),
        ({"candidate_iids": list(range(101))}, "candidates"),
    ],
)
def test_a_wrong_request_names_the_field(
    database: Database, scope: Scope, options: dict[str, object], field: str
) -> None:
    request = CurveRequest(**({"candidate_iids": [1], "keys": ["loss"]} | options))  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvalidValue) as refused:
        database.read_now(lambda connection: service.curves(connection, scope, request))
    assert refused.value.field == field


@pytest.mark.usefixtures("logged")
def test_another_project_sees_none_of_it(database: Database) -> None:
    add_candidates(database, PROJECT + 1, range(1, 3))
    other = scope_of(PROJECT + 1)
    request = CurveRequest(candidate_iids=[1, 2], keys=["loss"])
    assert database.read_now(lambda connection: service.curves(connection, other, request)) == []
    assert database.read_now(lambda connection: service.latest(connection, other, [1])) == {1: []}
    assert len(database.read_now(lambda connection: service.history(connection, other, 1, "loss"))[0]) == 0
    assert database.read_now(lambda connection: service.keys(connection, other, 1)) == []


def test_a_deleted_candidate_leaves_nothing(database: Database, scope: Scope, logged: str) -> None:
    database.write_now(lambda connection: service.delete_candidate(connection, scope, [1]))
    Folder(database).fold_all()
    assert database.read_now(lambda connection: service.latest(connection, scope, [1])) == {1: []}
    assert database.read_now(lambda connection: service.keys(connection, scope, 1)) == [("acc", 1), ("loss", 1)]


def test_a_hundred_thousand_keys_in_one_candidate(database: Database, scope: Scope) -> None:
    owner = CandidateKey(3, 1)
    for start in range(0, 100_000, 10_000):
        points = Points.of((f"k{number}", float(number), START, 0) for number in range(start, start + 10_000))
        database.write_now(lambda connection, points=points: service.append(connection, scope, owner, points))
    Folder(database).fold_all()
    found = database.read_now(lambda connection: service.latest(connection, scope, [3]))[3]
    assert len(found) == 100_000
    assert {item.key: item.value for item in found}["k99999"] == 99_999.0
