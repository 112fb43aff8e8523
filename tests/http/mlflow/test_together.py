"""Requests at once, twice and out of order, as clients' retries and threads send them: nothing is lost or doubled.

Sixteen clients share one event loop, so their requests meet in the writers: one on SQLite, several on PostgreSQL.
"""

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import pytest

from tests.http.client import Client, Mlflow, refused

SIXTEEN = range(16)
MODEL = {"flavors": {}, "utc_time_created": "2026-01-02 03:04:05"}
Request = tuple[str, str, dict[str, Any]]  # method, operation or address, options of the client


@pytest.fixture
def together(rita: Client) -> "Together":
    """Send requests all at once; the answers come in their order."""

    def send(requests: Sequence[Request]) -> list[httpx.Response]:
        return rita.at_once([(method, rita.mlflow.address(place), options) for method, place, options in requests])

    return send


Together = Callable[[Sequence[Request]], list[httpx.Response]]


def post(operation: str, **body: Any) -> Request:
    return "POST", operation, {"json": body}


def answers(responses: Sequence[httpx.Response]) -> list[dict[str, Any]]:
    assert {response.status_code for response in responses} == {200}, [response.text for response in responses]
    return [response.json() for response in responses]


def the_one(responses: Sequence[httpx.Response], code: str) -> dict[str, Any]:
    """The only answer that is no refusal; the others are all refused with 400 and `code`."""
    accepted = [response for response in responses if response.status_code == 200]
    assert len(accepted) == 1
    for response in responses:
        if response is not accepted[0]:
            refused(response, 400, code)
    return accepted[0].json()


def test_names_are_given_once(mlflow: Mlflow, together: Together) -> None:
    made = the_one(together([post("experiments/create", name="a") for _ in SIXTEEN]), "RESOURCE_ALREADY_EXISTS")
    assert mlflow.ask("experiments/get-by-name", experiment_name="a")["experiment"] == {
        **mlflow.ask("experiments/get", experiment_id=made["experiment_id"])["experiment"]
    }
    the_one(together([post("registered-models/create", name="m") for _ in SIXTEEN]), "RESOURCE_ALREADY_EXISTS")
    others = [mlflow.new_experiment(f"b{number}") for number in range(4)]
    renamed = [post("experiments/update", experiment_id=item, new_name="taken") for item in others]
    the_one(together(renamed), "RESOURCE_ALREADY_EXISTS")


def test_runs_that_begin_at_once_in_a_new_project_are_sixteen(mlflow: Mlflow, together: Together) -> None:
    made = answers(together([post("runs/create", experiment_id="0", run_name=f"r{number}") for number in SIXTEEN]))
    ids = {answer["run"]["info"]["run_id"] for answer in made}
    roots = {answer["run"]["info"]["artifact_uri"] for answer in made}
    found = mlflow.call("runs/search", experiment_ids=["0"])["runs"]

    assert len(ids) == len(roots) == 16
    assert {run["info"]["run_id"] for run in found} == ids


def test_versions_made_at_once_get_numbers_of_their_own(mlflow: Mlflow, together: Together) -> None:
    mlflow.call("registered-models/create", name="m")
    run = mlflow.new_run()
    model = mlflow.call("logged-models", experiment_id="0", name="w", source_run_id=run)["model"]["info"]["model_id"]
    source = f"models:/{model}"
    made = answers(together([post("model-versions/create", name="m", source=source, model_id=model) for _ in SIXTEEN]))
    versions = [answer["model_version"] for answer in made]

    assert sorted(int(version["version"]) for version in versions) == list(range(1, 17))
    assert len({version["semantic_version"] for version in versions}) == 16
    tags = mlflow.ask(f"logged-models/{model}")["model"]["info"]["tags"]
    assert sorted(item["version"] for item in json.loads(tags[0]["value"])) == list(range(1, 17))

    aliases = [post("registered-models/alias", name="m", alias="best", version=str(n + 1)) for n in SIXTEEN]
    answers(together(aliases))
    registered = mlflow.ask("registered-models/get", name="m")["registered_model"]
    assert [item["alias"] for item in registered["aliases"]] == ["best"]
    moves = [
        post(
            "model-versions/transition-stage",
            name="m",
            version=str(n + 1),
            stage="Production",
            archive_existing_versions=True,
        )
        for n in SIXTEEN
    ]
    answers(together(moves))
    stages = [item["current_stage"] for item in mlflow.ask("model-versions/search")["model_versions"]]
    assert sorted(stages) == ["Archived"] * 15 + ["Production"]


def test_a_semantic_version_is_given_once(mlflow: Mlflow, together: Together) -> None:
    mlflow.call("registered-models/create", name="m")
    tags = [{"key": "gitlab.version", "value": "1.2.3"}]
    requests = [post("model-versions/create", name="m", source="s3://b/m", tags=tags) for _ in SIXTEEN]
    made = the_one(together(requests), "RESOURCE_ALREADY_EXISTS")["model_version"]
    assert mlflow.ask("model-versions/get", name="m", version="1.2.3")["model_version"] == made


