"""A clock that jumps a day ahead and back again: nothing is lost or shown twice, and nothing waits for that day."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from shortlist.app import build
from shortlist.clock import now_ms
from shortlist.packages.service import Storage
from shortlist.packages.sweeper import Sweeper
from shortlist.settings import Settings
from tests.http.client import Client, Mlflow
from tests.live import PASSWORD, TOKEN

HOUR = 60 * 60 * 1000
DAY = 24 * HOUR


@pytest.fixture
def move_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets the clock so many milliseconds ahead of the true one."""
    true = time.time_ns

    def move(milliseconds: int) -> None:
        monkeypatch.setattr(time, "time_ns", lambda: true() + milliseconds * 1_000_000)

    return move


def log(mlflow: Mlflow, run_id: str, first: int) -> None:
    for step in range(first, first + 5):
        mlflow.call("runs/log-metric", run_id=run_id, key="loss", value=step, timestamp=now_ms(), step=step)


def pages(mlflow: Mlflow, size: int, between: Callable[[], None]) -> list[str]:
    """The runs of all pages; something happens after each page."""
    found: list[str] = []
    token = None
    while token or not found:
        options = {"page_token": token} if token else {}
        page = mlflow.call("runs/search", experiment_ids=["0"], max_results=size, **options)
        found += [run["info"]["run_id"] for run in page.get("runs", [])]
        token = page.get("next_page_token")
        between()
    return found


def test_a_clock_that_jumps_ahead_and_back(
    database_url: str, tmp_path: Path, move_clock: Callable[[int], None]
) -> None:
    settings = Settings(
        data=tmp_path, database=database_url, root_password=PASSWORD, root_token=TOKEN, log_format="json"
    )
    built = build(settings)
    services = built.services
    storage = Storage(services.database, services.blobs, 1000)
    with asyncio.Runner() as runner:
        root = Client(built.asgi, runner, TOKEN, "root/default")
        mlflow = root.mlflow
        runs = [mlflow.new_run() for _ in range(3)]
        log(mlflow, runs[0], 0)
        # A server remembers for two seconds what a token is, so each is asked once.
        tokens = [_token_until_tomorrow(root) for _ in range(2)]
        asked = [Client(built.asgi, runner, token, "root/default") for token in tokens]

        move_clock(3 * DAY)
        assert asked[0].get("/api/v4/user").status_code == 401, "expired"
        runs += [mlflow.new_run() for _ in range(3)]
        log(mlflow, runs[0], 5)
        assert Sweeper(storage, DAY).sweep_if_due() is not None

        jumps = iter((-HOUR, 2 * DAY, 0, 0, 0, 0))
        assert sorted(pages(mlflow, 2, lambda: move_clock(next(jumps)))) == sorted(runs)
        assert asked[1].get("/api/v4/user").status_code == 200, "not expired"
        runs += [mlflow.new_run() for _ in range(2)]
        log(mlflow, runs[0], 10)
        history = mlflow.ask("metrics/get-history", run_id=runs[0], metric_key="loss")["metrics"]
        assert [point["step"] for point in history] == list(range(15))
        assert mlflow.run(runs[0])["data"]["metrics"][0]["value"] == 14
        assert sorted(pages(mlflow, 3, lambda: None)) == sorted(runs)
        assert Sweeper(storage, DAY).sweep_if_due() is not None, "the sweep of the day that was not is not waited for"
        assert Sweeper(storage, DAY).sweep_if_due() is None
    built.close()


def _token_until_tomorrow(root: Client) -> str:
    tomorrow = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 86400))
    wanted = {"name": "short", "scopes": ["api"], "expires_at": tomorrow}
    made = root.post("/api/v4/users/1/personal_access_tokens", wanted)
    assert made.status_code == 201, made.text
    return made.json()["token"]
