"""A disk that fills up, a store that is down or does not answer: 503 and when to come back, nothing half done."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from shortlist.app import Application, build
from shortlist.blobs import connect, direct
from shortlist.blobs.store import PART_BYTES
from shortlist.settings import Settings
from tests.http.client import Client
from tests.live import PASSWORD, TOKEN, live_server
from tests.s3 import S3Server, s3_server

MIB = 1024 * 1024
PROXY = "/api/2.0/mlflow-artifacts"


def test_a_full_disk_keeps_what_is_there_and_nothing_else(tmp_path: Path) -> None:
    with live_server(tmp_path, file_size_limit=6 * MIB) as server, server.client() as client:
        client.post("/api/2.0/mlflow/runs/create", json={"experiment_id": "0"})
        small, large = (f"{PROXY}/artifacts/candidate:1/{name}" for name in ("small", "large"))
        assert client.put(small, content=b"x" * MIB).status_code == 200
        for size in (7 * MIB, 20 * MIB):
            refused = client.put(large, content=b"y" * size)
            assert (refused.status_code, refused.json()["error_code"]) == (503, "TEMPORARILY_UNAVAILABLE")
            assert refused.headers["retry-after"]
        assert client.get(large).status_code == 404
        assert client.get(small).content == b"x" * MIB
        # Who is refused while he still sends reads the answer, and goes on by the same connection.
        for _ in range(20):
            assert client.put(f"{PROXY}/artifacts/candidate:2/x", content=b"y" * 2 * MIB).status_code == 404
            assert client.get("/-/liveness").status_code == 200
        kept = [path for path in (tmp_path / "artifacts").rglob("*") if path.is_file()]
        assert [path.stat().st_size for path in kept] == [MIB]


@pytest.fixture
def s3(tmp_path: Path) -> Iterator[S3Server]:
    with s3_server(tmp_path / "s3") as server:
        yield server


@pytest.fixture
def application(tmp_path: Path, s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    """On S3, by signed addresses, and soon out of patience."""
    monkeypatch.setattr(connect, "READ_SECONDS", 4)
    monkeypatch.setattr(direct, "READ_SECONDS", 1.5)  # asks three times
    monkeypatch.setitem(connect._RETRY, "max_retries", 0)
    monkeypatch.setitem(connect._RETRY, "retry_timeout", timedelta(seconds=1))
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    settings = Settings(
        data=tmp_path,
        artifacts=s3.url("a"),
        direct_transfers=True,
        small_file_bytes=0,
        root_password=PASSWORD,
        root_token=TOKEN,
        log_format="json",
    )
    built = build(settings)
    yield built
    built.close()


def test_a_store_that_is_down_is_503_everywhere(application: Application, s3: S3Server) -> None:
    with asyncio.Runner() as runner:
        root = Client(application.asgi, runner, TOKEN, "root/default")
        root.mlflow.new_run()
        assert root.request("PUT", f"{PROXY}/artifacts/candidate:1/before", content=b"x").status_code == 200
        begun = root.post(f"{PROXY}/mpu/create/candidate:1", {"path": "big", "num_parts": 1}).json()
        s3.stop()
        sent = [{"part_number": 1, "etag": "x"}]
        for answer in (
            root.request("PUT", f"{PROXY}/artifacts/candidate:1/after", content=b"y"),
            root.get(f"{PROXY}/artifacts/candidate:1/before"),
            root.post(f"{PROXY}/mpu/create/candidate:1", {"path": "other"}),
            root.post(
                f"{PROXY}/mpu/complete/candidate:1", {"path": "big", "upload_id": begun["upload_id"], "parts": sent}
            ),
        ):
            assert (answer.status_code, answer.json()["error_code"]) == (503, "TEMPORARILY_UNAVAILABLE"), answer.text
            assert answer.headers["retry-after"]
        listed = root.get(f"{PROXY}/artifacts", params={"path": "candidate:1"}).json()["files"]
        assert [item["path"] for item in listed] == ["before"]


def test_a_store_that_does_not_answer_holds_up_only_who_needs_it(application: Application, s3: S3Server) -> None:
    files = f"{PROXY}/artifacts/candidate:1"
    with asyncio.Runner() as runner:
        root = Client(application.asgi, runner, TOKEN, "root/default")
        run_id = root.mlflow.new_run()
        assert root.request("PUT", f"{files}/before", content=b"x").status_code == 200

        held_up: list[tuple[str, str, dict[str, Any]]] = [
            ("PUT", f"{files}/small", {"content": b"y"}),
            ("PUT", f"{files}/large", {"content": b"y" * (PART_BYTES + 1)}),
            ("GET", f"{files}/before", {}),
            ("POST", f"{PROXY}/mpu/create/candidate:1", {"json": {"path": "parts", "num_parts": 1}}),
        ]

        async def all_at_once() -> list[httpx.Response]:
            waiting = [asyncio.ensure_future(root.send(method, path, **options)) for method, path, options in held_up]
            tagged = await root.send(
                "POST", "/api/2.0/mlflow/runs/set-tag", json={"run_id": run_id, "key": "team", "value": "x"}
            )
            assert tagged.status_code == 200
            found = await root.send("GET", "/api/2.0/mlflow/runs/get", params={"run_id": run_id})
            assert {"key": "team", "value": "x"} in found.json()["run"]["data"]["tags"]
            assert not any(task.done() for task in waiting)
            return await asyncio.gather(*waiting)

        with s3.unresponsive():
            answers = runner.run(all_at_once())
        for answer in answers:
            assert (answer.status_code, answer.json()["error_code"]) == (503, "TEMPORARILY_UNAVAILABLE"), answer.text
            assert answer.headers["retry-after"]
        listed = root.get(f"{PROXY}/artifacts", params={"path": "candidate:1"}).json()["files"]
        assert [item["path"] for item in listed] == ["before"]
        assert root.request("PUT", f"{files}/small", content=b"again").status_code == 200
        assert root.get(f"{files}/small").content == b"again"
