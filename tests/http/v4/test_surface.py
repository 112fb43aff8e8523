"""The REST surface's common shape: errors as GitLab writes them, and who is asking."""

from collections.abc import Callable

from shortlist import __version__
from shortlist.access.roles import TokenScope
from shortlist.app import Application
from shortlist.identity import service as identity
from tests.cast import Cast
from tests.http.client import Client, refused


def test_who_am_i(rita: Client) -> None:
    me = rita.get("/api/v4/user").json()
    assert (me["username"], me["name"], me["state"]) == ("rita", "Rita", "active")
    assert "is_admin" not in me


def test_version_and_metadata_need_an_account(rita: Client, as_member: Callable[[str], Client]) -> None:
    assert rita.get("/api/v4/version").json()["version"] == __version__
    assert rita.get("/api/v4/metadata").json()["kas"]["enabled"] is False
    message = refused(as_member("anonymous").get("/api/v4/version"), 401, "UNAUTHENTICATED")
    assert message.startswith("401 Unauthorized")


def test_a_token_without_the_scope_is_told_which_scopes_would_do(
    application: Application, cast: Cast, as_member: Callable[[str], Client]
) -> None:
    user_id = cast.users["rita"].id
    _, secret = application.services.database.write_now(
        lambda connection: identity.issue_token(connection, user_id, "t", [TokenScope.READ_PACKAGE_REGISTRY])
    )
    answer = as_member("anonymous").get("/api/v4/user", headers={"private-token": secret})
    message = refused(answer, 403, "PERMISSION_DENIED")
    assert "read_api" in message
    body = answer.json()
    assert (body["error"], body["scope"]) == ("insufficient_scope", "api read_api")


def test_errors_have_the_keys_that_gitlab_gives_them(as_member: Callable[[str], Client]) -> None:
    """A parameter at fault is an `error`, what is not there a `message`; both carry our code and message as well."""
    olga = as_member("olga")
    base = f"/api/v4/projects/{olga.project.replace('/', '%2F')}/packages"
    for method, path, status, key, text in (
        ("PUT", f"{base}/generic/a/1..0/f", 400, "error", "package_version is invalid"),
        ("PUT", f"{base}/generic/a/1.0/f?status=gone", 400, "error", "status does not have a valid value"),
        ("GET", f"{base}?order_by=x", 400, "error", "order_by does not have a valid value"),
        ("GET", f"{base}?page=x", 400, "error", "page is invalid"),
        ("POST", f"{base.removesuffix('packages')}access_tokens", 400, "error", "name is missing"),
        ("GET", f"{base}?package_type=x", 400, "error", "package_type does not have a valid value"),
        ("GET", "/api/v4/projects/no%2Fwhere/packages", 404, "message", "404 Project Not Found"),
        ("GET", f"{base}/99", 404, "message", "404 There is no package 99 in this project."),
        ("PATCH", base, 405, "error", "405 Not Allowed"),
        ("GET", "/api/v4/no/such/thing", 404, "error", "404 Not Found"),
    ):
        answer = olga.request(method, path, content=b"x" if method == "PUT" else None)
        assert answer.status_code == status, (path, answer.text)
        body = answer.json()
        assert body[key] == text, body
        assert ("error" in body) == (key == "error"), body
