"""Requests to candidates that wait together are written together, and each has the answer that it would have alone."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence

import pytest
from sqlalchemy import event, select

from shortlist.access.scope import Scope
from shortlist.db.database import Database
from shortlist.errors import InvalidValue, NotFound
from shortlist.metrics import service as metrics
from shortlist.metrics.tables import metric_log
from shortlist.metrics.types import Points
from shortlist.tracking import bulk, candidates
from shortlist.tracking.together import CandidateWrites
from shortlist.tracking.types import Batch, CandidateChange, NewCandidate, Status
from tests.contract.metrics.conftest import PROJECT, add_candidates, external_id, scope_of

OTHER_PROJECT = 8
SCOPE = scope_of(PROJECT)
Act = Callable[[CandidateWrites], Awaitable[object]]


@pytest.fixture
def together(database: Database) -> Callable[[Sequence[Act]], list[object]]:
    """Do all of them at the same moment; what each answers or raises."""
    add_candidates(database, PROJECT, range(101, 141))

    async def begin(acts: Sequence[Act]) -> list[object]:
        writes = CandidateWrites(database)
        return await asyncio.gather(*(act(writes) for act in acts), return_exceptions=True)

    return lambda acts: asyncio.run(begin(acts))


Together = Callable[[Sequence[Act]], list[object]]


def log(iid: int, params: dict[str, str], metadata: dict[str, str], *points: tuple[str, float, int, int]) -> Act:
    batch, logged = Batch(params, metadata), Points.of(points)
    return lambda writes: writes.log_batch(SCOPE, external_id(iid), batch, logged)


def edit(iid: int, **change: object) -> Act:
    return lambda writes: writes.change(SCOPE, external_id(iid), CandidateChange(**change))  # type: ignore[arg-type]


def create(name: str, experiment_iid: int = 1) -> Act:
    return lambda writes: writes.create(SCOPE, NewCandidate(experiment_iid, name, 0, "ada", {"of": name}))


def test_candidates_get_numbers_without_gaps_though_some_are_refused(database: Database, together: Together) -> None:
    made = together([create("a"), create("b", 9), create("x" * 1000), create("c")])

    assert [type(each) for each in made[1:3]] == [NotFound, InvalidValue]
    found = database.read_now(lambda connection: candidates.data(connection, SCOPE, [1, 2]))
    iids = {getattr(each, "name", ""): getattr(each, "iid", 0) for each in made}
    assert {iids["a"], iids["c"]} == {1, 2}
    assert found[iids["c"]].metadata["of"] == "c"


def test_of_one_candidate_the_last_metadata_and_the_first_parameter_stay(
    database: Database, together: Together
) -> None:
    answers = together(
        [
            log(101, {"lr": "1", "only": "x"}, {"t": "first", "kept": 'é"\\ \n'}),
            log(102, {"lr": "5"}, {}, ("loss", 0.5, 10, 1)),
            log(101, {"lr": "2", "lost": "x"}, {"t": "refused"}),
            log(101, {"lr": "1"}, {"t": "last", "mlflow.runName": "renamed"}, ("loss", 0.25, 10, 1)),
        ]
    )

    assert [type(each) for each in answers if isinstance(each, BaseException)] == [InvalidValue]
    data = database.read_now(lambda connection: candidates.data(connection, SCOPE, [101, 102]))
    assert (data[101].params, data[102].params) == ({"lr": "1", "only": "x"}, {"lr": "5"})
    assert data[101].metadata == {"t": "last", "kept": 'é"\\ \n', "mlflow.runName": "renamed"}
    latest = database.read_now(lambda connection: metrics.latest(connection, SCOPE, [101, 102]))
    assert {iid: [each.value for each in found] for iid, found in latest.items()} == {101: [0.25], 102: [0.5]}
    assert database.read_now(lambda c: candidates.get_by_iid(c, SCOPE, 101)).name == "renamed"


def test_changes_follow_each_other_and_leave_alone_what_they_do_not_name(
    database: Database, together: Together
) -> None:
    answers = together(
        [
            edit(103, name="three"),
            edit(104, status=Status.FAILED),
            edit(103, status=Status.FINISHED, end_time=9),
            edit(999),
        ]
    )

    assert isinstance(answers[3], NotFound)
    three, four = database.read_now(lambda c: [candidates.get_by_iid(c, SCOPE, iid) for iid in (103, 104)])
    assert (three.name, three.status, three.end_time, three.start_time) == (
        "three",
        Status.FINISHED,
        9,
        1_700_000_000_000,
    )
    assert (four.name, four.status) == ("candidate 104", Status.FAILED)
    assert answers[2] == three


def test_points_to_candidates_that_cannot_take_them_are_refused_alone(database: Database, together: Together) -> None:
    """A deleted, an unknown and another project's candidate among good ones: exactly the points of those are there."""
    add_candidates(database, OTHER_PROJECT, range(7, 8))
    database.write_now(lambda connection: bulk.delete(connection, SCOPE, [120]))
    gate = threading.Event()
    asked = [(SCOPE, 101), (SCOPE, 120), (SCOPE, 102), (SCOPE, 999), (SCOPE, 101), (SCOPE, 7), (SCOPE, 103)]

    def point(scope: Scope, iid: int, step: int) -> Act:
        payload = metrics.payload_of("loss", step / 2, step, step)
        return lambda writes: writes.log_points(scope, external_id(iid), payload)

    def hold(_: CandidateWrites) -> Awaitable[object]:
        return database.append(lambda _: gate.wait(timeout=30))

    async def release(_: CandidateWrites) -> None:
        gate.set()

    acts = [point(scope, iid, step) for step, (scope, iid) in enumerate(asked)]
    answers = together([hold, *acts, point(scope_of(OTHER_PROJECT), 7, 10), release])[1:]

    refused = {place: type(each) for place, each in enumerate(answers) if each is not None}
    assert refused == {1: InvalidValue, 3: NotFound, 5: NotFound}
    assert "Current state is deleted" in str(answers[1])
    with database.engine.connect() as connection:
        log = metric_log.c
        rows = connection.execute(select(log.project_id, log.candidate_iid, log.payload))
        found = sorted((project_id, iid, bytes(payload)) for project_id, iid, payload in rows)
    good = [(PROJECT, 101, 0), (PROJECT, 101, 4), (PROJECT, 102, 2), (PROJECT, 103, 6), (OTHER_PROJECT, 7, 10)]
    assert found == [(project_id, iid, metrics.payload_of("loss", n / 2, n, n)) for project_id, iid, n in good]


