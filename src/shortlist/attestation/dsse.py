"""Signing and verifying envelopes with Ed25519. Pure. `cryptography` is loaded only when a key is used."""

import base64
import binascii
import hashlib
from collections.abc import Mapping

import msgspec

from shortlist.attestation.types import PAYLOAD_TYPE, Envelope, PublicKey, Signature, SigningKey
from shortlist.errors import InvalidValue


def new_key() -> SigningKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    made = Ed25519PrivateKey.generate()
    public = made.public_key().public_bytes_raw()
    return SigningKey(thumbprint(public), made.private_bytes_raw(), public)


def thumbprint(public: bytes) -> str:
    """RFC 7638 for a key of RFC 8037: the digest of its required members, in order."""
    members = msgspec.json.encode({"crv": "Ed25519", "kty": "OKP", "x": base64url(public)})
    return base64url(hashlib.sha256(members).digest())


def published(key: SigningKey) -> PublicKey:
    return PublicKey(kid=key.kid, x=base64url(key.public))


def sign(key: SigningKey, payload: bytes) -> Envelope:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    signature = Ed25519PrivateKey.from_private_bytes(key.private).sign(_signed_bytes(PAYLOAD_TYPE, payload))
    return Envelope(PAYLOAD_TYPE, _base64(payload), [Signature(key.kid, _base64(signature))])


def opened(envelope: Envelope, keys: Mapping[str, bytes]) -> bytes:
    """The payload of an envelope that one of these keys has signed; `keys` has public ones by id.

    Raises:
        InvalidValue: none of them has, or what is signed is no in-toto statement.
    """
    if envelope.payloadType != PAYLOAD_TYPE:
        raise InvalidValue(f"The envelope holds {envelope.payloadType[:100]!r}, and not {PAYLOAD_TYPE}.", field="file")
    payload = _bytes(envelope.payload)
    signed = _signed_bytes(envelope.payloadType, payload)
    named = [item for item in envelope.signatures if item.keyid in keys]
    if not named:
        who = ", ".join(item.keyid[:100] for item in envelope.signatures) or "nobody"
        raise InvalidValue(f"It is signed by {who}, and the key that was given is {', '.join(keys)}.", field="key")
    if not any(_is_good(keys[item.keyid], _bytes(item.sig), signed) for item in named):
        raise InvalidValue("The signature does not fit: the attestation was changed.", field="file")
    return payload


def _is_good(public: bytes, signature: bytes, signed: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def _signed_bytes(payload_type: str, payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding: nothing of one part can be read as the other."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidValue("The envelope is not valid base64.", field="file") from None
