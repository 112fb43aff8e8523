"""Logged models over the MLflow surface: lifecycle, metrics on datasets, links, files, search."""

from typing import Any

import pytest

from tests.http.client import Client, Mlflow, refused


@pytest.fixture
def experiment(mlflow: Mlflow) -> str:
    return mlflow.new_experiment()


def new_model(mlflow: Mlflow, experiment: str, **fields: object) -> str:
    made = mlflow.call("logged-models", experiment_id=experiment, **fields)
    return made["model"]["info"]["model_id"]


def model(mlflow: Mlflow, model_id: str) -> dict[str, Any]:
    return mlflow.ask(f"logged-models/{model_id}")["model"]


def log(mlflow: Mlflow, run: str, model_id: str, key: str = "acc", value: object = 0.5, **fields: object) -> None:
    body = {"run_id": run, "key": key, "value": value, "timestamp": 1, "model_id": model_id, **fields}
    mlflow.call("runs/log-metric", **body)


def test_a_new_model_waits_for_its_files(mlflow: Mlflow, experiment: str) -> None:
    run = mlflow.new_run(experiment)
    model_id = new_model(
        mlflow,
        experiment,
        name="tree",
        model_type="classifier",
        source_run_id=run,
        params=[{"key": "depth", "value": "3"}],
        tags=[{"key": "team", "value": "a"}],
    )
    found = model(mlflow, model_id)

    times = {found["info"].pop(name) for name in ("creation_timestamp_ms", "last_updated_timestamp_ms")}
    assert len(times) == 1
    assert found == {
        "info": {
            "model_id": model_id,
            "experiment_id": experiment,
            "name": "tree",
            "artifact_uri": f"mlflow-artifacts:/files/model:{model_id}",
            "status": "LOGGED_MODEL_PENDING",
            "model_type": "classifier",
            "source_run_id": run,
            "tags": [{"key": "team", "value": "a"}],
        },
        "data": {"params": [{"key": "depth", "value": "3"}]},
    }
    assert model(mlflow, new_model(mlflow, experiment))["info"]["name"]


@pytest.mark.parametrize(
    ("fields", "status", "field"),
    [
        ({"name": "a/b"}, 400, "name"),
        ({"name": "a.b"}, 400, "name"),
        ({"name": "  "}, 400, "name"),
        ({"experiment_id": None}, 400, "experiment_id"),
        ({"experiment_id": "99"}, 404, "experiment_id"),
        ({"source_run_id": "f" * 32}, 404, "run_id"),
        ({"params": [{"key": "k", "value": "1"}, {"key": "k", "value": "2"}]}, 400, "params[1].key"),
        ({"params": [{"key": f"k{number}", "value": ""} for number in range(101)]}, 400, "params"),
        ({"tags": [{"key": "a//b", "value": ""}]}, 400, "tags.key"),
    ],
)
def test_bad_models_are_refused(
    mlflow: Mlflow, experiment: str, fields: dict[str, object], status: int, field: str
) -> None:
    body = {"experiment_id": experiment, **fields}
    code = "INVALID_PARAMETER_VALUE" if status == 400 else "RESOURCE_DOES_NOT_EXIST"
    refused(mlflow.post("logged-models", **body), status, code, field)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("LOGGED_MODEL_READY", "LOGGED_MODEL_READY"),
        (2, "LOGGED_MODEL_READY"),
        ("LOGGED_MODEL_UPLOAD_FAILED", "LOGGED_MODEL_UPLOAD_FAILED"),
    ],
)
def test_a_model_is_finalized(mlflow: Mlflow, experiment: str, given: object, shown: str) -> None:
    model_id = new_model(mlflow, experiment)
    answer = mlflow.do("PATCH", f"logged-models/{model_id}", model_id=model_id, status=given)
    assert answer["model"]["info"]["status"] == shown
    for wrong in ("gone", None, 9):
        refused(
            mlflow.send("PATCH", f"logged-models/{model_id}", status=wrong), 400, "INVALID_PARAMETER_VALUE", "status"
        )


