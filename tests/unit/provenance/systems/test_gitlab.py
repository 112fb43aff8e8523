"""GitLab's claims."""

from shortlist.provenance import claims
from shortlist.provenance.systems.gitlab import SYSTEM
from tests.ci import GITLAB_CLAIMS


def test_an_instance_of_ones_own_below_a_path() -> None:
    who = claims.identity(SYSTEM, "https://example.com/gitlab/", GITLAB_CLAIMS)
    assert (who.project, who.project_id, who.full_ref) == ("vision-team/classifier", "20", "refs/heads/main")
    assert who.facts.job_url == "https://example.com/gitlab/vision-team/classifier/-/jobs/302"
    assert who.facts.pipeline_source == "push"
    assert who.token_id == GITLAB_CLAIMS["jti"]


def test_refs_of_older_versions_are_put_together() -> None:
    old = {name: value for name, value in GITLAB_CLAIMS.items() if name != "ref_path"}
    assert claims.identity(SYSTEM, "https://gitlab.com", old).full_ref == "refs/heads/main"
    tag = {**old, "ref": "v1", "ref_type": "tag"}
    assert claims.identity(SYSTEM, "https://gitlab.com", tag).full_ref == "refs/tags/v1"


def test_a_pipeline_on_the_merge_requests_own_ref_names_it() -> None:
    given = {**GITLAB_CLAIMS, "ref_path": "refs/merge-requests/41/merge", "pipeline_source": "merge_request_event"}
    who = claims.identity(SYSTEM, "https://gitlab.com", given)
    assert who.facts.merge_request == "41"
    assert who.facts.merge_request_url == "https://gitlab.com/vision-team/classifier/-/merge_requests/41"
    assert claims.identity(SYSTEM, "https://gitlab.com", GITLAB_CLAIMS).facts.merge_request == ""


def test_claims_that_are_no_line_of_text_are_no_facts() -> None:
    given = {
        **GITLAB_CLAIMS,
        "user_login": "a\nb",
        "sha": ["x"],
        "environment": None,
        "job_id": True,
        "ref": "x" * 2000,
    }
    facts = claims.identity(SYSTEM, "https://gitlab.com", given).facts
    assert (facts.user, facts.sha, facts.environment, facts.job, facts.ref, facts.job_url) == ("",) * 6
