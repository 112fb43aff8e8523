"""MLflow's own client with the identity token of a CI job as its only credential, against a real issuer's port."""

import os
import subprocess
import sys
from pathlib import Path

from tests.ci import GITHUB_CLAIMS, GITLAB_CLAIMS, Issuer, served
from tests.client_wheel import unpacked
from tests.live import TOKEN, LiveServer, live_server
from tests.ports import free_port

SCENARIO = Path(__file__).with_name("scenario_ci.py")


def train(server: LiveServer, *tokens: str, folder: Path | None = None, **variables: str) -> None:
    """One training for each token, one after the other; without any, one in a folder with the variables of a job."""
    environment = {**os.environ, "MLFLOW_TRACKING_URI": server.tracking_uri, "GIT_PYTHON_REFRESH": "quiet"}
    command = [sys.executable, SCENARIO, *tokens]
    environment.update(variables)
    done = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stderr


def working_copy(folder: Path) -> Path:
    """A repository with one commit and a change that is not in it."""
    folder.mkdir()
    git = ["git", "-C", folder, "-c", "user.name=x", "-c", "user.email=x@example.com"]
    (folder / "train.py").write_text("depth = 8\n")
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *arguments], check=True)
    (folder / "train.py").write_text("depth = 9\n")
    return folder


def test_jobs_of_gitlab_and_github_log_without_a_secret(tmp_path: Path) -> None:
    # The server must know its own address before it starts: that is what tokens are for.
    gitlab, github, port = Issuer(""), Issuer("", "second"), free_port()
    address = f"http://127.0.0.1:{port}"
    with (
        served(gitlab),
        served(github),
        live_server(tmp_path, port=str(port), external_url=address, ci_issuers=f"{gitlab.url},{github.url}") as server,
        server.client() as root,
    ):
        rules = "/api/v1/projects/root%2Fdefault/trusted_publishers"
        for system, issuer, project, ref in (
            ("gitlab", gitlab, "vision-team/classifier", "main"),
            ("github", github, "octo-org/vision", "refs/pull/*"),
        ):
            rule = {"system": system, "issuer": issuer.url, "ci_project": project, "ref": ref}
            assert root.post(rules, json=rule).status_code == 201
        train(server, gitlab.token(GITLAB_CLAIMS, aud=address), github.token(GITHUB_CLAIMS, aud=address))
        found = [root.get(f"/api/v1/projects/root%2Fdefault/candidates/{iid}").json() for iid in (1, 2)]
        assert [(item["ci"]["system"], item["ci"]["verified"], item["ci"]["issuer"]) for item in found] == [
            ("gitlab", "partly", gitlab.url),
            ("github", "yes", github.url),
        ]
        assert [[file["path"] for file in item["files"]] for item in found] == [["report/confusion.txt"]] * 2
        assert root.get(rules).json()["publishers"][0]["ci_project_id"] == "20", "pinned by its first use"
        job = {"GITLAB_CI": "true", "CI_JOB_ID": "303", "CI_JOB_NAME": "train", "CI_JOB_TOKEN": "hunter2"}
        folder = working_copy(tmp_path / "copy")
        plugin = {"PYTHONPATH": str(unpacked(tmp_path / "wheel")), "MLFLOW_TRACKING_TOKEN": TOKEN}
        train(server, folder=folder, **job, **plugin)
        reported = root.get("/api/v1/projects/root%2Fdefault/candidates/3").json()
        assert reported["ci"]["verified"] == "no"
        facts = {fact["kind"]: fact["text"] for fact in reported["ci"]["facts"]}
        assert facts["job"] == "303"
        assert len(facts["sha"]) == 40
        assert {"key": "git.dirty", "value": "true"} in reported["metadata"]
        assert "hunter2" not in str(reported)
        diff = root.get("/api/v1/projects/root%2Fdefault/candidates/3/files/git/uncommitted.diff")
        assert "+depth = 9" in diff.text