def test_a_deleted_model_is_shown_on_request_only(mlflow: Mlflow, experiment: str) -> None:
    model_id = new_model(mlflow, experiment)
    assert mlflow.do("DELETE", f"logged-models/{model_id}") == {}

    message = refused(mlflow.get(f"logged-models/{model_id}"), 404, "RESOURCE_DOES_NOT_EXIST", "model_id")
    assert message == f"Logged model with ID '{model_id}' not found."
    assert mlflow.ask(f"logged-models/{model_id}", allow_deleted="true")["model"]["info"]["model_id"] == model_id
    assert mlflow.call("logged-models/search", experiment_ids=[experiment]) == {}
    # The client sends a deletion again whose answer it did not get.
    assert mlflow.do("DELETE", f"logged-models/{model_id}") == {}
    refused(mlflow.get("logged-models/m-x"), 404, "RESOURCE_DOES_NOT_EXIST")


def test_tags_and_params(mlflow: Mlflow, experiment: str) -> None:
    model_id = new_model(mlflow, experiment)
    mlflow.do(
        "PATCH", f"logged-models/{model_id}/tags", tags=[{"key": "a/b", "value": "1"}, {"key": "c", "value": ""}]
    )
    mlflow.do("PATCH", f"logged-models/{model_id}/tags", tags=[{"key": "c", "value": "2"}])
    assert model(mlflow, model_id)["info"]["tags"] == [{"key": "a/b", "value": "1"}, {"key": "c", "value": "2"}]
    assert mlflow.do("DELETE", f"logged-models/{model_id}/tags/a%2Fb") == {}
    refused(mlflow.send("DELETE", f"logged-models/{model_id}/tags/a%2Fb"), 404, "RESOURCE_DOES_NOT_EXIST", "tag_key")
    for _ in range(2):
        mlflow.call(f"logged-models/{model_id}/params", params=[{"key": "lr", "value": "1"}])
    other = mlflow.post(f"logged-models/{model_id}/params", params=[{"key": "lr", "value": "2"}])
    assert refused(other, 400, "INVALID_PARAMETER_VALUE").startswith("Changing param values is not allowed")


def test_metrics_are_the_runs_and_the_models(mlflow: Mlflow, experiment: str) -> None:
    run, model_id = mlflow.new_run(experiment), new_model(mlflow, experiment)
    on = {"dataset_name": "test", "dataset_digest": "d1"}
    for step, value in ((1, 0.1), (3, 0.3), (2, 0.2)):
        log(mlflow, run, model_id, value=value, step=step, **on)
    points = [
        {"key": "loss", "value": value, "timestamp": 5, "step": step, "model_id": model_id}
        for step, value in ((0, 9.0), (1, "NaN"))
    ]
    plain = {"key": "lr", "value": 1.0, "timestamp": 5}
    mlflow.call("runs/log-batch", run_id=run, metrics=[*points, plain])

    assert model(mlflow, model_id)["data"]["metrics"] == [
        {"key": "acc", "value": 0.3, "timestamp": 1, "step": 3, "model_id": model_id, "run_id": run, **on},
        {"key": "loss", "value": "NaN", "timestamp": 5, "step": 1, "model_id": model_id, "run_id": run},
    ]
    history = mlflow.ask("metrics/get-history", run_id=run, metric_key="acc")["metrics"]
    assert [point["value"] for point in history] == [0.1, 0.2, 0.3]


def test_a_point_for_a_model_that_is_not_there_is_nowhere(mlflow: Mlflow, experiment: str) -> None:
    run = mlflow.new_run(experiment)
    body = {"run_id": run, "key": "acc", "value": 1, "timestamp": 1}
    gone = mlflow.post("runs/log-metric", **body, model_id="m-" + "0" * 32)
    refused(gone, 404, "RESOURCE_DOES_NOT_EXIST", "model_id")
    assert mlflow.run(run)["data"]["metrics"] == []
    model_id = new_model(mlflow, experiment)
    half = mlflow.post("runs/log-metric", **body, model_id=model_id, dataset_digest="d")
    refused(half, 400, "INVALID_PARAMETER_VALUE", "dataset_name")


