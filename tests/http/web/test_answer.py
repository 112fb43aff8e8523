"""The answer of an experiment over the API, on 24 candidates whose right answers are known."""

from collections.abc import Callable
from statistics import mean, stdev
from typing import Any

import pytest

from tests.http.client import Client, refused

# Accuracy by family and seed at its best step; the last value is 0.01 lower, so that best and last differ.
FAMILIES = {"convnext": 0.85, "vit": 0.83, "resnet": 0.80, "mlp": 0.70, "knn": 0.60, "tree": 0.50}
SEEDS = {0: 0.004, 1: -0.012, 2: 0.009}
BEST_STEP, LAST_STEP = 7, 9


@pytest.fixture
def base(rita: Client) -> str:
    return f"/api/v1/projects/{rita.project.replace('/', '%2F')}"


@pytest.fixture
def experiment(rita: Client) -> str:
    """18 finished candidates of six families, three running, one failed, one that went NaN, one without a value."""
    iid = rita.mlflow.new_experiment("answers")
    for family, accuracy in FAMILIES.items():
        for seed, change in SEEDS.items():
            train(rita, iid, f"{family}-s{seed}", {"model": family, "seed": str(seed)}, accuracy + change)
    for number in range(3):
        train(rita, iid, f"running-{number}", {"model": "new", "seed": str(number)}, 0.99, status=None)
    train(rita, iid, "failed", {"model": "new", "seed": "9"}, 0.98, status="FAILED")
    train(rita, iid, "diverged", {"model": "vit", "seed": "9"}, "NaN")
    run = rita.mlflow.new_run(iid, run_name="silent")
    rita.mlflow.call("runs/update", run_id=run, status="FINISHED", end_time=1)
    return iid


def train(
    rita: Client,
    experiment: str,
    name: str,
    params: dict[str, str],
    accuracy: float | str,
    status: str | None = "FINISHED",
) -> None:
    run = rita.mlflow.new_run(experiment, run_name=name)
    last = accuracy if isinstance(accuracy, str) else accuracy - 0.01
    values = [(0, 0.1, 2.0), (BEST_STEP, accuracy, 0.5), (LAST_STEP, last, 0.4)]
    rita.mlflow.call(
        "runs/log-batch",
        run_id=run,
        params=[{"key": key, "value": value} for key, value in params.items()],
        metrics=[
            {"key": key, "value": value, "step": step, "timestamp": step}
            for step, accuracy, loss in values
            for key, value in (("val/acc", accuracy), ("val/loss", loss))
        ],
    )
    if status is not None:
        rita.mlflow.call("runs/update", run_id=run, status=status, end_time=10)


def ask(client: Client, base: str, experiment: str) -> dict[str, Any]:
    response = client.get(f"{base}/experiments/{experiment}/answer")
    assert response.status_code == 200, response.text
    return response.json()


def put(client: Client, base: str, experiment: str, **goal: Any) -> dict[str, Any]:
    response = client.request("PUT", f"{base}/experiments/{experiment}/goal", json=goal)
    assert response.status_code == 200, response.text
    return response.json()


def test_the_guessed_answer_is_right_to_the_digit(rita: Client, base: str, experiment: str) -> None:
    found = ask(rita, base, experiment)
    assert found["goal"] == {
        "metric": "val/acc",
        "direction": "maximize",
        "reduction": "best",
        "last": 1,
        "constraints": "",
        "baseline": None,
        "confirmed": False,
        "second": None,
    }
    assert (found["best"]["name"], found["best"]["value"], found["best"]["step"]) == ("convnext-s2", 0.859, BEST_STEP)
    assert found["runner_up"]["name"] == "convnext-s0"
    assert found["lead"] == pytest.approx(0.005)
    values = [0.85 + change for change in SEEDS.values()]
    assert found["group"]["params"] == {"model": "convnext"}
    assert len(found["group"]["candidates"]) == 3
    assert found["group"]["mean"] == pytest.approx(mean(values))
    assert found["group"]["deviation"] == pytest.approx(stdev(values))
    assert found["within_noise"] is True
    counts = {name: found[name] for name in ("ranked", "running", "failed", "not_finite", "no_value", "infeasible")}
    assert counts == {"ranked": 18, "running": 3, "failed": 1, "not_finite": 1, "no_value": 1, "infeasible": 0}
    assert found["sentence"].startswith("convnext-s2 is best: val/acc 0.859, 0.005 ahead of convnext-s0.")
    assert found["sentence"].endswith("n = 3: the lead is inside the noise.")


