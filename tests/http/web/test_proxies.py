"""What a trusted proxy says of its client: in the list of sessions, in the audit, in the limit, in the cookie."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from shortlist.app import Application, dispatcher
from shortlist.settings import Settings
from tests.cast import Cast
from tests.http.client import Client, refused
from tests.http.test_attacks import PASSWORD, give_password

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
FORWARDED = {"x-forwarded-for": "203.0.113.9, 192.0.2.7", "x-forwarded-proto": "https"}


@pytest.fixture
def proxied(application: Application, cast: Cast, runner: asyncio.Runner, tmp_path: Path) -> Client:
    """Requests come from 127.0.0.1, which is trusted."""
    give_password(application, cast)
    settings = Settings(data=tmp_path, trusted_proxies=("127.0.0.0/8",))
    return Client(dispatcher(replace(application.services, settings=settings)), runner, None, cast.project)


def test_sessions_and_cookies_are_those_of_the_outside(proxied: Client) -> None:
    answer = proxied.post("/api/v1/session", {"login": "rita", "password": PASSWORD}, headers=FORWARDED)
    cookie = answer.headers["set-cookie"]
    assert "; Secure" in cookie
    headers = {"cookie": cookie.split(";")[0]}
    assert proxied.get("/api/v1/account/sessions", headers=headers).json()["sessions"][0]["address"] == "192.0.2.7"


def test_the_audit_names_the_client(proxied: Client, cast: Cast) -> None:
    bearer = {"authorization": f"Bearer {cast.token('ada')}"}
    made = proxied.post("/api/v1/admin/users", {"username": "nina"}, headers={**FORWARDED, **bearer})
    assert made.status_code == 201, made.text
    assert proxied.get("/api/v4/audit_events", headers=bearer).json()[0]["details"]["ip_address"] == "192.0.2.7"


def test_one_address_cannot_use_up_the_attempts_of_another(proxied: Client) -> None:
    for number in range(50):
        proxied.post("/api/v1/session", {"login": f"nobody{number}", "password": "x"}, headers=FORWARDED)
    body = {"login": "rita", "password": PASSWORD}
    refused(proxied.post("/api/v1/session", body, headers=FORWARDED), 429, "RATE_LIMITED")
    elsewhere = {"x-forwarded-for": "192.0.2.7, 192.0.2.8"}
    assert proxied.post("/api/v1/session", body, headers=elsewhere).status_code == 200


def test_without_trust_a_header_moves_nobody(application: Application, cast: Cast, runner: asyncio.Runner) -> None:
    give_password(application, cast)
    plain = Client(application.asgi, runner, None, cast.project)
    for number in range(50):
        pretended = {"x-forwarded-for": f"192.0.2.{number}"}
        plain.post("/api/v1/session", {"login": f"nobody{number}", "password": "x"}, headers=pretended)
    body = {"login": "rita", "password": PASSWORD}
    refused(plain.post("/api/v1/session", body, headers={"x-forwarded-for": "198.51.100.9"}), 429, "RATE_LIMITED")
