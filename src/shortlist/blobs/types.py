"""Records of stored objects."""

import msgspec


class Stored(msgspec.Struct, frozen=True):
    """What was written: how many bytes, and their SHA-256 (32 bytes)."""

    size: int
    sha256: bytes


class StoredObject(msgspec.Struct, frozen=True):
    """An object that the store lists. `modified_at` is in milliseconds since 1970 UTC, by the store's clock."""

    location: str
    size: int
    modified_at: int
