"""The browser's operations on candidates: pages of them, one of them, curves."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.cast import Cast
from tests.http.client import Client, refused


@pytest.fixture
def base(cast: Cast) -> str:
    return f"/api/v1/projects/{cast.project_id}"


@pytest.fixture
def trained(rita: Client) -> str:
    """An experiment of four candidates: three finished, one that went NaN and failed."""
    mlflow = rita.mlflow
    experiment_id = mlflow.new_experiment()
    for number in range(4):
        run_id = mlflow.new_run(experiment_id, run_name=f"c{number}", start_time=1000 + number)
        points = [
            {
                "key": "loss",
                "value": "NaN" if number == 3 and step == 9 else 1 / (step + number + 1),
                "timestamp": 1000 + step,
                "step": step,
            }
            for step in range(10)
        ]
        params = [{"key": "lr", "value": f"0.{number}"}]
        mlflow.call("runs/log-batch", run_id=run_id, metrics=points, params=params)
        mlflow.call("runs/update", run_id=run_id, status="FAILED" if number == 3 else "FINISHED", end_time=2000)
    return experiment_id


def search(rita: Client, base: str, experiment: str, **query: object) -> dict[str, Any]:
    response = rita.post(f"{base}/experiments/{experiment}/candidates/search", query)
    assert response.status_code == 200, response.text
    return response.json()


def test_a_page_orders_by_a_metric_with_nan_last(rita: Client, base: str, trained: str) -> None:
    for direction, names in (("ASC", ["c2", "c1", "c0", "c3"]), ("DESC", ["c0", "c1", "c2", "c3"])):
        page = search(rita, base, trained, order_by=[f"metrics.loss {direction}"])
        assert [row["name"] for row in page["candidates"]] == names
        assert page["total"] == 4
    assert page["candidates"][3]["metrics"] == {"loss": "NaN"}
    assert page["candidates"][3]["status"] == "failed"


def test_only_the_asked_columns_come(rita: Client, base: str, trained: str) -> None:
    row = search(rita, base, trained, columns=["params.lr"])["candidates"][0]
    assert (row["metrics"], row["params"], row["metadata"]) == ({}, {"lr": "0.3"}, {})


def test_pages_follow_each_other_and_count_all(rita: Client, base: str, trained: str) -> None:
    first = search(rita, base, trained, max_results=3)
    rest = search(rita, base, trained, max_results=3, page_token=first["next_page_token"])
    assert [row["name"] for row in [*first["candidates"], *rest["candidates"]]] == ["c3", "c2", "c1", "c0"]
    assert first["total"] == rest["total"] == 4
    assert rest.get("next_page_token") is None


def test_a_wrong_filter_says_where(rita: Client, base: str, trained: str) -> None:
    response = rita.post(f"{base}/experiments/{trained}/candidates/search", {"filter": "metrics.loss >> 1"})
    refused(response, 400, "INVALID_PARAMETER_VALUE", "filter")
    assert isinstance(response.json()["position"], int)


def test_a_candidate_shows_series_params_and_relatives(rita: Client, base: str, trained: str) -> None:
    parent = rita.mlflow.run(rita.mlflow.new_run(trained, run_name="parent"))["info"]["run_id"]
    child = rita.mlflow.new_run(trained, run_name="child", tags=[{"key": "mlflow.parentRunId", "value": parent}])
    found = rita.get(f"{base}/candidates/4").json()
    series = found["metrics"][0]
    assert (series["key"], series["count"], series["last"], series["last_step"]) == ("loss", 10, "NaN", 9)
    assert (series["minimum"], series["minimum_step"]) == (pytest.approx(1 / 12), 8)
    assert (series["maximum"], series["maximum_step"]) == (pytest.approx(1 / 4), 0)
    assert series["has_nan"] is True
    assert found["params"] == [{"key": "lr", "value": "0.3"}]
    assert found["experiment"]["name"] == "vision"
    assert [link["name"] for link in rita.get(f"{base}/candidates/5").json()["children"]] == ["child"]
    assert rita.get(f"{base}/candidates/6").json()["parent"]["name"] == "parent"
    assert child != parent


def test_name_note_and_metadata_are_changed_together(rita: Client, base: str, trained: str) -> None:
    change = {"name": "best", "note": "keep *this*", "metadata": {"team": "a"}}
    found = rita.request("PATCH", f"{base}/candidates/1", json=change).json()
    assert (found["name"], found["note"]) == ("best", "keep *this*")
    assert {"key": "team", "value": "a"} in found["metadata"]
    removed = rita.request("PATCH", f"{base}/candidates/1", json={"metadata": {"team": None}}).json()
    assert "team" not in {pair["key"] for pair in removed["metadata"]}
    assert removed["name"] == "best"


def test_parameters_metrics_and_status_are_mended_by_hand(
    rita: Client, as_member: Callable[[str], Client], base: str, trained: str
) -> None:
    change = {
        "status": "killed",
        "params": {"lr": "0.5", "depth": "8"},
        "metrics": [{"key": "loss", "value": 0.01, "step": 10}, {"key": "latency", "value": "NaN"}],
    }
    found = rita.request("PATCH", f"{base}/candidates/1", json=change).json()
    assert (found["status"], found["params"]) == (
        "killed",
        [{"key": "depth", "value": "8"}, {"key": "lr", "value": "0.5"}],
    )
    read = rita.get(f"{base}/candidates/1").json()
    metrics = {item["key"]: (item["last"], item["count"]) for item in read["metrics"]}
    assert metrics == {"loss": (0.01, 11), "latency": ("NaN", 1)}
    # What is searched and drawn by is what is shown.
    listed = search(rita, base, trained, filter="params.lr = '0.5' and depth > 7")["candidates"]
    assert [row["iid"] for row in listed] == [1]
    back = rita.request("PATCH", f"{base}/candidates/1", json={"params": {"lr": "0.0", "depth": None}}).json()
    assert back["params"] == [{"key": "lr", "value": "0.0"}]
    events = as_member("olga").get(f"{base}/audit").json()["events"]
    changes = [event["details"]["params"] for event in events if event["action"] == "candidate:set_params"]
    assert changes == [{"lr": ["0.5", "0.0"], "depth": ["8", None]}, {"lr": ["0.0", "0.5"], "depth": [None, "8"]}]


def test_a_candidate_names_the_models_that_it_logged(rita: Client, base: str, trained: str) -> None:
    mlflow = rita.mlflow
    run_id = rita.get(f"{base}/candidates/1").json()["external_id"]
    assert rita.get(f"{base}/candidates/1").json()["models"] == []
    logged = mlflow.call("logged-models", experiment_id=trained, name="net", source_run_id=run_id)
    model_id = logged["model"]["info"]["model_id"]
    [pending] = rita.get(f"{base}/candidates/1").json()["models"]
    assert (pending["name"], pending["status"], pending["step"]) == ("net", "pending", None)
    mlflow.call("runs/outputs", run_id=run_id, models=[{"model_id": model_id, "step": 7}])
    point = {"key": "f1", "value": 0.5, "timestamp": 1, "step": 7, "model_id": model_id}
    mlflow.call("runs/log-batch", run_id=run_id, metrics=[point | {"dataset_name": "d", "dataset_digest": "1"}])
    found = rita.get(f"{base}/candidates/1").json()["models"]
    assert found == [
        {
            "external_id": model_id,
            "name": "net",
            "type": "",
            "status": "pending",
            "step": 7,
            "package": None,
            "metrics": [{"key": "f1", "value": 0.5, "dataset": "d"}],
        }
    ]
    mlflow.do("DELETE", f"logged-models/{model_id}")
    assert rita.get(f"{base}/candidates/1").json()["models"] == []


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"params": {"none": None}}, 404),
        ({"params": {"lr": "x" * 6_001}}, 400),
        ({"params": {"a//b": "1"}, "name": "new"}, 400),
        ({"metrics": [{"key": "loss", "value": "much"}]}, 400),
        ({"status": "done"}, 400),
        ({"name": ""}, 400),
        ({"name": 5}, 400),
        ({"name": "x" * 251}, 400),
        ({"note": "x" * 20_001}, 400),
        ({"metadata": {"a//b": "x"}}, 400),
        ({"metadata": {"none": None}}, 404),
    ],
)
def test_bad_changes_are_refused_whole(
    rita: Client, base: str, trained: str, change: dict[str, object], status: int
) -> None:
    before = rita.get(f"{base}/candidates/1").json()
    assert rita.request("PATCH", f"{base}/candidates/1", json=change).status_code == status
    assert rita.get(f"{base}/candidates/1").json() == before


def test_delete_and_restore(rita: Client, base: str, trained: str) -> None:
    assert rita.request("DELETE", f"{base}/candidates/1").status_code == 200
    assert rita.get(f"{base}/candidates/1").json()["deleted"] is True
    assert search(rita, base, trained)["total"] == 3
    assert search(rita, base, trained, view="deleted")["total"] == 1
    assert rita.request("PATCH", f"{base}/candidates/1", json={"name": "x"}).status_code == 400
    assert rita.post(f"{base}/candidates/1/restore").json()["deleted"] is False
    assert search(rita, base, trained)["total"] == 4


def test_curves_are_sampled_and_cut_to_an_interval(rita: Client, base: str, trained: str) -> None:
    curves = rita.post(f"{base}/curves", {"candidates": [1, 4], "keys": ["loss", "none"]}).json()["curves"]
    by_key = {(curve["candidate"], curve["key"]): curve for curve in curves}
    assert by_key[1, "loss"]["x"] == list(range(10))
    assert by_key[1, "loss"]["y"][0] == 1.0
    assert by_key[4, "loss"]["y"][-1] == "NaN"
    cut = rita.post(f"{base}/curves", {"candidates": [1], "keys": ["loss"], "start": 3, "end": 5}).json()["curves"][0]
    assert (cut["x"], cut["count"]) == ([3, 4, 5], 3)
    relative = rita.post(f"{base}/curves", {"candidates": [1], "keys": ["loss"], "axis": "relative"}).json()["curves"]
    assert relative[0]["x"] == list(range(10))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"candidates": list(range(101)), "keys": ["a"]}, "candidates"),
        ({"candidates": [1], "keys": ["a"], "points": 1}, "points"),
        ({"candidates": [1], "keys": ["a"], "axis": "sideways"}, "axis"),
        ({"keys": ["a"]}, "candidates"),
        ({"candidates": ["x"], "keys": ["a"]}, "candidates[0]"),
    ],
)
def test_bad_curve_requests_are_refused(rita: Client, base: str, query: dict[str, object], field: str) -> None:
    refused(rita.post(f"{base}/curves", query), 400, "INVALID_PARAMETER_VALUE", field)


@pytest.mark.parametrize("iid", ["99", "0"])
def test_an_unknown_candidate_is_not_found(rita: Client, base: str, iid: str) -> None:
    refused(rita.get(f"{base}/candidates/{iid}"), 404, "RESOURCE_DOES_NOT_EXIST")
