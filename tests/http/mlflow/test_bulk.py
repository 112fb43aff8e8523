"""What MLflow's own pages ask for: points of several runs, datasets of experiments, files by run id."""

import math

import pytest

from shortlist.metrics import history
from tests.http.client import Client, Mlflow, refused


@pytest.fixture
def runs(mlflow: Mlflow) -> list[str]:
    """Two runs of 3,000 points; the second has a spike."""
    made = [mlflow.new_run() for _ in range(2)]
    for number, run in enumerate(made):
        for start in range(0, 3000, 1000):
            points = [
                {"key": "loss", "value": 99.0 if number and step == 1234 else 1.0, "timestamp": step, "step": step}
                for step in range(start, start + 1000)
            ]
            mlflow.call("runs/log-batch", run_id=run, metrics=points)
    return made


@pytest.mark.parametrize("page", [700, history.PAGE])
def test_an_interval_is_sampled_run_by_run_and_keeps_spikes(
    mlflow: Mlflow, runs: list[str], monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(history, "PAGE", page)
    query = {"run_ids": [*runs, "f" * 32], "metric_key": "loss"}
    points = mlflow.ask("metrics/get-history-bulk-interval", **query, max_results=50)["metrics"]

    for run in runs:
        own = [point for point in points if point["run_id"] == run]
        assert 2 <= len(own) <= 50
        assert (own[0]["step"], own[-1]["step"]) == (0, 2999)
        assert own == sorted(own, key=lambda point: point["step"])
    assert max(point["value"] for point in points) == 99.0
    assert set(points[0]) == {"key", "value", "timestamp", "step", "run_id"}
    part = mlflow.ask("metrics/get-history-bulk-interval", **query, start_step=10, end_step=19, max_results=50)
    assert [point["step"] for point in part["metrics"]] == [*range(10, 20), *range(10, 20)]
    one = mlflow.ask("metrics/get-history-bulk-interval", **query, max_results=1)["metrics"]
    assert [point["step"] for point in one] == [2999, 2999]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"max_results": 0}, "max_results"),
        ({"max_results": 2501}, "max_results"),
        ({"run_ids": []}, "run_ids"),
        ({"run_ids": ["f" * 32] * 101}, "run_ids"),
        ({"metric_key": ""}, "metric_key"),
        ({"start_step": 5, "end_step": 4}, "end_step"),
        ({"start_step": "x"}, "start_step"),
    ],
)
def test_bad_intervals_are_refused(mlflow: Mlflow, query: dict[str, object], field: str) -> None:
    good = {"run_ids": ["f" * 32], "metric_key": "loss"}
    answer = mlflow.get("metrics/get-history-bulk-interval", **{**good, **query})
    refused(answer, 400, "INVALID_PARAMETER_VALUE", field)


def test_whole_histories_come_up_to_a_limit(rita: Client, mlflow: Mlflow, runs: list[str]) -> None:
    path = mlflow.prefix.replace("/api/2.0", "/ajax-api/2.0") + "metrics/get-history-bulk"

    def steps(**query: object) -> list[int]:
        answer = rita.get(path, params={"run_id": runs, "metric_key": "loss", **query})
        return [point["step"] for point in answer.json()["metrics"]]

    assert steps() == [*range(3000), *range(3000)]
    assert steps(max_results=3005) == [*range(3000), *range(5)]
    refused(rita.get(path, params={"run_id": runs}), 400, "INVALID_PARAMETER_VALUE", "metric_key")


def test_odd_values_are_text_or_the_largest_number(mlflow: Mlflow) -> None:
    run = mlflow.new_run()
    for step, value in enumerate(("NaN", "Infinity", 1.5)):
        mlflow.call("runs/log-metric", run_id=run, key="m", value=value, timestamp=1, step=step)
    points = mlflow.ask("metrics/get-history-bulk-interval", run_ids=run, metric_key="m")["metrics"]
    assert [point["value"] for point in points] == ["NaN", math.nextafter(math.inf, 0), 1.5]


def test_datasets_of_experiments(rita: Client, mlflow: Mlflow) -> None:
    experiment = mlflow.new_experiment()
    for _ in range(2):
        dataset = {"name": "iris", "digest": "d1", "source_type": "local", "source": "s"}
        tags = [{"key": "mlflow.data.context", "value": "training"}]
        run = mlflow.new_run(experiment)
        mlflow.call("runs/log-inputs", run_id=run, datasets=[{"dataset": dataset, "tags": tags}])
    path = mlflow.prefix.replace("/api/2.0", "/ajax-api/2.0") + "experiments/search-datasets"

    assert rita.post(path, {"experiment_ids": [experiment]}).json() == {
        "dataset_summaries": [{"experiment_id": experiment, "name": "iris", "digest": "d1", "context": "training"}]
    }
    for ids in ([], ["x"], [experiment] * 21):
        refused(rita.post(path, {"experiment_ids": ids}), 400, "INVALID_PARAMETER_VALUE", "experiment_ids")


def test_files_of_a_run_by_its_id(rita: Client, mlflow: Mlflow) -> None:
    run = mlflow.new_run()
    base = mlflow.prefix.removesuffix("/api/2.0/mlflow/")
    upload, get = f"{base}/ajax-api/2.0/mlflow/upload-artifact", f"{base}/get-artifact"
    where = {"run_id": run, "path": "notes/a.txt"}

    assert rita.request("POST", upload, params=where, content=b"alpha").status_code == 200
    answer = rita.get(get, params=where)
    assert (answer.content, answer.headers["x-content-type-options"]) == (b"alpha", "nosniff")
    large = rita.request("POST", upload, params=where, content=b"x" * (10 * 1024 * 1024 + 1))
    refused(large, 400, "INVALID_PARAMETER_VALUE", "body")
    assert rita.get(get, params=where).content == b"alpha"
    for query in ({"run_id": run}, {"path": "a"}, {"run_id": run, "path": "../a"}):
        refused(rita.get(get, params=query), 400, "INVALID_PARAMETER_VALUE")
        refused(rita.request("POST", upload, params=query, content=b""), 400, "INVALID_PARAMETER_VALUE")
    refused(rita.get(get, params={"run_id": run, "path": "b"}), 404, "RESOURCE_DOES_NOT_EXIST")


@pytest.mark.parametrize("path", ["api/2.0/mlflow/nothing", "api/2.0/mlflow/traces", "api/3.0/mlflow/x", "graphql"])
def test_unknown_routes_answer_in_json(rita: Client, mlflow: Mlflow, path: str) -> None:
    for method in ("GET", "POST"):
        address = mlflow.prefix.replace("api/2.0/mlflow/", path)
        refused(rita.request(method, address), 404, "ENDPOINT_NOT_FOUND")
        if path.startswith("api/"):
            refused(rita.request(method, f"/{path}"), 404, "ENDPOINT_NOT_FOUND")
