"""The package registry: packages found, shown, renamed and deleted. Functions run in a transaction of the caller.

Which packages a caller sees follows from the project's features: the package registry must be open to them, and what
belongs to candidates or to models must be, too.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from shortlist.access.policy import can_see_feature
from shortlist.access.roles import Feature
from shortlist.access.scope import Scope
from shortlist.audit import service as audit
from shortlist.clock import now_ms
from shortlist.errors import NotFound
from shortlist.packages import notes, rules, store, store_jobs
from shortlist.packages import store_registry as store_packages
from shortlist.packages.store_registry import Closed
from shortlist.packages.types import (
    Contents,
    Package,
    PackageFile,
    PackageQuery,
    PackageRef,
    PackageType,
    UploadingJob,
)

_HOUR = 60 * 60 * 1000
_MAX_VERSIONS = 100


def page(
    connection: Connection, scope: Scope, query: PackageQuery, limit: int, offset: int = 0
) -> tuple[list[Package], int]:
    """A page of the packages that the caller may see, and how many match."""
    return store_packages.page(connection, scope, query, _closed(scope), limit, offset)


def get(connection: Connection, scope: Scope, package_id: int) -> Package:
    found = store_packages.by_id(connection, scope, package_id, _closed(scope))
    if found is None:
        raise NotFound(f"There is no package {package_id} in this project.", field="package_id")
    return found


def versions(connection: Connection, scope: Scope, package: Package) -> list[Package]:
    """Other packages of the same type and name, newest first, at most 100."""
    return store_packages.versions(connection, scope, package, _MAX_VERSIONS)


def contents(connection: Connection, scope: Scope, packages: list[Package]) -> dict[int, Contents]:
    """What each package holds, by id."""
    return store_packages.contents(connection, scope, [package.id for package in packages])


def last_jobs(connection: Connection, scope: Scope, packages: Sequence[Package]) -> dict[int, UploadingJob]:
    """The CI job that was the last to upload to each package, by id, of those that have one of their own."""
    return store_jobs.last(connection, scope, [package.id for package in packages])


def files_named(
    connection: Connection, scope: Scope, words: Sequence[str], limit: int
) -> list[tuple[PackageFile, Package]]:
    """Files that the caller may see with every one of the words in their path, the newest first."""
    return store_packages.files_named(connection, scope, words, PackageQuery().statuses, _closed(scope), limit)


def files(  # noqa: PLR0913 - a page of an ordered list
    connection: Connection,
    scope: Scope,
    package: Package,
    order: str,
    limit: int,
    offset: int = 0,
    *,
    descending: bool = False,
) -> tuple[list[PackageFile], int]:
    """A page of a package's files, and how many there are. `order` is id, created_at or file_name."""
    return store_packages.files(connection, scope, package.id, order, limit, offset, descending=descending)


def file(connection: Connection, scope: Scope, package: Package, file_id: int) -> PackageFile:
    """A file of a package by its id."""
    found = store_packages.file_by_id(connection, scope, package.id, file_id)
    if found is None:
        raise NotFound(f"There is no file {file_id} in the package {package.id}.", field="package_file_id")
    return found


def file_of_ticket(connection: Connection, project_id: int, file_id: int) -> PackageFile | None:
    """A file for who has a signed address of it; None when it was deleted."""
    return store_packages.file_of_ticket(connection, project_id, file_id)


def delete(connection: Connection, scope: Scope, package: Package) -> None:
    """Softly delete a package with its files. Its name and version can be used again at once."""
    store.lock(connection, scope.project_id)
    store_packages.delete(connection, scope, package.id, now_ms())
    notes.note(connection, scope, package.ref)
    audit.record_in(connection, scope, "package:delete", f"{package.ref.name} {package.ref.version}", package.id)


def delete_of(connection: Connection, scope: Scope, ref: PackageRef) -> None:
    """The same for a package by its name; one that is not there is passed over."""
    store.lock(connection, scope.project_id)
    store_packages.delete(connection, scope, ref, now_ms())


def delete_file(connection: Connection, scope: Scope, package: Package, file_id: int) -> None:
    """Softly delete one file."""
    store.lock(connection, scope.project_id)
    if not store_packages.delete_file(connection, scope, package.id, file_id, now_ms()):
        file(connection, scope, package, file_id)
    notes.note(connection, scope, package.ref)
    audit.record_in(
        connection, scope, "package_file:delete", f"{package.ref.name} {package.ref.version}", package.id, file=file_id
    )


def rename(connection: Connection, scope: Scope, old: PackageRef, new: PackageRef) -> None:
    """Give a package another name or version, which must be free; one that is not there is passed over."""
    if old != new:
        store.lock(connection, scope.project_id)
        store_packages.rename(connection, scope, old, rules.check_ref(new))


def adopt(connection: Connection, scope: Scope, source: PackageRef, path: str, target: PackageRef) -> int:
    """Give the files of one package at or below a directory to another package. No bytes are copied.

    The number of files; where it is 0, no package was made.
    """
    source_id = store.package_id(connection, scope, source)
    if source_id is None or (path and not store.has_below(connection, scope, source_id, path)):
        return 0
    store.lock(connection, scope.project_id)
    now = now_ms()
    target_id = store.obtain_package(connection, scope, rules.check_ref(target), now)
    return store_packages.copy_files(connection, scope, source_id, path, target_id, now)


def needs_note(package: Package) -> bool:
    """Whether a download is to be noted: not where one was in the last hour, so that reading stays reading."""
    return package.downloaded_at is None or package.downloaded_at < now_ms() - _HOUR


def note_download(connection: Connection, scope: Scope, package: Package) -> None:
    store_packages.note_download(connection, scope, package.id, now_ms())


def by_ref(connection: Connection, scope: Scope, ref: PackageRef) -> Package | None:
    """A package by its name, whether or not it is among what the caller may list."""
    return store_packages.by_ref(connection, scope, ref)


def check_visible(scope: Scope, ref: PackageRef) -> None:
    """Refuse what belongs to a part of the project that is closed to the caller.

    Raises:
        NotFound: as for a package that is not there.
    """
    if ref.type is not PackageType.ML_MODEL:
        return
    feature = Feature.MODEL_EXPERIMENTS if rules.is_of_candidates(ref.name) else Feature.MODEL_REGISTRY
    if not can_see_feature(scope.actor, scope.project, feature):
        raise NotFound("Package not found", field="package_name")


def _closed(scope: Scope) -> Closed:
    return Closed(
        candidates=not can_see_feature(scope.actor, scope.project, Feature.MODEL_EXPERIMENTS),
        models=not can_see_feature(scope.actor, scope.project, Feature.MODEL_REGISTRY),
    )
