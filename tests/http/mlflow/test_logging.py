"""Logging to a run over the MLflow surface: metrics, parameters, tags, batches, datasets."""

import json

import pytest

from shortlist.mlflow import history as history_of_runs
from tests.http.client import Mlflow, refused


def metrics_of(mlflow: Mlflow, run_id: str) -> dict[str, object]:
    return {item["key"]: item["value"] for item in mlflow.run(run_id)["data"]["metrics"]}


def params_of(mlflow: Mlflow, run_id: str) -> dict[str, str]:
    return {item["key"]: item["value"] for item in mlflow.run(run_id)["data"]["params"]}


def tags_of(mlflow: Mlflow, run_id: str) -> dict[str, str]:
    return {item["key"]: item["value"] for item in mlflow.run(run_id)["data"]["tags"]}


def history(mlflow: Mlflow, run_id: str, key: str) -> list[tuple[int, int, object]]:
    points = mlflow.ask("metrics/get-history", run_id=run_id, metric_key=key)["metrics"]
    return [(point["step"], point["timestamp"], point["value"]) for point in points]


def test_the_latest_point_is_the_greatest_step_not_the_last_written(mlflow: Mlflow) -> None:
    run_id = mlflow.new_run()
    for step, value in ((0, 1.0), (2, 3.0), (1, 2.0)):
        mlflow.call("runs/log-metric", run_id=run_id, key="loss", value=value, timestamp=10, step=step)

    assert mlflow.run(run_id)["data"]["metrics"] == [{"key": "loss", "value": 3.0, "timestamp": 10, "step": 2}]
    assert history(mlflow, run_id, "loss") == [(0, 10, 1.0), (1, 10, 2.0), (2, 10, 3.0)]


