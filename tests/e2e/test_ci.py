"""CI in the browser: from a candidate to what its merge request produced, and back."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import faults
from tests.e2e.conftest import OpenPage
from tests.live import LiveServer

PROJECT = "root/ci-journey"
SERVER = "https://gitlab.example.com"
SHARED = {"system": "gitlab", "server": SERVER, "project": "vision-team/classifier", "user": "robin"}
MERGE_REQUEST = {
    "merge_request": "41",
    "merge_request_title": "Deeper trees",
    "target_branch": "main",
    "ref": "deeper-trees",
    "pipeline": "574",
}
CANDIDATES = (
    ("main-1", 0.90, {"job": "100", "pipeline": "500", "ref": "main"}),
    ("deep-1", 0.93, {"job": "302", "job_name": "train", **MERGE_REQUEST}),
    ("deep-2", 0.85, {"job": "303", **MERGE_REQUEST}),
    ("by hand", 0.70, {}),
)


@pytest.fixture(scope="module")
def project(server: LiveServer) -> Iterator[str]:
    """A project of its own, so that other pages stay as they are: a merge request's two candidates, one of main, and
    one that no job made."""
    base = f"/api/v4/projects/{PROJECT.replace('/', '%2F')}/ml/mlflow/api/2.0/mlflow"
    with server.client() as client:
        assert client.post("/api/v1/projects", json={"path": "ci-journey"}).status_code == 201
        for name, accuracy, facts in CANDIDATES:
            tags = [
                {"key": f"ci.{key}", "value": value} for key, value in {**(SHARED if facts else {}), **facts}.items()
            ]
            body = {"experiment_id": "0", "run_name": name, "tags": tags}
            run_id = client.post(f"{base}/runs/create", json=body).json()["run"]["info"]["run_id"]
            point = {"run_id": run_id, "key": "val/accuracy", "value": accuracy, "timestamp": 1}
            assert client.post(f"{base}/runs/log-metric", json=point).status_code == 200
            client.post(f"{base}/runs/update", json={"run_id": run_id, "status": "FINISHED"})
        yield PROJECT
        client.delete(f"/api/v1/projects/{PROJECT.replace('/', '%2F')}")


def test_from_a_candidate_to_its_merge_request_and_pipeline(page: Page, project: str) -> None:
    page.goto(f"/{project}/-/ml/candidates/2")
    info = page.get_by_role("region", name="CI info")
    expect(info.get_by_text("reported by the client")).to_be_visible()
    job = info.get_by_role("link", name="#302")
    expect(job).to_have_attribute("href", f"{SERVER}/vision-team/classifier/-/jobs/302")
    merge_request = info.locator("dl > div").filter(has_text="Merge request")
    merge_request.get_by_role("link", name="its candidates").click()

    expect(page.get_by_role("heading", level=1, name="Merge request !41 Deeper trees")).to_be_visible()
    expect(page).to_have_url(re.compile(rf"/{project}/-/merge_requests/41$"))
    verdict = page.get_by_text("has the highest val/accuracy of these, 0.9300: the best of 4 in the experiment")
    expect(verdict).to_contain_text("0.03 better than the best of main")
    expect(page.get_by_role("row", name="deep-2")).to_contain_text("0.05 worse")
    expect(page.get_by_role("row", name="main-1")).to_contain_text("best of main")
    page.get_by_role("link", name="#574").first.click()
    expect(page.get_by_role("heading", level=1, name="Pipeline #574")).to_be_visible()
    page.get_by_role("link", name="Compare with main").click()
    expect(page).to_have_url(re.compile(r"candidates=1\.2\.3$"))
    page.go_back()
    page.get_by_role("link", name="deep-1").first.click()
    expect(page.get_by_role("heading", level=1, name="deep-1")).to_be_visible()


def test_a_candidate_that_no_job_made_teaches_how(page: Page, project: str) -> None:
    page.goto(f"/{project}/-/ml/candidates/4")
    info = page.get_by_role("region", name="CI info")
    expect(info.get_by_text("Not linked to a CI job.")).to_be_visible()
    info.get_by_role("button", name="How to link").click()
    expect(page.get_by_role("dialog").get_by_text("id_tokens:")).to_be_visible()
    page.goto(f"/{project}/-/merge_requests/7")
    expect(page.get_by_role("heading", name="No candidates of merge request !7 yet")).to_be_visible()


def test_the_table_leads_to_pipelines(page: Page, project: str) -> None:
    page.goto(
        f"/{project}/-/ml/experiments/0?columns=ci.pipeline&columns=ci.merge_request&filter=ci.merge_request+%3D+%2741%27"
    )
    cell = page.get_by_role("row", name="deep-1").get_by_role("link", name="574")
    expect(cell).to_have_attribute("href", f"/{project}/-/pipelines/574")


@pytest.mark.parametrize(("width", "height", "theme"), [(1440, 900, "light"), (390, 844, "dark")])
def test_reports_are_for_everybody(open_page: OpenPage, project: str, width: int, height: int, theme: str) -> None:
    windows = [open_page(width, height, theme) for _ in range(3)]
    reports = ("merge_requests/41", "pipelines/574", "merge_requests/7", "ml/candidates/2")
    assert faults(windows, {name: f"/{project}/-/{name}" for name in reports}) == {}
