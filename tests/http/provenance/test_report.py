"""What a merge request produced, compared with its target branch, as JSON and as a comment."""

import asyncio
import json
from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from shortlist import outbound
from shortlist.app import Application
from shortlist.cli import reports
from shortlist.cli.main import app
from shortlist.reports.markdown import MARKER
from tests import forge
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
    trained(rita.mlflow, experiment, "elsewhere", 0.91, job="8", ref="main", project="c/d")
    trained(rita.mlflow, experiment, "deep | @all", 0.93, job="3", pipeline="9", **deeper)
    trained(rita.mlflow, experiment, "deeper", 0.85, job="4", pipeline="9", **deeper)
    trained(rita.mlflow, experiment, "another", 0.99, job="5", **{**deeper, "project": "c/d"})
    base = f"/api/v1/projects/{cast.project_id}"

    found = rita.get(f"{base}/merge_requests/41?ci_project=A/b").json()
    assert found["target"] == "main"
    [item] = found["experiments"]
    assert [(row["name"], row["rank"], round(row["delta"], 6)) for row in item["produced"]] == [
        ("deep | @all", 2, 0.03),
        ("deeper", 5, -0.05),
    ]
    assert (item["target"]["name"], item["target"]["rank"]) == ("old", 4)
    lines = found["markdown"].splitlines()
    assert "**deep \\| \\@all** has the highest val/accuracy: **0.93**, rank 2 of 6" in found["markdown"]
    assert "**0.03 better** than the best of main." in found["markdown"]
    assert "(https://ci.example/1%29%20%7C%20%5Bfree%5D%28https://evil.example)" in found["markdown"]
    assert sum(line.startswith("| [") for line in lines) == 3
    assert f"http://localhost:5000/{cast.project}/-/ml/candidates/4" in found["markdown"]

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
    hub = Issuer("")
    with served(hub):
        for name, value in {
            "GITHUB_API_URL": hub.url,
            "GITHUB_REPOSITORY": "octo-org/vision",
            "GITHUB_TOKEN": "t",
        }.items():
            monkeypatch.setenv(name, value)
        assert runner.run(reports._post_github("27", "<!-- shortlist report --> one")) is False
        assert runner.run(reports._post_github("27", "<!-- shortlist report --> two")) is True
    assert hub.changes == [
        ("POST", "/repos/octo-org/vision/issues/27/comments"),
        ("PATCH", "/repos/octo-org/vision/issues/comments/1"),
    ]
    assert [item["body"][-3:] for item in hub.comments.values()] == ["two"]


def test_at_gitlab_a_comment_of_somebody_else_is_left_alone(
    runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    with forge.served(forge.GitLab()) as gitlab:
        gitlab.notes = [{"id": 1, "body": f"{MARKER} a trap", "author": "somebody else"}]
        gitlab.notes += [{"id": number, "body": "talk", "author": "somebody else"} for number in range(2, 150)]
        for name, value in {
            "CI_API_V4_URL": f"{gitlab.url}/api/v4",
            "CI_PROJECT_ID": "20",
            "GITLAB_TOKEN": forge.TOKEN,
        }.items():
            monkeypatch.setenv(name, value)
        assert reports._chosen("auto") == "gitlab"
        assert runner.run(reports._post_gitlab("41", f"{MARKER} one")) is False
        assert runner.run(reports._post_gitlab("41", f"{MARKER} two")) is True
    assert [note["body"] for note in gitlab.notes if MARKER in note["body"]] == [f"{MARKER} a trap", f"{MARKER} two"]


def test_without_a_token_it_is_only_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    for names in reports._POSTS.values():
        for name in names:
            monkeypatch.delenv(name, raising=False)
    asked: list[str] = []

    async def ask_json(method: str, url: str, **_options: object) -> object:
        asked.append(f"{method} {url}")
        if method == "POST":
            raise outbound.OutboundError("it answered 404", 404)
        return {"markdown": "**deep** is best"}

    monkeypatch.setattr(outbound, "ask_json", ask_json)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://s.example/api/v4/projects/a%2Fb/ml/mlflow")
    printed = CliRunner().invoke(app, ["report", "--merge-request", "41", "--post", "auto"])
    assert (printed.exit_code, printed.stdout) == (0, "**deep** is best\n")
    assert "printed only" in printed.stderr
    assert asked[1] == "POST https://s.example/api/v1/projects/a%2Fb/merge_requests/41/comment"
    assert CliRunner().invoke(app, ["report", "--merge-request", "41", "--post", "server"]).exit_code == 2
    assert CliRunner().invoke(app, ["report", "--merge-request", "41", "--post", "gitlab"]).exit_code == 2
    assert CliRunner().invoke(app, ["report", "--merge-request", "41"]).exit_code == 0
    assert len(asked) == 6
