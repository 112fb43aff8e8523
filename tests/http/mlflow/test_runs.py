"""Runs over the MLflow surface: create, get, update, delete, restore, search."""

import pytest

from tests.http.client import Mlflow, refused

MISSING = "f" * 32


def test_a_new_run_has_the_fields_that_clients_read(mlflow: Mlflow) -> None:
    experiment_id = mlflow.new_experiment()
    run = mlflow.call(
        "runs/create",
        experiment_id=experiment_id,
        user_id="rita",
        start_time=1_700_000_000_000,
        run_name="first",
        tags=[{"key": "mlflow.source.name", "value": "train.py"}],
    )["run"]

    info = run["info"]
    assert len(info["run_id"]) == 32
    assert info["run_id"] == info["run_uuid"]
    assert info["experiment_id"] == experiment_id
    assert info["run_name"] == "first"
    assert info["user_id"] == "rita"
    assert info["status"] == "RUNNING"
    assert info["start_time"] == 1_700_000_000_000
    assert "end_time" not in info
    assert info["artifact_uri"] == "mlflow-artifacts:/files/candidate:1"
    assert info["lifecycle_stage"] == "active"
    tags = {tag["key"]: tag["value"] for tag in run["data"]["tags"]}
    assert tags == {"mlflow.runName": "first", "mlflow.source.name": "train.py"}
    assert mlflow.run(info["run_id"]) == run


def test_a_run_without_a_name_is_given_one_and_its_tag_agrees(mlflow: Mlflow) -> None:
    run = mlflow.run(mlflow.new_run())

    assert {"key": "mlflow.runName", "value": run["info"]["run_name"]} in run["data"]["tags"]
    assert run["info"]["run_name"].count("-") == 2


def test_a_name_may_come_by_tag_but_not_two_different_ones(mlflow: Mlflow) -> None:
    tag = {"key": "mlflow.runName", "value": "tagged"}
    assert mlflow.run(mlflow.new_run(tags=[tag]))["info"]["run_name"] == "tagged"
    assert mlflow.run(mlflow.new_run(tags=[tag], run_name="tagged"))["info"]["run_name"] == "tagged"
    refused(
        mlflow.post("runs/create", experiment_id="0", tags=[tag], run_name="other"), 400, "INVALID_PARAMETER_VALUE"
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"start_time": -1}, "start_time"),
        ({"start_time": "soon"}, "start_time"),
        ({"start_time": 2**63}, "start_time"),
        ({"run_name": "x" * 251}, "run_name"),
        ({"run_name": 7}, "run_name"),
        ({"tags": "none"}, "tags"),
        ({"tags": [{"key": "a//b", "value": ""}]}, "tags.key"),
        ({"tags": [{"value": "v"}]}, "tags.key"),
    ],
)
def test_bad_fields_of_a_new_run_are_named_and_nothing_is_created(
    mlflow: Mlflow, fields: dict[str, object], field: str
) -> None:
    refused(mlflow.post("runs/create", experiment_id="0", **fields), 400, "INVALID_PARAMETER_VALUE", field)
    assert mlflow.call("runs/search", experiment_ids=["0"])["runs"] == []


def test_a_run_in_no_experiment_is_refused(mlflow: Mlflow) -> None:
    refused(mlflow.post("runs/create", experiment_id="99"), 404, "RESOURCE_DOES_NOT_EXIST")


@pytest.mark.parametrize("run_id", [MISSING, "x", "../../etc", "é" * 16])
def test_unknown_runs_do_not_exist(mlflow: Mlflow, run_id: str) -> None:
    refused(mlflow.get("runs/get", run_id=run_id), 404, "RESOURCE_DOES_NOT_EXIST")
    for operation in ("update", "delete", "restore"):
        refused(mlflow.post(f"runs/{operation}", run_id=run_id), 404, "RESOURCE_DOES_NOT_EXIST")


@pytest.mark.parametrize("operation", ["update", "delete", "restore", "log-metric", "log-batch", "set-tag"])
def test_a_missing_run_id_is_named(mlflow: Mlflow, operation: str) -> None:
    answer = mlflow.post(f"runs/{operation}", key="k", value="1", timestamp=1)
    refused(answer, 400, "INVALID_PARAMETER_VALUE", "run_id")


def test_an_id_with_dashes_names_the_same_run(mlflow: Mlflow) -> None:
    run_id = mlflow.new_run()
    dashed = f"{run_id[:8]}-{run_id[8:12]}-{run_id[12:16]}-{run_id[16:20]}-{run_id[20:]}".upper()

    assert mlflow.run(dashed)["info"]["run_id"] == run_id


