"""What the browser's JSON API takes and gives of packages. Times are milliseconds since 1970 UTC, sizes are bytes."""

from typing import Literal

import msgspec

from shortlist.web.wire import CandidateLink, File, VersionLink
from shortlist.web.wire_ci import Ci

Type = Literal["generic", "ml_model"]


class Package(msgspec.Struct):
    id: int
    type: Type
    name: str
    version: str
    hidden: bool
    created_at: int
    created_by: str | None
    downloaded_at: int | None
    files: int
    size: int


class PackageList(msgspec.Struct):
    """A page of packages, how many match, and what the project keeps and may keep (None: no limit)."""

    packages: list[Package]
    total: int
    kept: int
    limit: int | None


class PackageQuery(msgspec.Struct):
    """Packages whose name has the text in it, the newest first."""

    search: str = ""
    type: Type | None = None
    page: int = 1


class PackageSettings(msgspec.Struct):
    """A project's rules for packages.

    Where duplicates are not allowed, a second upload to the path of a generic package's file is refused, but for
    packages whose name or version is, as a whole, what the regular expression `duplicate_exceptions` describes.
    `size_limit` is what the project may keep by its own limit; None: as the instance says.
    """

    duplicates_allowed: bool
    duplicate_exceptions: str
    size_limit: int | None


class PackageSettingsChange(msgspec.Struct):
    """What is left out stays as it is. The limit is set by those who look after the server."""

    duplicates_allowed: bool | None = None
    duplicate_exceptions: str | None = None


class PackagePath(msgspec.Struct):
    package: int


class PackagePage(msgspec.Struct):
    """A package with its files. It belongs to a version of a model, to a candidate, or to neither. Of a version,
    `candidate` is what it was made from. `ci` is the job that made the candidate, else the one that was the last
    to upload. `closed`: what it belongs to is deleted, so its files stay as they are."""

    package: Package
    files: list[File]
    files_truncated: bool
    closed: bool
    versions: list[Package]
    candidate: CandidateLink | None
    model_version: VersionLink | None
    ci: Ci | None
