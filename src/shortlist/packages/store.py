"""SQL on packages, their files, and the stored contents that files point at."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from shortlist.access.scope import Scope
from shortlist.db import counters
from shortlist.db.dialect import insert_ignore
from shortlist.db.prepared import Prepared
from shortlist.packages import store_contents
from shortlist.packages.tables import blob, package, package_file, package_sweep
from shortlist.packages.types import Entry, PackageFile, PackageRef

FILES = "package_file"  # the counter of a project that has the number of its last file
_MAX_IN = 500
# Rows of `package_sweep`: when a sweep began, until when nothing is freed, when small contents were last moved.
SWEEP, _HOLD, MOVE = 1, 2, 3

FILE_COLUMNS = (
    *(package_file.c[name] for name in PackageFile.__struct_fields__ if name != "location"),
    blob.c.location,
)
FILES_WITH_CONTENT = package_file.join(
    blob, and_(blob.c.project_id == package_file.c.project_id, blob.c.sha256 == package_file.c.sha256)
)

_FILE = tuple(name for name in PackageFile.__struct_fields__ if name != "location")


def _this(*columns: ColumnElement[Any]) -> tuple[ColumnElement[bool], ...]:
    """Each of these columns has the value of its name."""
    return tuple(column == bindparam(column.key) for column in columns)


def _living() -> tuple[ColumnElement[bool], ...]:
    return *_this(package_file.c.project_id, package_file.c.package_id), package_file.c.deleted_at.is_(None)


def _below_any(_dialect: str) -> Select[tuple[str]]:
    path = package_file.c.path
    return select(path).where(*_living(), path > bindparam("first"), path < bindparam("last")).limit(1)


def _replace(_dialect: str) -> ClauseElement:
    one = _this(package_file.c.project_id, package_file.c.package_id, package_file.c.path)
    statement = update(package_file).where(*one, package_file.c.deleted_at.is_(None))
    return statement.values(deleted_at=bindparam("now"))


# What each upload asks and does.
_PACKAGE_ID = Prepared(
    lambda _: select(package.c.id).where(
        *_this(package.c.project_id, package.c.type, package.c.name, package.c.version)
    )
)
_AT = Prepared(lambda _: select(package_file.c.path).where(*_living(), *_this(package_file.c.path)))
_BELOW = Prepared(_below_any)
_LOCATION_AND_BELOW = Prepared(
    lambda dialect: select(
        store_contents.LOCATION.scalar_subquery().label("location"),
        _below_any(dialect).scalar_subquery().label("below"),
    )
)
_REPLACE = Prepared(_replace)
_FILE_AT = Prepared(
    lambda _: select(*FILE_COLUMNS).select_from(FILES_WITH_CONTENT).where(*_living(), *_this(package_file.c.path))
)
_ADD_FILE = Prepared(
    lambda _: package_file.insert().values({name: bindparam(name) for name in ("project_id", *_FILE)})
)


def lock(connection: Connection, project_id: int) -> None:
    """Wait until no other transaction changes files of the project, and keep others waiting until commit.

    What is read afterwards is therefore still true at commit: one file a path, one content a hash, and no content
    swept between its look-up and the row that refers to it.
    """
    counters.take(connection, project_id, FILES, 0)


def package_id(connection: Connection, scope: Scope, ref: PackageRef) -> int | None:
    row = _PACKAGE_ID.row(
        connection, project_id=scope.project_id, type=ref.type.value, name=ref.name, version=ref.version
    )
    return None if row is None else row[0]


def obtain_package(connection: Connection, scope: Scope, ref: PackageRef, now: int) -> int:
    """The id of a package, which is made when it is missing. The caller holds the lock."""
    found = package_id(connection, scope, ref)
    return add_package(connection, scope, ref, now) if found is None else found


def add_package(connection: Connection, scope: Scope, ref: PackageRef, now: int) -> int:
    """Make a package that is missing; its id. The caller holds the lock."""
    new = counters.take(connection, scope.project_id, "package")
    connection.execute(
        package.insert(),
        {
            "project_id": scope.project_id,
            "id": new,
            "type": ref.type.value,
            "name": ref.name,
            "version": ref.version,
            "created_at": now,
            "created_by": scope.actor.user_id,
        },
    )
    return new


def stored_bytes(connection: Connection, project_id: int) -> int:
    """How many bytes the project keeps, each content once, deleted ones included until they are swept."""
    return counters.read(connection, project_id, store_contents.BYTES)


def take_file_ids(connection: Connection, scope: Scope, count: int) -> int:
    """The first of so many numbers of files in a row, and the lock."""
    return counters.take(connection, scope.project_id, FILES, count)


def put_files(connection: Connection, scope: Scope, files: Sequence[PackageFile]) -> None:
    """Add files; what is at one of their paths is deleted softly. The caller holds the lock."""
    here = {"project_id": scope.project_id}
    rows = [here | {name: getattr(file, name) for name in _FILE} for file in files]
    _REPLACE.run_many(connection, [row | {"now": row["created_at"]} for row in rows])
    _ADD_FILE.run_many(connection, rows)


def is_file(connection: Connection, scope: Scope, package: int, path: str) -> bool:
    return _AT.row(connection, project_id=scope.project_id, package_id=package, path=path) is not None


def file_below(connection: Connection, scope: Scope, package: int, path: str) -> str | None:
    """A file below a path as if that were a directory."""
    here = {"project_id": scope.project_id, "package_id": package}
    row = _BELOW.row(connection, **here, first=path + "/", last=path + "0")
    return None if row is None else row[0]


def location_and_below(
    connection: Connection, scope: Scope, package: int, path: str, sha256: bytes
) -> tuple[str | None, str | None]:
    """Where a content is kept, if it is, and `file_below`. One statement."""
    here = {"project_id": scope.project_id, "package_id": package, "sha256": sha256}
    [found] = _LOCATION_AND_BELOW.rows(connection, **here, first=path + "/", last=path + "0")
    return found[0], found[1]


def has_below(connection: Connection, scope: Scope, package: int, directory: str) -> bool:
    statement = select(package_file.c.id).where(*_active(scope, package), _below(directory)).limit(1)
    return connection.execute(statement).first() is not None


def file_at(connection: Connection, scope: Scope, package: int, path: str) -> PackageFile | None:
    row = _FILE_AT.row(connection, project_id=scope.project_id, package_id=package, path=path)
    return None if row is None else PackageFile(*row)


def files(connection: Connection, scope: Scope, package: int, limit: int, directory: str = "") -> list[PackageFile]:
    """The first `limit` files, of all or below a directory, in order of their paths."""
    statement = (
        select(*FILE_COLUMNS)
        .select_from(FILES_WITH_CONTENT)
        .where(*_active(scope, package), *([_below(directory)] if directory else []))
        .order_by(package_file.c.path)
        .limit(limit)
    )
    return [PackageFile(*row) for row in connection.execute(statement)]


def entries(connection: Connection, scope: Scope, package: int, directory: str) -> list[Entry]:
    """What is directly in a directory, in order of the names. The database groups; one row an entry comes out."""
    start = len(directory) + 2 if directory else 1
    rest = func.substr(package_file.c.path, start)
    find = func.strpos if connection.dialect.name == "postgresql" else func.instr
    slash = find(rest, "/")
    name = case((slash > 0, func.substr(rest, 1, slash - 1)), else_=rest)
    found = select(name.label("name"), (slash > 0).label("is_dir"), package_file.c.size.label("size")).where(
        *_active(scope, package), *([_below(directory)] if directory else [])
    )
    inner = found.subquery()
    statement = (
        select(inner.c.name, inner.c.is_dir, func.sum(inner.c.size))
        .group_by(inner.c.name, inner.c.is_dir)
        .order_by(inner.c.name)
    )
    return [Entry(name, bool(is_dir), int(size)) for name, is_dir, size in connection.execute(statement)]


def delete_tree(connection: Connection, scope: Scope, package: int, path: str, now: int) -> int:
    """Softly delete a file, or everything below a directory, or (empty path) everything. The number of files."""
    chosen = or_(package_file.c.path == path, _below(path)) if path else None
    return _soft_delete(connection, scope, package, chosen, now)


def _soft_delete(
    connection: Connection, scope: Scope, package: int, chosen: ColumnElement[bool] | None, now: int
) -> int:
    statement = update(package_file).where(*_active(scope, package)).values(deleted_at=now)
    if chosen is not None:
        statement = statement.where(chosen)
    return connection.execute(statement).rowcount


def _active(scope: Scope, package: int) -> tuple[ColumnElement[bool], ...]:
    return (
        package_file.c.project_id == scope.project_id,
        package_file.c.package_id == package,
        package_file.c.deleted_at.is_(None),
    )


def _below(directory: str) -> ColumnElement[bool]:
    """Paths below a directory: a range of the index, because `0` follows `/` in byte order."""
    return and_(package_file.c.path > directory + "/", package_file.c.path < directory + "0")


def claim(connection: Connection, work: int, now: int, before: int) -> bool:
    """Whether a background work (SWEEP, MOVE) last began before a time and nobody else takes it; it begins now.

    One that began far in the future was begun by a clock that has been set back since, and is not waited for.
    """
    insert_ignore(connection, package_sweep, [{"id": work, "began_at": 0}])
    began = package_sweep.c.began_at
    due = or_(began < before, began > 2 * now - before)
    taken = update(package_sweep).where(package_sweep.c.id == work, due)
    return connection.execute(taken.values(began_at=now)).rowcount == 1


def release(connection: Connection, work: int) -> None:
    """Let a work be claimed again at once."""
    connection.execute(update(package_sweep).where(package_sweep.c.id == work).values(began_at=0))


def hold_sweeps(connection: Connection, until: int) -> None:
    """Let no sweep free contents before a time: what a backup has seen must stay until it is copied."""
    insert_ignore(connection, package_sweep, [{"id": _HOLD, "began_at": 0}])
    connection.execute(update(package_sweep).where(package_sweep.c.id == _HOLD).values(began_at=until))


def sweeps_held(connection: Connection, now: int) -> bool:
    """Whether contents must stay for now. In a writing transaction this is still true at its commit."""
    insert_ignore(connection, package_sweep, [{"id": _HOLD, "began_at": 0}])
    held = select(package_sweep.c.began_at).where(package_sweep.c.id == _HOLD).with_for_update(read=True)
    return connection.execute(held).scalar_one() > now


def sweep_began(connection: Connection) -> int | None:
    """When the last sweep began; None before the first."""
    began = select(package_sweep.c.began_at).where(package_sweep.c.id == SWEEP)
    return connection.execute(began).scalar_one_or_none()


def projects_with_content(connection: Connection) -> list[int]:
    """Every project that ever stored a file; for the sweep, which is nobody's request and has no scope."""
    statement = select(blob.c.project_id).distinct().order_by(blob.c.project_id)
    return list(connection.execute(statement).scalars())


