"""The time between the first answer of a server and the application as a whole."""

import asyncio
from collections.abc import Awaitable, Iterator
from pathlib import Path

import httpx
import pytest

from shortlist.app import finish
from shortlist.opening import Opened, open_server
from shortlist.settings import Settings
from tests.http.client import Client

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def application(database_url: str, tmp_path: Path) -> Iterator[Opened]:
    """Only opened."""
    opened = open_server(Settings(data=tmp_path, database=database_url, log_format="json"))
    yield opened
    opened.close()


async def _begun(asked: Awaitable[httpx.Response]) -> "asyncio.Future[httpx.Response]":
    """A request that has run as far as it can get by itself."""
    task = asyncio.ensure_future(asked)
    for _ in range(20):
        await asyncio.sleep(0)
    assert not task.done()
    return task


def test_experiments_answer_first_and_all_else_waits_for_the_application(
    application: Opened, rita: Client, runner: asyncio.Runner
) -> None:
    made = rita.mlflow.call("experiments/create", name="early")
    searched = f"/api/v4/projects/{rita.project.replace('/', '%2F')}/ml/mlflow/api/2.0/mlflow/runs/search"

    async def ask() -> list[httpx.Response]:
        waiting = [
            await _begun(rita.send("POST", searched, json={"experiment_ids": [made["experiment_id"]]})),
            await _begun(rita.send("GET", "/-/liveness")),
            await _begun(rita.send("GET", "/api/v4/nothing")),
        ]
        whole = await asyncio.to_thread(finish, application)
        try:
            return await asyncio.gather(*waiting)
        finally:
            whole.close()

    assert [answer.status_code for answer in runner.run(ask())] == [200, 200, 404]


def test_who_waits_for_the_application_is_sent_away_when_the_server_stops_first(
    application: Opened, rita: Client, runner: asyncio.Runner
) -> None:
    async def ask() -> list[httpx.Response]:
        waiting = await _begun(rita.send("GET", "/-/liveness"))
        application.stop_accepting()
        return [await waiting, await rita.send("GET", "/-/liveness")]

    for answer in runner.run(ask()):
        assert answer.status_code == 503
        assert answer.json()["error_code"] == "TEMPORARILY_UNAVAILABLE"
