"""ID tokens that must not be believed."""

import base64
import hashlib
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from shortlist.sign_in.id_token import Expected, verify
from shortlist.sign_in.types import Problem, SignInFailed
from tests.ci import ec_key, rsa_key

NOW = 2_000_000_000
KEY = rsa_key("first")
EXPECTED = Expected(issuer="https://id.example", client_id="shortlist", nonce="n1", access_token="at")


def half(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:16]).decode().rstrip("=")


def token(*, key: Any = KEY, alg: str = "RS256", **changed: Any) -> str:
    claims = {"iss": "https://id.example", "aud": "shortlist", "sub": "s1", "nonce": "n1", "iat": NOW, "exp": NOW + 60}
    whole = {name: value for name, value in {**claims, **changed}.items() if value is not None}
    return jwt.encode({"alg": alg, "kid": "first"}, whole, key, algorithms=[alg])


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"aud": ["shortlist"]},
        {"aud": ["shortlist", "other"], "azp": "shortlist"},
        {"azp": "shortlist"},
        {"at_hash": half("at")},
        {"exp": NOW - 10},  # within what two clocks may differ
    ],
)
def test_a_good_token_is_believed(changed: dict[str, Any]) -> None:
    assert verify(token(**changed), KEY, EXPECTED, NOW)["sub"] == "s1"


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example"},
        {"iss": "https://id.example/"},
        {"iss": None},
        {"aud": "other"},
        {"aud": ["other"]},
        {"aud": []},
        {"aud": None},
        {"aud": ["shortlist", "other"]},
        {"aud": ["shortlist", "other"], "azp": "other"},
        {"azp": "other"},
        {"nonce": "n2"},
        {"nonce": ""},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "s" * 300},
        {"sub": "s\x00"},
        {"exp": NOW - 3600},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": NOW + 3600},
        {"iat": None},
        {"nbf": NOW + 3600},
        {"at_hash": half("another access token")},
        {"at_hash": 7},
        {"at_hash": ""},
    ],
)
def test_a_wrong_claim_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(SignInFailed) as failed:
        verify(token(**changed), KEY, EXPECTED, NOW)
    assert failed.value.problem is Problem.REFUSED


def test_a_signature_of_somebody_else_is_refused() -> None:
    public = OctKey.import_key(str(KEY.as_dict(private=False)["n"]))
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    body = token().split(".")[1]
    signed = token()
    for forged in (
        token(key=rsa_key("second")),
        token(key=ec_key("first"), alg="ES256"),
        token(key=public, alg="HS256"),  # the public key as a shared secret
        f"{head}.{body}.",
        signed[:-4] + "AAAA",
        ".".join([signed.split(".")[0], token(sub="s2").split(".")[1], signed.split(".")[2]]),
        "a.b.c",
        "",
    ):
        with pytest.raises(SignInFailed):
            verify(forged, KEY, EXPECTED, NOW)
