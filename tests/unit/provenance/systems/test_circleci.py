"""CircleCI's claims."""

from shortlist.provenance import claims
from shortlist.provenance.rules import default_system
from shortlist.provenance.systems.circleci import SYSTEM

ORGANIZATION = "9f3182061-f1e2-cca4-702c-368cbc039b7d"
PROJECT = "0184990a-477b-4fa8-9968-496074483cee"
ISSUER = "https://oidc.circleci.com/org/0184990a-477b-4fa8-9968-496074483cff"


def test_a_job() -> None:
    given = {
        "sub": f"org/{ORGANIZATION}/project/{PROJECT}/user/77",
        "oidc.circleci.com/project-id": PROJECT,
        "oidc.circleci.com/vcs-ref": "refs/heads/main",
        "oidc.circleci.com/job-id": "job",
    }
    who = claims.identity(SYSTEM, ISSUER, given)
    assert (who.project, who.full_ref, who.facts.ref, who.facts.user) == (PROJECT, "refs/heads/main", "main", "77")
    assert default_system(ISSUER) == "circleci"
