"""The packages of versions, which follow the names of their models."""

from collections.abc import Sequence

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.models.types import VersionRecord
from shortlist.packages import registry
from shortlist.packages.types import PackageRef, PackageType


def package(record: VersionRecord) -> PackageRef:
    """The package of a version: named after its model, with its semantic version, which every version has."""
    return PackageRef(PackageType.ML_MODEL, record.model_name, record.semver)


def drop(connection: Connection, scope: Scope, record: VersionRecord) -> None:
    """Delete the files of a version that is being deleted; what it was made from keeps its own."""
    registry.delete_of(connection, scope, package(record))


def rename(connection: Connection, scope: Scope, record: VersionRecord, name: str, semver: str) -> None:
    """Keep the package's name and version those of the version."""
    registry.rename(connection, scope, package(record), PackageRef(PackageType.ML_MODEL, name, semver))


def rename_all(connection: Connection, scope: Scope, records: Sequence[VersionRecord], name: str) -> None:
    """The same for every version of a model that gets another name."""
    for record in records:
        rename(connection, scope, record, name, record.semver)
