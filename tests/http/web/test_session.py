"""Signing in and out, and changes by cookie."""

from collections.abc import Callable

import pytest

from shortlist.app import Application
from shortlist.identity import passwords
from shortlist.identity import service as identity
from tests.cast import Cast
from tests.http.client import Client, refused

PASSWORD = "a long enough one"


@pytest.fixture
def browser(as_member: Callable[[str], Client], application: Application, cast: Cast) -> Client:
    """A browser that is not signed in; rita has a password."""
    hashed = passwords.hash_password(PASSWORD)
    user_id = cast.users["rita"].id
    application.services.database.write_now(lambda connection: identity.set_password(connection, user_id, hashed))
    return as_member("anonymous")


def sign_in(browser: Client, login: str = "rita", password: str = PASSWORD) -> tuple[dict[str, str], str]:
    """The headers of a signed-in browser, and its CSRF token."""
    response = browser.post("/api/v1/session", {"login": login, "password": password})
    assert response.status_code == 200, response.text
    cookie = response.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    return {"cookie": cookie.split(";")[0]}, response.json()["csrf_token"]


def test_signing_in_and_out(browser: Client) -> None:
    headers, token = sign_in(browser)
    found = browser.get("/api/v1/session", headers=headers).json()
    assert found["user"]["username"] == "rita"
    assert found["csrf_token"] == token

    assert browser.request("DELETE", "/api/v1/session", headers={**headers, "x-csrf-token": token}).status_code == 200
    assert browser.get("/api/v1/session", headers=headers).json()["user"] is None


def test_a_wrong_password_and_an_unknown_user_get_the_same_answer(browser: Client) -> None:
    answers = [
        browser.post("/api/v1/session", {"login": login, "password": "wrong password"}) for login in ("rita", "nobody")
    ]
    assert answers[0].json() == answers[1].json()
    assert "www-authenticate" not in answers[0].headers  # it would open the browser's own window over the form


def test_ten_failures_lock_a_login_for_a_while(browser: Client) -> None:
    for _ in range(10):
        refused(browser.post("/api/v1/session", {"login": "rita", "password": "wrong"}), 401, "UNAUTHENTICATED")
    response = browser.post("/api/v1/session", {"login": "rita", "password": PASSWORD})
    refused(response, 429, "RATE_LIMITED")
    assert response.headers["retry-after"]


@pytest.mark.parametrize("body", [{}, {"login": "rita"}, {"login": 5, "password": "x"}, []])
def test_a_malformed_sign_in_is_refused(browser: Client, body: object) -> None:
    refused(browser.post("/api/v1/session", body), 400, "INVALID_PARAMETER_VALUE")


def test_signing_in_from_another_site_is_refused(browser: Client) -> None:
    response = browser.post(
        "/api/v1/session", {"login": "rita", "password": PASSWORD}, headers={"origin": "http://evil.example.com"}
    )
    refused(response, 403, "PERMISSION_DENIED")


def test_a_change_by_cookie_needs_the_token_of_its_session(browser: Client, cast: Cast) -> None:
    headers, token = sign_in(browser)
    path = f"/api/v1/projects/{cast.project_id}/experiments"
    for wrong in ({}, {"x-csrf-token": "wrong"}, {"x-csrf-token": ""}):
        refused(browser.post(path, {"name": "x"}, headers={**headers, **wrong}), 403, "PERMISSION_DENIED")
    assert browser.post(path, {"name": "x"}, headers={**headers, "x-csrf-token": token}).status_code == 200


def test_a_forged_cookie_is_nobody(browser: Client, cast: Cast) -> None:
    headers = {"cookie": "shortlist_session=forged"}
    refused(browser.get(f"/api/v1/projects/{cast.project_id}/experiments", headers=headers), 401, "UNAUTHENTICATED")
    assert browser.get("/users/sign_in", headers=headers).status_code == 200


def test_pages_ask_for_credentials_with_the_sign_in_form(browser: Client, cast: Cast) -> None:
    response = browser.get(f"/{cast.project}/-/ml/experiments")
    assert response.status_code == 401
    assert '"page":"sign_in"' in response.text
    assert "www-authenticate" not in response.headers


def test_a_page_carries_its_first_data_and_cannot_be_broken_out_of(browser: Client, cast: Cast) -> None:
    headers, token = sign_in(browser)
    path = f"/api/v1/projects/{cast.project_id}/experiments"
    name = "</script><script>alert(1)</script>"
    browser.post(path, {"name": name}, headers={**headers, "x-csrf-token": token})
    text = browser.get(f"/{cast.project}/-/ml/experiments", headers=headers).text
    assert '"page":"experiments"' in text
    assert "<script>alert" not in text
    assert "\\u003c/script>" in text
