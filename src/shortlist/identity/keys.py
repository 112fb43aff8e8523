"""Secrets that are shown once: their form, their checksum, and the digest that is stored instead of them."""

import hashlib
import secrets
import zlib

PERSONAL = "slpat-"
PREFIXES = {"personal": PERSONAL, "project": "slprt-", "group": "slgrt-", "deploy": "sldt-"}
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SECRET_LENGTH = 32  # 190 bits
_CHECK_LENGTH = 6


def new_token(prefix: str = PERSONAL) -> str:
    """A token: its kind, a random part, and a checksum by which secret scanners tell it from look-alikes."""
    body = "".join(secrets.choice(_ALPHABET) for _ in range(_SECRET_LENGTH))
    return f"{prefix}{body}{_checksum(body)}"


def new_session_secret() -> str:
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """SHA-256 of a secret. Long random secrets need no slow hash, and looking them up by digest leaks no timing."""
    return hashlib.sha256(secret.encode()).digest()


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode())
    digits = ""
    for _ in range(_CHECK_LENGTH):
        number, rest = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[rest] + digits
    return digits
