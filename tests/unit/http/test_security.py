"""Hosts, forged requests, and the access log."""

import asyncio
import io
import json
from typing import Any

import pytest

from shortlist.errors import PermissionDenied
from shortlist.http.access_log import AccessLog
from shortlist.http.security import HostCheck, check_csrf, check_origin, csrf_token


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("localhost", True),
        ("localhost:5000", True),
        ("app.localhost:5000", True),
        ("127.0.0.1:5000", True),
        ("[::1]:5000", True),
        ("10.1.2.3", True),
        ("192.168.0.9:80", True),
        ("shortlist.example.org", True),
        ("SHORTLIST.example.org:443", True),
        ("evil.example.com", False),
        ("localhost.evil.example.com", False),
        ("8.8.8.8", False),
        ("", False),
        ("127.0.0.1.evil.example.com", False),
    ],
)
def test_only_known_hosts_are_served(host: str, allowed: bool) -> None:
    assert HostCheck(("shortlist.example.org",))(host) is allowed


def test_a_star_allows_every_host() -> None:
    assert HostCheck(("*",))("anything.example.com")


def test_csrf_token_belongs_to_one_session() -> None:
    check_csrf("secret", {"x-csrf-token": csrf_token("secret")})
    for headers in ({}, {"x-csrf-token": csrf_token("other")}, {"x-csrf-token": "é"}):
        with pytest.raises(PermissionDenied):
            check_csrf("secret", headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "localhost:5000", "origin": "http://evil.example.com"},
        {"host": "localhost:5000", "origin": "null"},
        {"host": "localhost:5000", "sec-fetch-site": "cross-site"},
    ],
)
def test_sign_in_from_another_site_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(PermissionDenied):
        check_origin(headers)


def test_sign_in_from_our_own_page_and_from_scripts_passes() -> None:
    check_origin({"host": "localhost:5000", "origin": "http://localhost:5000", "sec-fetch-site": "same-origin"})
    check_origin({"host": "localhost:5000"})


@pytest.mark.parametrize("as_json", [True, False])
def test_access_log_writes_one_line_even_for_a_path_with_line_breaks(as_json: bool) -> None:
    stream = io.StringIO()
    scope = {"method": "GET", "status": 200, "request_id": "r", "user": "olga", "client": ("192.0.2.7", 4711)}
    text = _written(AccessLog(json=as_json, stream=stream), scope, "/a\nb\x1b[31m", stream)
    assert text.count("\n") == 1
    assert "\x1b" not in text
    if as_json:
        assert json.loads(text)["ms"] == 1.23
    assert "192.0.2.7" in text


def test_the_access_log_does_not_repeat_a_signed_address() -> None:
    stream = io.StringIO()
    scope = {"method": "GET", "status": 200, "request_id": "r", "user": "", "client": ("192.0.2.7", 4711)}
    text = _written(AccessLog(json=True, stream=stream), scope, "/-/transfers/files/secret", stream)
    assert '"/-/transfers/..."' in text
    assert "secret" not in text


def _written(log: AccessLog, scope: dict[str, Any], path: str, stream: io.StringIO) -> str:
    async def request() -> None:
        log.write(scope, path=path, milliseconds=1.234)
        log.flush()

    asyncio.run(request())
    return stream.getvalue()
