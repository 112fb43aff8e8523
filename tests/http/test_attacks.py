"""What an attacker would try on people, projects and access."""

import base64
from collections.abc import Callable

import pytest

from shortlist.app import Application, all_endpoints
from shortlist.audit.service import as_csv
from shortlist.audit.types import Event
from shortlist.http.endpoint import Call
from shortlist.identity import passwords
from shortlist.identity import service as identity
from shortlist.identity.rate_limit import AttemptLimit
from tests.cast import Cast
from tests.http.client import Client, refused

AsMember = Callable[[str], Client]
PASSWORD = "a long enough one"


def test_tokens_and_members_of_another_project_are_not_found_through_ones_own(as_member: AsMember, cast: Cast) -> None:
    """otto owns `speech`; every operation there that takes an id is tried with ids of olga's project."""
    olga, otto = as_member("olga"), as_member("otto")
    base = f"/api/v1/projects/{cast.project_id}"
    token = olga.post(f"{base}/access-tokens", {"name": "t", "scopes": ["api"]}).json()
    deploy = olga.post(f"{base}/deploy-tokens", {"name": "d", "scopes": ["read_package_registry"]}).json()
    tried = 0
    for _, endpoint in all_endpoints():
        path = endpoint.path.replace("{project}", cast.other_project.replace("/", "%2F"))
        if path == endpoint.path or not {"{token_id}", "{user}"} & set(path.split("/")):
            continue
        for token_id in (token["id"], deploy["id"]):
            address = path.replace("{token_id}", str(token_id)).replace("{user}", str(cast.users["rita"].id))
            body = {"access_level": 10, "role": "guest"}
            answer = otto.request(endpoint.method, address, json=None if endpoint.method == "GET" else body)
            refused(answer, 404, "RESOURCE_DOES_NOT_EXIST")
            tried += 1
    assert tried > 20
    for secret in (token["secret"], deploy["secret"]):
        headers = {"private-token": secret}
        assert as_member("anonymous").get("/api/v4/user", headers=headers).status_code != 401
    assert rita_is_a_member(as_member, base)


def rita_is_a_member(as_member: AsMember, base: str) -> bool:
    return as_member("rita").get(base).status_code == 200


def test_fields_that_a_form_does_not_have_change_nothing(as_member: AsMember, cast: Cast) -> None:
    rita, olga = as_member("rita"), as_member("olga")
    sneaky = {"administrator": True, "admin": True, "state": "active", "id": 1, "bot": True, "username": "root"}
    account = rita.request("PATCH", "/api/v1/account", json={"name": "Rita R", **sneaky}).json()
    assert (account["name"], account["administrator"], account["username"]) == ("Rita R", False, "rita")
    path = f"/api/v4/projects/{cast.project_id}"
    other = cast.users["otto"].id
    wanted = {
        "description": "new",
        "creator_id": other,
        "namespace_id": 1,
        "id": 99,
        "archived": True,
        "full_path": "x",
    }
    changed = olga.request("PUT", path, json=wanted).json()
    assert changed["description"] == "new"
    assert changed["creator_id"] == cast.users["olga"].id
    assert (changed["id"], changed["archived"], changed["path_with_namespace"]) == (
        cast.project_id,
        False,
        cast.project,
    )
    made = olga.post("/api/v4/projects", {"name": "mine", "creator_id": other, "full_path": "otto/mine"}).json()
    assert (made["creator_id"], made["path_with_namespace"]) == (cast.users["olga"].id, "olga/mine")


def test_a_project_cannot_be_put_where_one_may_not_create(as_member: AsMember, cast: Cast) -> None:
    otto, rita = as_member("otto"), as_member("rita")
    homes = as_member("ada").get("/api/v4/groups", params={"search": "lab"}).json()
    for home in homes:
        body = {"name": "x", "namespace_id": home["id"]}
        refused(otto.post("/api/v4/projects", body), 404, "RESOURCE_DOES_NOT_EXIST")
        refused(rita.post("/api/v4/projects", body), 403, "PERMISSION_DENIED")
        refused(otto.post("/api/v4/groups", {"name": "x", "parent_id": home["id"]}), 404, "RESOURCE_DOES_NOT_EXIST")
    for namespace in ("lab", "olga"):
        moved = otto.request(
            "PUT", f"/api/v4/projects/{cast.other_project.replace('/', '%2F')}/transfer", json={"namespace": namespace}
        )
        refused(moved, 404, "RESOURCE_DOES_NOT_EXIST")


