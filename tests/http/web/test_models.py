"""The browser's operations on registered models: promoting candidates, versions with files of their own."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.http.client import Client, refused


@pytest.fixture
def base(rita: Client) -> str:
    return f"/api/v1/projects/{rita.project.replace('/', '%2F')}"


def ok(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def candidate(rita: Client, base: str) -> int:
    """A finished candidate with a metric, a parameter, a report, and a model of two files."""
    mlflow = rita.mlflow
    experiment = mlflow.new_experiment("digits")
    run_id = mlflow.new_run(experiment, run_name="forest", start_time=1)
    mlflow.call("runs/log-metric", run_id=run_id, key="val/acc", value=0.91, timestamp=1, step=3)
    mlflow.call("runs/log-parameter", run_id=run_id, key="trees", value="200")
    root = mlflow.run(run_id)["info"]["artifact_uri"].removeprefix("mlflow-artifacts:/")
    for path in ("report.txt", "model/MLmodel", "model/weights.bin"):
        assert rita.request("PUT", f"{mlflow.files}/{root}/{path}", content=path.encode()).status_code == 200
    mlflow.call("runs/update", run_id=run_id, status="FINISHED")
    return int(root.partition(":")[2])


@pytest.fixture
def model(rita: Client, base: str) -> str:
    made = ok(rita.post(f"{base}/models", {"name": "tree", "description": "Sorts **digits**."}))
    assert (made["name"], made["versions"], made["latest"], made["created_by"]) == ("tree", 0, None, "rita")
    return f"{base}/models/{made['iid']}"


def test_a_candidate_is_promoted_without_copying_a_byte(rita: Client, base: str, model: str, candidate: int) -> None:
    sources = ok(rita.get(f"{base}/candidates/{candidate}/sources"))["sources"]
    assert [(item["kind"], item["name"], item["files"]) for item in sources] == [
        ("folder", "model", 2),
        ("everything", "", 3),
    ]
    made = ok(
        rita.post(
            f"{model}/versions",
            {
                "candidate": candidate,
                "source": sources[0]["source"],
                "version": "1.2.0",
                "description": "The first that is good enough.",
                "aliases": ["champion"],
            },
        )
    )
    assert (made["number"], made["version"], made["aliases"], made["kept"]) == (1, "1.2.0", ["champion"], "version")
    assert made["candidate"]["name"] == "forest"
    assert made["candidate"]["experiment"]["name"] == "digits"
    assert [(item["key"], item["maximum"], item["last_step"]) for item in made["candidate"]["metrics"]] == [
        ("val/acc", 0.91, 3)
    ]
    assert [item["path"] for item in made["files"]] == ["MLmodel", "weights.bin"]
    assert rita.get(f"{model}/versions/1/files/weights.bin").content == b"model/weights.bin"
    # MLflow's client, and the candidate's own page, see the same.
    assert rita.mlflow.ask("registered-models/alias", name="tree", alias="champion")["model_version"]["version"] == "1"
    found = ok(rita.get(f"{base}/candidates/{candidate}"))["versions"]
    assert found == [{"model": 1, "name": "tree", "number": 1, "version": "1.2.0", "aliases": ["champion"]}]
    listed = ok(rita.get(f"{base}/models", params={"search": "TRE"}))["models"]
    assert [(item["versions"], item["latest"]["version"], item["aliased"][0]["aliases"]) for item in listed] == [
        (1, "1.2.0", ["champion"])
    ]
    assert ok(rita.get(f"{base}/models", params={"search": "_"}))["models"] == []
    row = ok(rita.get(model))["versions"][0]
    assert (row["candidate"]["name"], row["metrics"], row["ci"]) == ("forest", {"val/acc": 0.91}, {})


def test_the_list_of_versions_has_the_metrics_that_say_most_and_the_jobs(
    rita: Client, base: str, model: str, candidate: int
) -> None:
    run_id = ok(rita.get(f"{base}/candidates/{candidate}"))["external_id"]
    many = [{"key": f"train/loss_{number}", "value": number, "timestamp": 1, "step": 0} for number in range(40)]
    job = {"gitlab.CI_JOB_ID": "71", "gitlab.CI_PIPELINE_ID": "7", "gitlab.CI_MERGE_REQUEST_IID": "12"}
    tags = [{"key": key, "value": value} for key, value in job.items()]
    rita.mlflow.call("runs/log-batch", run_id=run_id, metrics=many, tags=tags)
    ok(rita.post(f"{model}/versions", {"candidate": candidate}))
    row = ok(rita.get(model))["versions"][0]
    assert len(row["metrics"]) == 20
    assert row["metrics"]["val/acc"] == 0.91
    assert [row["ci"][key] for key in ("system", "job", "pipeline", "merge_request")] == ["gitlab", "71", "7", "12"]


def test_a_version_may_have_files_of_its_own(rita: Client, base: str, model: str, candidate: int) -> None:
    made = ok(rita.post(f"{model}/versions", {"version": "0.1.0"}))
    assert (made["kept"], made["candidate"], made["files"]) == ("version", None, [])
    files = f"{model}/versions/1/files"
    assert rita.request("PUT", f"{files}/onnx/net.onnx", content=b"bytes").status_code == 200
    assert rita.get(f"{files}/onnx/net.onnx").content == b"bytes"
    assert [item["path"] for item in ok(rita.get(f"{model}/versions/1"))["files"]] == ["onnx/net.onnx"]
    assert rita.request("DELETE", f"{files}/onnx").status_code == 200
    assert ok(rita.get(files))["files"] == []
    assert ok(rita.post(f"{model}/versions", {}))["version"] == "1.0.0"

    ok(rita.post(f"{model}/versions", {"candidate": candidate}))
    assert rita.request("PUT", f"{model}/versions/3/files/more.txt", content=b"more").status_code == 200
    assert rita.get(f"{base}/candidates/{candidate}/files/more.txt").status_code == 404
    refused(rita.request("PUT", f"{files}/a//b", content=b""), 400, "INVALID_PARAMETER_VALUE")
    assert rita.get(f"{model}/versions/x/files/a").status_code == 404


def test_models_and_versions_change_and_go(rita: Client, base: str, model: str) -> None:
    for number in range(2):
        ok(rita.post(f"{model}/versions", {"aliases": ["best"], "version": f"{number + 1}.0.0"}))
    page = ok(rita.get(model))
    assert [(item["number"], item["aliases"]) for item in page["versions"]] == [(2, ["best"]), (1, [])]

    def change(path: str, **body: object) -> dict[str, Any]:
        return ok(rita.request("PATCH", path, json=body))

    changed = change(f"{model}/versions/1", aliases=["best", "safe"], description="Old.", metadata={"gpu": "no"})
    assert (changed["aliases"], changed["description"], changed["metadata"][0]["key"]) == (
        ["best", "safe"],
        "Old.",
        "gitlab.version",
    )
    assert change(f"{model}/versions/1", aliases=["safe"], metadata={"gpu": None})["aliases"] == ["safe"]
    assert change(f"{model}/versions/2", stage="production")["stage"] == "production"
    renamed = change(model, name="oak", description="Sorts.", metadata={"team": "vision"})
    assert (renamed["model"]["name"], renamed["model"]["description"]) == ("oak", "Sorts.")
    assert renamed["metadata"] == [{"key": "team", "value": "vision"}]
    assert change(model, metadata={"team": None})["metadata"] == []

    assert rita.request("DELETE", f"{model}/versions/1").status_code == 200
    assert rita.get(f"{model}/versions/1").status_code == 404
    assert rita.request("DELETE", model).status_code == 200
    assert ok(rita.get(f"{base}/models"))["models"] == []
    assert rita.get(model).status_code == 404


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"version": "1"}, 400, "tags.gitlab.version"),
        ({"version": "3.0.0"}, 409, "tags.gitlab.version"),
        ({"aliases": ["latest"]}, 400, "alias"),
        ({"source": "s3://bucket/model"}, 400, "source"),
        ({"candidate": 1, "source": "mlflow-artifacts:/candidate:2"}, 400, "source"),
        ({"candidate": 4711}, 404, None),
        ({"metadata": {"": "x"}}, 400, "tags.key"),
    ],
)
def test_wrong_versions_are_refused(
    rita: Client, model: str, candidate: int, body: dict[str, Any], code: int, field: str | None
) -> None:
    ok(rita.post(f"{model}/versions", {"version": "3.0.0"}))
    answer = rita.post(f"{model}/versions", body)
    assert answer.status_code == code, answer.text
    assert answer.json().get("field") == field or field is None
    assert len(ok(rita.get(model))["versions"]) == 1


def test_names_are_taken_once(rita: Client, base: str, model: str) -> None:
    refused(rita.post(f"{base}/models", {"name": "tree"}), 409, "RESOURCE_ALREADY_EXISTS", "name")
    refused(rita.post(f"{base}/models", {"name": "a/b"}), 400, "INVALID_PARAMETER_VALUE", "name")
    refused(rita.get(f"{base}/models/4711"), 404, "RESOURCE_DOES_NOT_EXIST")


def test_a_guest_reads_and_does_not_promote(
    as_member: Callable[[str], Client], base: str, model: str, candidate: int
) -> None:
    gwen = as_member("gwen")
    assert ok(gwen.get(model))["model"]["name"] == "tree"
    assert ok(gwen.get(f"{base}/candidates/{candidate}/sources"))["sources"]
    for method, path in (("POST", "/versions"), ("PATCH", ""), ("DELETE", "")):
        refused(gwen.request(method, model + path, json={}), 403, "PERMISSION_DENIED")
