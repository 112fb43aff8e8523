"""Making files of what is stored: their places are free, the project may keep so much, and their rows are written.

Several at once ask what they have in common once.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.blobs.types import Stored
from shortlist.clock import now_ms
from shortlist.errors import InvalidValue, QuotaExceeded
from shortlist.packages import notes, quotas, rules, store, store_contents, store_jobs, store_registry
from shortlist.packages.types import PackageFile, PackageRef, PackageStatus, PackageType


class NewFile(NamedTuple):
    """What is to become a file. It is stored already, or has its content here and a location in the database."""

    path: str
    stored: Stored
    content_type: str
    location: str
    status: PackageStatus | None = None
    content: bytes | None = None


class Addition(NamedTuple):
    """Who adds what to which package."""

    scope: Scope
    ref: PackageRef
    new: NewFile


class Committed(NamedTuple):
    """A file that can be seen now."""

    file: PackageFile
    redundant: bool  # the same bytes were there already


class Entangled(Exception):  # noqa: N818 - no failure: each of them may be added alone
    """Of several files, one would be at the place of another."""


def add(connection: Connection, scope: Scope, ref: PackageRef, new: NewFile) -> Committed:
    """Make a file of what is stored. Where its bytes were there already, those at the new location are redundant.

    Raises:
        InvalidValue: its path is or runs through another file, or it is a duplicate where there may be none.
        QuotaExceeded.
    """
    return add_all(connection, [Addition(scope, ref, new)])[0]


def add_all(connection: Connection, additions: Sequence[Addition]) -> list[Committed]:
    """The same for several files of one project; when one is refused, none is added.

    Raises:
        Entangled: what becomes of one depends on another.
    """
    scope = additions[0].scope
    now = now_ms()
    # This is the lock, too; where a file is refused, both are given back.
    first_id = store.take_file_ids(connection, scope, len(additions))
    packages = _packages(connection, additions, now)
    places: dict[bytes, str] = {}
    contents: list[tuple[Stored, str, bytes | None]] = []
    made: list[Committed] = []
    for file_id, (by, ref, new) in enumerate(additions, first_id):
        package_id, digest = packages[ref], new.stored.sha256
        location, below = store.location_and_below(connection, scope, package_id, new.path, digest)
        if below is not None:
            raise _not_free(new.path, below)
        location = location or places.get(digest)
        if location is None:
            location = new.location
            contents.append((new.stored, location, new.content))
        places[digest] = location
        if new.status is not None:
            store_registry.set_status(connection, scope, package_id, new.status)
        file = PackageFile(
            id=file_id,
            package_id=package_id,
            path=new.path,
            size=new.stored.size,
            sha256=digest,
            content_type=new.content_type,
            created_at=now,
            created_by=by.actor.user_id,
            location=location,
        )
        made.append(Committed(file, location != new.location))
    _note_jobs(connection, additions, packages, now)
    store_contents.add(connection, scope, contents, now)
    check_quota(connection, scope.project_id, 0)
    store.put_files(connection, scope, [one.file for one in made])
    return made


def _packages(connection: Connection, additions: Sequence[Addition], now: int) -> dict[PackageRef, int]:
    """The packages of all that is added, made where they are missing. Refuses what cannot be in them."""
    paths: defaultdict[PackageRef, list[str]] = defaultdict(list)
    for scope, ref, new in additions:
        paths[ref].append(new.path)
        _check_duplicate(connection, scope, ref, new.path)
    scope = additions[0].scope
    found: dict[PackageRef, int] = {}
    for ref, added in paths.items():
        directories = {directory: path for path in added for directory in rules.ancestors(path)}
        if len(set(added)) < len(added) or not directories.keys().isdisjoint(added):
            raise Entangled
        package_id = store.package_id(connection, scope, ref)
        if package_id is None:
            package_id = store.add_package(connection, scope, ref, now)
        else:
            _check_directories(connection, scope, package_id, directories)
        found[ref] = package_id
        notes.note(connection, scope, ref)
    return found


def _note_jobs(
    connection: Connection, additions: Sequence[Addition], packages: Mapping[PackageRef, int], now: int
) -> None:
    """Which CI job uploads to a package; candidates have that noted themselves."""
    scope = additions[0].scope
    proofs = {
        packages[ref]: by.actor.proof
        for by, ref, _ in additions
        if by.actor.proof is not None and by.actor.proof.project_id == by.project_id and not rules.has_candidate(ref)
    }
    store_jobs.put(connection, scope, proofs, now)


def check_allowed(connection: Connection, scope: Scope, ref: PackageRef, path: str, coming: int) -> None:
    """Refuse a file of `coming` bytes that cannot be there, is too much for the project, or is a duplicate."""
    package_id = store.package_id(connection, scope, ref)
    if package_id is not None:
        _check_directories(connection, scope, package_id, dict.fromkeys(rules.ancestors(path), path))
        below = store.file_below(connection, scope, package_id, path)
        if below is not None:
            raise _not_free(path, below)
    check_quota(connection, scope.project_id, coming)
    _check_duplicate(connection, scope, ref, path)


def check_quota(connection: Connection, project_id: int, coming: int) -> None:
    """Raises QuotaExceeded: with so many bytes more the project would keep more than it may."""
    limit = quotas.limit(connection, project_id)
    if limit is None:
        return
    kept = store.stored_bytes(connection, project_id)
    if kept + coming > limit:
        raise QuotaExceeded(
            f"With this file the project would keep {_written(kept + coming)}, and it may keep {_written(limit)}. "
            "Nothing was changed. Deleted files count until a sweep frees them.",
            field="size",
        )


def _written(size: int) -> str:
    return f"{size / 1e6:,.2f} MB" if size >= 1_000_000 else f"{size} bytes"


def _check_directories(connection: Connection, scope: Scope, package_id: int, directories: dict[str, str]) -> None:
    """Refuse a path one of whose directories is a file. `directories` has a path that needs it for each."""
    # One by one: of a list of paths, SQLite makes a search through all files of the project.
    for directory, path in directories.items():
        if store.is_file(connection, scope, package_id, directory):
            raise _not_free(path, directory)


def _check_duplicate(connection: Connection, scope: Scope, ref: PackageRef, path: str) -> None:
    if ref.type is not PackageType.GENERIC:
        return
    settings = store_registry.settings(connection, scope.project_id)
    if settings.duplicates_allowed or rules.matches(settings.duplicate_exceptions, ref):
        return
    package_id = store.package_id(connection, scope, ref)
    if package_id is not None and store.is_file(connection, scope, package_id, path):
        raise InvalidValue("Duplicate package is not allowed", field="file_name")


def _not_free(path: str, other: str) -> InvalidValue:
    file, directory = (path, other) if other.startswith(path + "/") else (other, path)
    return InvalidValue(
        f"Invalid path {path!r}: there is {other!r}, and {file!r} cannot be a file and a directory of {directory!r}.",
        field="path",
    )
