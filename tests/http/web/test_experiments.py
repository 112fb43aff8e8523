"""The browser's operations on experiments."""

from collections.abc import Callable

import pytest

from tests.cast import Cast
from tests.http.client import Client, refused


@pytest.fixture
def base(cast: Cast) -> str:
    return f"/api/v1/projects/{cast.project_id}/experiments"


def test_create_change_delete_and_restore(rita: Client, base: str) -> None:
    made = rita.post(base, {"name": "vision", "note": "about eyes"}).json()
    assert made["iid"] == 1
    assert made["created_by"] == "rita"
    assert made["note"] == "about eyes"

    changed = rita.request("PATCH", f"{base}/1", json={"name": "seeing", "note": ""}).json()
    assert (changed["name"], changed["note"]) == ("seeing", "")

    assert rita.request("DELETE", f"{base}/1").status_code == 200
    assert rita.get(base).json()["experiments"] == []
    assert [item["deleted"] for item in rita.get(base, params={"view": "deleted"}).json()["experiments"]] == [True]
    assert rita.post(f"{base}/1/restore").json()["deleted"] is False
    assert [item["iid"] for item in rita.get(base).json()["experiments"]] == [1]


def test_the_list_counts_candidates_and_finds_by_name(rita: Client, base: str) -> None:
    mlflow = rita.mlflow
    first, second = mlflow.new_experiment("Alpha 100%"), mlflow.new_experiment("beta_one")
    for status in ("FINISHED", "FAILED", "KILLED", "RUNNING"):
        mlflow.call("runs/update", run_id=mlflow.new_run(first), status=status)
    deleted = mlflow.new_run(first)
    mlflow.call("runs/delete", run_id=deleted)

    listed = {item["name"]: item for item in rita.get(base).json()["experiments"]}
    counts = {key: listed["Alpha 100%"][key] for key in ("candidates", "running", "failed")}
    assert counts == {"candidates": 4, "running": 1, "failed": 2}
    assert listed["beta_one"]["candidates"] == 0
    for text, names in (("alpha", ["Alpha 100%"]), ("o'", []), ("beta_", ["beta_one"]), ("", list(listed))):
        found = rita.get(base, params={"search": text}).json()["experiments"]
        assert sorted(item["name"] for item in found) == sorted(names)
    assert second == "2"


def test_columns_tell_what_differs(rita: Client, base: str) -> None:
    mlflow = rita.mlflow
    experiment_id = mlflow.new_experiment()
    for number in range(3):
        run_id = mlflow.new_run(experiment_id)
        mlflow.call("runs/log-parameter", run_id=run_id, key="lr", value=str(number))
        mlflow.call("runs/log-parameter", run_id=run_id, key="model", value="tree")
        mlflow.call("runs/log-metric", run_id=run_id, key="acc", value=number, timestamp=1)
    columns = {
        (item["kind"], item["key"]): item for item in rita.get(f"{base}/{experiment_id}/columns").json()["columns"]
    }
    assert columns["param", "lr"]["distinct"] == 2
    assert columns["param", "model"]["distinct"] == 1
    assert columns["metric", "acc"]["candidates"] == 3


@pytest.mark.parametrize("iid", ["99", "x", "-1"])
def test_an_unknown_experiment_is_not_found(rita: Client, base: str, iid: str) -> None:
    assert rita.get(f"{base}/{iid}").status_code in (400, 404)


def test_a_taken_name_is_a_conflict(rita: Client, base: str) -> None:
    rita.post(base, {"name": "vision"})
    refused(rita.post(base, {"name": "vision"}), 409, "RESOURCE_ALREADY_EXISTS", "name")


def test_a_guest_reads_and_does_not_write(as_member: Callable[[str], Client], rita: Client, base: str) -> None:
    rita.post(base, {"name": "vision"})
    gwen = as_member("gwen")
    assert gwen.get(f"{base}/1").status_code == 200
    for method, path in (
        ("POST", base),
        ("PATCH", f"{base}/1"),
        ("DELETE", f"{base}/1"),
        ("POST", f"{base}/1/restore"),
    ):
        refused(gwen.request(method, path, json={"name": "x"}), 403, "PERMISSION_DENIED")
