"""What an attacker would try at the sign-in with a password."""

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from argon2 import PasswordHasher

from shortlist.app import Application
from shortlist.identity import passwords
from tests.cast import Cast
from tests.http.client import Client, refused
from tests.http.test_attacks import PASSWORD, give_password

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
SESSION = "/api/v1/session"


class Counting:
    """The hasher of the tests, which counts."""

    def __init__(self) -> None:
        self.runs = 0
        self._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def verify(self, stored: str, password: str) -> bool:
        self.runs += 1
        return self._hasher.verify(stored, password)


@pytest.fixture
def hasher(monkeypatch: pytest.MonkeyPatch) -> Counting:
    counting = Counting()
    monkeypatch.setattr(passwords, "_hasher", counting)
    return counting


def attempt(login: str, address: str) -> dict[str, Any]:
    """A sign-in as the server in front hands it over, without a client library between."""
    body = json.dumps({"login": login, "password": "a guess"}).encode()
    return {
        "type": "http",
        "method": "POST",
        "path": SESSION,
        "raw_path": SESSION.encode(),
        "query_string": b"",
        "scheme": "http",
        "client": (address, 4711),
        "headers": [
            (b"host", b"localhost"),
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ],
        "body": body,
    }


def by_basic(login: str, password: str) -> dict[str, Any]:
    """A request with a password in its header."""
    word = base64.b64encode(f"{login}:{password}".encode())
    path = b"/api/v4/user"
    shown = {"method": "GET", "path": path.decode(), "raw_path": path, "body": b""}
    headers = [(b"host", b"localhost"), (b"authorization", b"Basic " + word)]
    return {**attempt(login, "192.0.2.7"), **shown, "headers": headers}


def statuses(
    application: Application, runner: asyncio.Runner, attempts: list[dict[str, Any]], *, together: bool = False
) -> list[int]:
    async def one(scope: dict[str, Any]) -> int:
        found: list[int] = []
        body = scope.pop("body")

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                found.append(message["status"])

        await application.asgi(scope, receive, send)
        return found[0]

    async def everything() -> list[int]:
        if together:
            return await asyncio.gather(*(one(scope) for scope in attempts))
        return [await one(scope) for scope in attempts]

    return runner.run(everything())


def test_ten_thousand_attempts_from_one_address_cost_fifty_hashes(
    application: Application, runner: asyncio.Runner, hasher: Counting, database_kind: str
) -> None:
    tried = [attempt(f"user{number}", "192.0.2.7") for number in range(10_000)]
    found = statuses(application, runner, tried)
    assert (found.count(401), found.count(429)) == (50, 9_950)
    assert hasher.runs == 50


def test_attempts_from_everywhere_at_one_login_cost_ten_hashes(
    application: Application, runner: asyncio.Runner, hasher: Counting, database_kind: str
) -> None:
    tried = [attempt("Rita" if number % 2 else "rita", f"2001:db8:{number:x}::1") for number in range(500)]
    found = statuses(application, runner, tried)
    assert (found.count(401), found.count(429), hasher.runs) == (10, 490, 10)


def test_attempts_that_are_sent_together_are_counted_one_by_one(
    application: Application, runner: asyncio.Runner, hasher: Counting, database_kind: str
) -> None:
    tried = [attempt("rita", f"198.51.100.{number}") for number in range(200)]
    found = statuses(application, runner, tried, together=True)
    assert (found.count(401), found.count(429), hasher.runs) == (10, 190, 10)
    tried = [by_basic("olga", f"guess {number}") for number in range(200)]
    found = statuses(application, runner, tried, together=True)
    assert (found.count(401), found.count(429), hasher.runs) == (10, 190, 20)


def test_a_client_that_sends_its_password_many_times_together_is_let_in(
    application: Application, runner: asyncio.Runner, cast: Cast, hasher: Counting, database_kind: str
) -> None:
    give_password(application, cast)
    found = statuses(application, runner, [by_basic("rita", PASSWORD) for _ in range(40)], together=True)
    assert (found, hasher.runs) == ([200] * 40, 1)


def test_one_network_of_ipv6_is_one_address(
    application: Application, runner: asyncio.Runner, hasher: Counting, database_kind: str
) -> None:
    tried = [attempt(f"user{number}", f"2001:db8::{number:x}") for number in range(200)]
    assert statuses(application, runner, tried).count(401) == 50


def test_what_is_remembered_of_an_attempt_is_short(
    application: Application, runner: asyncio.Runner, hasher: Counting, database_kind: str
) -> None:
    long = [attempt("x" * 15_000 + str(number), f"198.51.100.{number}") for number in range(20)]
    statuses(application, runner, long)
    remembered = application.services.sign_in_limits.by_login._failures
    assert max(len(name) for name in remembered) <= 255


def test_an_unknown_user_costs_the_same_work_as_a_known_one(
    application: Application, as_member: Callable[[str], Client], cast: Cast, hasher: Counting, database_kind: str
) -> None:
    """One hash each: for a wrong password, for nobody, for an account without a password, for a blocked one."""
    give_password(application, cast)
    ada, anyone = as_member("ada"), as_member("anonymous")
    assert ada.post(f"/api/v1/admin/users/{cast.users['gwen'].id}/block").status_code == 200
    answers: list[tuple[int, str]] = []
    for login in ("rita", "nobody", "olga", "gwen", "", "\x00", "rita@example.com"):
        before = hasher.runs
        answer = anyone.post(SESSION, {"login": login, "password": "wrong password"})
        answers.append((hasher.runs - before, answer.text))
    assert answers == [(1, answers[0][1])] * len(answers)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_form_of_another_site_signs_nobody_in(
    application: Application, as_member: Callable[[str], Client], cast: Cast, kind: str, database_kind: str
) -> None:
    """Login CSRF: what a form can send without asking is no JSON to us, and what says its origin is refused by it."""
    give_password(application, cast)
    anyone = as_member("anonymous")
    body = json.dumps({"login": "rita", "password": PASSWORD}).encode()
    headers = {"content-type": kind} if kind else {}
    plain = anyone.request("POST", SESSION, content=body, headers=headers)
    refused(plain, 400, "INVALID_PARAMETER_VALUE", "Content-Type")
    origins = ("null", "https://localhost:5000.evil.example", "http://localhost:50001")
    for said in (*({"origin": origin} for origin in origins), {"sec-fetch-site": "cross-site"}):
        answer = anyone.request("POST", SESSION, content=body, headers={"content-type": "application/json", **said})
        refused(answer, 403, "PERMISSION_DENIED")
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/users/sign_in", "/olga/vision"])
def test_no_redirect_repeats_a_header(
    application: Application, as_member: Callable[[str], Client], cast: Cast, path: str, database_kind: str
) -> None:
    give_password(application, cast)
    anyone = as_member("anonymous")
    cookie = anyone.post(SESSION, {"login": "rita", "password": PASSWORD}).headers["set-cookie"].split(";")[0]
    for headers in (
        {"host": "127.0.0.1:99"},
        {"x-forwarded-host": "evil.example.com", "x-forwarded-proto": "https", "x-forwarded-for": "127.0.0.1"},
        {"x-original-url": "//evil.example.com", "referer": "https://evil.example.com/"},
    ):
        for given in ({}, {"cookie": cookie}):
            answer = anyone.get(path, headers={**headers, **given})
            location = answer.headers.get("location", "/")
            assert location.startswith("/")
            assert not location.startswith("//")
    for host in ("evil.example.com", "localhost.evil.example.com", "127.0.0.1.evil.example.com", "", "localhost@evil"):
        assert anyone.get(path, headers={"host": host}).status_code == 403