def test_runs_name_the_models_they_used_and_made(mlflow: Mlflow, experiment: str) -> None:
    run = mlflow.new_run(experiment)
    used, made = (new_model(mlflow, experiment, name=name) for name in ("used", "made"))
    for step in (1, 7):
        mlflow.call("runs/outputs", run_id=run, models=[{"model_id": made, "step": step}])
    mlflow.call("runs/log-inputs", run_id=run, models=[{"model_id": used}])

    found = mlflow.run(run)
    assert found["outputs"] == {"model_outputs": [{"model_id": made, "step": 7}]}
    assert found["inputs"]["model_inputs"] == [{"model_id": used}]
    searched = mlflow.call("runs/search", experiment_ids=[experiment])["runs"][0]
    assert searched["outputs"] == found["outputs"]
    for operation in ("runs/outputs", "runs/log-inputs"):
        gone = mlflow.post(operation, run_id=run, models=[{"model_id": "m-" + "0" * 32}])
        refused(gone, 404, "RESOURCE_DOES_NOT_EXIST", "model_id")
        refused(mlflow.post(operation, run_id=run, models=[{}]), 400, "INVALID_PARAMETER_VALUE", "models.model_id")


@pytest.mark.parametrize("form", ["model:{model}", "{experiment}/models/{model}/artifacts"])
def test_files_of_a_model_go_through_the_artifact_proxy(
    rita: Client, mlflow: Mlflow, experiment: str, form: str
) -> None:
    model_id = new_model(mlflow, experiment)
    root = f"{mlflow.files}/{form.format(model=model_id, experiment=experiment)}"
    assert rita.request("PUT", f"{root}/data/model.pkl", content=b"bytes").status_code == 200
    assert rita.request("PUT", f"{root}/MLmodel", content=b"flavors: {}").status_code == 200

    assert rita.get(f"{root}/data/model.pkl").content == b"bytes"
    top = mlflow.ask(f"logged-models/{model_id}/artifacts/directories")
    assert top == {
        "root_uri": f"mlflow-artifacts:/files/model:{model_id}",
        "files": [
            {"path": "MLmodel", "is_dir": False, "file_size": 11},
            {"path": "data", "is_dir": True},
        ],
    }
    below = mlflow.ask(f"logged-models/{model_id}/artifacts/directories", artifact_directory_path="data")
    assert below["files"] == [{"path": "data/model.pkl", "is_dir": False, "file_size": 5}]
    ajax = mlflow.prefix.replace("/api/2.0", "/ajax-api/2.0") + f"logged-models/{model_id}/artifacts/files"
    assert rita.get(ajax, params={"artifact_file_path": "data/model.pkl"}).content == b"bytes"
    refused(rita.get(ajax, params={"artifact_file_path": "../x"}), 400, "INVALID_PARAMETER_VALUE", "path")

    mlflow.do("DELETE", f"logged-models/{model_id}")
    refused(rita.request("PUT", f"{root}/late", content=b""), 400, "INVALID_PARAMETER_VALUE", "path")


def test_a_version_of_a_logged_model_is_noted_on_it(mlflow: Mlflow, experiment: str) -> None:
    run = mlflow.new_run(experiment)
    model_id = new_model(mlflow, experiment, source_run_id=run)
    mlflow.call("registered-models/create", name="tree")
    first, made = (
        mlflow.call("model-versions/create", name="tree", source=f"models:/{model_id}", model_id=model_id)
        for _ in range(2)
    )
    assert first["model_version"]["version"] == "1"
    assert made["model_version"]["run_id"] == run
    assert made["model_version"]["model_id"] == model_id
    uri = mlflow.ask("model-versions/get-download-uri", name="tree", version="2")["artifact_uri"]
    assert uri == f"mlflow-artifacts:/files/model:{model_id}"
    tags = {tag["key"]: tag["value"] for tag in model(mlflow, model_id)["info"]["tags"]}
    assert tags["mlflow.modelVersions"] == '[{"name":"tree","version":1},{"name":"tree","version":2}]'
    other = new_model(mlflow, experiment)
    wrong = mlflow.post("model-versions/create", name="tree", source=f"models:/{model_id}", model_id=other)
    refused(wrong, 400, "INVALID_PARAMETER_VALUE", "model_id")


