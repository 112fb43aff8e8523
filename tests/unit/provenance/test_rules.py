"""Patterns of rules."""

import pytest

from shortlist.access.roles import Role
from shortlist.provenance.rules import refusal
from shortlist.provenance.types import Facts, Identity, Publisher


def lets_in(ref: str, full_ref: str, environment: str = "", job_environment: str = "") -> bool:
    rule = Publisher(1, 1, "gitlab", "https://i", "a/b", "", ref, environment, Role.REPORTER, 1, 0, None, None)
    return not refusal(rule, Identity("https://i", "a/b", "1", full_ref, job_environment, Facts(), ""))


@pytest.mark.parametrize(
    ("ref", "full_ref", "expected"),
    [
        ("main", "refs/heads/main", True),
        ("main", "refs/heads/main2", False),
        ("main", "refs/heads/x/main", False),
        ("main", "refs/tags/main", False),
        ("main", "", False),
        ("*", "refs/pull/1/merge", True),
        ("*", "", False),
        ("release/*", "refs/heads/release/1/2", True),
        ("release/*", "refs/heads/release", False),
        ("*-stable", "refs/heads/1-stable", True),
        ("*-stable", "refs/tags/1-stable", False),
        ("a*b*c", "refs/heads/aXbYc", True),
        ("a*b*c", "refs/heads/aXcYb", False),
        ("ab*ba", "refs/heads/aba", False),
        ("refs/tags/v*", "refs/tags/v1", True),
        ("refs/tags/v*", "refs/heads/v1", False),
    ],
)
def test_refs(ref: str, full_ref: str, expected: bool) -> None:
    assert lets_in(ref, full_ref) is expected


def test_environments_and_refs_must_both_match() -> None:
    assert lets_in("", "refs/heads/x", "production", "production")
    assert not lets_in("", "refs/heads/x", "production", "staging")
    assert not lets_in("main", "refs/heads/x", "production", "production")
    assert not lets_in("", "refs/heads/x", "production", "")
