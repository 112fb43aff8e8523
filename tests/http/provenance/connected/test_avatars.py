"""Pictures of people from a connected GitLab: shown from this origin, or not at all."""

import hashlib
from collections.abc import Callable

import pytest

from tests.cast import Cast
from tests.forge import PERSON, PROJECT, GitLab, job
from tests.http.client import Client, refused
from tests.http.provenance.connected.conftest import MINUTE, AsMember, Clock, shown

PATH = "/uploads/-/system/user/avatar/1/sam.png"
PNG = b"\x89PNG\r\n\x1a\n" + b"of sam"
GIF = b"GIF89a" + b"of sam, later"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
DAY = 24 * 60 * MINUTE


@pytest.fixture
def avatar(
    by_job: Client, rita: Client, cast: Cast, gitlab: GitLab, rounds: Callable[[], int], clock: Clock
) -> Callable[[str], str]:
    """Let GitLab have the picture of a candidate's person at an address, and look it up anew; its SHA-256 on the
    candidate's page."""
    by_job.mlflow.new_run()
    rounds()

    def find(address: str) -> str:
        gitlab.objects[f"projects/{PROJECT}/jobs/302"] = job(user={**PERSON, "avatar_url": address}, name=address)
        clock.wait(MINUTE)
        shown(rita, cast)
        rounds()
        found = shown(rita, cast)["facts"]
        assert found["job"]["title"] == address[:1000].rstrip("\0"), "it was looked up"
        return found["user"]["avatar"]

    return find


def test_a_picture_is_kept_and_served_from_here(
    avatar: Callable[[str], str], rita: Client, as_member: AsMember, cast: Cast, gitlab: GitLab
) -> None:
    gitlab.objects[PATH] = PNG
    digest = avatar(gitlab.url + PATH)
    assert digest == hashlib.sha256(PNG).hexdigest()
    address = f"/api/v1/projects/{cast.project_id}/ci/avatars/{digest}"
    answer = rita.get(address)
    assert (answer.content, answer.headers["content-type"]) == (PNG, "image/png")
    assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
    assert answer.headers.get_list("content-security-policy") == ["default-src 'none'; sandbox"]
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    # Whoever does not see the candidate does not see the picture, nor does another project.
    assert as_member("otto").get(address).status_code == 404
    assert as_member("anonymous").get(address).status_code == 401
    elsewhere = f"/api/v1/projects/{cast.other_project.replace('/', '%2F')}/ci/avatars/{digest}"
    assert as_member("otto").get(elsewhere).status_code == 404
    for other in (address[:-1], address[:-1] + "%00", address[:-1] + "z"):
        refused(rita.get(other), 404, "RESOURCE_DOES_NOT_EXIST")


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize(
    "content", [SVG, b"<html>sign in</html>", b"", PNG + b"x" * 256 * 1024], ids=["svg", "page", "empty", "too large"]
)
def test_what_is_no_small_picture_is_not_kept(
    avatar: Callable[[str], str], rita: Client, cast: Cast, gitlab: GitLab, content: bytes
) -> None:
    gitlab.objects[PATH] = content
    assert avatar(gitlab.url + PATH) == ""
    assert rita.get(f"/api/v1/projects/{cast.project_id}/ci/avatars/").status_code == 404
    # Asked once, not with each candidate.
    avatar(gitlab.url + PATH)
    assert gitlab.asked.count(f"GET {PATH}") == 1


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_nobody_else_is_asked(avatar: Callable[[str], str], gitlab: GitLab) -> None:
    gitlab.objects[PATH] = PNG
    host = gitlab.url.removeprefix("http://")
    for address in (
        PERSON["avatar_url"],
        f"http://localhost:{host.rpartition(':')[2]}{PATH}",
        f"{gitlab.url}@evil.example{PATH}",
        f"{gitlab.url}0{PATH}",
        f"http://someone@{host}{PATH}",
        f"//{host}{PATH}",
        PATH,
        f"{gitlab.url}{PATH}?{'x' * 1000}",
        f"{gitlab.url}{PATH}\0",
    ):
        assert avatar(address) == "", address
    assert f"GET {PATH}" not in gitlab.asked


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_redirect_is_not_followed(avatar: Callable[[str], str], gitlab: GitLab) -> None:
    gitlab.objects["/elsewhere"] = PNG
    gitlab.faults[PATH] = "redirect"
    assert avatar(gitlab.url + PATH) == ""
    assert "GET /elsewhere" not in gitlab.asked


def test_a_picture_changes_stays_while_gitlab_fails_and_goes(
    avatar: Callable[[str], str], gitlab: GitLab, clock: Clock
) -> None:
    gitlab.objects[PATH] = PNG
    first = avatar(gitlab.url + PATH)
    gitlab.objects[PATH] = GIF
    clock.wait(20 * 60 * MINUTE)
    assert avatar(gitlab.url + PATH) == first, "it is asked for once a day"
    clock.wait(DAY)
    second = avatar(gitlab.url + PATH)
    assert second == hashlib.sha256(GIF).hexdigest()
    gitlab.faults[PATH] = 503
    clock.wait(DAY)
    assert avatar(gitlab.url + PATH) == second
    gitlab.faults[PATH] = 404
    clock.wait(DAY)
    assert avatar(gitlab.url + PATH) == ""


def test_a_person_that_a_client_names_has_no_picture_of_another(
    avatar: Callable[[str], str], rita: Client, cast: Cast, gitlab: GitLab, rounds: Callable[[], int]
) -> None:
    gitlab.objects[PATH] = PNG
    avatar(gitlab.url + PATH)
    said = {"gitlab.CI_JOB_ID": "302", "ci.user": "the boss"}
    rita.mlflow.new_run(tags=[{"key": key, "value": value} for key, value in said.items()])
    rounds()
    assert shown(rita, cast, 2)["facts"]["user"]["avatar"] == ""
