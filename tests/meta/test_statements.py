"""Statements per request: what is read or written in a page costs the same number, whatever the page holds."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from sqlalchemy import event

from shortlist.app import Application
from shortlist.http import resolver
from tests.http.client import Client, Mlflow

# Transaction control is not counted, and neither is what the resolver caches: who asks, and which project.
COUNTS = {
    "log-metric": 1,
    "log-batch": 5,
    "runs/get": 9,
    "runs/search": 13,
    "runs/search again": 5,
    "candidates page": 11,
    "ranked page": 21,
}
Statements = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def statements(application: Application) -> Statements:
    engine = application.services.database.engine

    @contextmanager
    def counted() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
                seen.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return counted


def fill(mlflow: Mlflow, candidates: int, keys: int) -> list[str]:
    ids: list[str] = []
    for number in range(candidates):
        run_id = mlflow.new_run(start_time=number)
        mlflow.call(
            "runs/log-batch",
            run_id=run_id,
            metrics=[{"key": f"m{key}", "value": key, "timestamp": 1, "step": 0} for key in range(keys)],
            params=[{"key": f"p{key}", "value": str(key)} for key in range(min(keys, 100))],
        )
        ids.append(run_id)
    return ids


@pytest.mark.parametrize(("candidates", "keys"), [(1, 1), (12, 80)])
def test_reads_and_writes_cost_a_fixed_number_of_statements(
    application: Application,
    rita: Client,
    statements: Statements,
    monkeypatch: pytest.MonkeyPatch,
    candidates: int,
    keys: int,
) -> None:
    monkeypatch.setattr(resolver, "_TTL_SECONDS", 3600)
    mlflow = rita.mlflow
    ids = fill(mlflow, candidates, keys)
    application.services.folder.fold_all()
    application.stop_background()
    project = rita.project.replace("/", "%2F")

    def cost(work: Callable[[], object]) -> int:
        with statements() as seen:
            work()
        return len(seen)

    point = {"value": 1, "timestamp": 1, "step": 5}
    batch = [{"key": f"n{key}", **point} for key in range(keys)]
    params = [{"key": f"q{key}", "value": "x"} for key in range(min(keys, 100))]
    asked = {"experiment_ids": ["0"], "order_by": ["metrics.m0 DESC"]}
    found = {
        "runs/get": cost(lambda: mlflow.ask("runs/get", run_id=ids[0])),
        "runs/search": cost(lambda: mlflow.call("runs/search", **asked)),
        "runs/search again": cost(lambda: mlflow.call("runs/search", **asked)),
        "candidates page": cost(
            lambda: rita.post(f"/api/v1/projects/{project}/experiments/0/candidates/search", {"max_results": 100})
        ),
        "ranked page": cost(
            lambda: rita.post(
                f"/api/v1/projects/{project}/experiments/0/candidates/search", {"max_results": 100, "ranked": True}
            )
        ),
        "log-metric": cost(lambda: mlflow.call("runs/log-metric", run_id=ids[0], key="m0", **point)),
        "log-batch": cost(
            lambda: mlflow.call(
                "runs/log-batch", run_id=ids[0], metrics=batch, params=params, tags=[{"key": "t", "value": "1"}]
            )
        ),
    }
    assert {name: count for name, count in found.items() if count > COUNTS[name]} == {}
