"""Settings of the instance: who changes them, what they change, and accounts that people make for themselves."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from shortlist.app import Application
from shortlist.cli.main import app
from tests.cast import Cast
from tests.http.client import Client, refused
from tests.http.test_people import done

AsMember = Callable[[str], Client]
PASSWORD = "a long enough one"


@pytest.fixture
def settle(as_member: AsMember) -> Callable[..., dict[str, Any]]:
    """A change of the settings by the administrator."""
    return lambda **fields: done(as_member("ada").request("PATCH", "/api/v1/admin/settings", json=fields))


def test_defaults_hold_until_something_else_is_stored_and_again_when_it_is_taken_away(
    as_member: AsMember, settle: Callable[..., dict[str, Any]]
) -> None:
    before = done(as_member("ada").get("/api/v1/admin/settings"))
    assert (before["sign_up"], before["default_project_visibility"], before["project_size_limit"]) == (
        False,
        "private",
        None,
    )
    settle(default_project_visibility="internal", default_least_writing_role="developer")
    made = done(as_member("olga").post("/api/v4/projects", {"name": "fresh"}), 201)
    assert (made["visibility"], made["least_writing_role"]) == ("internal", 30)
    inside = done(as_member("olga").post("/api/v1/projects", {"path": "fresh", "namespace": "lab"}), 201)
    assert inside["visibility"] == "private", "nothing in a group is more open than the group"
    after = settle(default_project_visibility=None, default_least_writing_role=None)
    assert after == before
    events = done(as_member("ada").get("/api/v1/admin/audit", params={"action": "setting:change"}))["events"]
    assert events[-1]["details"]["after"] == {
        "default_least_writing_role": 30,
        "default_project_visibility": "internal",
    }
    assert [event["username"] for event in events] == ["ada", "ada"]


def test_restricted_levels_are_for_administrators(
    as_member: AsMember, cast: Cast, settle: Callable[..., dict[str, Any]]
) -> None:
    settle(restricted_visibilities=["public", "internal"])
    olga = as_member("olga")
    for method, path, body in (
        ("POST", "/api/v4/projects", {"name": "open", "visibility": "public"}),
        ("POST", "/api/v1/projects", {"path": "open", "visibility": "internal"}),
        ("POST", "/api/v4/groups", {"name": "open", "path": "open", "visibility": "public"}),
        ("PATCH", f"/api/v1/projects/{cast.project_id}/settings", {"visibility": "public"}),
        ("PATCH", "/api/v1/groups/lab", {"visibility": "internal"}),
    ):
        text = refused(olga.request(method, path, json=body), 400, "INVALID_PARAMETER_VALUE", "visibility")
        assert "restricted" in text
    changed = as_member("ada").request(
        "PATCH", f"/api/v1/projects/{cast.project_id}/settings", json={"visibility": "public"}
    )
    assert done(changed)["visibility"] == "public"
    kept = {"visibility": "public", "name": "Seen by all"}
    assert (
        done(olga.request("PATCH", f"/api/v1/projects/{cast.project_id}/settings", json=kept))["name"] == kept["name"]
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("default_project_visibility", "secret"),
        ("max_file_bytes", 0),
        ("project_size_limit", -1),
        ("max_generic_file_bytes", 2**63),
        ("default_least_writing_role", "guest"),
        ("restricted_visibilities", ["nobody"]),
        ("sign_up", "perhaps"),
    ],
)
def test_wrong_settings_name_their_field_and_change_nothing(as_member: AsMember, field: str, value: object) -> None:
    ada = as_member("ada")
    before = done(ada.get("/api/v1/admin/settings"))
    answer = ada.request("PATCH", "/api/v1/admin/settings", json={field: value, "default_group_visibility": "public"})
    refused(answer, 400, "INVALID_PARAMETER_VALUE")
    assert field in answer.json()["field"]
    assert done(ada.get("/api/v1/admin/settings")) == before


def test_a_default_cannot_be_restricted(as_member: AsMember) -> None:
    body = {"default_project_visibility": "public", "restricted_visibilities": ["public"]}
    answer = as_member("ada").request("PATCH", "/api/v1/admin/settings", json=body)
    refused(answer, 400, "INVALID_PARAMETER_VALUE", "default_project_visibility")


def test_limits_hold_from_the_next_upload_on(
    as_member: AsMember, cast: Cast, settle: Callable[..., dict[str, Any]]
) -> None:
    olga = as_member("olga")
    base = f"/api/v4/projects/{cast.project_id}/packages/generic/tools/1.0.0"

    def put(name: str, size: int) -> int:
        return olga.request("PUT", f"{base}/{name}", content=name.encode() * size).status_code

    assert put("a", 2000) == 201
    settle(max_generic_file_bytes=1000)
    assert put("b", 2000) == 400
    settle(max_generic_file_bytes=None, max_file_bytes=1000)
    assert put("b", 2000) == 400
    settle(max_file_bytes=None, project_size_limit=3000)
    assert put("b", 2000) == 413
    assert put("b", 500) == 201
    settle(project_size_limit=None)
    assert put("c", 2000) == 201


def test_gitlabs_shape_of_the_settings(as_member: AsMember) -> None:
    ada = as_member("ada")
    path = "/api/v4/application/settings"
    form = {"signup_enabled": "true", "restricted_visibility_levels[]": "public", "max_file_bytes": "1000000"}
    changed = done(ada.request("PUT", path, data=form))
    assert changed == done(ada.get(path))
    assert (changed["signup_enabled"], changed["restricted_visibility_levels"], changed["max_file_bytes"]) == (
        True,
        ["public"],
        1_000_000,
    )
    assert done(ada.request("PUT", path, json={"restricted_visibility_levels": [], "max_file_bytes": None})) == {
        **changed,
        "restricted_visibility_levels": [],
        "max_file_bytes": None,
    }
    refused(as_member("olga").request("PUT", path, json={"signup_enabled": False}), 403, "PERMISSION_DENIED")


def test_people_make_accounts_where_the_settings_allow_it(
    as_member: AsMember, settle: Callable[..., dict[str, Any]]
) -> None:
    anyone = as_member("anonymous")
    body = {"username": "nina", "password": PASSWORD, "name": "Nina N", "administrator": True, "state": "blocked"}
    assert done(anyone.get("/api/v1/sign_up")) == {"open": False}
    refused(anyone.post("/api/v1/sign_up", body), 403, "PERMISSION_DENIED")
    settle(sign_up=True)
    assert done(anyone.get("/api/v1/sign_up")) == {"open": True}
    refused(anyone.post("/api/v1/sign_up", {**body, "password": "short"}), 400, "INVALID_PARAMETER_VALUE", "password")
    refused(anyone.post("/api/v1/sign_up", {**body, "username": "admin"}), 400, "INVALID_PARAMETER_VALUE", "username")
    refused(anyone.post("/api/v1/sign_up", {**body, "username": "lab"}), 409, "RESOURCE_ALREADY_EXISTS", "username")
    refused(anyone.post("/api/v1/sign_up", {**body, "username": "Olga"}), 409, "RESOURCE_ALREADY_EXISTS", "username")
    elsewhere = {"origin": "https://evil.example.com", "sec-fetch-site": "cross-site"}
    refused(anyone.post("/api/v1/sign_up", body, headers=elsewhere), 403, "PERMISSION_DENIED")
    assert done(anyone.post("/api/v1/sign_up", body), 201) == {"username": "nina"}
    session = done(anyone.post("/api/v1/session", {"login": "nina", "password": PASSWORD}))
    assert (session["user"]["name"], session["user"]["administrator"]) == ("Nina N", False)


def test_one_address_cannot_make_accounts_without_end(
    application: Application, as_member: AsMember, settle: Callable[..., dict[str, Any]]
) -> None:
    settle(sign_up=True)
    for _ in range(20):
        application.services.sign_ups.failed("127.0.0.1")
    body = {"username": "nina", "password": PASSWORD}
    refused(as_member("anonymous").post("/api/v1/sign_up", body), 429, "RATE_LIMITED")


def test_the_shell_sets_what_a_server_reads(tmp_path: Path) -> None:
    def run(*words: str) -> str:
        found = CliRunner().invoke(app, ["settings", *words, "--data", str(tmp_path)])
        assert found.exit_code == 0, found.output
        return found.output

    assert "sign_up" in run("list")
    run("set", "sign_up", "yes")
    run("set", "restricted_visibilities", "public, internal")
    run("set", "project_size_limit", "10G")
    run("set", "default_least_writing_role", "developer")
    shown = run("list")
    for word in ("True", "internal, public", str(10 * 1024**3), "developer"):
        assert word in shown
    run("unset", "project_size_limit")
    assert str(10 * 1024**3) not in run("list")
    for words in (("set", "colour", "red"), ("set", "sign_up", "perhaps"), ("set", "project_size_limit", "much")):
        found = CliRunner().invoke(app, ["settings", *words, "--data", str(tmp_path)])
        assert found.exit_code == 2, found.output
