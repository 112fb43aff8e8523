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
