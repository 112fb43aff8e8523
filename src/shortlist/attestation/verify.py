"""Checking an attestation without the server: its signature, its kind, and files on this machine."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from shortlist.attestation import dsse
from shortlist.attestation.statement import PREDICATE_TYPE, STATEMENT_TYPE
from shortlist.attestation.types import Envelope, KeySet, PublicKey
from shortlist.errors import InvalidValue

_MAX_BYTES = 64 * 1024 * 1024
_CHUNK = 1024 * 1024
_SIZE = 32


class Subject(msgspec.Struct, frozen=True):
    name: str
    digest: Mapping[str, str]


class Statement(msgspec.Struct, frozen=True):
    subject: list[Subject]
    predicateType: str  # noqa: N815 - the name on the wire
    predicate: dict[str, Any]
    type: str = msgspec.field(name="_type")


def keys_of(text: bytes) -> dict[str, bytes]:
    """Public keys by id, from a JSON Web Key set, a single key, or PEM.

    Raises:
        InvalidValue: none of these, or no Ed25519 key in it.
    """
    if text.lstrip().startswith(b"-----BEGIN"):
        public = _of_pem(text)
        return {dsse.thumbprint(public): public}
    try:
        found = msgspec.json.decode(text, type=dict[str, Any])
        listed = found.get("keys", [found])
        keys = msgspec.convert({"keys": listed}, KeySet).keys
    except (msgspec.DecodeError, msgspec.ValidationError, AttributeError):
        raise InvalidValue("The key is neither a JSON Web Key (set) nor PEM.", field="key") from None
    # The id is worked out, not believed: two keys must not go by one name.
    known = [_of_jwk(key) for key in keys if key.crv == "Ed25519"]
    if not known:
        raise InvalidValue("There is no Ed25519 key in what was given.", field="key")
    return {dsse.thumbprint(public): public for public in known}


def statement_of(text: bytes, keys: Mapping[str, bytes]) -> Statement:
    """The statement of an attestation that one of the keys has signed.

    Raises:
        InvalidValue: it is no attestation, or not signed by these keys, or was changed.
    """
    if len(text) > _MAX_BYTES:
        raise InvalidValue("The file is too large to be an attestation.", field="file")
    try:
        envelope = msgspec.json.decode(text, type=Envelope)
    except (msgspec.DecodeError, RecursionError):
        raise InvalidValue("The file is no attestation: it must be a DSSE envelope in JSON.", field="file") from None
    payload = dsse.opened(envelope, keys)
    try:
        found = msgspec.json.decode(payload, type=Statement)
    except (msgspec.DecodeError, RecursionError):
        raise InvalidValue("What is signed is no in-toto statement.", field="file") from None
    if (found.type, found.predicateType) != (STATEMENT_TYPE, PREDICATE_TYPE):
        raise InvalidValue(f"What is signed is {found.predicateType[:100]!r}, not {PREDICATE_TYPE}.", field="file")
    return found


def faults_of(found: Statement, folder: Path) -> list[str]:
    """What is wrong with the files of a folder: those that are missing or different, and those that nobody attests."""
    root = folder.resolve()
    faults: list[str] = []
    for item in found.subject:
        path = (root / item.name).resolve()
        if not path.is_relative_to(root) or not path.is_file():
            faults.append(f"missing: {item.name}")
        elif _sha256(path) != item.digest.get("sha256"):
            faults.append(f"different: {item.name}")
    attested = {(root / item.name).resolve() for item in found.subject}
    extra = sorted(path for path in root.rglob("*") if path.is_file() and path.resolve() not in attested)
    return faults + [f"not attested: {path.relative_to(root)}" for path in extra]


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _of_jwk(key: PublicKey) -> bytes:
    try:
        public = base64.b64decode(key.x + "=" * (-len(key.x) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        public = b""
    if len(public) != _SIZE:
        raise InvalidValue("The key is no Ed25519 key: it must have 32 bytes.", field="key")
    return public


def _of_pem(text: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415

    try:
        found = load_pem_public_key(text)
    except ValueError:
        found = None
    if not isinstance(found, Ed25519PublicKey):
        raise InvalidValue("The PEM holds no public Ed25519 key.", field="key")
    return found.public_bytes_raw()
