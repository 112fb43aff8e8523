"""People at work: roles, features, expiry, deletion, sessions, tokens and what the audit says of it."""

from collections.abc import Callable
from typing import Any

import pytest

from shortlist.access.roles import Role
from shortlist.app import Application
from shortlist.clock import now_ms
from shortlist.db.schema import METADATA
from shortlist.identity import passwords
from shortlist.identity import service as identity
from shortlist.projects import rules
from shortlist.projects import service as projects
from shortlist.projects import store as projects_store
from shortlist.projects.purger import Purger
from tests.cast import Cast
from tests.http.client import Client, refused

PASSWORD = "a long enough one"
AsMember = Callable[[str], Client]


def done(answer: Any, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.fixture
def base(cast: Cast) -> str:
    return f"/api/v1/projects/{cast.project_id}"


@pytest.fixture
def change(as_member: AsMember, base: str) -> Callable[..., dict[str, Any]]:
    """A change of the project's settings by its owner."""
    return lambda **fields: done(as_member("olga").request("PATCH", f"{base}/settings", json=fields))


def test_a_disabled_feature_is_hidden_everywhere_and_loses_nothing(
    as_member: AsMember, base: str, change: Callable[..., dict[str, Any]]
) -> None:
    rita = as_member("rita")
    rita.mlflow.new_experiment("vision")
    change(model_experiments_access="disabled")
    for name in ("olga", "rita", "ada"):
        refused(as_member(name).get(f"{base}/experiments"), 404, "RESOURCE_DOES_NOT_EXIST")
        refused(as_member(name).mlflow.post("experiments/search"), 404, "RESOURCE_DOES_NOT_EXIST")
    change(model_experiments_access="public")
    assert rita.mlflow.ask("experiments/get-by-name", experiment_name="vision")["experiment"]["name"] == "vision"


def test_private_experiments_of_a_public_project_are_for_members(
    as_member: AsMember, base: str, change: Callable[..., dict[str, Any]]
) -> None:
    change(visibility="public")
    assert as_member("otto").get(f"{base}/experiments").status_code == 200
    assert as_member("anonymous").get(f"{base}/experiments").status_code == 200
    refused(as_member("anonymous").get(f"{base}/members"), 401, "UNAUTHENTICATED")
    refused(as_member("otto").post(f"{base}/experiments", {"name": "x"}), 403, "PERMISSION_DENIED")
    change(model_experiments_access="private")
    refused(as_member("otto").get(f"{base}/experiments"), 404, "RESOURCE_DOES_NOT_EXIST")
    assert as_member("gwen").get(f"{base}/experiments").status_code == 200
    assert as_member("otto").get(base).status_code == 200


def test_the_least_writing_role_can_be_raised(
    as_member: AsMember, base: str, change: Callable[..., dict[str, Any]]
) -> None:
    change(least_writing_role="maintainer")
    message = refused(as_member("rita").post(f"{base}/experiments", {"name": "x"}), 403, "PERMISSION_DENIED")
    assert "Maintainer" in message
    assert as_member("mara").post(f"{base}/experiments", {"name": "x"}).status_code == 200
    lower = as_member("olga").request("PATCH", f"{base}/settings", json={"least_writing_role": "guest"})
    refused(lower, 400, "INVALID_PARAMETER_VALUE", "least_writing_role")


def test_a_membership_ends_at_its_time(application: Application, as_member: AsMember, cast: Cast, base: str) -> None:
    otto = cast.users["otto"].id
    application.services.database.write_now(
        lambda connection: projects.set_member(connection, cast.project_id, otto, Role.DEVELOPER, now_ms() - 1)
    )
    refused(as_member("otto").get(base), 404, "RESOURCE_DOES_NOT_EXIST")
    added = as_member("olga").post(f"{base}/members", {"user": "otto", "role": "developer"})
    assert done(added, 201)["role"] == "developer"
    assert as_member("otto").get(base).status_code == 200


def test_an_archived_project_is_read_and_not_written(as_member: AsMember, base: str) -> None:
    olga = as_member("olga")
    refused(as_member("mara").post(f"{base}/archive"), 403, "PERMISSION_DENIED")
    assert done(olga.post(f"{base}/archive"))["archived"] is True
    assert "archived" in refused(olga.post(f"{base}/experiments", {"name": "x"}), 403, "PERMISSION_DENIED")
    assert olga.get(f"{base}/experiments").status_code == 200
    assert done(olga.post(f"{base}/unarchive"))["archived"] is False
    assert olga.post(f"{base}/experiments", {"name": "x"}).status_code == 200


def test_the_end_of_the_grace_period_is_found_in_the_background(
    application: Application, as_member: AsMember, cast: Cast, base: str
) -> None:
    olga, otto = as_member("olga"), as_member("otto")
    other = f"/api/v1/projects/{cast.other_project.replace('/', '%2F')}"
    for client, address in ((olga, base), (otto, other)):
        done(client.request("DELETE", address))
    moment = now_ms() - rules.GRACE_MILLISECONDS
    changed = {"deleted_at": moment}
    database = application.services.database
    database.write_now(lambda connection: projects_store.change_project(connection, cast.project_id, changed))
    purger = Purger(database)
    purger.start()
    purger.stop()
    application.services.resolver.forget()
    refused(olga.get(base), 404, "RESOURCE_DOES_NOT_EXIST")
    assert otto.get(other).status_code == 200


def test_a_deleted_project_waits_is_restored_and_at_last_removed(
    application: Application, as_member: AsMember, cast: Cast, base: str
) -> None:
    olga = as_member("olga")
    as_member("rita").mlflow.new_run()
    done(olga.post(f"{base}/access-tokens", {"name": "ci", "scopes": ["api"]}), 201)
    deleted = done(olga.request("DELETE", base))
    assert deleted["purged_at"] > deleted["deleted_at"]
    refused(as_member("mara").get(base), 404, "RESOURCE_DOES_NOT_EXIST")
    refused(as_member("rita").mlflow.post("runs/search", experiment_ids=["0"]), 404, "RESOURCE_DOES_NOT_EXIST")
    refused(olga.post(f"{base}/experiments", {"name": "x"}), 403, "PERMISSION_DENIED")
    assert done(olga.post(f"{base}/restore"))["deleted_at"] is None
    assert as_member("mara").get(base).status_code == 200
    refused(olga.post(f"{base}/purge", {"full_path": cast.project}), 403, "PERMISSION_DENIED")
    done(olga.request("DELETE", base))
    refused(olga.post(f"{base}/purge", {"full_path": "olga/other"}), 400, "INVALID_PARAMETER_VALUE", "full_path")
    done(olga.post(f"{base}/purge", {"full_path": cast.project}))
    refused(olga.get(base), 404, "RESOURCE_DOES_NOT_EXIST")

    def left(connection: Any) -> dict[str, int]:
        found: dict[str, int] = {}
        for table in METADATA.sorted_tables:
            if "project_id" in table.c and table.name != "audit_event":
                query = table.select().where(table.c.project_id == cast.project_id)
                found[table.name] = len(connection.execute(query).all())
        return found

    assert not any(application.services.database.read_now(left).values())


def test_a_renamed_project_answers_at_its_new_address(as_member: AsMember, cast: Cast, base: str) -> None:
    mara = as_member("mara")
    changed = done(mara.request("PATCH", f"{base}/settings", json={"path": "Eyes", "name": "Eyes"}))
    assert changed["full_path"] == "olga/Eyes"
    assert mara.get("/api/v4/projects/olga%2FEyes").json()["id"] == cast.project_id
    assert mara.get("/api/v4/projects/olga%2Fvision").json()["path_with_namespace"] == "olga/Eyes"
    for path in ("-x", "a/b", "x.git", "api", ""):
        answer = mara.request("PATCH", f"{base}/settings", json={"path": path})
        refused(answer, 400, "INVALID_PARAMETER_VALUE", "path")


def test_nobody_gives_or_takes_more_than_they_have(as_member: AsMember, cast: Cast, base: str) -> None:
    mara = as_member("mara")
    olga_id, rita_id = cast.users["olga"].id, cast.users["rita"].id
    refused(mara.post(f"{base}/members", {"user": "otto", "role": "owner"}), 403, "PERMISSION_DENIED")
    for method, body in (("PATCH", {"role": "guest"}), ("DELETE", None)):
        refused(mara.request(method, f"{base}/members/{olga_id}", json=body), 403, "PERMISSION_DENIED")
    refused(
        mara.post(f"{base}/access-tokens", {"name": "x", "scopes": ["api"], "role": "owner"}), 403, "PERMISSION_DENIED"
    )
    refused(as_member("olga").request("DELETE", f"{base}/members/{olga_id}"), 403, "PERMISSION_DENIED")
    assert mara.request("DELETE", f"{base}/members/{rita_id}").status_code == 200
    refused(as_member("rita").get(base), 404, "RESOURCE_DOES_NOT_EXIST")


def test_a_group_keeps_an_owner(as_member: AsMember, cast: Cast) -> None:
    olga, olga_id = as_member("olga"), cast.users["olga"].id
    refused(olga.request("DELETE", f"/api/v1/groups/lab/members/{olga_id}"), 403, "PERMISSION_DENIED")
    later = {"role": "owner", "expires_at": now_ms() + 1_000_000}
    refused(olga.request("PATCH", f"/api/v1/groups/lab/members/{olga_id}", json=later), 403, "PERMISSION_DENIED")


def test_a_project_is_no_more_open_than_its_group(as_member: AsMember) -> None:
    olga = as_member("olga")
    refused(
        olga.post("/api/v1/projects", {"path": "open", "namespace": "lab", "visibility": "public"}),
        400,
        "INVALID_PARAMETER_VALUE",
        "visibility",
    )
    made = done(olga.post("/api/v1/projects", {"path": "closed", "namespace": "lab"}), 201)
    assert made["full_path"] == "lab/closed"
    refused(as_member("rita").post("/api/v1/projects", {"path": "x", "namespace": "lab"}), 403, "PERMISSION_DENIED")
    missing = as_member("otto").post("/api/v1/projects", {"path": "x", "namespace": "lab"})
    refused(missing, 404, "RESOURCE_DOES_NOT_EXIST")


@pytest.fixture
def browser(as_member: AsMember, application: Application, cast: Cast) -> Callable[[], dict[str, str]]:
    """Sign rita in; returns the headers of that browser."""
    hashed = passwords.hash_password(PASSWORD)
    user_id = cast.users["rita"].id
    application.services.database.write_now(lambda connection: identity.set_password(connection, user_id, hashed))

    def sign_in() -> dict[str, str]:
        answer = as_member("anonymous").post("/api/v1/session", {"login": "rita", "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        cookie = answer.headers["set-cookie"].split(";")[0]
        return {"cookie": cookie, "x-csrf-token": answer.json()["csrf_token"]}

    return sign_in


def test_sessions_are_listed_and_ended(as_member: AsMember, browser: Callable[[], dict[str, str]]) -> None:
    anyone = as_member("anonymous")
    first, second, third = browser(), browser(), browser()
    sessions = done(anyone.get("/api/v1/account/sessions", headers=first))["sessions"]
    assert [item["current"] for item in sessions].count(True) == 1
    assert len(sessions) == 3
    ids = {item["id"] for item in done(anyone.get("/api/v1/account/sessions", headers=second))["sessions"]}
    mine = next(item["id"] for item in sessions if item["current"])
    other = min(ids - {mine})
    done(anyone.request("DELETE", f"/api/v1/account/sessions/{other}", headers=first))
    refused(
        anyone.request("DELETE", f"/api/v1/account/sessions/{other}", headers=first), 404, "RESOURCE_DOES_NOT_EXIST"
    )
    assert done(anyone.request("DELETE", "/api/v1/account/sessions", headers=first)) == {"ended": 1}
    alive = [anyone.get("/api/v1/account", headers=headers).status_code for headers in (first, second, third)]
    assert alive == [200, 401, 401]


def test_a_new_password_ends_the_other_sessions(as_member: AsMember, browser: Callable[[], dict[str, str]]) -> None:
    anyone, here, there = as_member("anonymous"), browser(), browser()
    path = "/api/v1/account/password"
    wrong = {"current_password": "not this one", "new_password": "another long one"}
    refused(anyone.post(path, wrong, headers=here), 400, "INVALID_PARAMETER_VALUE", "current_password")
    weak = {"current_password": PASSWORD, "new_password": "aaaaaaaaaa"}
    refused(anyone.post(path, weak, headers=here), 400, "INVALID_PARAMETER_VALUE", "password")
    done(anyone.post(path, {**weak, "new_password": "another long one"}, headers=here))
    assert anyone.get("/api/v1/account", headers=here).status_code == 200
    assert anyone.get("/api/v1/account", headers=there).status_code == 401
    body = {"login": "rita", "password": "another long one"}
    assert anyone.post("/api/v1/session", body).status_code == 200


def test_tokens_are_made_in_a_session_and_not_by_a_token(
    as_member: AsMember, browser: Callable[[], dict[str, str]]
) -> None:
    asked = {"name": "laptop", "scopes": ["read_api"], "description": "at home"}
    refused(as_member("rita").post("/api/v1/account/tokens", asked), 403, "PERMISSION_DENIED")
    made = done(as_member("anonymous").post("/api/v1/account/tokens", asked, headers=browser()), 201)
    assert made["secret"].startswith("slpat-")
    headers = {"job-token": made["secret"]}
    listed = done(as_member("anonymous").get("/api/v1/account/tokens", headers=headers))["tokens"]
    assert (listed[0]["name"], listed[0]["secret"], listed[0]["active"]) == ("laptop", None, True)
    assert listed[0]["last_used_at"] is not None
    other = as_member("gwen").request("DELETE", f"/api/v1/account/tokens/{made['id']}")
    refused(other, 404, "RESOURCE_DOES_NOT_EXIST")


def test_accounts_are_administered(as_member: AsMember, cast: Cast) -> None:
    ada = as_member("ada")
    made = done(ada.post("/api/v1/admin/users", {"username": "nina", "email": "nina@example.com"}), 201)
    assert len(made["password"]) >= 16
    path = f"/api/v1/admin/users/{made['user']['id']}"
    taken = {"username": "nora", "email": "NINA@example.com"}
    refused(ada.post("/api/v1/admin/users", taken), 409, "RESOURCE_ALREADY_EXISTS", "email")
    assert done(ada.request("PATCH", path, json={"administrator": True}))["administrator"] is True
    assert done(ada.post(f"{path}/block"))["state"] == "blocked"
    signing_in = as_member("anonymous").post("/api/v1/session", {"login": "nina", "password": made["password"]})
    refused(signing_in, 401, "UNAUTHENTICATED")
    assert done(ada.post(f"{path}/unblock"))["state"] == "active"
    refused(ada.request("DELETE", f"/api/v1/admin/users/{cast.users['ada'].id}"), 403, "PERMISSION_DENIED")
    assert ada.request("DELETE", path).status_code == 200
    assert "nina" not in ada.get("/api/v1/admin/users").text


def test_a_deleted_users_work_stays(as_member: AsMember, cast: Cast, base: str) -> None:
    as_member("rita").post(f"{base}/experiments", {"name": "by rita"})
    done(as_member("ada").request("DELETE", f"/api/v1/admin/users/{cast.users['rita'].id}"))
    refused(as_member("rita").get("/api/v4/user"), 401, "UNAUTHENTICATED")
    found = done(as_member("olga").get(f"{base}/experiments/1"))
    assert (found["name"], found["created_by"]) == ("by rita", "rita")
    assert "rita" not in [item["username"] for item in done(as_member("olga").get(f"{base}/members"))["members"]]


def test_every_change_of_access_leaves_an_event(as_member: AsMember, cast: Cast, base: str) -> None:
    mara = as_member("mara")
    done(mara.post(f"{base}/members", {"user": "otto", "role": "guest"}), 201)
    made = done(mara.post(f"{base}/deploy-tokens", {"name": "cd", "scopes": ["read_package_registry"]}), 201)
    done(mara.request("DELETE", f"{base}/deploy-tokens/{made['id']}"))
    done(mara.request("PATCH", f"{base}/settings", json={"visibility": "internal"}))
    events = done(as_member("olga").get(f"{base}/audit"))["events"]
    actions = [event["action"] for event in events]
    assert actions == ["project:change", "token:revoke", "token:create", "member:add", "project:create"]
    first = events[0]
    assert (first["username"], first["credential"], first["address"]) == ("mara", "token", "127.0.0.1")
    assert first["details"] == {"before": {"visibility": "private"}, "after": {"visibility": "internal"}}
    assert made["secret"] not in as_member("olga").get(f"{base}/audit").text
    only = done(as_member("olga").get(f"{base}/audit", params={"action": "member:add"}))
    assert (only["total"], only["events"][0]["target"]) == (1, "otto")
    assert done(as_member("ada").get("/api/v1/admin/audit"))["total"] > len(events)


def test_a_change_that_fails_leaves_no_event(as_member: AsMember, base: str) -> None:
    before = done(as_member("olga").get(f"{base}/audit"))["total"]
    refused(
        as_member("mara").post(f"{base}/members", {"user": "rita", "role": "guest"}), 409, "RESOURCE_ALREADY_EXISTS"
    )
    assert done(as_member("olga").get(f"{base}/audit"))["total"] == before
