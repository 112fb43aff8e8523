"""Where a sign-in may lead, and what a browser may bring back."""

import pytest

from shortlist.clock import now_ms
from shortlist.sign_in import attempts


@pytest.mark.parametrize(
    "where",
    [
        "//evil.example.com",
        "///evil.example.com",
        "https://evil.example.com",
        "https:evil.example.com",
        "/\\evil.example.com",
        "\\/evil.example.com",
        "/\t/evil.example.com",
        "/\n/evil.example.com",
        "\t//evil.example.com",
        " //evil.example.com",
        "/ /evil.example.com",
        "javascript:alert(1)",
        "data:text/html,x",
        "/\u2028/evil.example.com",
        "evil.example.com",
        ".evil.example.com",
        "@evil.example.com",
        "//[",
        "/users/sign_in?return_to=/x",
        "/users/auth/local",
        "/" + "x" * 3000,
        "",
        "/\r\nset-cookie: x=1",
        "/%0d%0aset-cookie: x=1",
        "/\u00e9",
        "http:///evil.example.com",
        "//evil.example.com@localhost/",
        "////",
        "/\x00",
        "/\x7f",
        "\u2044\u2044evil.example.com",
    ],
)
def test_signing_in_leads_nowhere_else(where: str) -> None:
    assert attempts.safe_return(where) == "/"


@pytest.mark.parametrize(
    "where",
    ["/", "/a/b/-/ml/experiments?filter=x%3D1&order_by=y#part", "/groups/lab", "/%2F%2Fevil", "/x//y", "/users/other"],
)
def test_signing_in_leads_back(where: str) -> None:
    assert attempts.safe_return(where) == where


def test_an_attempt_comes_back_as_it_went() -> None:
    begun = attempts.begin("local", "/x", "secret of a session")
    again = attempts.read(attempts.write(begun))
    assert again == begun
    assert again is not None
    assert again.is_answered_by("local", begun.state)
    assert not again.is_answered_by("other", begun.state)
    assert again.links_for("secret of a session")
    assert not again.links_for("another secret")
    assert not attempts.begin("local", "/x").links_for("")
    assert len({begun.state, begun.nonce, begun.verifier}) == 3


@pytest.mark.parametrize("age", [attempts.LIFETIME_MS, -60_000])
def test_an_attempt_ends(age: int) -> None:
    old = attempts.Attempt("local", "state", "nonce", "verifier", "/", now_ms() - age)
    assert not old.is_answered_by("local", "state")


@pytest.mark.parametrize("text", ["", "x", "!!", "e30", "bnVsbA", "A" * 5000, "eyJwcm92aWRlciI6ImxvY2FsIn0", "\u00e9"])
def test_what_is_no_attempt_is_none(text: str) -> None:
    assert attempts.read(text) is None
