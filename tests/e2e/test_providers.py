"""Signing in with a provider in a browser: its button, its pages, the way back, and what went wrong."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.axe import overflow, violations
from tests.e2e.conftest import PATIENCE
from tests.live import PASSWORD, LiveServer, live_server
from tests.oidc import CLIENT, SECRET, TestProvider, running
from tests.ports import free_port

SIGN_IN = "Sign in with The lab's own provider"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LiveServer, TestProvider]]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running([f"{url}/users/auth/lab/callback"]) as provider:
        settings = {
            "name": "lab",
            "label": "The lab's own provider",
            "issuer": provider.issuer,
            "client_id": CLIENT,
            "client_secret": SECRET,
            "create_accounts": True,
            "allowed_domains": ["lab.example"],
        }
        folder = tmp_path_factory.mktemp("provider")
        providers = json.dumps([settings])
        with live_server(folder, port=str(port), external_url=url, sign_in_providers=providers) as server:
            yield server, provider


@pytest.fixture
def visitor(browser: Browser, place: tuple[LiveServer, TestProvider]) -> Iterator[Page]:
    context = browser.new_context(base_url=place[0].url, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def _at_the_provider(page: Page, name: str) -> None:
    page.locator("input[name=login]").fill(name)
    page.locator("input[name=password]").fill("any")
    page.get_by_role("button", name=re.compile("Sign-in")).click()
    page.get_by_role("button", name="Continue").click()


def test_somebody_new_comes_back_to_the_page_they_asked_for(
    visitor: Page, place: tuple[LiveServer, TestProvider]
) -> None:
    server, provider = place
    provider.knows("nina", preferred_username="nina", name="Nina", email="nina@lab.example", email_verified=True)
    visitor.goto("/-/user_settings/profile")
    expect(visitor.get_by_role("link", name=SIGN_IN)).to_be_visible()
    assert violations(visitor) == []
    visitor.get_by_role("link", name=SIGN_IN).click()
    _at_the_provider(visitor, "nina")
    expect(visitor).to_have_url(f"{server.url}/-/user_settings/profile")
    expect(visitor.get_by_text("@nina")).to_be_visible()
    visitor.goto("/-/profile/account")
    expect(visitor.get_by_text("Your only way in, so it stays.")).to_be_visible()
    assert (violations(visitor), overflow(visitor)) == ([], 0)


def test_a_refusal_is_told_on_the_sign_in_page(visitor: Page, place: tuple[LiveServer, TestProvider]) -> None:
    place[1].knows("eve", preferred_username="eve", email="eve@elsewhere.example", email_verified=True)
    visitor.goto("/users/sign_in")
    visitor.get_by_role("link", name=SIGN_IN).click()
    _at_the_provider(visitor, "eve")
    expect(visitor.get_by_role("alert").filter(has_text="not of a domain that may sign in here")).to_be_visible()
    assert violations(visitor) == []


def test_an_identity_is_linked_and_unlinked(visitor: Page, place: tuple[LiveServer, TestProvider]) -> None:
    place[1].knows("admin7", preferred_username="adm", email="adm@lab.example", email_verified=True)
    visitor.goto("/users/sign_in")
    visitor.get_by_label("Username").fill("root")
    visitor.get_by_label("Password").fill(PASSWORD)
    visitor.get_by_role("button", name="Sign in").click()
    expect(visitor.get_by_role("heading", name="Projects")).to_be_visible()
    visitor.goto("/-/profile/account")
    visitor.get_by_role("button", name="Link The lab's own provider").click()
    _at_the_provider(visitor, "admin7")
    expect(visitor.get_by_text("adm@lab.example", exact=True)).to_be_visible()
    visitor.get_by_role("button", name="Unlink adm@lab.example").click()
    visitor.get_by_role("dialog").get_by_role("button", name="Unlink", exact=True).click()
    expect(visitor.get_by_text("None. Link one")).to_be_visible()
