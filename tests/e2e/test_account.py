"""One's own account: tokens, sessions, password."""

from playwright.sync_api import Page, expect

from tests.e2e.axe import faults
from tests.e2e.conftest import Filled, OpenPage, Watch
from tests.live import PASSWORD

PAGES = ("profile", "personal_access_tokens", "active_sessions", "password/edit")


def test_a_token_is_made_shown_once_rotated_and_revoked(page: Page, filled: Filled, watch: Watch) -> None:
    watch.allow("status of 400.*/account/tokens")
    page.goto("/")
    page.get_by_role("button", name="Signed in as root").click()
    page.get_by_role("menuitem", name="Access tokens").click()
    form = page.get_by_role("form", name="New token")
    form.get_by_label("Name").fill("nightly")
    form.get_by_role("button", name="Create token").click()
    expect(form.get_by_role("alert").filter(has_text="A token needs at least one scope.")).to_be_visible()
    expect(form.get_by_label("Name")).to_have_value("nightly")

    form.get_by_role("checkbox", name="read_api").check()
    form.get_by_role("button", name="Create token").click()
    made = page.get_by_role("region", name="The new token")
    secret = made.locator(".secret code").inner_text()
    expect(made).to_contain_text(f"export MLFLOW_TRACKING_TOKEN={secret}")
    assert _status(filled, secret) == 200
    made.get_by_role("button", name="I have it").click()
    expect(page.get_by_text(secret)).to_have_count(0)

    page.get_by_role("button", name="Rotate nightly").click()
    page.get_by_role("button", name="Rotate token").click()
    second = made.locator(".secret code").inner_text()
    assert (_status(filled, secret), _status(filled, second)) == (401, 200)
    page.get_by_role("button", name="Revoke nightly").click()
    page.get_by_role("button", name="Revoke token").click()
    expect(page.get_by_role("button", name="Revoke nightly")).to_have_count(0)
    assert _status(filled, second) == 401


def _status(filled: Filled, secret: str) -> int:
    with filled.server.client(None) as client:
        return client.get("/api/v4/user", headers={"private-token": secret}).status_code


def test_other_sessions_are_listed_and_ended(open_page: OpenPage, filled: Filled, watch: Watch) -> None:
    with filled.server.client(None) as elsewhere:
        elsewhere.headers["user-agent"] = "Elsewhere/1.0"
        elsewhere.post("/api/v1/session", json={"login": "root", "password": PASSWORD})
        page = open_page()
        page.goto("/-/user_settings/active_sessions")
        page.get_by_role("button", name="End the session of Elsewhere").click()
        expect(page.get_by_text("The session has ended.")).to_be_visible()
        assert elsewhere.get("/api/v1/session").json()["user"] is None


def test_a_wrong_password_keeps_what_was_typed(page: Page, watch: Watch) -> None:
    watch.allow("status of 400.*/account/password")
    page.goto("/-/user_settings/password/edit")
    page.get_by_label("Current password").fill("wrong")
    page.get_by_label("New password", exact=True).fill("another good one")
    page.get_by_label("New password, once more").fill("another good one")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("alert").filter(has_text="The current password is wrong.")).to_be_visible()
    expect(page.get_by_label("Current password")).to_be_focused()
    expect(page.get_by_label("New password", exact=True)).to_have_value("another good one")


def test_everybody_can_use_the_pages(open_page: OpenPage, filled: Filled) -> None:
    for width, theme in ((1440, "dark"), (390, "light")):
        windows = [open_page(width, 844, theme) for _ in range(3)]
        assert faults(windows, {name: f"/-/user_settings/{name}" for name in PAGES}) == {}, width