def deleted_files(connection: Connection, project_id: int, before: int) -> int:
    """How many file rows were deleted before a time."""
    statement = select(func.count()).select_from(package_file).where(*_deleted(project_id, before))
    return connection.execute(statement).scalar_one()


def purge_files(connection: Connection, project_id: int, before: int) -> int:
    """Remove the rows of files that were deleted before a time, and those of packages; the number of files."""
    count = connection.execute(delete(package_file).where(*_deleted(project_id, before))).rowcount
    in_use = exists().where(package_file.c.project_id == project_id, package_file.c.package_id == package.c.id)
    gone = (package.c.project_id == project_id, package.c.deleted_at.is_not(None), package.c.deleted_at < before)
    connection.execute(delete(package).where(*gone, ~in_use))
    return count


def unused_contents(connection: Connection, project_id: int, before: int) -> list[tuple[bytes, str, int]]:
    """Contents to which no file refers, but for files deleted before a time: (sha256, location, size)."""
    used = exists().where(
        package_file.c.project_id == project_id,
        package_file.c.sha256 == blob.c.sha256,
        or_(package_file.c.deleted_at.is_(None), package_file.c.deleted_at >= before),
    )
    statement = select(blob.c.sha256, blob.c.location, blob.c.size).where(
        blob.c.project_id == project_id, blob.c.created_at < before, ~used
    )
    return [(sha256, location, size) for sha256, location, size in connection.execute(statement)]


def forget_contents(connection: Connection, project_id: int, hashes: Sequence[bytes]) -> None:
    for first in range(0, len(hashes), _MAX_IN):
        some = hashes[first : first + _MAX_IN]
        chosen = (blob.c.project_id == project_id, blob.c.sha256.in_(some))
        size = connection.execute(select(func.coalesce(func.sum(blob.c.size), 0)).where(*chosen)).scalar_one()
        store_contents.forget(connection, project_id, some)
        connection.execute(delete(blob).where(*chosen))
        counters.take(connection, project_id, store_contents.BYTES, -int(size))


def known_locations(connection: Connection, project_id: int, locations: Sequence[str]) -> set[str]:
    """Those of `locations` that hold a content."""
    statement = select(blob.c.location).where(blob.c.project_id == project_id, blob.c.location.in_(locations))
    return set(connection.execute(statement).scalars())


def _deleted(project_id: int, before: int) -> tuple[ColumnElement[bool], ...]:
    return (
        package_file.c.project_id == project_id,
        package_file.c.deleted_at.is_not(None),
        package_file.c.deleted_at < before,
    )
