"""What the server says about itself: readiness, metrics, request ids."""

import asyncio
import threading
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Connection, text

from shortlist import logs
from shortlist.access.scope import Scope
from shortlist.app import Application, build
from shortlist.settings import Settings
from shortlist.tracking import candidates
from shortlist.tracking.types import CandidateRecord
from tests.http.client import Client, Mlflow

FAR = ("203.0.113.7", 4711)
TERMINATE_OTHERS = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def metrics_of(response: httpx.Response) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every line of the answer, read by Prometheus' own parser."""
    assert response.status_code == 200, response.text
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def ask(application: Application, path: str, *, client: tuple[str, int] = FAR, **headers: str) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=application.asgi, client=client, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:5000") as opened:
            return await opened.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return asyncio.run(send())


def test_metrics_count_what_was_done(application: Application, rita: Client, mlflow: Mlflow) -> None:
    run_id = mlflow.new_run()
    metrics = [{"key": "loss", "value": 1, "timestamp": 1, "step": step} for step in range(7)]
    mlflow.call("runs/log-batch", run_id=run_id, metrics=metrics)
    mlflow.call("runs/log-metric", run_id=run_id, key="acc", value=1, timestamp=1)
    mlflow.get("runs/get", run_id="0" * 32)
    rita.get("/no/such/../place")

    found = metrics_of(rita.get("/-/metrics"))

    batch = ("endpoint", "/api/2.0/mlflow/runs/log-batch"), ("method", "POST")
    assert found["shortlist_points_accepted_total", ()] == 8
    assert found["shortlist_requests_total", (*batch, ("status", "200"))] == 1
    assert found["shortlist_request_seconds_count", batch] == 1
    assert found["shortlist_request_seconds_bucket", (batch[0], ("le", "+Inf"), batch[1])] == 1
    get = ("endpoint", "/api/2.0/mlflow/runs/get"), ("method", "GET")
    assert found["shortlist_requests_total", (*get, ("status", "404"))] == 1
    assert found["shortlist_commit_jobs_count", ()] >= 3
    assert found["shortlist_commit_jobs_sum", ()] == found["shortlist_commit_wait_seconds_count", ()]
    assert found["shortlist_requests_running", ()] == 1
    assert found["shortlist_ready", (("check", "database"),)] == found["shortlist_ready", (("check", "store"),)] == 1
    assert found["process_resident_memory_bytes", ()] > 1_000_000


def test_the_lag_of_the_fold_is_the_age_of_its_oldest_row(
    application: Application, rita: Client, mlflow: Mlflow
) -> None:
    application.services.folder.stop()
    assert metrics_of(rita.get("/-/metrics"))["shortlist_fold_waiting_rows", ()] == 0
    mlflow.call("runs/log-metric", run_id=mlflow.new_run(), key="acc", value=1, timestamp=1)

    found = metrics_of(rita.get("/-/metrics"))
    assert found["shortlist_fold_waiting_rows", ()] == 1
    assert 0 <= found["shortlist_fold_lag_seconds", ()] < 600


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_metrics_are_for_this_machine_and_not_for_what_a_proxy_on_it_passes_on(application: Application) -> None:
    here = ("127.0.0.1", 4711)
    assert ask(application, "/-/metrics", client=here).status_code == 200
    assert ask(application, "/-/metrics", client=("::1", 4711)).status_code == 200
    assert ask(application, "/-/metrics", client=here, x_forwarded_for="203.0.113.7").status_code == 403
    assert ask(application, "/-/metrics", client=here, forwarded="for=203.0.113.7").status_code == 403
    assert ask(application, "/-/metrics").status_code == 403


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_token_of_the_settings_reads_metrics_from_anywhere(database_url: str, tmp_path: Path) -> None:
    built = build(Settings(data=tmp_path, database=database_url, metrics_token="a long secret of the settings"))
    try:
        assert ask(built, "/-/metrics", authorization="Bearer a long secret of the settings").status_code == 200
        for headers in ({}, {"authorization": "Bearer another"}, {"authorization": "Bearer "}):
            assert ask(built, "/-/metrics", client=("127.0.0.1", 1), **headers).status_code == 401
    finally:
        built.close()


def test_readiness_says_what_works(rita: Client) -> None:
    answer = rita.get("/-/readiness")
    assert answer.status_code == 200, answer.text
    assert {check["subject"]: check["level"] for check in answer.json()["checks"]} == {"database": "ok", "store": "ok"}
    assert rita.get("/-/readiness?of=everything").status_code == 400


def test_readiness_finds_a_schema_that_is_behind(application: Application, rita: Client) -> None:
    application.services.database.write_now(
        lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    )
    answer = rita.get("/-/readiness")
    assert answer.status_code == 503
    assert "0001" in answer.text


def test_a_newer_schema_does_not_end_the_servers_of_the_version_before(application: Application, rita: Client) -> None:
    application.services.database.write_now(
        lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    )
    assert rita.get("/-/readiness").status_code == 200


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_readiness_finds_a_database_that_takes_no_changes(
    application: Application, rita: Client, database_url: str
) -> None:
    engine = application.services.database.engine
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"ALTER DATABASE {engine.url.database} SET default_transaction_read_only = on"))
        # Connections that are open go on as they began, this one too; those that come find the database as it is now.
        connection.execute(text(TERMINATE_OTHERS))
        connection.detach()
    answer = rita.get("/-/readiness")
    assert answer.status_code == 503
    assert {check["subject"]: check["level"] for check in answer.json()["checks"]}["database"] == "problem"


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_readiness_finds_a_store_that_takes_nothing_and_asks_it_seldom(
    application: Application, rita: Client, tmp_path: Path
) -> None:
    folder = tmp_path / "artifacts"
    folder.rmdir()
    folder.write_text("a file in the place of the folder")
    answer = rita.get("/-/readiness")
    assert answer.status_code == 503
    assert rita.get("/-/readiness?of=database").status_code == 200
    folder.unlink()
    folder.mkdir()
    assert rita.get("/-/readiness").status_code == 503, "remembered for a moment"


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_server_that_stops_is_not_ready(application: Application, rita: Client) -> None:
    application.services.readiness.stop()
    assert rita.get("/-/readiness").status_code == 503
    assert rita.get("/-/liveness").status_code == 200


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_is_logged_for_a_request_names_it_in_its_thread_too(
    rita: Client, mlflow: Mlflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = mlflow.new_run()
    seen: list[tuple[str, str]] = []
    find = candidates.get

    def get(connection: Connection, scope: Scope, external_id: str) -> CandidateRecord:
        event = logs.name_request(None, "info", {"event": "reading"})
        seen.append((event["request_id"], threading.current_thread().name))
        return find(connection, scope, external_id)

    monkeypatch.setattr(candidates, "get", get)
    names = [f"r{number}" for number in range(9)]
    address = mlflow.address(f"runs/get?run_id={run_id}")
    answers = rita.at_once([("GET", address, {"headers": {"x-request-id": name}}) for name in names])

    assert [answer.headers["x-request-id"] for answer in answers] == names
    assert sorted(name for name, _ in seen) == names
    assert all(thread.startswith("db-read") for _, thread in seen)
    assert logs.name_request(None, "info", {"event": "in the background"}) == {"event": "in the background"}
