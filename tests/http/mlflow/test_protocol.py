"""What MLflow's clients may send and expect whatever the operation: nulls, numbers for ids, long values, odd ids."""

import msgspec
import pytest

from shortlist.app import Application
from tests.http.client import Mlflow, refused

NOBODY = "0" * 32


def test_null_stands_for_a_field_that_was_not_sent(mlflow: Mlflow) -> None:
    experiment = mlflow.call(
        "experiments/create", name="e", artifact_location=None, tags=[{"key": "a", "value": None}]
    )
    found = mlflow.call("experiments/search", max_results=9, filter=None, order_by=None, view_type=None)
    assert [item["name"] for item in found["experiments"]] == ["e"]
    run_id = mlflow.call("runs/create", **experiment, run_name=None, user_id=None, tags=None)["run"]["info"]["run_id"]
    mlflow.call("runs/log-batch", run_id=run_id, metrics=None, params=[{"key": "p", "value": None}], tags=None)
    mlflow.call("runs/log-metric", run_id=run_id, key="m", value=1, timestamp=1, step=None, model_id=None)

    data = mlflow.run(run_id)["data"]
    assert (data["params"], len(data["metrics"])) == ([{"key": "p", "value": ""}], 1)
    # What an operation needs stays needed.
    refused(
        mlflow.post("runs/log-metric", run_id=run_id, key="m", value=None, timestamp=1),
        400,
        "INVALID_PARAMETER_VALUE",
        "value",
    )
    refused(mlflow.post("experiments/create", name=None), 400, "INVALID_PARAMETER_VALUE", "name")
    refused(mlflow.post("runs/log-batch", run_id=run_id, metrics=[None]), 400, "INVALID_PARAMETER_VALUE", "metrics[0]")


def test_experiments_may_be_numbers_in_searches(mlflow: Mlflow) -> None:
    mlflow.new_run()
    assert len(mlflow.call("runs/search", experiment_ids=[0])["runs"]) == 1
    assert mlflow.call("logged-models/search", experiment_ids=[0]) == {}


def test_long_values_are_cut_unless_the_settings_refuse_them(
    mlflow: Mlflow, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = mlflow.new_run()
    tags = [{"key": "t", "value": "v" * 8001}, {"key": "mlflow.note.content", "value": "n" * 8001}]
    batch = {"params": [{"key": "b", "value": "v" * 6001}], "tags": tags}
    mlflow.call("runs/log-batch", run_id=run_id, **batch)
    mlflow.call("runs/log-parameter", run_id=run_id, key="p", value="v" * 6001)
    mlflow.call("runs/log-parameter", run_id=run_id, key="p", value="v" * 7000)
    made = mlflow.call("runs/create", experiment_id="0", tags=tags)["run"]["data"]["tags"]
    model = mlflow.call("logged-models", experiment_id="0", params=batch["params"])["model"]["data"]["params"]

    data = mlflow.run(run_id)["data"]
    assert {item["key"]: len(item["value"]) for item in data["params"]} == {"b": 6000, "p": 6000}
    for found in (data["tags"], made):
        lengths = {item["key"]: len(item["value"]) for item in found}
        assert (lengths["t"], lengths["mlflow.note.content"]) == (8000, 8001)
    assert len(model[0]["value"]) == 6000

    strict = msgspec.structs.replace(application.services.settings, truncate_long_values=False)
    monkeypatch.setattr(application.services, "settings", strict)
    refused(
        mlflow.post("runs/log-batch", run_id=run_id, params=batch["params"]),
        400,
        "INVALID_PARAMETER_VALUE",
        "params[0].value",
    )
    refused(
        mlflow.post("runs/set-tag", run_id=run_id, key="t", value="v" * 8001), 400, "INVALID_PARAMETER_VALUE", "value"
    )
    refused(mlflow.post("runs/create", experiment_id="0", tags=tags), 400, "INVALID_PARAMETER_VALUE", "tags.value")


@pytest.mark.parametrize("run_id", ["a b", "-x", "x" * 257, "../x"])
def test_an_id_that_no_run_can_have_is_a_mistake_in_a_batch(mlflow: Mlflow, run_id: str) -> None:
    for operation in ("log-batch", "log-inputs"):
        message = refused(mlflow.post(f"runs/{operation}", run_id=run_id), 400, "INVALID_PARAMETER_VALUE", "run_id")
        assert message.endswith("for parameter 'run_id' supplied.")
        refused(mlflow.post(f"runs/{operation}", run_id="x"), 404, "RESOURCE_DOES_NOT_EXIST")


def test_a_run_that_there_is_not_has_no_points(mlflow: Mlflow) -> None:
    assert mlflow.ask("metrics/get-history", run_id=NOBODY, metric_key="m") == {"metrics": []}
    refused(mlflow.get("metrics/get-history", metric_key="m"), 400, "INVALID_PARAMETER_VALUE", "run_id")


def test_a_dataset_of_a_metric_needs_its_name_and_its_digest(mlflow: Mlflow) -> None:
    run_id = mlflow.new_run()
    point = {"key": "m", "value": 1, "timestamp": 1}
    for part, field in (({"dataset_name": "d"}, "dataset_digest"), ({"dataset_digest": "d"}, "dataset_name")):
        refused(mlflow.post("runs/log-metric", run_id=run_id, **point, **part), 400, "INVALID_PARAMETER_VALUE", field)
        batch = mlflow.post("runs/log-batch", run_id=run_id, metrics=[{**point, **part}])
        refused(batch, 400, "INVALID_PARAMETER_VALUE", f"metrics[0].{field}")
    mlflow.call("runs/log-metric", run_id=run_id, **point, dataset_name="d", dataset_digest="x")


def test_outputs_name_their_models(mlflow: Mlflow) -> None:
    run_id = mlflow.new_run()
    refused(mlflow.post("runs/outputs", run_id=run_id), 400, "INVALID_PARAMETER_VALUE", "models")
    assert mlflow.call("runs/outputs", run_id=run_id, models=[]) == {}
