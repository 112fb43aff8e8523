"""Server-sent events of a real server: who may follow what, what is told, and when it ends."""

import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.http.client import Client, refused
from tests.live import LiveServer, live_server

API = "/api/v1/projects/root%2Fdefault"
MLFLOW = "/api/v4/projects/root%2Fdefault/ml/mlflow/api/2.0/mlflow"
ARTIFACTS = f"{MLFLOW}-artifacts/artifacts"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("live")) as server:
        yield server


class Stream:
    """The events of an open stream, one by one."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.iter_lines()

    def next(self) -> tuple[str, Any]:
        """The next event with its data; beats are passed over."""
        name = ""
        for line in self._lines:
            key, _, value = line.partition(": ")
            if key == "event":
                name = value
            elif key == "data" and name != "beat":
                return name, json.loads(value)
        return "end", None


@contextmanager
def follow(server: LiveServer, experiment: int | str, token: str | None = None) -> Generator[Stream]:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    with (
        server.client() as client,
        client.stream("GET", f"{API}/events?experiments={experiment}", headers=headers, timeout=60) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Stream(response)


def call(client: httpx.Client, operation: str, **body: Any) -> Any:
    answer = client.post(f"{MLFLOW}/{operation}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_points_status_edits_files_and_new_candidates_are_told(running: LiveServer) -> None:
    with running.client() as client:
        experiment = int(call(client, "experiments/create", name="live")["experiment_id"])
        with follow(running, experiment) as stream:
            assert stream.next() == ("ready", {})
            run_id = call(client, "runs/create", experiment_id=str(experiment))["run"]["info"]["run_id"]
            name, data = stream.next()
            (iid,) = data["experiments"][str(experiment)]
            told = ("changed", {"experiments": {str(experiment): [iid]}})
            assert name == "changed"
            call(client, "runs/log-metric", run_id=run_id, key="m", value=1, timestamp=1, step=0)
            assert stream.next() == told
            call(client, "runs/update", run_id=run_id, status="FINISHED", end_time=5)
            assert stream.next() == told
            call(client, "runs/set-tag", run_id=run_id, key="team", value="x")
            assert stream.next() == told
            file = f"{ARTIFACTS}/candidate:{iid}/notes.txt"
            assert client.put(file, content=b"seen").status_code == 200
            assert stream.next() == told
            assert client.delete(file).status_code == 200
            assert stream.next() == told
            client.put(f"{API}/experiments/{experiment}/goal", json={"metric": "m", "direction": "maximize"})
            # A fold tells of points a second time, and a file may be told of at its beginning and at its end.
            while (event := stream.next()) == told:
                pass
            assert event == ("changed", {"experiments": {str(experiment): None}})


def test_who_follows_all_experiments_is_told_of_new_ones(running: LiveServer) -> None:
    with running.client() as client, follow(running, "all") as stream:
        assert stream.next() == ("ready", {})
        experiment = call(client, "experiments/create", name="to come")["experiment_id"]
        assert stream.next() == ("changed", {"experiments": {experiment: None}})
        call(client, "experiments/delete", experiment_id=experiment)
        assert stream.next() == ("changed", {"experiments": {experiment: None}})


def test_a_stream_ends_with_the_right_to_read(running: LiveServer) -> None:
    with running.client() as client:
        experiment = int(call(client, "experiments/create", name="revoked")["experiment_id"])
        made = client.post(
            "/api/v4/users/1/personal_access_tokens", json={"name": "short", "scopes": ["read_api"]}
        ).json()
        with follow(running, experiment, made["token"]) as stream:
            assert stream.next() == ("ready", {})
            assert client.delete(f"/api/v4/personal_access_tokens/{made['id']}").status_code == 204
            call(client, "runs/create", experiment_id=str(experiment))
            assert stream.next() == ("gone", {})
            assert stream.next() == ("end", None)


def test_a_server_that_stops_does_not_wait_for_open_pages(tmp_path: Path) -> None:
    with live_server(tmp_path) as server, follow(server, 0) as stream:
        assert stream.next() == ("ready", {})
        assert server.stop() == 0
        assert stream.next() == ("end", None)


@pytest.mark.parametrize("query", ["", "?experiments=", "?experiments=x", "?experiments=" + "1." * 21])
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_stream_names_its_experiments(rita: Client, query: str, database_kind: str) -> None:
    answer = rita.get(f"/api/v1/projects/{rita.project.replace('/', '%2F')}/events{query}")
    refused(answer, 400, "INVALID_PARAMETER_VALUE", "experiments")


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_what_one_server_writes_another_one_tells(tmp_path: Path, database_url: str, database_kind: str) -> None:
    with (
        live_server(tmp_path / "a", database_url) as here,
        live_server(tmp_path / "b", database_url) as there,
        here.client() as client,
    ):
        experiment = int(call(client, "experiments/create", name="shared")["experiment_id"])
        with follow(there, experiment) as stream:
            assert stream.next() == ("ready", {})
            run_id = call(client, "runs/create", experiment_id=str(experiment))["run"]["info"]["run_id"]
            assert stream.next()[0] == "changed"
            call(client, "runs/log-metric", run_id=run_id, key="m", value=1, timestamp=1, step=0)
            assert stream.next()[0] == "changed"
