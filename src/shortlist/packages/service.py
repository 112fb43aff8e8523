"""Files of packages: upload, find, list, read, delete. A file is visible when its bytes are durable and committed."""

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Hashable, Sequence
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.audit import service as audit
from shortlist.blobs.blocks import Buffer
from shortlist.blobs.types import Stored
from shortlist.clock import now_ms
from shortlist.db.together import Together
from shortlist.errors import DomainError, InvalidValue, NotFound, TooLarge, Unavailable
from shortlist.packages import adding, contents, notes, rules, store
from shortlist.packages.adding import NewFile
from shortlist.packages.contents import Storage
from shortlist.packages.locations import in_database, new_location
from shortlist.packages.targets import Below, SmallUpload, Target, below
from shortlist.packages.types import Entry, Incoming, PackageFile, PackageRef, PackageType

ResultT = TypeVar("ResultT")

# So little is sent sooner than it is known whether it may be.
_SMALL_BYTES = 1024 * 1024


def candidate_package(experiment_iid: int, candidate_iid: int) -> PackageRef:
    """The package whose files are a candidate's artifacts."""
    return PackageRef(PackageType.ML_MODEL, f"{rules.CANDIDATES}{experiment_iid}", str(candidate_iid))


async def upload(storage: Storage, scope: Scope, target: Target, body: Incoming) -> PackageFile:
    """Store a file, replacing the one at its path. Returns when it is durable; before that, nothing can be seen.

    `target` says in which package and at which path, inside a transaction.

    Raises:
        InvalidValue: a wrong path, a path that is or runs through another file, fewer bytes than announced, or a
            duplicate where the project allows none.
        TooLarge: more bytes than a file may have. QuotaExceeded: more than the project may keep.
        Unavailable: the store or the database failed.
    """
    if body.size is not None and body.size > storage.max_file_bytes:
        raise TooLarge(
            f"The file has {body.size} bytes; the limit is {storage.max_file_bytes}.", field="Content-Length"
        )
    if body.size is not None and body.size <= storage.small_bytes:
        return await _upload_small(storage, scope, target, body)

    def check(connection: Connection) -> tuple[PackageRef, str]:
        ref, path = _checked(connection, target)
        # What is refused is known before many bytes travel; it is checked again, for good, in the transaction.
        announced = body.size or 0
        if body.size is None or announced > _SMALL_BYTES:
            adding.check_allowed(connection, scope, ref, path, announced)
        return ref, path

    ref, path = await storage.database.read(check)
    location = new_location(scope.project_id)
    stored = await storage.blobs.put_stream(location, complete_body(body), storage.max_file_bytes)
    new = NewFile(path, stored, rules.media_type(path, body.content_type), location, body.status)
    made = await committed(storage, location, lambda connection: adding.add(connection, scope, ref, new))
    if made.redundant:
        await discard(storage, location)
    return made.file


async def _upload_small(storage: Storage, scope: Scope, target: Target, body: Incoming) -> PackageFile:
    """One transaction, which others share: it finds the place, keeps the bytes, and makes them visible."""
    content = b"".join([chunk async for chunk in body.chunks])
    _check_size(body, len(content))
    stored = Stored(len(content), hashlib.sha256(content).digest())
    small = SmallUpload(scope, target, stored, content, body.content_type, body.status)
    together = storage.together or Together(storage.database, add_small)
    return await together.write(scope.project_id, small)


def add_small(connection: Connection, uploads: Sequence[SmallUpload]) -> list[PackageFile]:
    """Make files of uploads in one project.

    Raises:
        What `adding.add_all` raises, and what their targets raise; none is a file then.
    """
    places: dict[Hashable, tuple[PackageRef, str]] = {}
    additions: list[adding.Addition] = []
    for scope, target, stored, content, content_type, status in uploads:
        ref, path = _checked(connection, target, places)
        location = in_database(scope.project_id, stored.sha256)
        new = NewFile(path, stored, rules.media_type(path, content_type), location, status, content)
        additions.append(adding.Addition(scope, ref, new))
    return [made.file for made in adding.add_all(connection, additions)]


def _checked(
    connection: Connection, target: Target, known: dict[Hashable, tuple[PackageRef, str]] | None = None
) -> tuple[PackageRef, str]:
    """The package and the path of a target. `known` are the places of targets that were asked for already."""
    if not isinstance(target, Below) or known is None:
        ref, path = target(connection)
        return rules.check_ref(ref), rules.check_path(path)
    place = known.get(target.key)
    if place is None:
        ref, folder = target.find(connection)
        place = known[target.key] = rules.check_ref(ref), folder
    return place[0], rules.check_path(below(place[1], target.path))


