"""Who is nearest to a candidate, over the API."""

import pytest

from tests.http.client import Client

BASE = {"lr": "0.1", "depth": "4", "width": "64", "optimizer": "adam"}


@pytest.fixture
def base(rita: Client) -> str:
    return f"/api/v1/projects/{rita.project.replace('/', '%2F')}"


def train(rita: Client, experiment: str, name: str, params: dict[str, str], loss: float) -> int:
    run = rita.mlflow.new_run(experiment, run_name=name)
    rita.mlflow.call(
        "runs/log-batch",
        run_id=run,
        params=[{"key": key, "value": value} for key, value in params.items()],
        metrics=[{"key": "val/loss", "value": loss, "step": 1, "timestamp": 1}],
    )
    rita.mlflow.call("runs/update", run_id=run, status="FINISHED", end_time=10)
    return int(rita.mlflow.run(run)["info"]["artifact_uri"].rsplit(":", 1)[1])


def test_those_that_differ_least_come_first_with_what_differs(rita: Client, base: str) -> None:
    experiment = rita.mlflow.new_experiment("neighbours")
    own = train(rita, experiment, "own", BASE, 0.5)
    train(rita, experiment, "repeat", BASE, 0.6)
    train(rita, experiment, "slower", BASE | {"lr": "0.01"}, 0.4)
    train(rita, experiment, "deeper", BASE | {"depth": "8"}, 0.3)
    train(rita, experiment, "dropout", BASE | {"depth": "8", "dropout": "0.1"}, 0.2)
    train(rita, experiment, "another", {"lr": "1", "depth": "1", "width": "1", "optimizer": "sgd"}, 0.1)
    other = rita.mlflow.new_experiment("another experiment")
    train(rita, other, "elsewhere", BASE, 0.1)

    answer = rita.get(f"{base}/candidates/{own}/nearest")

    assert answer.status_code == 200
    found = answer.json()
    assert (found["by"], found["lower_is_better"], found["score"]["value"]) == ("lowest val/loss", True, 0.5)
    assert [
        (
            item["name"],
            item["rank"],
            item["score"]["value"],
            [(apart["key"], apart["here"], apart["there"]) for apart in item["differences"]],
        )
        for item in found["neighbours"]
    ] == [
        ("repeat", 6, 0.6, []),
        ("deeper", 3, 0.3, [("depth", "4", "8")]),
        ("slower", 4, 0.4, [("lr", "0.1", "0.01")]),
        ("dropout", 2, 0.2, [("depth", "4", "8"), ("dropout", None, "0.1")]),
    ]


def test_a_candidate_without_parameters_has_no_neighbours(rita: Client, base: str) -> None:
    experiment = rita.mlflow.new_experiment("no parameters")
    own = train(rita, experiment, "own", {}, 0.5)
    train(rita, experiment, "other", {}, 0.6)

    assert rita.get(f"{base}/candidates/{own}/nearest").json()["neighbours"] == []
