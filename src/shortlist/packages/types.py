"""Records of packages and their files. Times are milliseconds since 1970 UTC."""

from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from shortlist.blobs.blocks import Buffer


class PackageType(StrEnum):
    """What a package is for."""

    ML_MODEL = "ml_model"
    GENERIC = "generic"


class PackageStatus(StrEnum):
    """A hidden package is left out of lists, and its files can be downloaded by their addresses."""

    DEFAULT = "default"
    HIDDEN = "hidden"


class PackageRef(msgspec.Struct, frozen=True):
    """Names a package in its project, whether it has files yet or not."""

    type: PackageType
    name: str
    version: str


class Package(msgspec.Struct, frozen=True):
    """A package of the registry. `downloaded_at` is up to an hour old."""

    id: int
    type: PackageType
    name: str
    version: str
    status: PackageStatus
    created_at: int
    created_by: int | None
    downloaded_at: int | None

    @property
    def ref(self) -> PackageRef:
        return PackageRef(self.type, self.name, self.version)


class UploadingJob(msgspec.Struct, frozen=True):
    """A CI job that uploaded to a package: what its issuer says of it, by the names of `provenance.types.Facts`."""

    issuer: str
    facts: Mapping[str, str]
    recorded_at: int


class Contents(msgspec.Struct, frozen=True):
    """What a package holds now: how many files, and their bytes."""

    files: int = 0
    size: int = 0


class PackageQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which packages, in which order. `search` is part of a name, `version` a whole one."""

    type: PackageType | None = None
    search: str = ""
    version: str = ""
    statuses: frozenset[PackageStatus] = frozenset({PackageStatus.DEFAULT})
    order: str = "created_at"  # created_at, name, version, type
    descending: bool = False


class PackageSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A project's own rules. Where duplicates are not allowed, the exceptions are names and versions that match."""

    size_limit: int | None = None
    duplicates_allowed: bool = True
    duplicate_exceptions: str = ""


class Usage(msgspec.Struct, frozen=True):
    """Bytes that a project keeps, and may keep; None for no limit."""

    kept: int
    limit: int | None


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


class SmallContent(msgspec.Struct, frozen=True):
    """The bytes of files that the database keeps itself."""

    project_id: int
    sha256: bytes
    content: bytes


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file that comes in parts, numbered from 1. Where `store_id` is set, they go straight to the store."""

    id: str
    package: PackageRef
    path: str
    location: str
    store_id: str | None
    part_count: int
    created_at: int
    completed_at: int | None = None


class Part(msgspec.Struct, frozen=True):
    """A part that came through the server."""

    number: int
    size: int
    sha256: bytes
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
    """A body on its way in. `size` is what its sender announced, if anything; a different length is refused.

    `status` is what the package is to have from then on, where the sender says so.
    """

    chunks: AsyncIterable[Buffer]
    content_type: str | None = None
    size: int | None = None
    status: PackageStatus | None = None


class Kept(msgspec.Struct, frozen=True):
    """A content that a file shows: where it should be. `in_database` is its size there, None where it is not there."""

    sha256: bytes
    size: int
    location: str
    in_database: int | None
