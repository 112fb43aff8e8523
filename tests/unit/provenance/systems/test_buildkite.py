"""Buildkite's claims."""

from shortlist.provenance import claims
from shortlist.provenance.systems.buildkite import SYSTEM

ISSUER = "https://agent.buildkite.com"
CLAIMS = {
    "organization_slug": "acme",
    "pipeline_slug": "vision",
    "pipeline_id": "0184990a-477b-4fa8-9968-496074483cee",
    "build_number": 1,
    "build_branch": "main",
    "build_commit": "9f3182061f1e2cca4702c368cbc039b7dc9d4485",
    "build_source": "ui",
    "step_key": "train",
    "job_id": "0184990a-477b-4fa8-9968-496074483k77",
    "sub": "organization:acme:pipeline:vision:ref:refs/heads/main:commit:9f31:step:train",
}


def test_a_build_of_a_branch_and_of_a_tag() -> None:
    who = claims.identity(SYSTEM, ISSUER, CLAIMS)
    assert (who.project, who.full_ref) == ("acme/vision", "refs/heads/main")
    assert who.facts.pipeline_url == "https://buildkite.com/acme/vision/builds/1"
    assert who.facts.job_url.endswith("/builds/1#0184990a-477b-4fa8-9968-496074483k77")
    tagged = claims.identity(SYSTEM, ISSUER, {**CLAIMS, "build_tag": "v2"})
    assert (tagged.full_ref, tagged.facts.ref) == ("refs/tags/v2", "v2")