def test_small_and_large_payloads_that_come_together_are_all_stored(database: Database, together: Together) -> None:
    """Large ones have statements of their own in a transaction with those that small ones share."""
    sizes = [1, 1000, 3, 2000, 1]
    logged = [Points.of((f"key {n}", n + size / 7, n, size) for n in range(size)).encode() for size in sizes]

    def act(place: int) -> Act:
        return lambda writes: writes.log_points(SCOPE, external_id(101 + place), logged[place])

    acts = [act(place) for place in range(len(sizes))]
    assert together(acts) == [None] * len(sizes)
    latest = database.read_now(lambda connection: metrics.latest(connection, SCOPE, range(101, 101 + len(sizes))))
    assert [len(found) for found in latest.values()] == sizes
    assert all(each.step == size for size, found in zip(sizes, latest.values(), strict=True) for each in found)


@pytest.mark.parametrize("kind", ["create", "log", "change"])
def test_twenty_ask_the_database_as_often_as_ten(kind: str, database: Database, together: Together) -> None:
    texts: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: texts.append(given[2]))
    makers: dict[str, Callable[[int], Act]] = {
        "create": lambda number: create(f"run {number}"),
        "log": lambda number: log(100 + number, {"lr": "1"}, {"t": "1"}, ("loss", 1.0, 1, 1)),
        "change": lambda number: edit(100 + number, status=Status.FINISHED),
    }

    def cost(numbers: range) -> int:
        texts.clear()
        answers = together([makers[kind](number) for number in numbers])
        assert not [each for each in answers if isinstance(each, BaseException)]
        return len(texts)

    cost(range(1, 3))
    assert cost(range(3, 13)) == cost(range(13, 33))