def test_a_token_in_the_address_is_not_accepted(as_member: AsMember, cast: Cast) -> None:
    secret = cast.token("olga")
    for name in ("private_token", "access_token", "job_token", "token"):
        refused(as_member("anonymous").get("/api/v4/user", params={name: secret}), 401, "UNAUTHENTICATED")


def test_signing_in_makes_a_session_of_its_own(application: Application, as_member: AsMember, cast: Cast) -> None:
    """Fixation: a cookie that was planted before the sign-in is nobody's afterwards."""
    give_password(application, cast)
    planted = {"cookie": "shortlist_session=planted-by-somebody-else"}
    anyone = as_member("anonymous")
    answer = anyone.post("/api/v1/session", {"login": "rita", "password": PASSWORD}, headers=planted)
    assert answer.status_code == 200
    assert "planted" not in answer.headers["set-cookie"]
    assert anyone.get("/api/v1/session", headers=planted).json()["user"] is None


def test_the_sign_in_page_sends_nobody_elsewhere(application: Application, as_member: AsMember, cast: Cast) -> None:
    give_password(application, cast)
    anyone = as_member("anonymous")
    answer = anyone.post("/api/v1/session", {"login": "rita", "password": PASSWORD})
    headers = {"cookie": answer.headers["set-cookie"].split(";")[0]}
    for where in ("//evil.example.com", "https://evil.example.com", "/\\evil.example.com", "javascript:alert(1)"):
        for name in ("return_to", "next", "redirect", "url"):
            found = anyone.get("/users/sign_in", params={name: where}, headers=headers)
            assert (found.status_code, found.headers["location"]) == (303, "/")


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_passwords_cannot_be_guessed_by_basic_authentication(
    application: Application, as_member: AsMember, cast: Cast, database_kind: str
) -> None:
    give_password(application, cast)
    anyone = as_member("anonymous")

    def ask(password: str) -> int:
        word = base64.b64encode(f"rita:{password}".encode()).decode()
        return anyone.get("/api/v4/user", headers={"authorization": f"Basic {word}"}).status_code

    assert [ask(f"guess number {number}") for number in range(12)] == [401] * 10 + [429] * 2
    assert ask(PASSWORD) == 429
    assert ask(cast.token("rita")) == 200


def test_ten_thousand_attempts_are_counted_in_bounded_memory() -> None:
    limit = AttemptLimit(10)
    for number in range(10_000):
        limit.failed("rita" if number % 2 else f"name{number}")
    assert limit.reached("rita")
    for number in range(20_000):
        limit.failed(f"other{number}")
    assert len(limit._failures) == 10_000


def test_a_header_cannot_be_split(as_member: AsMember) -> None:
    call = Call.__new__(Call)
    call.answer_headers = None
    for value in ("a\r\nset-cookie: x=1", "a\nb", "a\rb"):
        with pytest.raises(ValueError, match="link"):
            call.add_header("link", value)
    path = "/api/v4/projects?search=%0d%0aset-cookie:%20x=1&per_page=1"
    answer = as_member("olga").get(path)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers


def test_an_exported_cell_is_no_formula() -> None:
    event = Event(1, 0, 1, "=cmd|' /C calc'!A0", "token", 1, "", "member:add", "user", 1, "@SUM(1)", None, None, {})
    line = as_csv([event]).splitlines()[1]
    assert "'=cmd" in line
    assert "'@SUM" in line


@pytest.mark.parametrize("search", ["%", "_", "\\", "'", "a" * 5000, "(a+)+$", "\x00", "\ud83d\ude00"[:1]])
def test_a_search_is_only_text(as_member: AsMember, search: str) -> None:
    olga = as_member("olga")
    for path in ("/api/v4/projects", "/api/v4/users", "/api/v4/groups", "/api/v1/people"):
        answer = olga.get(path, params={"search": search.encode("utf-8", "surrogatepass")})
        assert answer.status_code in (200, 400), answer.text
        if answer.status_code == 200 and search in "%_":
            found = answer.json()
            assert (found["users"] if isinstance(found, dict) else found) == []


def give_password(application: Application, cast: Cast) -> None:
    hashed = passwords.hash_password(PASSWORD)
    user_id = cast.users["rita"].id
    application.services.database.write_now(lambda connection: identity.set_password(connection, user_id, hashed))
