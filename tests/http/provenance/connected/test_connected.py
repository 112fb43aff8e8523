"""A connected GitLab, behind a real port: what it says of jobs is shown, kept while it is down, and believed only
where a job of the CI project has signed in."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from shortlist import outbound
from shortlist.app import Application
from shortlist.outbound import Limits
from tests.cast import Cast
from tests.ci import AUDIENCE, Issuer
from tests.forge import JOB_TOKEN, PROJECT, SHA, GitLab, job, merge_request, pipeline
from tests.http.client import Client, refused
from tests.http.provenance.connected.conftest import MINUTE, AsMember, Clock, shown


def test_a_job_token_is_verified_provenance(by_job: Client, rita: Client, cast: Cast, gitlab: GitLab) -> None:
    by_job.mlflow.new_run(tags=[{"key": "ci.job", "value": "1"}, {"key": "ci.user", "value": "the boss"}])
    found = shown(rita, cast)
    assert (found["verified"], found["issuer"]) == ("yes", gitlab.url)
    assert {kind: fact["text"] for kind, fact in found["facts"].items()} == {
        "job": "302",
        "pipeline": "574",
        "sha": SHA,
        "ref": "deeper",
        "user": "sam.doe",
        "project": PROJECT,
    }
    # Asked once, then known for a moment.
    by_job.mlflow.new_run()
    assert gitlab.asked.count("GET job") == 1


def test_where_a_job_token_may_stand(
    application: Application, runner: asyncio.Runner, cast: Cast, gitlab: GitLab, trusted: None
) -> None:
    anyone = Client(application.asgi, runner, None, cast.project)
    address = anyone.mlflow.prefix + "runs/create"
    gitlab.jobs_of_tokens["without-prefix"] = job()
    for headers, auth, status in (
        ({"job-token": "without-prefix"}, None, 200),
        ({}, ("gitlab-ci-token", "without-prefix"), 200),
        ({"authorization": f"Bearer {JOB_TOKEN}"}, None, 200),
        ({"authorization": "Bearer without-prefix"}, None, 401),
        ({"job-token": cast.token("rita")}, None, 200),
        ({"job-token": "made-up"}, None, 401),
    ):
        answer = anyone.post(address, {"experiment_id": "0"}, headers=headers, auth=auth)
        assert answer.status_code == status, (headers, auth, answer.text)


def test_a_job_uploads_and_downloads_packages(
    application: Application, runner: asyncio.Runner, cast: Cast, gitlab: GitLab, trusted: None
) -> None:
    anyone = Client(application.asgi, runner, None, cast.project)
    gitlab.jobs_of_tokens["of-the-job"] = job()
    base = f"/api/v4/projects/{cast.project.replace('/', '%2F')}/packages"
    for number, (headers, auth) in enumerate(
        (({"job-token": "of-the-job"}, None), ({}, ("gitlab-ci-token", "of-the-job")))
    ):
        file = f"{base}/generic/tools/1.0/{number}"
        assert anyone.request("PUT", file, content=b"x", headers=headers, auth=auth).status_code == 201
        assert anyone.get(file, headers=headers, auth=auth).content == b"x"
        [tools] = anyone.get(base, headers=headers, auth=auth).json()
        assert (tools["name"], tools["pipeline"]["id"], tools["pipeline"]["sha"]) == ("tools", 574, SHA)
        page = anyone.get(f"{base.replace('v4', 'v1')}/{tools['id']}", headers=headers, auth=auth).json()
        assert page["package"]["created_by"] == f"CI of {PROJECT}"
        assert (page["ci"]["issuer"], page["ci"]["verified"]) == (gitlab.url, "yes")
        assert {fact["kind"]: fact["text"] for fact in page["ci"]["facts"]}["job"] == "302"
    settings = base.replace("v4", "v1") + "/settings"
    denied = anyone.request("PATCH", settings, json={"duplicates_allowed": False}, headers={"job-token": "of-the-job"})
    assert denied.status_code == 403
    assert anyone.get(base).status_code == 401


def test_a_version_of_a_jobs_candidate_has_its_pipeline(
    by_job: Client, rita: Client, as_member: Callable[[str], Client], cast: Cast
) -> None:
    """Files of a version are the candidate's, whoever promoted it; who may not see experiments is not told of jobs."""
    run_id = by_job.mlflow.new_run()
    assert by_job.request("PUT", f"{by_job.mlflow.files}/candidate:1/model/a", content=b"x").status_code == 200
    rita.mlflow.call("registered-models/create", name="net")
    source = {"source": f"runs:/{run_id}/model", "run_id": run_id}
    rita.mlflow.call("model-versions/create", name="net", **source)
    base = f"/api/v4/projects/{cast.project_id}"
    found = {item["name"]: item for item in rita.get(f"{base}/packages").json()}
    assert found["net"]["version"] == "1.0.0"
    assert (found["net"]["pipeline"]["id"], found["net"]["pipeline"]["verified"]) == (574, True)
    assert found["net"]["pipeline"] == found["ml_experiment_0"]["pipeline"]
    assert rita.get(f"{base}/packages/{found['net']['id']}").json()["pipelines"] == [found["net"]["pipeline"]]
    closed = {"visibility": "public", "model_experiments_access_level": "private"}
    assert as_member("olga").request("PUT", base, json=closed).status_code == 200
    [seen] = as_member("otto").get(f"{base}/packages").json()
    assert (seen["name"], "pipeline" in seen) == ("net", False)


