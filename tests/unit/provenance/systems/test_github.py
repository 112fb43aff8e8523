"""GitHub's claims."""

from shortlist.provenance import claims
from shortlist.provenance.systems.github import SYSTEM
from tests.ci import GITHUB, GITHUB_CLAIMS


def test_a_pull_request() -> None:
    who = claims.identity(SYSTEM, GITHUB, GITHUB_CLAIMS)
    assert (who.project, who.project_id, who.full_ref) == ("octo-org/vision", "74", "refs/pull/27/merge")
    assert (who.facts.merge_request, who.facts.ref, who.facts.target_branch) == ("27", "deeper-tree", "main")
    assert who.facts.pipeline_url == "https://github.com/octo-org/vision/actions/runs/9001"


def test_a_push_names_the_branch_and_newer_tokens_the_job() -> None:
    push = {**GITHUB_CLAIMS, "ref": "refs/heads/main", "head_ref": "", "base_ref": "", "check_run_id": "55"}
    facts = claims.identity(SYSTEM, GITHUB, push).facts
    assert (facts.ref, facts.merge_request, facts.job) == ("main", "", "55")
    assert facts.job_url == "https://github.com/octo-org/vision/actions/runs/9001/job/55"


def test_an_enterprise_server() -> None:
    issuer = "https://github.example.com/_services/token"
    assert SYSTEM.issuer_pattern is not None
    assert SYSTEM.issuer_pattern.fullmatch(issuer)
    assert claims.identity(SYSTEM, issuer, GITHUB_CLAIMS).facts.server == "https://github.example.com"
