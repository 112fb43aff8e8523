"""Records of packages and their files. Times are milliseconds since 1970 UTC."""

from collections.abc import AsyncIterable
from dataclasses import dataclass
from enum import StrEnum

import msgspec


class PackageType(StrEnum):
    """What a package is for."""

    ML_MODEL = "ml_model"
    GENERIC = "generic"


class PackageRef(msgspec.Struct, frozen=True):
    """Names a package in its project, whether it has files yet or not."""

    type: PackageType
    name: str
    version: str


class PackageFile(msgspec.Struct, frozen=True):
    """A complete file. `location` is where the store keeps its bytes; other files may share it."""

    id: int
    package_id: int
    path: str
    size: int
    sha256: bytes
    content_type: str
    created_at: int
    created_by: int | None
    location: str


class Entry(msgspec.Struct, frozen=True):
    """One name in a directory. The size of a directory is that of everything below it."""

    name: str
    is_dir: bool
    size: int


class Swept(msgspec.Struct, frozen=True):
    """What a sweep freed, or would free: rows of deleted files, contents nobody refers to, and their bytes.

    `strays` are objects without a row: uploads that were cut off before their commit.
    """

    files: int = 0
    contents: int = 0
    strays: int = 0
    bytes: int = 0

    def __add__(self, other: "Swept") -> "Swept":
        return Swept(
            self.files + other.files,
            self.contents + other.contents,
            self.strays + other.strays,
            self.bytes + other.bytes,
        )


@dataclass(frozen=True, slots=True)
class Incoming:
    """A body on its way in. `size` is what its sender announced, if anything; a different length is refused."""

    chunks: AsyncIterable[bytes]
    content_type: str | None = None
    size: int | None = None