def test_a_long_history_is_sent_in_pieces(mlflow: Mlflow, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it is longer than what is read at a time."""
    monkeypatch.setattr(history_of_runs, "PAGE", 22_000)
    run_id = mlflow.new_run()
    count = 25_000
    for first in range(0, count, 1000):
        points = [
            {"key": "loss", "value": step / 8, "timestamp": 10, "step": step} for step in range(first, first + 1000)
        ]
        mlflow.call("runs/log-batch", run_id=run_id, metrics=points)
    whole = mlflow.get("metrics/get-history", run_id=run_id, metric_key="loss")
    assert "content-length" not in whole.headers
    assert [point["value"] for point in whole.json()["metrics"]] == [step / 8 for step in range(count)]
    page = mlflow.ask("metrics/get-history", run_id=run_id, metric_key="loss", max_results=count - 2)
    assert [point["step"] for point in page["metrics"]] == list(range(count - 2))
    rest = mlflow.ask(
        "metrics/get-history", run_id=run_id, metric_key="loss", max_results=9, page_token=page["next_page_token"]
    )
    assert [point["step"] for point in rest["metrics"]] == [count - 2, count - 1]
    assert "next_page_token" not in rest


def test_a_point_logged_twice_is_stored_once(mlflow: Mlflow) -> None:
    run_id = mlflow.new_run()
    for _ in range(2):
        mlflow.call("runs/log-metric", run_id=run_id, key="loss", value=1.5, timestamp=10, step=3)

    assert history(mlflow, run_id, "loss") == [(3, 10, 1.5)]


@pytest.mark.parametrize(
    ("value", "answered"),
    [
        (1, 1.0),
        ("2.5", 2.5),
        ("NaN", "NaN"),
        ("Infinity", 1.7976931348623157e308),
        ("-Infinity", -1.7976931348623157e308),
        (-0.0, 0.0),
        (1e-300, 1e-300),
        (True, 1.0),
    ],
)
def test_values_come_back_as_mlflow_answers_them(mlflow: Mlflow, value: object, answered: object) -> None:
    run_id = mlflow.new_run()
    mlflow.call("runs/log-metric", run_id=run_id, key="m", value=value, timestamp=1)

    assert metrics_of(mlflow, run_id) == {"m": answered}
    assert history(mlflow, run_id, "m") == [(0, 1, answered)]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"key": ""}, "key"),
        ({"key": None}, "key"),
        ({"key": 5}, "key"),
        ({"key": "a//b"}, "key"),
        ({"key": "k" * 251}, "key"),
        ({"value": "abc"}, "value"),
        ({"value": None}, "value"),
        ({"value": [1]}, "value"),
        ({"timestamp": -1}, "timestamp"),
        ({"timestamp": None}, "timestamp"),
        ({"timestamp": "x"}, "timestamp"),
        ({"timestamp": 2**63}, "timestamp"),
        ({"step": "x"}, "step"),
        ({"step": 2**63}, "step"),
        ({"step": 1.5}, "step"),
    ],
)
def test_a_bad_point_is_refused_by_name_alone_and_in_a_batch(
    mlflow: Mlflow, change: dict[str, object], field: str
) -> None:
    run_id = mlflow.new_run()
    good = {"key": "m", "value": 1.0, "timestamp": 1, "step": 0}
    refused(mlflow.post("runs/log-metric", run_id=run_id, **{**good, **change}), 400, "INVALID_PARAMETER_VALUE", field)
    batch = mlflow.post(
        "runs/log-batch", run_id=run_id, metrics=[good, {**good, **change}], params=[{"key": "p", "value": "1"}]
    )
    refused(batch, 400, "INVALID_PARAMETER_VALUE", f"metrics[1].{field}")

    assert metrics_of(mlflow, run_id) == {}
    assert params_of(mlflow, run_id) == {}


def test_parameters_are_written_once(mlflow: Mlflow) -> None:
    run_id = mlflow.new_run()
    for _ in range(2):
        mlflow.call("runs/log-parameter", run_id=run_id, key="lr", value="0.1")
    message = refused(
        mlflow.post("runs/log-parameter", run_id=run_id, key="lr", value="0.2"), 400, "INVALID_PARAMETER_VALUE"
    )

    assert message.startswith("Changing param values is not allowed")
    assert params_of(mlflow, run_id) == {"lr": "0.1"}


@pytest.mark.parametrize(("key", "value"), [("", "v"), ("a//b", "v"), ("k" * 251, "v"), ("..k", "v"), ("k", 5)])
def test_bad_parameters_are_refused(mlflow: Mlflow, key: str, value: object) -> None:
    run_id = mlflow.new_run()
    refused(mlflow.post("runs/log-parameter", run_id=run_id, key=key, value=value), 400, "INVALID_PARAMETER_VALUE")
    assert params_of(mlflow, run_id) == {}


def test_refusals_name_the_field_of_the_request_and_nothing_is_written(mlflow: Mlflow) -> None:
    run_id = mlflow.new_run()
    good, used = {"key": "t", "value": "1"}, {"name": "d", "digest": "x"}
    bad: dict[str, object] = {"key": "a//b", "value": "1"}
    point = {"key": "loss", "value": 1, "timestamp": 1}
    requests: list[tuple[str, dict[str, object], str]] = [
        ("log-parameter", bad, "key"),
        ("log-parameter", {"key": "k" * 251, "value": "1"}, "key"),
        ("set-tag", bad, "key"),
        ("log-batch", {"metrics": [point], "tags": [good, bad]}, "tags[1].key"),
        ("log-batch", {"metrics": [point], "tags": [good, {"value": "1"}]}, "tags[1].key"),
        ("log-batch", {"metrics": [point], "params": [good, bad]}, "params[1].key"),
        ("log-inputs", {"datasets": [{"dataset": used | {"name": "x" * 501}}]}, "datasets[0].dataset.name"),
        ("log-inputs", {"datasets": [{"dataset": used, "tags": [{"key": "k" * 256}]}]}, "datasets[0].tags.key"),
    ]
    before = mlflow.run(run_id)
    for operation, fields, field in requests:
        refused(mlflow.post(f"runs/{operation}", run_id=run_id, **fields), 400, "INVALID_PARAMETER_VALUE", field)
    assert mlflow.run(run_id) == before


def test_long_and_odd_parameters_survive(mlflow: Mlflow) -> None:
    run_id = mlflow.new_run()
    params = {"long": "v" * 6000, "empty": "", "quoted": 'it\'s "x" \\ \n', "unicode é": "日本語 😀"}
    mlflow.call("runs/log-batch", run_id=run_id, params=[{"key": k, "value": v} for k, v in params.items()])

    assert params_of(mlflow, run_id) == params


def test_tags_are_overwritten_and_the_name_follows_its_tag(mlflow: Mlflow) -> None:
    run_id = mlflow.new_run(run_name="before")
    for value in ("a", "b"):
        mlflow.call("runs/set-tag", run_id=run_id, key="team", value=value)
    mlflow.call("runs/set-tag", run_id=run_id, key="mlflow.runName", value="after")

    assert tags_of(mlflow, run_id) == {"team": "b", "mlflow.runName": "after"}
    assert mlflow.run(run_id)["info"]["run_name"] == "after"

    mlflow.call("runs/delete-tag", run_id=run_id, key="team")
    assert "team" not in tags_of(mlflow, run_id)
    refused(mlflow.post("runs/delete-tag", run_id=run_id, key="team"), 404, "RESOURCE_DOES_NOT_EXIST", "key")


def test_of_two_tags_with_one_key_in_a_batch_the_last_counts(mlflow: Mlflow) -> None:
    run_id = mlflow.new_run()
    mlflow.call("runs/log-batch", run_id=run_id, tags=[{"key": "t", "value": v} for v in ("1", "2")])

    assert tags_of(mlflow, run_id)["t"] == "2"


def test_a_batch_writes_everything_or_nothing(mlflow: Mlflow) -> None:
    run_id = mlflow.new_run()
    mlflow.call("runs/log-parameter", run_id=run_id, key="lr", value="0.1")
    before = mlflow.run(run_id)
    answer = mlflow.post(
        "runs/log-batch",
        run_id=run_id,
        metrics=[{"key": "m", "value": 1, "timestamp": 1}],
        params=[{"key": "new", "value": "1"}, {"key": "lr", "value": "other"}],
        tags=[{"key": "t", "value": "1"}],
    )

    refused(answer, 400, "INVALID_PARAMETER_VALUE", "params")
    assert mlflow.run(run_id) == before


@pytest.mark.parametrize(("name", "count"), [("metrics", 1001), ("params", 101), ("tags", 101)])
def test_batches_over_the_limit_are_refused(mlflow: Mlflow, name: str, count: int) -> None:
    run_id = mlflow.new_run()
    before = mlflow.run(run_id)
    items = [{"key": f"k{number}", "value": "1", "timestamp": 1} for number in range(count)]
    refused(mlflow.post("runs/log-batch", run_id=run_id, **{name: items}), 400, "INVALID_PARAMETER_VALUE", name)
    assert mlflow.run(run_id) == before


def test_items_of_a_batch_are_limited_together(mlflow: Mlflow) -> None:
    run_id = mlflow.new_run()
    items = [{"key": f"k{number}", "value": "1", "timestamp": 1} for number in range(1000)]
    answer = mlflow.post("runs/log-batch", run_id=run_id, metrics=items, tags=[{"key": "t", "value": "1"}])
    refused(answer, 400, "INVALID_PARAMETER_VALUE")
    mlflow.call("runs/log-batch", run_id=run_id, metrics=items)
    assert len(mlflow.run(run_id)["data"]["metrics"]) == 1000


def test_one_parameter_twice_in_a_batch_is_refused(mlflow: Mlflow) -> None:
    run_id = mlflow.new_run()
    items = [{"key": "lr", "value": "1"}] * 2
    refused(mlflow.post("runs/log-batch", run_id=run_id, params=items), 400, "INVALID_PARAMETER_VALUE")


def test_history_is_paged(mlflow: Mlflow) -> None:
    run_id = mlflow.new_run()
    points = [{"key": "m", "value": float(step), "timestamp": step, "step": step} for step in range(25)]
    mlflow.call("runs/log-batch", run_id=run_id, metrics=points)
    found: list[int] = []
    token = ""
    while True:
        page = mlflow.ask("metrics/get-history", run_id=run_id, metric_key="m", max_results=10, page_token=token)
        found += [point["step"] for point in page["metrics"]]
        token = page.get("next_page_token", "")
        if not token:
            break

    assert found == list(range(25))


def test_history_of_an_unknown_key_is_empty(mlflow: Mlflow) -> None:
    assert mlflow.ask("metrics/get-history", run_id=mlflow.new_run(), metric_key="none")["metrics"] == []


@pytest.mark.parametrize(("name", "value"), [("max_results", 0), ("max_results", "x"), ("page_token", "???")])
def test_bad_history_requests_are_refused(mlflow: Mlflow, name: str, value: object) -> None:
    run_id = mlflow.new_run()
    answer = mlflow.get("metrics/get-history", run_id=run_id, metric_key="m", **{name: value})
    refused(answer, 400, "INVALID_PARAMETER_VALUE", name)


def test_datasets_are_kept_with_the_tags_of_their_use(mlflow: Mlflow) -> None:
    run_id = mlflow.new_run()
    dataset = {"name": "digits", "digest": "abc", "source_type": "local", "source": "{}", "schema": "{}"}
    used = {"dataset": dataset, "tags": [{"key": "mlflow.data.context", "value": "training"}]}
    for _ in range(2):
        mlflow.call("runs/log-inputs", run_id=run_id, datasets=[used])

    assert mlflow.run(run_id)["inputs"]["dataset_inputs"] == [used]
    # Logged again with other tags, as an evaluation after a training does: the first words stand, new ones are added.
    later = [{"key": "mlflow.data.context", "value": "eval"}, {"key": "fold", "value": "1"}]
    mlflow.call("runs/log-inputs", run_id=run_id, datasets=[{"dataset": dataset, "tags": later}])
    mlflow.call("runs/log-inputs", run_id=run_id, datasets=[{"dataset": dataset}])
    assert mlflow.run(run_id)["inputs"]["dataset_inputs"] == [{**used, "tags": [*used["tags"], later[1]]}]
    too_long = {"dataset": {**dataset, "digest": "d" * 37}}
    refused(mlflow.post("runs/log-inputs", run_id=run_id, datasets=[too_long]), 400, "INVALID_PARAMETER_VALUE")


def test_a_model_of_an_old_client_is_appended_to_its_tag(mlflow: Mlflow) -> None:
    run_id = mlflow.new_run()
    logged = [
        {"run_id": run_id, "artifact_path": name, "flavors": {}, "utc_time_created": "2026-01-02 03:04:05"}
        for name in ("a", "b")
    ]
    for model in logged:
        mlflow.call("runs/log-model", run_id=run_id, model_json=json.dumps(model))

    assert json.loads(tags_of(mlflow, run_id)["mlflow.log-model.history"]) == logged
    for text in ("{", "[]", "{}"):
        answer = mlflow.post("runs/log-model", run_id=run_id, model_json=text)
        refused(answer, 400, "INVALID_PARAMETER_VALUE", "model_json")
