"""Passwords: argon2id, and the same work for a user that does not exist."""

import secrets
from functools import cache
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shortlist.errors import InvalidValue

MIN_LENGTH = 8
MAX_LENGTH = 1000

_hasher = PasswordHasher()  # argon2id with the library's current parameters (RFC 9106, low-memory profile)


def check_strength(password: str) -> str:
    """Raises InvalidValue: too short, too long, or one character over and over."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise InvalidValue(f"The password must have {MIN_LENGTH} to {MAX_LENGTH} characters.", field="password")
    if len(set(password)) < 4:
        raise InvalidValue("The password must have at least 4 different characters.", field="password")
    return password


def make() -> str:
    """A password for a first sign-in, easy to copy."""
    return secrets.token_urlsafe(15)


class Hashed(NamedTuple):
    """A password with its hash."""

    password: str
    hash: str


def first(given: str) -> Hashed:
    """The password of a first administrator: the one from the settings, or one that is made up."""
    password = given or make()
    return Hashed(password, hash_password(password))


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def verify(stored: str | None, password: str) -> bool:
    """Whether the password matches. Without a stored hash it takes as long and says no: no account oracle."""
    if len(password) > MAX_LENGTH:
        return False
    try:
        _hasher.verify(stored or _decoy(), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


@cache
def _decoy() -> str:
    return _hasher.hash(secrets.token_urlsafe(15))
