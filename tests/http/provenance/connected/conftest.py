"""The application connected to a small GitLab: look-ups work when a test says so, and a job of it is trusted."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shortlist.app import Application, build
from shortlist.connected import refresher as refreshing
from shortlist.connected.refresher import Refresher
from shortlist.http import resolver
from shortlist.settings import Settings
from tests.cast import Cast
from tests.ci import AUDIENCE
from tests.forge import JOB_TOKEN, PROJECT, TOKEN, GitLab, served
from tests.http.client import Client

AsMember = Callable[[str], Client]
MINUTE = 60_000


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    with served(GitLab()) as running:
        yield running


@pytest.fixture
def application(
    gitlab: GitLab, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Application]:
    """Its thread is not started: a test says when it works."""
    monkeypatch.setattr(Refresher, "start", lambda _self: None)
    monkeypatch.setattr(resolver, "_TTL_SECONDS", -1.0)
    settings = Settings(
        data=tmp_path,
        database=database_url,
        artifacts=(tmp_path / "artifacts").as_uri(),
        root_password="correct horse battery",
        external_url=AUDIENCE,
        gitlab_url=gitlab.url,
        gitlab_token=TOKEN,
        log_format="json",
    )
    built = build(settings)
    yield built
    built.close()


class Clock:
    def __init__(self) -> None:
        self.ahead = 0

    def wait(self, milliseconds: int) -> None:
        self.ahead += milliseconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time of the look-ups, which a test lets pass."""
    made, real = Clock(), refreshing.now_ms
    monkeypatch.setattr(refreshing, "now_ms", lambda: real() + made.ahead)
    return made


@pytest.fixture
def rounds(application: Application, runner: asyncio.Runner) -> Callable[[], int]:
    """Let the look-ups work until nothing is due; how many questions were asked."""

    def work() -> int:
        asked = 0
        while found := runner.run(application.services.refresher.work()):
            asked += found
        return asked

    return work


@pytest.fixture
def trusted(application: Application, as_member: AsMember, cast: Cast, gitlab: GitLab) -> None:
    """olga's project trusts the branch `deeper` of the CI project."""
    rule = {"issuer": gitlab.url, "system": "gitlab", "ci_project": PROJECT, "ref": "deeper"}
    answer = as_member("mara").post(f"/api/v1/projects/{cast.project_id}/trusted_publishers", rule)
    assert answer.status_code == 201, answer.text


@pytest.fixture
def by_job(as_job: Callable[[str], Client], trusted: None) -> Client:
    """A client whose only credential is the token that GitLab gave to the job."""
    return as_job(JOB_TOKEN)


def shown(rita: Client, cast: Cast, iid: int = 1) -> dict[str, Any]:
    found = rita.get(f"/api/v1/projects/{cast.project_id}/candidates/{iid}").json()["ci"]
    return {**found, "facts": {fact["kind"]: fact for fact in found["facts"]}}
