"""The address and the scheme of a client behind proxies, and of one that pretends to be behind them."""

from collections.abc import Sequence
from typing import Any

import pytest

from shortlist.http.proxies import TrustedProxies

TRUSTED = ("10.0.0.0/8", "fd00::/8", "127.0.0.1")


def seen(peer: str, *headers: tuple[str, str], trusted: Sequence[str] = TRUSTED) -> tuple[str, str]:
    scope: dict[str, Any] = {
        "client": (peer, 4711),
        "scheme": "http",
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    TrustedProxies(trusted).apply(scope)
    return scope["client"][0], scope["scheme"]


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("203.0.113.1, 192.0.2.7", "192.0.2.7"),  # the left one is what the client wrote
        ("203.0.113.1, 192.0.2.7, 10.1.1.1", "192.0.2.7"),
        ("10.1.1.1", "10.1.1.1"),  # nobody but proxies: the one furthest away
        ("192.0.2.7:1234, 10.1.1.1:443", "192.0.2.7"),
        ("[2001:db8::1]:1234", "2001:db8::1"),
        ("2001:db8::1, fd00::2", "2001:db8::1"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("192.0.2.7, unknown", "10.0.0.1"),
        ("<script>", "10.0.0.1"),
        ("", "10.0.0.1"),
        (", ,", "10.0.0.1"),
        ("192.0.2.7," * 5000 + "192.0.2.8", "192.0.2.8"),
    ],
)
def test_the_client_is_the_rightmost_address_that_no_proxy_has(said: str, address: str) -> None:
    assert seen("10.0.0.1", ("x-forwarded-for", said))[0] == address


def test_a_header_that_is_sent_twice_is_one_list() -> None:
    assert seen("10.0.0.1", ("x-forwarded-for", "192.0.2.7"), ("x-forwarded-for", "10.0.0.9"))[0] == "192.0.2.7"


@pytest.mark.parametrize("trusted", [TRUSTED, ()])
def test_a_stranger_says_nothing_about_itself(trusted: tuple[str, ...]) -> None:
    headers = ("x-forwarded-for", "127.0.0.1"), ("x-forwarded-proto", "https")
    assert seen("198.51.100.1", *headers, trusted=trusted) == ("198.51.100.1", "http")


@pytest.mark.parametrize(
    ("said", "scheme"),
    [("https", "https"), ("HTTPS", "https"), ("https, http", "http"), ("ftp", "http"), ("", "http")],
)
def test_the_scheme_is_what_the_last_proxy_says(said: str, scheme: str) -> None:
    assert seen("127.0.0.1", ("x-forwarded-proto", said))[1] == scheme


def test_a_peer_without_an_address_is_nobodys_proxy() -> None:
    scope: dict[str, Any] = {"client": None, "scheme": "http", "headers": [(b"x-forwarded-for", b"192.0.2.7")]}
    TrustedProxies(TRUSTED).apply(scope)
    assert scope["client"] is None