REFUSED = {
    "a job that has ended": (job(status="success"), "no running job"),
    "another branch": (job(ref="main"), "its ref is refs/heads/main"),
    "a tag with the name of the branch": (job(tag=True), "its ref is refs/tags/deeper"),
    "a branch that is named as a ref": (job(ref="refs/heads/deeper"), "refs/heads/refs/heads/deeper"),
    "a merge request of a fork, by its own ref": (
        job(ref="refs/merge-requests/9/head", pipeline={"id": 1, "project_id": 20, "source": "merge_request_event"}),
        "its ref is refs/merge-requests/9/head",
    ),
    "a branch that is named as a merge request's ref": (
        job(ref="refs/merge-requests/9/head"),
        "its ref is refs/heads/refs/merge-requests/9/head",
    ),
    "another project": (job(pipeline={"id": 1, "project_id": 666}), "no project here trusts this CI project"),
}


def test_refused_job_tokens(by_job: Client, gitlab: GitLab, application: Application, runner: asyncio.Runner) -> None:
    gitlab.objects["projects/666"] = {"id": 666, "path_with_namespace": "evil/fork"}
    for number, (name, (found, words)) in enumerate(REFUSED.items()):
        gitlab.jobs_of_tokens[f"glcbt-{number}"] = found
        client = Client(application.asgi, runner, f"glcbt-{number}", by_job.project)
        message = refused(client.mlflow.post("runs/create", experiment_id="0"), 401, "UNAUTHENTICATED")
        assert words in message, (name, message)
    settings = by_job.get(f"/api/v1/projects/{by_job.project.replace('/', '%2F')}/members")
    assert "CI job may not" in refused(settings, 403, "PERMISSION_DENIED")


