"""What a merge request produced, compared with its target branch, as JSON and as a comment."""

import asyncio
import json
from collections.abc import Callable

import pytest

from shortlist.app import Application
from shortlist.cli import reports
from tests.cast import Cast
from tests.ci import Issuer, served
from tests.http.client import Client, Mlflow


def trained(mlflow: Mlflow, experiment: str, name: str, accuracy: float, **facts: str) -> None:
    tags = [{"key": f"ci.{key}", "value": value} for key, value in facts.items()]
    run_id = mlflow.new_run(experiment, run_name=name, tags=tags)
    mlflow.call("runs/log-metric", run_id=run_id, key="val/accuracy", value=accuracy, timestamp=1, step=1)
    mlflow.call("runs/update", run_id=run_id, status="FINISHED")


def test_a_merge_request_against_its_target_branch(
    application: Application, as_member: Callable[[str], Client], cast: Cast
) -> None:
    rita = as_member("rita")
    experiment = rita.mlflow.new_experiment("vision")
    sly = "https://ci.example/1) | [free](https://evil.example"
    deeper = {"job_url": sly, "project": "a/b", "merge_request": "41", "target_branch": "main", "ref": "deeper"}
    trained(rita.mlflow, experiment, "old", 0.90, job="1", ref="main", project="a/b")
    trained(rita.mlflow, experiment, "worse", 0.80, job="2", ref="main", project="a/b")
    trained(rita.mlflow, experiment, "deep | @all", 0.93, job="3", pipeline="9", **deeper)
    trained(rita.mlflow, experiment, "deeper", 0.85, job="4", pipeline="9", **deeper)
    trained(rita.mlflow, experiment, "another", 0.99, job="5", **{**deeper, "project": "c/d"})
    base = f"/api/v1/projects/{cast.project_id}"

    found = rita.get(f"{base}/merge_requests/41?ci_project=A/b").json()
    assert found["target"] == "main"
    [item] = found["experiments"]
    assert [(row["name"], row["rank"], round(row["delta"], 6)) for row in item["produced"]] == [
        ("deep | @all", 2, 0.03),
        ("deeper", 4, -0.05),
    ]
    assert (item["target"]["name"], item["target"]["rank"]) == ("old", 3)
    lines = found["markdown"].splitlines()
    assert "**deep \\| \\@all** has the highest val/accuracy: **0.93**, rank 2 of 5" in found["markdown"]
    assert "**0.03 better** than the best of main." in found["markdown"]
    assert "(https://ci.example/1%29%20%7C%20%5Bfree%5D%28https://evil.example)" in found["markdown"]
    assert sum(line.startswith("| [") for line in lines) == 3
    assert f"http://localhost:5000/{cast.project}/-/ml/candidates/3" in found["markdown"]

    assert (found["ci"]["facts"][0]["text"], found["projects"], found["related"]) == ("41", ["a/b", "c/d"], ["9"])
    assert rita.get(f"{base}/merge_requests/41").json()["related"] == ["9"]
    for address in ("merge_requests/41?ci_project=a/b", "pipelines/9", "merge_requests/7"):
        page = rita.get(f"/{cast.project}/-/{address}")
        assert page.status_code == 200, page.text
        carried = page.text.partition('type="application/json">')[2].partition("</script>")[0]
        assert json.loads(carried)["report"] == rita.get(f"{base}/{address}").json()
    assert as_member("otto").get(f"/{cast.project}/-/pipelines/9").status_code == 404

    pipeline = rita.get(f"{base}/pipelines/9").json()
    assert pipeline["related"] == ["41"]
    assert [row["name"] for row in pipeline["experiments"][0]["produced"]] == ["deep | @all", "deeper"]
    assert "no candidates of merge request 7 yet" in rita.get(f"{base}/merge_requests/7").json()["markdown"]


def test_it_is_posted_once_and_renewed(runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    forge = Issuer("")
    with served(forge):
        for name, value in {
            "GITHUB_API_URL": forge.url,
            "GITHUB_REPOSITORY": "octo-org/vision",
            "GITHUB_TOKEN": "t",
            "CI_API_V4_URL": forge.url,
            "CI_PROJECT_ID": "20",
            "GITLAB_TOKEN": "t",
        }.items():
            monkeypatch.setenv(name, value)
        runner.run(reports._post_github("27", "<!-- shortlist report --> one"))
        runner.run(reports._post_github("27", "<!-- shortlist report --> two"))
        runner.run(reports._post_gitlab("41", "<!-- shortlist report --> one"))
        runner.run(reports._post_gitlab("41", "<!-- shortlist report --> two"))
    assert forge.changes == [
        ("POST", "/repos/octo-org/vision/issues/27/comments"),
        ("PATCH", "/repos/octo-org/vision/issues/comments/1"),
        ("POST", "/projects/20/merge_requests/41/notes"),
        ("PUT", "/projects/20/merge_requests/41/notes/2"),
    ]
    assert [item["body"][-3:] for item in forge.comments.values()] == ["two", "two"]
