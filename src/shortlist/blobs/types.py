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


class StoredPart(msgspec.Struct, frozen=True):
    """A part of an upload: its number from 1, its bytes, and what whoever received it answered (without quotes)."""

    number: int
    etag: str
    size: int
