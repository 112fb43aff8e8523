"""Keys of issuers: fetched within limits, kept, rotated, and never those of somebody else."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from shortlist import outbound
from shortlist.errors import InvalidValue, Unauthenticated, Unavailable
from shortlist.outbound import Limits
from shortlist.provenance import issuers
from shortlist.provenance.issuers import Issuers
from tests.ci import Issuer, ec_key, rsa_key, served

CONFIGURATION = "/.well-known/openid-configuration"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def small(url: str) -> Awaitable[Any]:
    """The real way out, with a limit of size that a test can reach."""
    return outbound.get_json(url, limits=Limits(seconds=10, max_bytes=20_000))


def impatient(url: str) -> Awaitable[Any]:
    """The same with a limit of time that a test can wait for."""
    return outbound.get_json(url, limits=Limits(seconds=0.3))


def kid_of(known: Issuers, url: str, kid: str) -> str:
    return str(asyncio.run(known.key(url, kid)).kid)


def test_keys_are_kept_rotated_and_fetched_once_for_an_unknown_id() -> None:
    issuer, clock = Issuer("https://ci.example"), Clock()
    known = Issuers([issuer.url], issuer.get_json, clock)
    assert kid_of(known, issuer.url, "first") == "first"
    assert kid_of(known, issuer.url, "first") == "first"
    assert len(issuer.asked) == 2, "discovery and keys, once"

    issuer.publish(rsa_key("first"), ec_key("second"))
    with pytest.raises(Unauthenticated):
        kid_of(known, issuer.url, "second")
    assert len(issuer.asked) == 2, "a made-up key id costs nothing right after a fetch"
    clock.now += issuers.RETRY_SECONDS
    assert kid_of(known, issuer.url, "second") == "second"
    with pytest.raises(Unauthenticated):
        kid_of(known, issuer.url, "third")
    assert len(issuer.asked) == 4

    issuer.publish(ec_key("second"))
    clock.now += issuers.FRESH_SECONDS
    with pytest.raises(Unauthenticated):
        kid_of(known, issuer.url, "first")


def test_an_issuer_that_is_down_is_trusted_for_a_day_with_the_keys_it_had() -> None:
    issuer, clock = Issuer("https://ci.example"), Clock()
    known = Issuers([issuer.url], issuer.get_json, clock)
    kid_of(known, issuer.url, "first")
    issuer.answers[CONFIGURATION] = {"issuer": "https://somebody.else"}
    clock.now += issuers.FRESH_SECONDS
    assert kid_of(known, issuer.url, "first") == "first"
    with pytest.raises(Unavailable, match="configuration is that of another issuer"):
        kid_of(known, issuer.url, "second")
    clock.now += issuers.STALE_SECONDS
    with pytest.raises(Unavailable):
        kid_of(known, issuer.url, "first")


# What an issuer does to us, and what is said of it.
HOSTILE: dict[str, tuple[Callable[[Issuer], Any], str]] = {
    "hangs": (lambda issuer: issuer.hang(CONFIGURATION), "no complete answer within 0.3 seconds"),
    "drips": (lambda issuer: issuer.drip(CONFIGURATION), "no complete answer within 0.3 seconds"),
    "redirects": (lambda issuer: issuer.answers.update({CONFIGURATION: 302}), "it redirects"),
    "redirects to its keys": (lambda issuer: issuer.answers.update({"/keys": 307}), "it redirects"),
    "has nothing": (lambda issuer: issuer.answers.pop("/keys"), "it answered 404"),
    "is no JSON": (lambda issuer: issuer.answers.update({"/keys": b"<html>"}), "is not JSON"),
    "serves a huge set": (lambda issuer: issuer.answers.update({"/keys": b"[" * 30_000}), "larger than 20000 bytes"),
    "serves too many keys": (
        lambda issuer: issuer.answers.update({"/keys": {"keys": [{"kid": "x"}] * 101}}),
        "more than 100 keys",
    ),
    "serves no set": (lambda issuer: issuer.answers.update({"/keys": [1, 2]}), "no set of keys"),
    "names keys of the cloud's metadata": (
        lambda issuer: issuer.answers.update(
            {CONFIGURATION: {"issuer": issuer.url, "jwks_uri": "http://169.254.169.254/latest"}}
        ),
        "names a wrong address",
    ),
    "names none": (lambda issuer: issuer.answers.update({CONFIGURATION: {"issuer": issuer.url}}), "names no keys"),
    "says that it is another": (
        lambda issuer: issuer.answers.update({CONFIGURATION: {"issuer": "https://gitlab.com"}}),
        "another issuer",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_issuers_fail_within_the_limits(name: str) -> None:
    does, said = HOSTILE[name]
    issuer = Issuer("")
    get_json = impatient if "seconds" in said else small
    with served(issuer):
        does(issuer)
        known = Issuers([issuer.url], get_json)
        with pytest.raises(Unavailable) as refusal:
            asyncio.run(known.key(issuer.url, "first"))
    assert said in refusal.value.message


@pytest.mark.parametrize(
    "key",
    [
        {"kty": "oct", "kid": "first", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"},
        {**rsa_key("first").as_dict(private=False), "use": "enc"},
        {**rsa_key("first").as_dict(private=False), "alg": "HS256"},
        {"kty": "RSA", "kid": "first", "e": "AQAB", "n": "s" * 171},
        {"kty": "RSA", "kid": "first", "n": "AQ"},
        {"kty": "EC", "kid": "first", "crv": "nonsense", "x": "AQ", "y": "AQ"},
    ],
)
def test_what_is_no_public_key_for_signatures_is_passed_over(key: dict[str, Any]) -> None:
    issuer = Issuer("https://ci.example")
    issuer.answers["/keys"] = {"keys": [key, ec_key("second").as_dict(private=False)]}
    known = Issuers([issuer.url], issuer.get_json)
    with pytest.raises(Unauthenticated):
        kid_of(known, issuer.url, "first")
    assert kid_of(known, issuer.url, "second") == "second"


def test_addresses_that_are_never_asked() -> None:
    for url in (
        "http://gitlab.example.com",
        "ftp://gitlab.example.com",
        "https://user:word@gitlab.example.com",
        "https://gitlab.example.com/?next=x",
        "https://gitlab.example.com/#x",
        "https://[::1",
        "https://",
        "http://10.0.0.1",
    ):
        with pytest.raises(InvalidValue):
            outbound.check_url(url, "issuer")
    for url in ("https://gitlab.example.com/group", "http://localhost:8080", "http://127.0.0.1:1", "http://[::1]:1"):
        assert outbound.check_url(url, "issuer") == url