async def committed(storage: Storage, location: str, work: Callable[[Connection], ResultT]) -> ResultT:
    """What a transaction answers that makes use of a new object; where it refuses, the object is deleted."""
    try:
        return await storage.database.write(work)
    except Unavailable:
        # The commit may have happened although its answer was lost, so the object stays; a sweep knows what it is.
        raise
    except DomainError:
        await discard(storage, location)
        raise


async def complete_body(body: Incoming) -> AsyncIterator[Buffer]:
    """The chunks of a body; one that ends before or goes on beyond its announced size is refused."""
    received = 0
    async for chunk in body.chunks:
        received += len(chunk)
        if body.size is not None and received > body.size:
            break
        yield chunk
    _check_size(body, received)


def _check_size(body: Incoming, received: int) -> None:
    if body.size is not None and received != body.size:
        raise InvalidValue(
            f"The body has {received} bytes although its Content-Length says {body.size}.", field="Content-Length"
        )


async def discard(storage: Storage, location: str) -> None:
    """Delete an object that nothing refers to. Failing to is no failure of the upload: a sweep finds it."""
    try:
        await storage.blobs.delete([location])
    except Unavailable:
        return


def find(connection: Connection, scope: Scope, ref: PackageRef, path: str) -> PackageFile | None:
    """The file at a path.

    Raises:
        InvalidValue: no file can have this path.
    """
    rules.check_path(path)
    package_id = store.package_id(connection, scope, ref)
    return None if package_id is None else store.file_at(connection, scope, package_id, path)


def list_directory(connection: Connection, scope: Scope, ref: PackageRef, path: str) -> list[Entry]:
    """What is directly in a directory, by name; nothing when there is no such directory.

    Raises:
        InvalidValue: no directory can have this path.
    """
    directory = rules.check_directory(path)
    package_id = store.package_id(connection, scope, ref)
    return [] if package_id is None else store.entries(connection, scope, package_id, directory)


def get(connection: Connection, scope: Scope, ref: PackageRef, path: str) -> PackageFile:
    """The file at a path.

    Raises:
        InvalidValue: the path is a directory, or no file can have it. NotFound: there is nothing.
    """
    directory = rules.check_directory(path)
    package_id = store.package_id(connection, scope, ref)
    file = None
    if package_id is not None:
        file = store.file_at(connection, scope, package_id, path)
    if file is not None:
        return file
    if not directory or (package_id is not None and store.has_below(connection, scope, package_id, directory)):
        raise InvalidValue(f"Invalid path {path!r}: it is a directory.", field="path")
    raise NotFound(f"There is no file at {path!r}.", field="path")


def files(
    connection: Connection, scope: Scope, ref: PackageRef, limit: int, below: str = ""
) -> tuple[list[PackageFile], bool]:
    """The first `limit` files, of all or below a directory, in order of their paths, and whether there are more."""
    package_id = store.package_id(connection, scope, ref)
    if package_id is None:
        return [], False
    found = store.files(connection, scope, package_id, limit + 1, below)
    return found[:limit], len(found) > limit


def delete_tree(connection: Connection, scope: Scope, ref: PackageRef, path: str) -> int:
    """Softly delete a file, everything below a directory, or (empty path) everything. The number of files.

    Raises:
        InvalidValue: nothing can have this path.
    """
    path = rules.check_directory(path)
    package_id = store.package_id(connection, scope, ref)
    if package_id is None:
        return 0
    store.lock(connection, scope.project_id)
    notes.note(connection, scope, ref)
    deleted = store.delete_tree(connection, scope, package_id, path, now_ms())
    if deleted:
        target = f"{ref.name} {ref.version}"
        audit.record_in(connection, scope, "package_file:delete", target, package_id, path=path, files=deleted)
    return deleted


async def read(storage: Storage, file: PackageFile, start: int = 0, end: int | None = None) -> AsyncGenerator[bytes]:
    """The bytes of a file from `start` up to, not including, `end`; the first are read before this returns.

    Raises:
        Unavailable: the store failed; also later, from the iterator.
    """
    return await contents.open_range(storage, file.location, start, file.size if end is None else min(end, file.size))


async def local_file(storage: Storage, file: PackageFile) -> Path | None:
    """Where a large file lies as a file of this machine; None where it does not.

    Raises:
        Unavailable: it should be there, and is not.
    """
    return await contents.local_file(storage, file.location, file.size)