def test_a_batch_sent_many_times_is_stored_once(mlflow: Mlflow, together: Together) -> None:
    run = mlflow.new_run()
    metrics = [{"key": "loss", "value": step / 7, "timestamp": step, "step": step} for step in range(50)]
    batch = {
        "metrics": metrics,
        "params": [{"key": "lr", "value": "0.1"}],
        "tags": [{"key": "stage", "value": "one"}],
    }
    answers(together([post("runs/log-batch", run_id=run, **batch) for _ in SIXTEEN]))
    history = mlflow.ask("metrics/get-history", run_id=run, metric_key="loss")["metrics"]

    assert [point["step"] for point in history] == list(range(50))
    data = mlflow.run(run)["data"]
    assert data["params"] == batch["params"]
    assert batch["tags"][0] in data["tags"]


def test_points_in_any_order_end_in_one_history(mlflow: Mlflow, together: Together) -> None:
    run = mlflow.new_run()
    points = [(f"m{step % 3}", step) for step in range(90)]
    # Every third is sent twice, as by a client whose answer was lost.
    sent = [*points, *points[::3]]
    random.Random(7).shuffle(sent)
    answers(
        together(
            [post("runs/log-metric", run_id=run, key=key, value=step, timestamp=step, step=step) for key, step in sent]
        )
    )
    for key in ("m0", "m1", "m2"):
        history = mlflow.ask("metrics/get-history", run_id=run, metric_key=key)["metrics"]
        assert [point["step"] for point in history] == [step for name, step in points if name == key]
    latest = {metric["key"]: metric["step"] for metric in mlflow.run(run)["data"]["metrics"]}
    assert latest == {"m0": 87, "m1": 88, "m2": 89}


def test_of_two_values_of_a_parameter_the_first_stays(mlflow: Mlflow, together: Together) -> None:
    run = mlflow.new_run()
    requests = [post("runs/log-parameter", run_id=run, key="lr", value=str(number)) for number in SIXTEEN]
    responses = together(requests)
    the_one(responses, "INVALID_PARAMETER_VALUE")
    winner = next(number for number in SIXTEEN if responses[number].status_code == 200)
    assert mlflow.run(run)["data"]["params"] == [{"key": "lr", "value": str(winner)}]


def test_lists_that_requests_add_to_lose_nothing(mlflow: Mlflow, together: Together) -> None:
    run = mlflow.new_run()
    logged = [json.dumps({**MODEL, "run_id": run, "artifact_path": f"model{number}"}) for number in SIXTEEN]
    dataset = {"dataset": {"name": "birds", "digest": "d", "source_type": "local", "source": "{}"}}
    answers(
        together(
            [
                *(post("runs/log-model", run_id=run, model_json=text) for text in logged),
                *(post("runs/log-inputs", run_id=run, datasets=[dataset]) for _ in SIXTEEN),
                *(post("runs/set-tag", run_id=run, key=f"t{number % 4}", value=str(number)) for number in SIXTEEN),
            ]
        )
    )
    found = mlflow.run(run)
    tags = {tag["key"]: tag["value"] for tag in found["data"]["tags"]}

    history = json.loads(tags["mlflow.log-model.history"])
    assert sorted(item["artifact_path"] for item in history) == sorted(f"model{number}" for number in SIXTEEN)
    assert len(found["inputs"]["dataset_inputs"]) == 1
    assert {int(tags[f"t{number}"]) % 4 == number for number in range(4)} == {True}


def test_a_file_sent_many_times_is_one_of_them(mlflow: Mlflow, together: Together, rita: Client) -> None:
    mlflow.new_run()
    bodies = [bytes([number]) * 100_000 for number in SIXTEEN]
    address = f"{mlflow.files}/candidate:1/weights.bin"
    answers(together([("PUT", address, {"content": body}) for body in bodies]))
    listed = rita.get(mlflow.files, params={"path": "candidate:1"}).json()

    assert listed == {"files": [{"path": "weights.bin", "is_dir": False, "file_size": 100_000}]}
    assert rita.get(address).content in bodies


def test_what_arrives_after_the_end_is_kept_and_after_deletion_refused(mlflow: Mlflow, together: Together) -> None:
    run = mlflow.new_run()
    late = [post("runs/log-metric", run_id=run, key="a", value=step, timestamp=1, step=step) for step in SIXTEEN]
    answers(together([post("runs/update", run_id=run, status="FINISHED", end_time=9), *late]))
    assert len(mlflow.ask("metrics/get-history", run_id=run, metric_key="a")["metrics"]) == 16
    assert mlflow.run(run)["info"]["status"] == "FINISHED"

    later = [post("runs/log-metric", run_id=run, key="b", value=step, timestamp=1, step=step) for step in SIXTEEN]
    responses = together([*later[:8], post("runs/delete", run_id=run), *later[8:]])
    accepted = sum(response.status_code == 200 for response in responses) - 1
    for response in responses:
        assert response.status_code == 200 or "must be in the 'active' state" in refused(
            response, 400, "INVALID_PARAMETER_VALUE"
        )
    kept = mlflow.ask("metrics/get-history", run_id=run, metric_key="b").get("metrics", [])
    assert len(kept) == accepted
