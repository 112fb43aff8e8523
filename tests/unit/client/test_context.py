"""What a training in CI says of itself, and what it never says."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import shortlist_client
from shortlist.provenance.types import Facts
from shortlist_client import git
from shortlist_client.context import CiRunContext, ci_tags
from shortlist_client.systems import SYSTEMS

GITLAB = {
    "GITLAB_CI": "true",
    "CI_SERVER_URL": "https://gitlab.example.com",
    "CI_PROJECT_PATH": "a/b",
    "CI_PROJECT_URL": "https://gitlab.example.com/a/b",
    "CI_JOB_ID": "302",
    "CI_JOB_NAME": "train",
    "CI_PIPELINE_ID": "574",
    "CI_COMMIT_SHA": "714a",
    "CI_COMMIT_REF_NAME": "deeper",
    "CI_MERGE_REQUEST_IID": "41",
    "CI_MERGE_REQUEST_TITLE": "Deeper\ntrees",
    "CI_MERGE_REQUEST_PROJECT_URL": "https://gitlab.example.com/a/b",
    "GITLAB_USER_LOGIN": "sam",
}
OTHERS = {
    "github": (
        {
            "GITHUB_ACTIONS": "true",
            "GITHUB_REF": "refs/pull/27/merge",
            "GITHUB_HEAD_REF": "deeper",
            "GITHUB_RUN_ID": "9",
        },
        {"ci.merge_request": "27", "ci.ref": "deeper", "ci.pipeline": "9"},
    ),
    "jenkins": (
        {"JENKINS_URL": "https://ci/", "BUILD_NUMBER": "7", "CHANGE_ID": "5", "BUILD_URL": "https://u:p@ci/job/x/7/"},
        {"ci.pipeline": "7", "ci.merge_request": "5", "ci.pipeline_url": "https://ci/job/x/7/"},
    ),
    "azure": (
        {"TF_BUILD": "True", "BUILD_BUILDID": "8", "SYSTEM_PULLREQUEST_SOURCEBRANCH": "refs/heads/deeper"},
        {"ci.pipeline": "8", "ci.source_branch": "deeper"},
    ),
    "circleci": (
        {"CIRCLECI": "true", "CIRCLE_PULL_REQUEST": "https://github.com/a/b/pull/12", "CIRCLE_BUILD_NUM": "3"},
        {"ci.merge_request": "12", "ci.job": "3"},
    ),
    "buildkite": (
        {"BUILDKITE": "true", "BUILDKITE_PULL_REQUEST": "false", "BUILDKITE_BUILD_NUMBER": "4"},
        {"ci.pipeline": "4"},
    ),
    "bitbucket": (
        {"BITBUCKET_BUILD_NUMBER": "6", "BITBUCKET_PR_ID": "2"},
        {"ci.pipeline": "6", "ci.merge_request": "2"},
    ),
}


def test_gitlab() -> None:
    assert ci_tags(GITLAB) == {
        "ci.system": "gitlab",
        "ci.server": "https://gitlab.example.com",
        "ci.project": "a/b",
        "ci.project_url": "https://gitlab.example.com/a/b",
        "ci.job": "302",
        "ci.job_name": "train",
        "ci.pipeline": "574",
        "ci.sha": "714a",
        "ci.ref": "deeper",
        "ci.merge_request": "41",
        "ci.merge_request_title": "Deeper trees",
        "ci.merge_request_url": "https://gitlab.example.com/a/b/-/merge_requests/41",
        "ci.user": "sam",
        "gitlab.CI_JOB_ID": "302",
    }


@pytest.mark.parametrize("name", OTHERS)
def test_other_systems(name: str) -> None:
    environment, expected = OTHERS[name]
    found = ci_tags(environment)
    assert found.items() >= {"ci.system": name, **expected}.items()
    assert ("ci.merge_request" in found) is ("ci.merge_request" in expected)
    assert ci_tags({}) == {}


def test_the_facts_are_those_that_the_server_knows() -> None:
    named = {fact for system in SYSTEMS for fact in system.facts}
    assert named <= set(Facts.__struct_fields__)


def test_secrets_never_go_along() -> None:
    """A hundred variables that look like a job's own, and the password inside an address."""
    words = ("TOKEN", "PASSWORD", "SECRET", "KEY", "CREDENTIALS")
    stems = (
        "CI_JOB",
        "CI_JOB_ID",
        "CI_REGISTRY",
        "CI_COMMIT",
        "GITLAB_USER",
        "GITHUB",
        "AWS",
        "MLFLOW_TRACKING",
        "SLACK",
        "CIRCLE",
    )
    names = [
        *(f"{stem}_{word}" for stem in stems for word in words),
        *(f"{word}_{stem}" for stem in stems for word in words),
    ]
    names += ["CI_JOB_TOKEN", "CI_JOB_JWT", "CI_REPOSITORY_URL", "CI_BUILD_TOKEN", "GITHUB_TOKEN", "DATABASE_URL"]
    names += ["ACTIONS_ID_TOKEN_REQUEST_TOKEN", "SYSTEM_ACCESSTOKEN", "BUILDKITE_AGENT_ACCESS_TOKEN", "NPM_TOKEN"]
    assert len(set(names)) >= 100
    environment = {
        **dict.fromkeys(names, "hunter2-secret"),
        **GITLAB,
        "CI_JOB_URL": "https://gitlab-ci-token:hunter2-secret@gitlab.example.com/a/b/-/jobs/302",
    }
    for system in SYSTEMS:
        tags = ci_tags({**environment, "GITLAB_CI": "", system.present: "true"})
        assert "hunter2" not in str(tags), system.name
    assert ci_tags(environment)["ci.job_url"] == "https://gitlab.example.com/a/b/-/jobs/302"


def test_a_working_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert (git.commit(), git.is_dirty(), git.diff()) == ("", None, b"")
    made = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com"]
    (tmp_path / "train.py").write_text("depth = 8\n")
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run([*made, *arguments], check=True)
    assert git.is_dirty() is False
    (tmp_path / "train.py").write_text("depth = 9\n")
    (tmp_path / "untracked.env").write_text("PASSWORD=x\n")
    assert b"+depth = 9" in git.diff()
    assert b"PASSWORD" not in git.diff()
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.delenv("GITHUB_SHA", raising=False)
    tags = CiRunContext().tags()
    assert (tags["git.dirty"], tags["ci.sha"]) == ("true", git.commit())
    monkeypatch.setattr(git, "MAX_DIFF", 10)
    assert git.diff() == b""


def test_it_needs_nothing_but_python() -> None:
    folder = Path(shortlist_client.__file__).parent
    needed: set[str] = set()
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                needed |= {name.name.partition(".")[0] for name in node.names}
            if isinstance(node, ast.ImportFrom):
                needed.add((node.module or "").partition(".")[0])
    assert needed - set(sys.stdlib_module_names) == {"shortlist_client", "mlflow"}