def test_a_list_tells_each_leader_and_how_the_best_value_grew(rita: Client, base: str, experiment: str) -> None:
    empty = rita.mlflow.new_experiment("nothing logged")

    answer = rita.post(f"{base}/leaders", {"experiments": [int(experiment), int(empty), int(experiment)]})

    assert answer.status_code == 200
    [leader] = answer.json()["leaders"]
    best = max(accuracy + change for accuracy in FAMILIES.values() for change in SEEDS.values())
    assert leader["experiment"] == int(experiment)
    assert leader["by"] == "highest val/acc"
    assert not leader["goal"]["confirmed"]
    assert (leader["best"]["name"], leader["best"]["value"]) == ("convnext-s2", best)
    assert leader["other"]["name"] == "convnext-s0"
    assert leader["lead"] == pytest.approx(0.005)
    growth = leader["best_so_far"]
    assert len(growth) == len(FAMILIES) * len(SEEDS)
    assert growth[0] == FAMILIES["convnext"] + SEEDS[0]
    assert growth[-1] == best


def test_leaders_of_too_many_experiments_are_refused(rita: Client, base: str) -> None:
    answer = rita.post(f"{base}/leaders", {"experiments": list(range(101))})

    refused(answer, 400, "INVALID_PARAMETER_VALUE", "experiments")


def test_a_goal_turns_the_answer(rita: Client, base: str, experiment: str) -> None:
    least = put(rita, base, experiment, metric="val/acc", direction="minimize", reduction="last")
    assert (least["best"]["name"], least["best"]["step"]) == ("tree-s1", LAST_STEP)
    assert least["best"]["value"] == pytest.approx(0.5 - 0.012 - 0.01)
    assert least["goal"]["confirmed"] is True
    again = ask(rita, base, experiment)
    assert again == least
    average = put(rita, base, experiment, metric="val/acc", direction="maximize", reduction="mean_last", last=2)
    assert average["best"]["value"] == pytest.approx(mean([0.859, 0.849]))
    forgotten = rita.request("DELETE", f"{base}/experiments/{experiment}/goal", json={}).json()
    assert forgotten["goal"]["confirmed"] is False


def test_constraints_and_a_baseline(rita: Client, base: str, experiment: str) -> None:
    page = rita.post(f"{base}/experiments/{experiment}/candidates/search", {"filter": "name = 'resnet-s0'"}).json()
    baseline = page["candidates"][0]["iid"]
    found = put(
        rita,
        base,
        experiment,
        metric="val/acc",
        direction="maximize",
        constraints="params.model != 'convnext'",
        baseline=baseline,
    )
    assert found["best"]["name"] == "vit-s2"
    assert found["infeasible"] == 3
    assert (found["baseline"]["name"], found["baseline"]["value"]) == ("resnet-s0", pytest.approx(0.804))


def test_an_experiment_without_candidates_has_no_answer_yet(rita: Client, base: str) -> None:
    empty = rita.mlflow.new_experiment("empty")
    found = ask(rita, base, empty)
    assert (found["goal"], found["best"], found["sentence"]) == (None, None, "No metric has been logged yet.")


@pytest.mark.parametrize(
    ("goal", "field"),
    [
        ({"metric": "", "direction": "maximize"}, "metric"),
        ({"metric": "a", "direction": "up"}, "direction"),
        ({"metric": "a", "direction": "maximize", "last": 0}, "last"),
        ({"metric": "a", "direction": "maximize", "constraints": "metrics.x >"}, "constraints"),
        ({"metric": "a", "direction": "maximize", "constraints": "nonsense.x > 1"}, "constraints"),
        ({"direction": "maximize"}, "metric"),
    ],
)
def test_a_wrong_goal_is_refused(rita: Client, base: str, experiment: str, goal: dict[str, Any], field: str) -> None:
    refused(
        rita.request("PUT", f"{base}/experiments/{experiment}/goal", json=goal), 400, "INVALID_PARAMETER_VALUE", field
    )
    assert ask(rita, base, experiment)["goal"]["confirmed"] is False


def test_a_baseline_of_another_project_does_not_exist(rita: Client, base: str, experiment: str) -> None:
    goal = {"metric": "a", "direction": "maximize", "baseline": 4711}
    refused(rita.request("PUT", f"{base}/experiments/{experiment}/goal", json=goal), 404, "RESOURCE_DOES_NOT_EXIST")


def test_a_guest_reads_the_answer_and_may_not_set_the_goal(
    as_member: Callable[[str], Client], base: str, experiment: str
) -> None:
    gwen = as_member("gwen")
    assert ask(gwen, base, experiment)["ranked"] == 18
    goal = {"metric": "a", "direction": "maximize"}
    refused(gwen.request("PUT", f"{base}/experiments/{experiment}/goal", json=goal), 403, "PERMISSION_DENIED")
