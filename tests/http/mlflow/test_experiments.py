"""Experiments over the MLflow surface: shapes, lifecycle, refusals."""

import pytest

from tests.http.client import Mlflow, refused


def test_create_then_get_by_id_and_by_name(mlflow: Mlflow) -> None:
    experiment_id = mlflow.new_experiment("vision", tags=[{"key": "team", "value": "a"}])

    by_id = mlflow.ask("experiments/get", experiment_id=experiment_id)["experiment"]
    by_name = mlflow.ask("experiments/get-by-name", experiment_name="vision")["experiment"]
    assert by_id == by_name
    assert by_id["experiment_id"] == "1"
    assert by_id["name"] == "vision"
    assert by_id["lifecycle_stage"] == "active"
    assert by_id["tags"] == [{"key": "team", "value": "a"}]
    assert by_id["artifact_location"].startswith("mlflow-artifacts:/")
    assert by_id["creation_time"] == by_id["last_update_time"] > 1_700_000_000_000


def test_the_default_experiment_answers_before_its_first_use(mlflow: Mlflow) -> None:
    assert mlflow.ask("experiments/get", experiment_id="0")["experiment"]["name"] == "Default"
    assert mlflow.ask("experiments/get-by-name", experiment_name="Default")["experiment"]["experiment_id"] == "0"
    mlflow.new_run("0")
    assert [item["experiment_id"] for item in mlflow.call("experiments/search", max_results=5)["experiments"]] == ["0"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 501, None, 5])
def test_bad_names_are_refused(mlflow: Mlflow, name: object) -> None:
    refused(mlflow.post("experiments/create", name=name), 400, "INVALID_PARAMETER_VALUE", "name")


def test_a_taken_name_is_refused_also_when_its_experiment_is_deleted(mlflow: Mlflow) -> None:
    experiment_id = mlflow.new_experiment("vision")
    refused(mlflow.post("experiments/create", name="vision"), 400, "RESOURCE_ALREADY_EXISTS")
    mlflow.call("experiments/delete", experiment_id=experiment_id)
    message = refused(mlflow.post("experiments/create", name="vision"), 400, "RESOURCE_ALREADY_EXISTS")
    assert "deleted" in message
    refused(mlflow.post("experiments/create", name="Default"), 400, "RESOURCE_ALREADY_EXISTS")


@pytest.mark.parametrize("operation", ["get", "delete", "restore", "update", "set-experiment-tag"])
@pytest.mark.parametrize("experiment_id", ["77", "abc", "1.5", "-1", "9" * 30])
def test_unknown_ids_do_not_exist(mlflow: Mlflow, operation: str, experiment_id: str) -> None:
    fields = {"experiment_id": experiment_id, "new_name": "n", "key": "k", "value": "v"}
    path = f"experiments/{operation}"
    answer = mlflow.get(path, **fields) if operation == "get" else mlflow.post(path, **fields)
    if experiment_id in ("abc", "1.5"):
        message = refused(answer, 400, "INVALID_PARAMETER_VALUE", "experiment_id")
        assert message == f"Invalid experiment ID '{experiment_id}'. Experiment ID must be a valid integer."
    else:
        message = refused(answer, 404, "RESOURCE_DOES_NOT_EXIST", "experiment_id")
        assert message == f"No Experiment with id={experiment_id} exists"


@pytest.mark.parametrize("operation", ["delete", "restore", "update", "set-experiment-tag", "delete-experiment-tag"])
def test_a_missing_id_is_named(mlflow: Mlflow, operation: str) -> None:
    refused(mlflow.post(f"experiments/{operation}"), 400, "INVALID_PARAMETER_VALUE", "experiment_id")


def test_rename(mlflow: Mlflow) -> None:
    experiment_id = mlflow.new_experiment("vision")
    mlflow.new_experiment("speech")

    mlflow.call("experiments/update", experiment_id=experiment_id, new_name="seeing")
    assert mlflow.ask("experiments/get", experiment_id=experiment_id)["experiment"]["name"] == "seeing"
    taken = mlflow.post("experiments/update", experiment_id=experiment_id, new_name="speech")
    refused(taken, 400, "RESOURCE_ALREADY_EXISTS")
    mlflow.call("experiments/delete", experiment_id=experiment_id)
    deleted = mlflow.post("experiments/update", experiment_id=experiment_id, new_name="again")
    refused(deleted, 400, "INVALID_PARAMETER_VALUE", "experiment_id")