def test_search_by_attributes_params_tags_and_metrics_on_datasets(mlflow: Mlflow, experiment: str) -> None:
    run = mlflow.new_run(experiment)
    ids: dict[str, str] = {}
    for number, name in enumerate("abcd"):
        fields = {"params": [{"key": "n", "value": str(number)}], "model_type": "t" if number % 2 else ""}
        ids[name] = new_model(mlflow, experiment, name=name, source_run_id=run, **fields)
        if number < 3:
            log(mlflow, run, ids[name], value=number / 10, dataset_name="test", dataset_digest="d1")
            log(mlflow, run, ids[name], value=9 - number, timestamp=2, dataset_name="train", dataset_digest="d2")
    mlflow.do("PATCH", f"logged-models/{ids['a']}", status="LOGGED_MODEL_READY")
    test, train = {"dataset_name": "test", "dataset_digest": "d1"}, {"dataset_name": "train"}

    def found(text: str = "", **fields: object) -> str:
        body = {"experiment_ids": [experiment], "filter": text, **fields}
        models = mlflow.call("logged-models/search", **body).get("models", [])
        return "".join(item["info"]["name"] for item in models)

    def by(field: str, **fields: object) -> list[dict[str, object]]:
        return [{"field_name": field, "ascending": True, **fields}]

    assert sorted(found()) == list("abcd")
    assert found("name = 'b'") == found(f"attributes.model_id = '{ids['b']}'") == "b"
    assert found("status = 'READY'") == found("status = 'LOGGED_MODEL_READY'") == "a"
    assert found(f"source_run_id = '{run}' AND model_type = 't'", order_by=by("name")) == "bd"
    assert found("params.n IN ('0', '3')", order_by=by("name")) == "ad"
    assert found("metrics.acc > 7.5", order_by=by("name")) == "ab"
    assert found("metrics.acc > 0.05", datasets=[test], order_by=by("name")) == "bc"
    assert found(datasets=[train], order_by=by("creation_timestamp")) in ("abc", "".join(sorted("abc")))
    assert found(order_by=by("metrics.acc", **test)) == "abcd"
    assert found(order_by=by("metrics.acc", **train)) == "cbad"
    assert found(order_by=[{"field_name": "metrics.acc", "ascending": False, **test}]) == "cbad"
    both = [*by("metrics.acc", **test), *by("metrics.acc", **train)]
    assert found(order_by=both) == "abcd"
    first = mlflow.call("logged-models/search", experiment_ids=[experiment], max_results=3, order_by=by("name"))
    assert found(max_results=3, order_by=by("name"), page_token=first["next_page_token"]) == "d"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"experiment_ids": None}, "experiment_ids"),
        ({"experiment_ids": ["x"]}, "experiment_ids"),
        ({"filter": "unknown = 'x'"}, "filter"),
        ({"filter": "metrics.acc = 'x'"}, "filter"),
        ({"order_by": [{"field_name": "params.n"}]}, "order_by"),
        ({"order_by": [{"field_name": ""}]}, "order_by[0].field_name"),
        ({"order_by": [{"field_name": "name", "dataset_name": "d"}]}, "order_by[0].dataset_name"),
        ({"datasets": [{}]}, "datasets[0].dataset_name"),
        ({"max_results": -1}, "max_results"),
        ({"page_token": "x"}, "page_token"),
    ],
)
def test_bad_searches_are_refused(mlflow: Mlflow, experiment: str, fields: dict[str, object], field: str) -> None:
    body = {"experiment_ids": [experiment], **fields}
    refused(mlflow.post("logged-models/search", **body), 400, "INVALID_PARAMETER_VALUE", field)
