"""Semantic versions (semver.org, 2.0.0). Pure."""

import re

import msgspec

from shortlist.errors import InvalidValue

MAX_LENGTH = 255

_NUMBER = r"(0|[1-9][0-9]{0,17})"
_WORDS = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_SEMVER = re.compile(
    rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-{_WORDS}(?:\.{_WORDS})*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?\Z"
)


class Semver(msgspec.Struct, frozen=True, order=True):
    """The numbers by which versions are ordered, and the text with prerelease and build."""

    major: int
    minor: int
    patch: int
    text: str

    @classmethod
    def of_major(cls, major: int) -> "Semver":
        return cls(major, 0, 0, f"{major}.0.0")


def find(text: str) -> Semver | None:
    """The semantic version that a text is, if it is one."""
    found = _SEMVER.match(text) if len(text) <= MAX_LENGTH else None
    return None if found is None else Semver(int(found[1]), int(found[2]), int(found[3]), text)


def parse(text: str, field: str) -> Semver:
    """Raises InvalidValue: it is no semantic version."""
    found = find(text)
    if found is None:
        raise InvalidValue(
            f"Invalid value '{text[:100]}' for parameter '{field}' supplied: it must be a semantic version such as "
            "1.2.3 or 2.0.0-rc.1.",
            field=field,
        )
    return found