def test_deleting_takes_the_runs_along_and_restoring_brings_them_back(mlflow: Mlflow) -> None:
    experiment_id = mlflow.new_experiment()
    run_id = mlflow.new_run(experiment_id)

    mlflow.call("experiments/delete", experiment_id=experiment_id)
    assert mlflow.run(run_id)["info"]["lifecycle_stage"] == "deleted"
    assert mlflow.ask("experiments/get", experiment_id=experiment_id)["experiment"]["lifecycle_stage"] == "deleted"
    refused(mlflow.post("runs/create", experiment_id=experiment_id), 400, "INVALID_PARAMETER_VALUE")
    refused(mlflow.post("experiments/delete", experiment_id=experiment_id), 404, "RESOURCE_DOES_NOT_EXIST")

    mlflow.call("experiments/restore", experiment_id=experiment_id)
    assert mlflow.run(run_id)["info"]["lifecycle_stage"] == "active"
    refused(mlflow.post("experiments/restore", experiment_id=experiment_id), 404, "RESOURCE_DOES_NOT_EXIST")


def test_tags_are_set_overwritten_and_deleted(mlflow: Mlflow) -> None:
    experiment_id = mlflow.new_experiment()
    for value in ("a", "b"):
        mlflow.call("experiments/set-experiment-tag", experiment_id=experiment_id, key="team", value=value)
    tags = mlflow.ask("experiments/get", experiment_id=experiment_id)["experiment"]["tags"]
    assert tags == [{"key": "team", "value": "b"}]

    mlflow.call("experiments/delete-experiment-tag", experiment_id=experiment_id, key="team")
    assert mlflow.ask("experiments/get", experiment_id=experiment_id)["experiment"]["tags"] == []
    again = mlflow.post("experiments/delete-experiment-tag", experiment_id=experiment_id, key="team")
    refused(again, 404, "RESOURCE_DOES_NOT_EXIST", "key")


@pytest.mark.parametrize(
    ("key", "value"), [("a//b", "v"), ("../x", "v"), ("k" * 251, "v"), ("k", "v" * 20_001), ("k", "a\u0000b")]
)
def test_bad_tags_are_refused(mlflow: Mlflow, key: str, value: str) -> None:
    experiment_id = mlflow.new_experiment()
    answer = mlflow.post("experiments/set-experiment-tag", experiment_id=experiment_id, key=key, value=value)
    refused(answer, 400, "INVALID_PARAMETER_VALUE")


def test_search_pages_through_all(mlflow: Mlflow) -> None:
    created = [mlflow.new_experiment(f"e{number}") for number in range(5)]
    found: list[str] = []
    token = ""
    while True:
        page = mlflow.call("experiments/search", max_results=2, page_token=token, order_by=["name ASC"])
        found += [item["experiment_id"] for item in page["experiments"]]
        token = page.get("next_page_token", "")
        if not token:
            break

    assert found == created


@pytest.mark.parametrize("max_results", [0, -1, 50_001, "x", None])
def test_search_needs_a_page_size(mlflow: Mlflow, max_results: object) -> None:
    refused(mlflow.post("experiments/search", max_results=max_results), 400, "INVALID_PARAMETER_VALUE", "max_results")


def test_search_by_get_filters_and_shows_deleted_ones_on_request(mlflow: Mlflow) -> None:
    first, second = mlflow.new_experiment("a"), mlflow.new_experiment("b")
    mlflow.call("experiments/delete", experiment_id=second)

    def ids(**query: object) -> list[str]:
        page = mlflow.ask("experiments/search", max_results=9, **query)
        return sorted(item["experiment_id"] for item in page["experiments"])

    assert ids() == [first]
    assert ids(view_type="DELETED_ONLY") == [second]
    assert ids(view_type="ALL", filter="name = 'b'") == [second]
    wrong = mlflow.post("experiments/search", max_results=9, view_type="SOME")
    refused(wrong, 400, "INVALID_PARAMETER_VALUE", "view_type")