@pytest.mark.parametrize("fault", [500, 429, "redirect", "huge", "no json", "other shape"])
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_gitlab_that_fails_makes_nobody_wait_or_pass(by_job: Client, gitlab: GitLab, fault: int | str) -> None:
    gitlab.faults["*"] = fault
    message = refused(by_job.mlflow.post("runs/create", experiment_id="0"), 503, "TEMPORARILY_UNAVAILABLE")
    assert "GitLab cannot say whose job token this is" in message


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_gitlab_that_hangs_or_is_gone(
    by_job: Client, gitlab: GitLab, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurried = outbound.ask_json

    async def ask(method: str, url: str, **options: Any) -> Any:
        return await hurried(method, url, **{**options, "limits": Limits(seconds=0.2)})

    connected = application.services.gitlab
    assert connected is not None
    monkeypatch.setattr(connected, "_ask", ask)
    gitlab.faults["*"] = "hang"
    message = refused(by_job.mlflow.post("runs/create", experiment_id="0"), 503, "TEMPORARILY_UNAVAILABLE")
    assert "no complete answer within 0.2 seconds" in message
    monkeypatch.setattr(connected, "url", "http://127.0.0.1:1")
    refused(by_job.mlflow.post("runs/create", experiment_id="0"), 503, "TEMPORARILY_UNAVAILABLE")


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_made_up_job_tokens_are_no_flood(
    by_job: Client, application: Application, runner: asyncio.Runner, gitlab: GitLab
) -> None:
    statuses = [
        Client(application.asgi, runner, f"glcbt-guess-{number}", by_job.project).get("/api/v4/user").status_code
        for number in range(40)
    ]
    assert statuses == [401] * 30 + [429] * 10
    assert gitlab.asked.count("GET job") == 30


def test_what_is_looked_up_is_shown_and_refreshed(
    by_job: Client, rita: Client, cast: Cast, gitlab: GitLab, rounds: Callable[[], int], clock: Clock
) -> None:
    by_job.mlflow.new_run(tags=[{"key": "ci.merge_request", "value": "40"}])
    assert shown(rita, cast)["verified"] == "partly", "the merge request is the client's word"
    assert rounds() == 4  # the job, its pipeline, the merge request that the client named, and the pipeline's own
    found = shown(rita, cast)
    # The pipeline is proved, and GitLab says whose commit it has: 41, whatever the client said.
    assert (found["verified"], found["facts"]["merge_request"]["text"]) == ("yes", "41")
    found = found["facts"]
    assert (found["job"]["status"], found["job"]["seconds"], found["job"]["title"]) == ("running", 62.5, "train")
    assert (found["pipeline"]["status"], found["pipeline"]["title"]) == ("running", "push")
    assert (found["merge_request"]["title"], found["merge_request"]["by"]) == ("Deeper trees", "Robin Roe")
    assert found["merge_request"]["status"] == "opened"
    assert found["merge_request"]["url"] == f"{gitlab.url}/{PROJECT}/-/merge_requests/41"
    assert found["user"]["title"] == "Sam Doe"
    report = rita.get(f"/api/v1/projects/{cast.project_id}/merge_requests/41").json()
    assert (report["title"], report["target"], report["ci"]["facts"][0]["by"]) == ("Deeper trees", "main", "Robin Roe")

    # What runs is asked again by itself; what has ended is not, until somebody looks a good while later.
    gitlab.objects[f"projects/{PROJECT}/jobs/302"] = job(status="success", duration=70)
    gitlab.objects[f"projects/{PROJECT}/pipelines/574"] = pipeline(status="success")
    gitlab.objects[f"projects/{PROJECT}/merge_requests/41"] = merge_request(state="merged", title="Deeper")
    clock.wait(400 * MINUTE)
    assert rounds() >= 3
    found = shown(rita, cast)["facts"]
    assert (found["job"]["status"], found["merge_request"]["status"]) == ("success", "merged")
    assert found["merge_request"]["title"] == "Deeper"
    rounds()
    clock.wait(24 * 60 * MINUTE)
    assert rounds() <= 1  # merge request 40 is not there, and is looked for once a day
    shown(rita, cast)
    assert rounds() == 3


def test_a_gitlab_that_is_down_is_left_alone_and_what_it_said_stays(
    by_job: Client, rita: Client, cast: Cast, gitlab: GitLab, rounds: Callable[[], int], clock: Clock
) -> None:
    by_job.mlflow.new_run()
    rounds()
    known = shown(rita, cast)
    assert known["fault"] == ""
    gitlab.faults["*"] = 500
    asked = []
    for _ in range(6):
        clock.wait(31 * 1000)
        shown(rita, cast)
        asked.append(rounds())
    assert asked == [1, 1, 0, 1, 0, 0]
    found = shown(rita, cast)
    assert found["fault"] == "it answered 500"
    assert found["looked_up_at"] == known["looked_up_at"]
    assert found["facts"]["job"]["status"] == "running"

    gitlab.faults["*"] = 429
    gitlab.retry_after = "7200"
    clock.wait(60 * MINUTE)
    shown(rita, cast)
    assert rounds() == 1
    clock.wait(119 * MINUTE)
    assert rounds() == 0
    gitlab.faults.clear()
    clock.wait(2 * MINUTE)
    assert rounds() >= 3
    assert shown(rita, cast)["fault"] == ""


def test_a_fault_of_one_job_is_not_one_of_the_others(
    by_job: Client, rita: Client, cast: Cast, gitlab: GitLab, rounds: Callable[[], int], clock: Clock
) -> None:
    for fault in (404, "redirect", "huge", "no json", "other shape"):
        gitlab.faults[f"projects/{PROJECT}/jobs/302"] = fault
        by_job.mlflow.new_run()
        rounds()
        found = shown(rita, cast)
        assert found["fault"] != "", fault
        assert found["facts"]["pipeline"]["status"] == "running", fault
        clock.wait(25 * 60 * MINUTE)


def test_a_number_that_a_client_reports_is_completed_but_stays_reported(
    by_job: Client, rita: Client, cast: Cast, gitlab: GitLab, rounds: Callable[[], int]
) -> None:
    by_job.mlflow.new_run()
    rita.mlflow.new_run(tags=[{"key": "gitlab.CI_JOB_ID", "value": "302"}])
    rounds()
    rounds()
    found = shown(rita, cast, 2)
    assert (found["verified"], found["issuer"]) == ("no", "")
    assert {kind: fact["text"] for kind, fact in found["facts"].items()} == {
        "job": "302",
        "pipeline": "574",
        "merge_request": "41",
        "sha": SHA,
        "ref": "deeper",
        "user": "sam.doe",
        "project": PROJECT,
    }
    assert not any(fact["verified"] for fact in found["facts"].values())
    assert found["facts"]["job"]["url"] == f"{gitlab.url}/{PROJECT}/-/jobs/302"


def test_nobody_reads_what_no_job_of_theirs_has_proved(
    rita: Client, cast: Cast, gitlab: GitLab, rounds: Callable[[], int], trusted: None
) -> None:
    """The instance's token sees every CI project; a rule alone proves nothing, and a reported job even less."""
    facts = {"ci.system": "gitlab", "ci.server": gitlab.url, "ci.job": "302"}
    for project in (PROJECT, "secret/project"):
        gitlab.objects[f"projects/{project}/jobs/302"] = job(name="the secret")
        tags = [{"key": key, "value": value} for key, value in {**facts, "ci.project": project}.items()]
        rita.mlflow.new_run(tags=tags)
    assert rounds() == 0
    assert "the secret" not in str(shown(rita, cast, 1)) + str(shown(rita, cast, 2))
    assert gitlab.asked == []


@pytest.mark.usefixtures("trusted")
def test_identity_tokens_of_the_connected_gitlab_are_completed_too(
    as_job: Callable[[str], Client],
    rita: Client,
    cast: Cast,
    gitlab: GitLab,
    rounds: Callable[[], int],
) -> None:
    issuer = Issuer(gitlab.url)
    gitlab.objects["/.well-known/openid-configuration"] = {"issuer": gitlab.url, "jwks_uri": f"{gitlab.url}/keys"}
    gitlab.objects["/keys"] = issuer.answers["/keys"]
    token = issuer.token(ref="deeper", ref_path="refs/heads/deeper", sha=SHA)
    as_job(token).mlflow.new_run()
    assert "merge_request" not in shown(rita, cast)["facts"]
    rounds()
    found = shown(rita, cast)
    assert (found["verified"], found["issuer"]) == ("yes", gitlab.url)
    assert (found["facts"]["merge_request"]["text"], found["facts"]["merge_request"]["verified"]) == ("41", True)


def test_the_server_writes_the_comment(
    by_job: Client, rita: Client, as_member: AsMember, cast: Cast, gitlab: GitLab, rounds: Callable[[], int]
) -> None:
    address = f"/api/v1/projects/{cast.project_id}/merge_requests/41/comment"
    tags = {"ci.system": "gitlab", "ci.job": "9", "ci.merge_request": "41", "ci.project": "secret/project"}
    rita.mlflow.new_run(tags=[{"key": key, "value": value} for key, value in tags.items()])
    assert "must have signed in here" in refused(rita.post(address), 400, "INVALID_PARAMETER_VALUE", "ci_project")
    run_id = by_job.mlflow.new_run(run_name="deep")
    by_job.mlflow.call("runs/log-metric", run_id=run_id, key="val/acc", value=0.9, timestamp=1)
    rounds()
    assert [by_job.post(address).json() for _ in range(2)] == [{"renewed": False}, {"renewed": True}]
    [note] = gitlab.notes
    assert f"{AUDIENCE}/{cast.project}/-/ml/candidates/2" in note["body"]
    assert "secret" not in note["body"]
    refused(as_member("gwen").post(address), 403, "PERMISSION_DENIED")
    gitlab.faults["*"] = 500
    assert "GitLab did not take" in refused(rita.post(address), 503, "TEMPORARILY_UNAVAILABLE")


def test_jobs_and_pipelines_in_gitlabs_shape(
    by_job: Client, rita: Client, cast: Cast, gitlab: GitLab, rounds: Callable[[], int]
) -> None:
    for _ in range(2):
        by_job.mlflow.new_run()
    rita.mlflow.new_run(tags=[{"key": "ci.job", "value": "ab-c"}, {"key": "ci.pipeline", "value": "7"}])
    rounds()
    base = f"/api/v4/projects/{cast.project_id}"
    listed = rita.get(f"{base}/jobs", params={"per_page": 1, "page": 2})
    assert (listed.headers["x-total"], listed.headers["x-page"]) == ("2", "2")
    [found] = listed.json()
    assert found == rita.get(f"{base}/jobs/302").json()
    assert (found["id"], found["status"], found["duration"], found["candidates"]) == (302, "running", 62.5, 2)
    assert (found["commit"]["id"], found["user"]["username"], found["verified"]) == (SHA, "sam.doe", True)
    assert found["pipeline"]["id"] == 574
    assert [(item["id"], item["status"]) for item in rita.get(f"{base}/pipelines").json()] == [
        (7, None),
        (574, "running"),
    ]
    assert rita.get(f"{base}/pipelines/574").json()["web_url"] == f"{gitlab.url}/{PROJECT}/-/pipelines/574"
    assert [item["id"] for item in rita.get(f"{base}/pipelines/7/jobs").json()] == ["ab-c"]
    refused(rita.get(f"{base}/jobs/999"), 404, "RESOURCE_DOES_NOT_EXIST")


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_metrics_say_how_gitlab_answers(
    by_job: Client, rita: Client, cast: Cast, gitlab: GitLab, rounds: Callable[[], int], clock: Clock
) -> None:
    def counted() -> dict[str, str]:
        lines = (line.rpartition(" ") for line in rita.get("/-/metrics").text.splitlines())
        found = {name: value for name, _, value in lines if name.startswith("shortlist_gitlab_")}
        return {name.removeprefix("shortlist_gitlab_"): value for name, value in found.items()}

    assert counted() == {}
    by_job.mlflow.new_run(tags=[{"key": "ci.merge_request", "value": "40"}])
    rounds()
    found = counted()
    assert float(found.pop("answer_age_seconds")) >= 0
    # The job token and its project; the job, its pipeline with the commit's merge requests, and 41; 40 is not there.
    assert found == {
        'requests_total{outcome="answered"}': "6",
        'requests_total{outcome="missing"}': "1",
        "up": "1",
    }
    for fault, outcome in ((401, "refused"), (429, "limited"), (500, "failed")):
        gitlab.faults["*"] = fault
        clock.wait(2 * 60 * MINUTE)
        rounds()
        found = counted()
        assert (found[f'requests_total{{outcome="{outcome}"}}'], found["up"]) == ("1", "0")
    gitlab.faults.clear()
    clock.wait(2 * 60 * MINUTE)
    shown(rita, cast)
    rounds()
    assert counted()["up"] == "1"