def test_update_changes_status_end_and_name(mlflow: Mlflow) -> None:
    run_id = mlflow.new_run()
    answer = mlflow.call("runs/update", run_id=run_id, status="FINISHED", end_time=1_800_000_000_000, run_name="done")

    assert answer["run_info"]["status"] == "FINISHED"
    assert answer["run_info"]["end_time"] == 1_800_000_000_000
    run = mlflow.run(run_id)
    assert run["info"]["run_name"] == "done"
    assert {"key": "mlflow.runName", "value": "done"} in run["data"]["tags"]
    # An update that names one thing leaves the others as they are.
    assert mlflow.call("runs/update", run_id=run_id, status="RUNNING")["run_info"]["run_name"] == "done"


@pytest.mark.parametrize(("name", "value"), [("status", "DONE"), ("end_time", -5), ("end_time", "later")])
def test_bad_updates_are_refused(mlflow: Mlflow, name: str, value: object) -> None:
    run_id = mlflow.new_run()
    refused(mlflow.post("runs/update", run_id=run_id, **{name: value}), 400, "INVALID_PARAMETER_VALUE", name)


def test_a_deleted_run_can_be_read_but_not_written_until_it_is_restored(mlflow: Mlflow) -> None:
    run_id = mlflow.new_run()
    for _ in range(2):
        mlflow.call("runs/delete", run_id=run_id)
    assert mlflow.run(run_id)["info"]["lifecycle_stage"] == "deleted"

    writes = {
        "runs/update": {"status": "FINISHED"},
        "runs/log-metric": {"key": "a", "value": 1, "timestamp": 1},
        "runs/log-parameter": {"key": "a", "value": "1"},
        "runs/set-tag": {"key": "a", "value": "1"},
        "runs/delete-tag": {"key": "mlflow.runName"},
        "runs/log-batch": {"params": [{"key": "a", "value": "1"}]},
    }
    for operation, fields in writes.items():
        refused(mlflow.post(operation, run_id=run_id, **fields), 400, "INVALID_PARAMETER_VALUE", "run_id")

    for _ in range(2):
        mlflow.call("runs/restore", run_id=run_id)
    mlflow.call("runs/log-metric", run_id=run_id, key="a", value=1, timestamp=1)
    assert mlflow.run(run_id)["data"]["metrics"][0]["value"] == 1


def test_search_orders_filters_and_pages(mlflow: Mlflow) -> None:
    experiment_id = mlflow.new_experiment()
    runs = [mlflow.new_run(experiment_id, run_name=f"r{number}", start_time=number) for number in range(5)]
    for number, run_id in enumerate(runs):
        mlflow.call("runs/log-metric", run_id=run_id, key="val/loss", value=number % 3, timestamp=1)
        mlflow.call("runs/log-parameter", run_id=run_id, key="lr", value=f"0.{number}")

    def ids(**query: object) -> list[str]:
        page = mlflow.call("runs/search", experiment_ids=[experiment_id], **query)
        return [run["info"]["run_id"] for run in page["runs"]]

    assert ids() == runs[::-1]
    assert ids(order_by=["metrics.`val/loss` ASC", "attributes.start_time ASC"]) == [runs[i] for i in (0, 3, 1, 4, 2)]
    assert ids(order_by="attributes.start_time ASC") == runs
    assert ids(filter="metrics.`val/loss` > 0 AND params.lr != '0.4'") == [runs[2], runs[1]]
    mlflow.call("runs/delete", run_id=runs[0])
    assert runs[0] not in ids()
    assert ids(run_view_type="DELETED_ONLY") == [runs[0]]

    found: list[str] = []
    token = ""
    while True:
        page = mlflow.call(
            "runs/search",
            experiment_ids=[experiment_id],
            max_results=2,
            page_token=token,
            order_by=["metrics.`val/loss` DESC"],
        )
        found += [run["info"]["run_id"] for run in page["runs"]]
        token = page.get("next_page_token", "")
        if not token:
            break
    assert found == [runs[2], runs[4], runs[1], runs[3]]


def test_search_of_unknown_experiments_finds_nothing(mlflow: Mlflow) -> None:
    assert mlflow.call("runs/search", experiment_ids=["99"])["runs"] == []
    assert mlflow.call("runs/search")["runs"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"experiment_ids": ["x"]}, "experiment_ids"),
        ({"experiment_ids": "0"}, "experiment_ids"),
        ({"filter": "metrics.a >> 1"}, "filter"),
        ({"filter": "a = 'unclosed"}, "filter"),
        ({"order_by": ["metrics.a SIDEWAYS"]}, "order_by"),
        ({"max_results": 50_001}, "max_results"),
        ({"max_results": -1}, "max_results"),
        ({"page_token": "zzz"}, "page_token"),
        ({"run_view_type": "SOME"}, "run_view_type"),
    ],
)
def test_bad_searches_are_refused(mlflow: Mlflow, query: dict[str, object], field: str) -> None:
    fields = {"experiment_ids": ["0"], **query}
    refused(mlflow.post("runs/search", **fields), 400, "INVALID_PARAMETER_VALUE", field)
