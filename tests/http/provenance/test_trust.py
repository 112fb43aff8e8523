"""Identity tokens of CI jobs: one table of those that are refused and why, and what an accepted one may do."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from shortlist.app import Application
from tests.cast import Cast
from tests.ci import GITHUB, GITHUB_CLAIMS, GITLAB, GITLAB_CLAIMS, Issuer, ec_key, rsa_key
from tests.http.client import Client, refused

AsJob = Callable[..., Client]
Trust = Callable[..., Any]
NOW = int(time.time())


def encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def unsigned(issuer: Issuer) -> str:
    """`alg: none`: the claims of a good token, without a signature."""
    body = issuer.token().split(".")[1]
    return f"{encoded({'alg': 'none', 'kid': issuer.key.kid})}.{body}."


def confused(issuer: Issuer) -> str:
    """An HMAC whose key is the issuer's public one, which everybody has."""
    body = issuer.token().split(".")[1]
    signed = f"{encoded({'alg': 'HS256', 'kid': issuer.key.kid})}.{body}"
    digest = hmac.digest(issuer.key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def tampered(issuer: Issuer) -> str:
    """A good token in which the project was changed."""
    head, body, signature = issuer.token(project_path="evil/fork").split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims["project_path"] = "vision-team/classifier"
    return f"{head}.{encoded(claims)}.{signature}"


# What is wrong with the token: how it is made, and what the refusal says.
REFUSED: dict[str, tuple[Callable[[Issuer], str], str]] = {
    "forged: another key under the issuer's key id": (
        lambda issuer: issuer.token(key=rsa_key("forger"), header={"alg": "RS256", "kid": "first"}),
        "signature is not that of its issuer",
    ),
    "forged: claims changed after signing": (tampered, "signature is not that of its issuer"),
    "forged: signed by a key that is not published": (
        lambda issuer: issuer.token(key=rsa_key("forger"), header={"alg": "RS256", "kid": "forger"}),
        "key that its issuer does not publish",
    ),
    "alg=none": (unsigned, "signed with 'none', which is not accepted"),
    "key confusion: HMAC with the public key": (confused, "signed with 'HS256', which is not accepted"),
    "key confusion: an elliptic curve signature for an RSA key": (
        lambda issuer: issuer.token(key=ec_key("first"), header={"alg": "ES256", "kid": "first"}),
        "signature is not that of its issuer",
    ),
    "expired": (lambda issuer: issuer.token(iat=NOW - 7200, exp=NOW - 3600), "has expired"),
    "not valid yet: nbf": (lambda issuer: issuer.token(nbf=NOW + 3600), "is not valid yet"),
    "not valid yet: iat": (lambda issuer: issuer.token(iat=NOW + 3600, exp=NOW + 7200), "is not valid yet"),
    "lives too long": (lambda issuer: issuer.token(exp=NOW + 200_000), "lives longer than 24 hours"),
    "without an end": (lambda issuer: issuer.token(exp=None), "no valid exp"),
    "wrong audience": (lambda issuer: issuer.token(aud="https://vault.example"), "not for this server alone"),
    "no audience": (lambda issuer: issuer.token(aud=None), "not for this server alone"),
    "several audiences, any of which could replay it": (
        lambda issuer: issuer.token(aud=["http://localhost:5000", "https://vault.example"]),
        "not for this server alone",
    ),
    "wrong issuer: nobody trusts it": (lambda issuer: issuer.token(iss="https://evil.example"), "does not trust"),
    "wrong issuer: claims GitHub, signed by GitLab": (
        lambda issuer: issuer.token(iss=GITHUB),
        "key that its issuer does not publish",
    ),
    "another CI project of the same issuer": (
        lambda issuer: issuer.token(project_path="evil/fork", project_id="666"),
        "no project here trusts this CI project",
    ),
    "another project under the trusted name": (
        lambda issuer: issuer.token(project_id="666"),
        "another project has taken the name",
    ),
    "another branch": (
        lambda issuer: issuer.token(ref="evil", ref_path="refs/heads/evil"),
        "its ref is refs/heads/evil, and the rule is for main",
    ),
    "a tag with the name of the branch": (
        lambda issuer: issuer.token(ref_type="tag", ref_path="refs/tags/main"),
        "its ref is refs/tags/main, and the rule is for main",
    ),
    "no claim of a project at all": (
        lambda issuer: issuer.token({"sub": "x"}),
        "no project here trusts this CI project",
    ),
    "no token at all": (lambda _issuer: "ey.ey.ey", "cannot be read"),
    "too long a token": (lambda issuer: issuer.token(padding="x" * 20_000), "longer than 16384 characters"),
}


@pytest.mark.usefixtures("nothing_remembered")
def test_refused_tokens(gitlab: Issuer, trust: Trust, as_job: AsJob) -> None:
    assert trust().status_code == 201
    good = as_job(gitlab.token()).mlflow.post("runs/create", experiment_id="0")
    assert good.status_code == 200, good.text
    answers = {
        name: as_job(make(gitlab)).mlflow.post("runs/create", experiment_id="0") for name, (make, _) in REFUSED.items()
    }
    wrong = {
        name: (answer.status_code, answer.text)
        for name, answer in answers.items()
        if answer.status_code != 401 or REFUSED[name][1] not in answer.json()["message"]
    }
    assert wrong == {}


@pytest.mark.usefixtures("nothing_remembered")
def test_a_replayed_token_opens_nothing_else(
    application: Application, gitlab: Issuer, trust: Trust, as_job: AsJob, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token serves its whole job, so it can be sent again; but not to another project, server or day, nor for more
    than data, nor once the rule is gone."""
    rule = trust().json()["id"]
    token = gitlab.token()
    job = as_job(token)
    assert job.mlflow.new_run() != job.mlflow.new_run()

    other = as_job(token, cast.other_project).mlflow
    refused(other.get("experiments/get", experiment_id="0"), 404, "RESOURCE_DOES_NOT_EXIST")
    project = f"/api/v1/projects/{cast.project_id}"
    for answer in (
        job.get(f"{project}/trusted_publishers"),
        job.get(f"{project}/members"),
        job.post(f"{project}/trusted_publishers", {"issuer": GITLAB, "ci_project": "a/b", "ref": "main"}),
        job.post("/api/v1/account/tokens", {"name": "mine", "scopes": ["api"]}),
        job.post("/api/v1/groups", {"path": "mine"}),
    ):
        assert "CI job may not" in refused(answer, 403, "PERMISSION_DENIED")

    with monkeypatch.context() as later:
        later.setattr(time, "time", lambda: NOW + 3600 * 2)
        assert "expired" in refused(job.mlflow.post("runs/create"), 401, "UNAUTHENTICATED")

    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(application.services.verifier, "audience", "https://another.example")
        assert "its audience must be" in refused(job.mlflow.post("runs/create"), 401, "UNAUTHENTICATED")
    assert as_job(cast.token("mara")).request("DELETE", f"{project}/trusted_publishers/{rule}").status_code == 200
    assert "trusts this CI project" in refused(job.mlflow.post("runs/create"), 401, "UNAUTHENTICATED")


def test_each_project_gives_a_job_its_own_role(
    gitlab: Issuer, trust: Trust, as_job: AsJob, as_member: Callable[[str], Client], cast: Cast
) -> None:
    """A rule of otto's project for another branch gives its jobs nothing here, and the other way round."""
    assert trust().status_code == 201
    other = f"/api/v1/projects/{cast.other_project.replace('/', '%2F')}/trusted_publishers"
    rule = {"issuer": GITLAB, "ci_project": "Vision-Team/Classifier", "ref": "release/*", "role": "developer"}
    assert as_member("otto").post(other, rule).status_code == 201
    main = gitlab.token()
    release = gitlab.token(ref="release/2", ref_path="refs/heads/release/2")
    statuses = {
        (name, project): as_job(token, project).mlflow.post("runs/create").status_code
        for name, token in (("main", main), ("release", release))
        for project in (cast.project, cast.other_project)
    }
    assert statuses == {
        ("main", cast.project): 200,
        ("main", cast.other_project): 404,
        ("release", cast.project): 404,
        ("release", cast.other_project): 200,
    }
    # At the root of the server a job works in the project that trusts it.
    assert as_job(main).post("/api/2.0/mlflow/runs/create", {"experiment_id": "0"}).status_code == 200


TOO_WIDE = (
    ({"ci_project": "*"}, "ci_project", "named in full"),
    ({"ci_project": "vision-team/*"}, "ci_project", "anybody who can create a project"),
    ({"ci_project": "vision-team"}, "ci_project", "it is written group/project"),
    ({"ref": ""}, "ref", "name the branch, tag or environment"),
    ({"role": "maintainer", "ref": "*"}, "role", "without *"),
    ({"role": "maintainer", "ref": "release/*"}, "role", "without *"),
    ({"issuer": "https://evil.example"}, "issuer", "does not trust the issuer"),
    ({"issuer": "http://169.254.169.254/latest"}, "issuer", "does not trust the issuer"),
    ({"system": "nonsense"}, "system", "one of gitlab, github"),
    ({"system": "buildkite", "environment": "prod"}, "environment", "name no environment"),
)


def test_a_rule_that_is_too_wide_is_refused_with_a_reason(
    issuers: dict[str, Issuer], trust: Trust, as_member: Callable[[str], Client], cast: Cast
) -> None:
    for fields, field, words in TOO_WIDE:
        assert words in refused(trust(**fields), 400, "INVALID_PARAMETER_VALUE", field), fields
    assert trust(ref="*", role="developer").status_code == 201
    refused(trust(ref="*", role="developer"), 409, "RESOURCE_ALREADY_EXISTS", "ci_project")
    listed = as_member("mara").get(f"/api/v1/projects/{cast.project_id}/trusted_publishers").json()
    assert [(item["ci_project"], item["ref"], item["role"], item["created_by"]) for item in listed["publishers"]] == [
        ("vision-team/classifier", "*", "developer", "mara")
    ]
    assert listed["audience"] == "http://localhost:5000"


def test_a_job_writes_what_it_is_and_nobody_rewrites_it(
    gitlab: Issuer, trust: Trust, as_job: AsJob, as_member: Callable[[str], Client], cast: Cast
) -> None:
    trust()
    job = as_job(gitlab.token()).mlflow
    lies = [
        {"key": key, "value": value}
        for key, value in {
            "ci.job": "1",
            "ci.sha": "f00",
            "ci.user": "the boss",
            "ci.verified": "yes",
            "ci.pipeline_url": "https://evil.example",
        }.items()
    ]
    run_id = job.new_run(tags=lies)
    page = f"/api/v1/projects/{cast.project_id}/candidates/1"
    proved = as_member("rita").get(page).json()["ci"]
    assert proved["verified"] == "yes"
    assert proved["issuer"] == GITLAB
    assert {fact["kind"]: (fact["text"], fact["url"]) for fact in proved["facts"] if fact["verified"]} == {
        "job": ("302", "https://gitlab.com/vision-team/classifier/-/jobs/302"),
        "pipeline": ("574", "https://gitlab.com/vision-team/classifier/-/pipelines/574"),
        "sha": (
            GITLAB_CLAIMS["sha"],
            f"https://gitlab.com/vision-team/classifier/-/commit/{GITLAB_CLAIMS['sha']}",
        ),
        "ref": ("main", "https://gitlab.com/vision-team/classifier/-/tree/main"),
        "user": ("sam.doe", "https://gitlab.com/sam.doe"),
        "project": ("vision-team/classifier", "https://gitlab.com/vision-team/classifier"),
        "runner": ("1", ""),
    }
    # Nobody changes it: not another job, not the owner, not by tags of any kind.
    other = as_job(gitlab.token(job_id="999", jti="another")).mlflow
    other.call("runs/set-tag", run_id=run_id, key="gitlab.CI_JOB_ID", value="999")
    as_member("olga").mlflow.call("runs/log-batch", run_id=run_id, tags=lies)
    as_member("olga").mlflow.call("runs/delete-tag", run_id=run_id, key="ci.job")
    assert as_member("rita").get(page).json()["ci"] == proved
    # What the token does not say, the client may add about the same job; it is marked as its word.
    more = {"ci.job": "302", "ci.merge_request": "41", "ci.merge_request_title": "Deeper trees"}
    for key, value in more.items():
        job.call("runs/set-tag", run_id=run_id, key=key, value=value)
    job.call("runs/delete-tag", run_id=run_id, key="gitlab.CI_JOB_ID")
    partly = as_member("rita").get(page).json()["ci"]
    assert partly["verified"] == "partly"
    [added] = [fact for fact in partly["facts"] if not fact["verified"]]
    assert (added["kind"], added["text"], added["title"]) == ("merge_request", "41", "Deeper trees")
    assert added["url"] == "https://gitlab.com/vision-team/classifier/-/merge_requests/41"
    job.call("runs/set-tag", run_id=run_id, key="ci.job_name", value="deploy")
    [line] = [fact for fact in as_member("rita").get(page).json()["ci"]["facts"] if fact["kind"] == "job"]
    assert (line["verified"], line["title"]) == (True, "")


def test_a_pull_request_of_github(
    github: Issuer, trust: Trust, as_job: AsJob, as_member: Callable[[str], Client], cast: Cast
) -> None:
    refs = ("main", "refs/pull/*")
    for ref in refs:
        assert trust(issuer=GITHUB, ci_project="octo-org/vision", ref=ref).status_code == 201
    title = {"key": "ci.merge_request_title", "value": "Not its title"}
    as_job(github.token(GITHUB_CLAIMS)).mlflow.new_run(tags=[{"key": "ci.merge_request", "value": "41"}, title])
    found = as_member("rita").get(f"/api/v1/projects/{cast.project_id}/candidates/1").json()["ci"]
    assert (found["system"], found["verified"]) == ("github", "yes")
    assert "Not its title" not in str(found)
    assert {fact["kind"]: fact["url"].removeprefix("https://github.com/") for fact in found["facts"]} == {
        "pipeline": "octo-org/vision/actions/runs/9001",
        "merge_request": "octo-org/vision/pull/27",
        "sha": f"octo-org/vision/commit/{GITHUB_CLAIMS['sha']}",
        "ref": "octo-org/vision/tree/deeper-tree",
        "user": "octocat",
        "project": "octo-org/vision",
        "runner": "",
    }
    # A pull request from a branch named main is not main.
    rules = as_member("mara").get(f"/api/v1/projects/{cast.project_id}/trusted_publishers").json()["publishers"]
    as_member("mara").request("DELETE", f"/api/v1/projects/{cast.project_id}/trusted_publishers/{rules[1]['id']}")
    sly = github.token({**GITHUB_CLAIMS, "head_ref": "main"})
    assert "refs/pull/27/merge" in refused(as_job(sly).mlflow.post("runs/create"), 401, "UNAUTHENTICATED")


def test_candidates_are_found_by_their_jobs(
    gitlab: Issuer, trust: Trust, as_job: AsJob, as_member: Callable[[str], Client], cast: Cast
) -> None:
    trust()
    proved = as_job(gitlab.token()).mlflow.new_run()
    rita = as_member("rita").mlflow
    said = rita.new_run(tags=[{"key": "ci.job", "value": "302"}, {"key": "ci.merge_request", "value": "41"}])
    plain = rita.new_run(tags=[{"key": "mlflow.source.git.commit", "value": "714a"}])

    def found(text: str, order: str = "name") -> set[str]:
        page = rita.call("runs/search", experiment_ids=["0"], filter=text, order_by=[order])
        return {run["info"]["run_id"] for run in page.get("runs", [])}

    assert found("ci.job = '302'") == {proved, said}
    assert found("ci.job = '302' AND ci.verified = 'yes'") == {proved}
    assert found("ci.merge_request IN ('41') AND ci.verified != 'yes'") == {said}
    assert found(f"ci.sha LIKE '{GITLAB_CLAIMS['sha'][:8]}%' AND ci.ref = 'main' AND ci.user = 'sam.doe'") == {proved}
    assert found("ci.pipeline IS NULL", "ci.job DESC") == {said, plain}
    base = f"/api/v1/projects/{cast.project_id}/experiments/0"
    columns = as_member("rita").get(f"{base}/columns").json()["columns"]
    assert {(item["key"], item["candidates"]) for item in columns if item["kind"] == "ci"} == {
        *((key, 1) for key in ("pipeline", "merge_request", "ref", "sha", "user")),
        ("job", 2),
        ("verified", 2),
    }
    asked = {"columns": ["ci.job", "ci.verified"], "filter": "ci.pipeline = '574'"}
    [row] = as_member("rita").post(f"{base}/candidates/search", asked).json()["candidates"]
    assert row["ci"] == {"job": "302", "verified": "yes"}
    assert "one of job" in refused(
        rita.post("runs/search", experiment_ids=["0"], filter="ci.x = '1'"), 400, "INVALID_PARAMETER_VALUE"
    )


def test_what_a_client_says_is_reported(as_member: Callable[[str], Client], cast: Cast) -> None:
    rita = as_member("rita")
    sly = {"ci.verified": "yes", "ci.issuer": GITLAB, "ci.proven": "job", "ci.publisher_id": "1"}
    tags = [{"key": key, "value": value} for key, value in {"gitlab.CI_JOB_ID": "77", **sly}.items()]
    run_id = rita.mlflow.new_run(tags=tags)
    assert rita.mlflow.call("runs/search", experiment_ids=["0"], filter="ci.verified = 'yes'").get("runs", []) == []
    page = f"/api/v1/projects/{cast.project_id}/candidates/1"
    ci = rita.get(page).json()["ci"]
    assert (ci["verified"], ci["issuer"], ci["system_title"]) == ("no", "", "GitLab CI")
    assert [(fact["kind"], fact["text"], fact["verified"]) for fact in ci["facts"]] == [("job", "77", False)]
    tags = [
        {"key": "gitlab.CI_SERVER_URL", "value": "https://gitlab.example.com"},
        {"key": "gitlab.CI_PROJECT_PATH", "value": "a/b"},
        {"key": "gitlab.CI_PIPELINE_URL", "value": "javascript:alert(1)"},
        {"key": "gitlab.CI_PIPELINE_ID", "value": "5"},
    ]
    rita.mlflow.call("runs/log-batch", run_id=run_id, tags=tags)
    facts = {fact["kind"]: fact["url"] for fact in rita.get(page).json()["ci"]["facts"]}
    assert facts["job"] == "https://gitlab.example.com/a/b/-/jobs/77"
    assert facts["pipeline"] == "https://gitlab.example.com/a/b/-/pipelines/5"
    for key in ("gitlab.CI_JOB_ID", "gitlab.CI_PIPELINE_ID"):
        rita.mlflow.call("runs/delete-tag", run_id=run_id, key=key)
    assert rita.get(page).json()["ci"] is None
