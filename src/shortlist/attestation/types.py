"""Records of attestations."""

import msgspec

PAYLOAD_TYPE = "application/vnd.in-toto+json"


class Signature(msgspec.Struct, frozen=True):
    keyid: str
    sig: str  # base64


class Envelope(msgspec.Struct, frozen=True):
    """A DSSE envelope (in-toto's documentation, "DSSE: Dead Simple Signing Envelope", version 1.0)."""

    payloadType: str  # noqa: N815 - the name on the wire
    payload: str  # base64
    signatures: list[Signature]


class SigningKey(msgspec.Struct, frozen=True):
    """An Ed25519 key: 32 bytes each. `kid` is the thumbprint of the public part (RFC 7638)."""

    kid: str
    private: bytes
    public: bytes


class PublicKey(msgspec.Struct, frozen=True):
    """A key of a JSON Web Key set (RFC 8037); `x` is base64url."""

    kid: str
    x: str
    kty: str = "OKP"
    crv: str = "Ed25519"
    use: str = "sig"
    alg: str = "EdDSA"


class KeySet(msgspec.Struct, frozen=True):
    keys: list[PublicKey]
