"""One search over everything in a project."""

from collections.abc import Callable

import pytest

from tests.http.client import Client, Mlflow, refused


@pytest.fixture
def base(rita: Client, mlflow: Mlflow) -> str:
    """A project with something of each kind that is called a heron."""
    experiment = mlflow.new_experiment("Heron nests")
    run_id = mlflow.new_run(experiment, run_name="heron-s0")
    mlflow.call("runs/log-batch", run_id=run_id, metrics=[{"key": "acc", "value": 0.9, "timestamp": 1, "step": 0}])
    mlflow.new_run(experiment, run_name="stork")
    mlflow.call("registered-models/create", name="heron-model")
    project = rita.project.replace("/", "%2F")
    put = rita.request("PUT", f"/api/v4/projects/{project}/packages/generic/data/1.0.0/Heron.csv", content=b"a,b")
    assert put.status_code in (200, 201), put.text
    return f"/api/v1/projects/{project}"


def test_a_word_finds_things_of_each_kind(rita: Client, base: str) -> None:
    found = rita.get(f"{base}/search?text=HERON").json()
    assert [(item["name"], item["experiment"], item["status"]) for item in found["candidates"]] == [
        ("heron-s0", "Heron nests", "running")
    ]
    assert [item["name"] for item in found["experiments"]] == ["Heron nests"]
    assert [item["name"] for item in found["models"]] == ["heron-model"]
    assert [(item["path"], item["name"], item["version"]) for item in found["files"]] == [
        ("Heron.csv", "data", "1.0.0")
    ]


def test_the_language_and_numbers_find_candidates(rita: Client, base: str) -> None:
    found = rita.get(f"{base}/search", params={"text": "acc > 0.8"}).json()
    assert [item["name"] for item in found["candidates"]] == ["heron-s0"]
    assert found["experiments"] == found["models"] == found["files"] == []
    iid = found["candidates"][0]["iid"]
    for text in (f"#{iid}", str(iid)):
        assert [item["iid"] for item in rita.get(f"{base}/search", params={"text": text}).json()["candidates"]] == [
            iid
        ]
    assert rita.get(f"{base}/search?text=+").json() == {"candidates": [], "experiments": [], "models": [], "files": []}
    refused(rita.get(f"{base}/search", params={"text": "acc >> 1"}), 400, "INVALID_PARAMETER_VALUE", "filter")
    refused(rita.get(f"{base}/search?text=a&limit=51"), 400, "INVALID_PARAMETER_VALUE", "limit")


def test_what_is_closed_is_not_found(as_member: Callable[[str], Client], base: str) -> None:
    project = base.replace("/api/v1", "/api/v4")
    closed = {"model_experiments_access_level": "disabled", "model_registry_access_level": "disabled"}
    changed = as_member("olga").request("PUT", project, json=closed)
    assert changed.status_code == 200, changed.text
    found = as_member("gwen").get(f"{base}/search?text=heron").json()
    assert (found["candidates"], found["experiments"], found["models"]) == ([], [], [])
    assert [item["path"] for item in found["files"]] == ["Heron.csv"]
    assert as_member("otto").get(f"{base}/search?text=heron").status_code == 404
