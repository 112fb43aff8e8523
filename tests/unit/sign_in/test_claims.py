"""The person in a provider's claims, wherever the provider puts them."""

from typing import Any

import pytest

from shortlist.sign_in.claims import person


@pytest.mark.parametrize(
    ("claims", "name", "groups"),
    [
        ({"groups": ["a", "b"]}, "groups", {"a", "b"}),
        ({"groups": "a"}, "groups", {"a"}),
        ({"groups": ["a", 7, None]}, "groups", {"a"}),
        ({"groups": None}, "groups", set()),
        ({}, "groups", set()),
        ({"realm_access": {"roles": ["a"]}}, "realm_access.roles", {"a"}),
        ({"https://example.com/groups": ["a"]}, "https://example.com/groups", {"a"}),
        ({"urn:zitadel:roles": {"a": {"1": "x"}}}, "urn:zitadel:roles", {"a"}),
        ({"realm_access": "x"}, "realm_access.roles", set()),
    ],
)
def test_groups_are_found(claims: dict[str, Any], name: str, groups: set[str]) -> None:
    assert person({"sub": "s", **claims}, name).groups == groups


@pytest.mark.parametrize(
    ("claims", "email"),
    [
        ({"email": "a@b.example", "email_verified": True}, "a@b.example"),
        ({"email": "a@b.example", "email_verified": "true"}, "a@b.example"),
        ({"email": "a@b.example", "email_verified": False}, None),
        ({"email": "a@b.example", "email_verified": "false"}, None),
        ({"email": "a@b.example", "email_verified": 1}, "a@b.example"),
        ({"email": "a@b.example"}, None),
        ({"email": "nobody", "email_verified": True}, None),
        ({"email": 7, "email_verified": True}, None),
    ],
)
def test_an_address_counts_when_it_is_verified(claims: dict[str, Any], email: str | None) -> None:
    assert person({"sub": "s", **claims}, "groups").email == email


def test_a_username_is_looked_for() -> None:
    assert person({"sub": "s", "nickname": "nick"}, "groups").username == "nick"
    assert person({"sub": "s", "preferred_username": "a@b.example"}, "groups").username == "a"
    assert person({"sub": "s", "preferred_username": ["x"]}, "groups").username == ""
    found = person({"sub": "s", "name": "A\nB\x00C" + "x" * 500}, "groups")
    assert found.name.startswith("ABC")
    assert len(found.name) == 255
