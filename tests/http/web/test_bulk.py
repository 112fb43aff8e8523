"""What is done to many candidates with one request: edits with their way back, stars, deletion, another experiment."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.http.client import Client, Mlflow, refused


@pytest.fixture
def base(rita: Client) -> str:
    return f"/api/v1/projects/{rita.project.replace('/', '%2F')}"


class Runs:
    """Three candidates of one experiment: two with values and files, the second below the first, and one alone."""

    def __init__(self, client: Client, base: str) -> None:
        self.mlflow = client.mlflow
        self._client, self._base = client, base
        self.experiment = self.mlflow.new_experiment("first")
        self.ids = [self._new("parent")]
        self.ids.append(self._new("child", tags=[{"key": "mlflow.parentRunId", "value": self.ids[0]}]))
        self.ids.append(self.mlflow.new_run(self.experiment, run_name="alone"))
        self.iids = [row["iid"] for row in sorted(self.rows(self.experiment), key=lambda row: row["iid"])]

    def _new(self, name: str, **fields: Any) -> str:
        run_id = self.mlflow.new_run(self.experiment, run_name=name, **fields)
        self.mlflow.call("runs/log-parameter", run_id=run_id, key="lr", value="0.1")
        self.mlflow.call("runs/log-metric", run_id=run_id, key="acc", value=0.5, timestamp=1)
        data = {"name": "mnist", "digest": "d1", "source_type": "local", "source": "x"}
        self.mlflow.call("runs/log-inputs", run_id=run_id, datasets=[{"dataset": data, "tags": []}])
        return run_id

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self._client.post(f"{self._base}/{path}", body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def edit(self, *changes: dict[str, Any]) -> list[dict[str, Any]]:
        answer = self._client.request("PATCH", f"{self._base}/candidates", json={"changes": changes})
        assert answer.status_code == 200, answer.text
        return answer.json()["before"]

    def rows(self, experiment: str, **query: Any) -> list[dict[str, Any]]:
        return self.post(f"experiments/{experiment}/candidates/search", **query)["candidates"]

    def one(self, place: int) -> dict[str, Any]:
        answer = self._client.get(f"{self._base}/candidates/{self.iids[place]}")
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def runs(rita: Client, base: str) -> Runs:
    return Runs(rita, base)


def test_edits_are_undone_by_what_they_answer(runs: Runs, base: str, rita: Client) -> None:
    first, second, _ = runs.iids
    runs.edit({"candidate": first, "note": "old", "metadata": {"team": "red"}})
    before = runs.edit(
        {"candidate": first, "name": "renamed", "note": "new", "metadata": {"team": None, "tier": "1"}},
        {"candidate": second, "metadata": {"team": "blue", "absent": None}},
    )
    changed = runs.one(0)
    said = {item["key"]: item["value"] for item in changed["metadata"]}
    assert (changed["name"], changed["note"], said["tier"], "team" in said) == ("renamed", "new", "1", False)
    assert said["mlflow.runName"] == "renamed"

    runs.edit(*before)
    restored = runs.one(0)
    said = {item["key"]: item["value"] for item in restored["metadata"]}
    assert (restored["name"], restored["note"], said["team"], "tier" in said) == ("parent", "old", "red", False)
    assert "team" not in {item["key"] for item in runs.one(1)["metadata"]}

    # All of it or nothing.
    changes = [{"candidate": first, "name": "half"}, {"candidate": 999_999, "name": "x"}]
    refused(
        rita.request("PATCH", f"{base}/candidates", json={"changes": changes}),
        404,
        "RESOURCE_DOES_NOT_EXIST",
        "changes",
    )
    assert runs.one(0)["name"] == "parent"


def test_numbers_of_candidates_are_limited_and_each_is_named_once(runs: Runs, base: str, rita: Client) -> None:
    for candidates in ([], [1, 1], list(range(1, 1_002))):
        for path in ("delete", "restore", "move", "star"):
            body = {"candidates": candidates, "experiment": 0, "starred": True}
            refused(rita.post(f"{base}/candidates/{path}", body), 400, "INVALID_PARAMETER_VALUE", "candidates")
    for changes in ([], [{"candidate": 1}, {"candidate": 1}]):
        response = rita.request("PATCH", f"{base}/candidates", json={"changes": changes})
        refused(response, 400, "INVALID_PARAMETER_VALUE", "changes")


def test_only_what_changed_is_answered(runs: Runs, base: str, rita: Client) -> None:
    first, second, third = runs.iids
    assert runs.post("candidates/delete", candidates=[first])["candidates"] == [first]
    assert runs.post("candidates/delete", candidates=runs.iids)["candidates"] == [second, third]
    assert runs.rows(runs.experiment) == []
    assert runs.post("candidates/restore", candidates=[second, third])["candidates"] == [second, third]
    edit = {"changes": [{"candidate": first, "name": "x"}]}
    refused(rita.request("PATCH", f"{base}/candidates", json=edit), 400, "INVALID_PARAMETER_VALUE", "changes")
    assert runs.post("candidates/star", candidates=[second], starred=True)["candidates"] == [second]
    assert runs.post("candidates/star", candidates=[second, third], starred=True)["candidates"] == [third]
    assert [row["starred"] for row in runs.rows(runs.experiment)] == [True, True]


def _files(mlflow: Mlflow, run_id: str) -> list[str]:
    return [item["path"] for item in mlflow.ask("artifacts/list", run_id=run_id)["files"]]


def test_a_moved_candidate_has_all_it_had_at_the_addresses_it_had(runs: Runs, base: str, rita: Client) -> None:
    mlflow, (parent, _, alone) = runs.mlflow, runs.ids
    uri = mlflow.run(parent)["info"]["artifact_uri"]
    address = f"{mlflow.files}/{uri.partition('/files/')[2]}/a.txt"
    assert rita.request("PUT", address, content=b"bytes").status_code == 200
    logged = mlflow.call("logged-models", experiment_id=runs.experiment, name="net", source_run_id=parent)["model"]
    model = logged["info"]["model_id"]
    # One point is folded, another is still in the log.
    runs.rows(runs.experiment, order_by=["metrics.acc DESC"])
    mlflow.call("runs/log-metric", run_id=parent, key="acc", value=0.75, timestamp=2)

    target = mlflow.new_experiment("second")
    moved = runs.post("candidates/move", candidates=[runs.iids[0]], experiment=int(target))
    assert moved["before"] == [{"experiment": int(runs.experiment), "candidates": runs.iids[:2]}]
    assert [row["name"] for row in runs.rows(runs.experiment)] == ["alone"]
    assert {row["name"] for row in runs.rows(target)} == {"parent", "child"}
    found = runs.rows(target, filter="metrics.acc = 0.75 and params.lr = '0.1'", ranked=True)
    assert [(row["name"], row["metrics"]) for row in found] == [("parent", {"acc": 0.75})]
    assert runs.rows(runs.experiment, filter="metrics.acc > 0 or params.lr = '0.1'") == []
    columns = {
        experiment: rita.get(f"{base}/experiments/{experiment}/columns").json()["columns"]
        for experiment in (runs.experiment, target)
    }
    assert {item["key"]: item["candidates"] for item in columns[target] if item["kind"] == "metric"} == {"acc": 2}
    assert [item for item in columns[runs.experiment] if item["kind"] == "metric"] == []

    run = mlflow.run(parent)
    assert (run["info"]["experiment_id"], run["info"]["artifact_uri"]) == (target, uri)
    assert run["inputs"]["dataset_inputs"][0]["dataset"]["name"] == "mnist"
    assert _files(mlflow, parent) == ["a.txt"]
    assert rita.get(address).content == b"bytes"
    packages = rita.get(f"/api/v4/projects/{rita.project.replace('/', '%2F')}/packages").json()
    assert [(item["name"], item["version"]) for item in packages] == [(f"ml_experiment_{target}", str(runs.iids[0]))]
    made = mlflow.call("logged-models/search", experiment_ids=[target])["models"]
    assert [item["info"]["model_id"] for item in made] == [model]
    assert mlflow.run(alone)["info"]["experiment_id"] == runs.experiment

    # Points go on, and the way back is the same request.
    mlflow.call("runs/log-metric", run_id=parent, key="acc", value=0.9, timestamp=3)
    assert runs.rows(target, filter="metrics.acc = 0.9")[0]["name"] == "parent"
    runs.post("candidates/move", candidates=moved["before"][0]["candidates"], experiment=int(runs.experiment))
    assert runs.rows(target) == []
    assert {row["name"] for row in runs.rows(runs.experiment, filter="metrics.acc > 0")} == {"parent", "child"}
    assert _files(mlflow, parent) == ["a.txt"]


def test_a_child_may_move_alone_and_what_cannot_move_is_named(
    runs: Runs, base: str, rita: Client, as_member: Callable[[str], Client]
) -> None:
    target = int(runs.mlflow.new_experiment("second"))
    runs.post("candidates/move", candidates=[runs.iids[1]], experiment=target)
    child = runs.one(1)
    assert (child["experiment"]["iid"], child["parent"]["name"]) == (target, "parent")
    # Who is there already stays, and is not told of.
    assert runs.post("candidates/move", candidates=[runs.iids[1]], experiment=target)["before"] == []

    def move(candidates: list[int], experiment: int) -> Any:
        return rita.post(f"{base}/candidates/move", {"candidates": candidates, "experiment": experiment})

    refused(move([runs.iids[0]], 999_999), 404, "RESOURCE_DOES_NOT_EXIST")
    refused(move([999_999], target), 404, "RESOURCE_DOES_NOT_EXIST", "candidates")
    runs.post("candidates/delete", candidates=[runs.iids[2]])
    refused(move([runs.iids[2]], target), 400, "INVALID_PARAMETER_VALUE", "candidates")
    runs.mlflow.call("experiments/delete", experiment_id=str(target))
    refused(move([runs.iids[0]], target), 400, "INVALID_PARAMETER_VALUE")
    events = [item for item in _events(as_member("olga"), base) if item["action"] == "candidate:move"]
    assert [(item["target"], item["details"]["experiment"]) for item in events] == [("child", target)]


def _events(client: Client, base: str) -> list[dict[str, Any]]:
    answer = client.get(f"{base}/audit")
    assert answer.status_code == 200, answer.text
    return answer.json()["events"]
