"""What a backup says about itself, and how far the work on one is."""

from typing import Protocol

import msgspec

FORMAT = 1


class TableCopy(msgspec.Struct, frozen=True):
    """The copy of one table: how many rows, and the size and SHA-256 (hexadecimal) of its file."""

    rows: int
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Written when everything else is in place: a backup without it is not finished."""

    format: int = FORMAT
    made_at: int  # milliseconds since 1970 UTC, after which nothing is in the copy
    program: str
    database: str  # sqlite or postgresql
    schema: str  # the revision
    tables: dict[str, TableCopy]
    contents: int
    content_bytes: int


class Made(msgspec.Struct, frozen=True):
    """A finished backup, and how much of its contents was not there from the backups before."""

    name: str
    manifest: Manifest
    copied: int
    copied_bytes: int


class Progress(Protocol):
    """Told as the work goes on: of `what`, `done` out of `total`; a total of 0 is not known."""

    def __call__(self, what: str, done: int, total: int, /) -> None: ...


def silent(_what: str, _done: int, _total: int) -> None:
    """For whoever does not want to know."""
