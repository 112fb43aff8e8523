"""A second factor from its set-up to the sign-in that asks for it, by somebody with an authenticator."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from pyotp.totp import TOTP

from tests.e2e.axe import overflow, violations
from tests.e2e.conftest import OpenPage, Watch
from tests.live import PASSWORD, LiveServer

ACCOUNT = "/-/profile/account"


@dataclass
class Somebody:
    username: str
    open_page: OpenPage
    secret: str = ""

    def sign_in(self, page: Page) -> None:
        page.goto("/users/sign_in")
        page.get_by_label("Username").fill(self.username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()

    def code(self, steps: int) -> str:
        """One that is so many steps ahead; the server takes it until two steps later, and each only once."""
        return TOTP(self.secret).at(int(time.time()) + steps * 30)


@pytest.fixture(scope="module")
def account(server: LiveServer) -> Iterator[str]:
    with server.client() as root:
        body = {"username": "fay", "password": PASSWORD}
        user = root.post("/api/v1/admin/users", json=body).json()["user"]
        yield user["username"]
        root.delete(f"/api/v1/admin/users/{user['id']}")


def test_set_up_asked_for_and_turned_off(account: str, open_page: OpenPage, watch: Watch) -> None:
    watch.allow("status of 40[01].*/api/v1/(session|account/second-factor)")
    somebody = Somebody(account, open_page)
    page = open_page(signed_in=False)
    somebody.sign_in(page)
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()
    page.goto(ACCOUNT)
    page.get_by_role("button", name="Set up a second factor").click()
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert").filter(has_text="The current password is wrong.")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    somebody.secret = page.locator(".secret code").inner_text().replace(" ", "")
    assert violations(page) == []
    page.get_by_label("six digits").fill("000")
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_role("alert").filter(has_text="The code is wrong")).to_be_visible()
    page.get_by_label("six digits").fill(somebody.code(0))
    page.get_by_role("button", name="Turn it on").click()
    shown = page.get_by_role("region", name="Recovery codes")
    codes = re.findall(r"[a-z2-7]{4}(?:-[a-z2-7]{4}){3}", shown.inner_text())
    assert len(codes) == 10
    assert violations(page) == []
    page.get_by_role("button", name="I have them").click()
    expect(page.get_by_text("10 recovery codes are left.")).to_be_visible()

    page = open_page(signed_in=False)
    somebody.sign_in(page)
    code = page.get_by_label("Code")
    expect(code).to_be_focused()
    assert violations(page) == []
    code.fill("1")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("The code is wrong, or was used already.")
    page.get_by_label("Code").fill(somebody.code(1))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()

    page.goto(ACCOUNT)
    page.get_by_role("button", name="Turn off").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Turn it off").click()
    expect(page.get_by_role("button", name="Set up a second factor")).to_be_visible()


def test_an_administrator_removes_it_from_somebody(account: str, server: LiveServer, open_page: OpenPage) -> None:
    with server.client(None) as client:
        answer = client.post("/api/v1/session", json={"login": account, "password": PASSWORD})
        headers = {"x-csrf-token": answer.json()["csrf_token"]}
        path = "/api/v1/account/second-factor"
        secret = client.post(path, json={"current_password": PASSWORD}, headers=headers).json()["secret"]
        client.post(f"{path}/confirm", json={"code": TOTP(secret).now()}, headers=headers).raise_for_status()
    page = open_page()
    page.goto("/admin/users")
    page.get_by_role("button", name=f"Actions for {account}").click()
    page.get_by_role("menuitem", name="Remove the second factor").click()
    expect(page.get_by_text("signs in with the password alone now")).to_be_visible()


def test_the_page_fits_every_screen(open_page: OpenPage) -> None:
    for width, theme in ((1440, "dark"), (390, "light")):
        page = open_page(width, 844, theme)
        page.goto(ACCOUNT, wait_until="networkidle")
        assert (violations(page), overflow(page)) == ([], 0)
