"""SQL on contents: where each is kept, and the small ones, which the database keeps until there are too many."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, delete, exists, func, select, update

from shortlist.access.scope import Scope
from shortlist.blobs.types import Stored
from shortlist.db import counters
from shortlist.db.prepared import Prepared
from shortlist.packages.locations import in_database
from shortlist.packages.tables import blob, package, package_file, small_content
from shortlist.packages.types import Kept, SmallContent
from shortlist.projects.tables import project

# Counters of a project: the bytes that it keeps, and those of them that are in the database.
BYTES = "package_bytes"
_SMALL_BYTES = "small_content_bytes"
_MAX_IN = 500

_BLOB = ("project_id", "sha256", "size", "location", "created_at")


def _this(table: Table) -> tuple[ColumnElement[bool], ...]:
    return tuple(column == bindparam(column.key) for column in (table.c.project_id, table.c.sha256))


# Where a content is kept, by its values `project_id` and `sha256`.
LOCATION = select(blob.c.location).where(*_this(blob))
_LOCATION = Prepared(lambda _: LOCATION)
_ADD_BLOB = Prepared(lambda _: blob.insert().values({name: bindparam(name) for name in _BLOB}))
_GET = Prepared(lambda _: select(small_content.c.content).where(*_this(small_content)))
_ADD = Prepared(
    lambda _: small_content.insert().values({name: bindparam(name) for name in ("project_id", "sha256", "content")})
)


def get(connection: Connection, project_id: int, sha256: bytes) -> bytes | None:
    row = _GET.row(connection, project_id=project_id, sha256=sha256)
    return None if row is None else bytes(row[0])


def location_of(connection: Connection, project_id: int, sha256: bytes) -> str | None:
    """Where a content is kept, if it is."""
    row = _LOCATION.row(connection, project_id=project_id, sha256=sha256)
    return None if row is None else row[0]


def add(connection: Connection, scope: Scope, new: Sequence[tuple[Stored, str, bytes | None]], now: int) -> None:
    """Note contents that are new, with their locations, and keep those that are given. The caller holds the lock."""
    if not new:
        return
    project_id = scope.project_id
    _ADD_BLOB.run_many(
        connection,
        [
            {"project_id": project_id, "created_at": now, "sha256": one.sha256, "size": one.size, "location": location}
            for one, location, _ in new
        ],
    )
    small = [
        {"project_id": project_id, "sha256": one.sha256, "content": content}
        for one, _, content in new
        if content is not None
    ]
    counts = {BYTES: sum(one.size for one, _, _ in new)}
    if small:
        _ADD.run_many(connection, small)
        counts[_SMALL_BYTES] = sum(one.size for one, _, content in new if content is not None)
    counters.add(connection, project_id, counts)


def kept_bytes(connection: Connection) -> int:
    """The bytes of the small contents of all projects."""
    counter = counters.counter
    statement = select(func.coalesce(func.sum(counter.c.value), 0)).where(counter.c.name == _SMALL_BYTES)
    return int(connection.execute(statement).scalar_one())


def some(connection: Connection, limit: int) -> list[SmallContent]:
    """Some of the small contents of any project, those of one project together."""
    table = small_content.c
    statement = select(table.project_id, table.sha256, table.content).order_by(table.project_id, table.sha256)
    return [SmallContent(*row) for row in connection.execute(statement.limit(limit))]


def move(connection: Connection, project_id: int, sha256: bytes, location: str) -> bool:
    """Let a content be at a location of the store from now on; False where it is not in the database any more."""
    here = (blob.c.project_id == project_id, blob.c.sha256 == sha256)
    moved = update(blob).where(*here, blob.c.location == in_database(project_id, sha256)).values(location=location)
    if connection.execute(moved).rowcount == 0:
        return False
    forget(connection, project_id, [sha256])
    return True


def forget(connection: Connection, project_id: int, hashes: Sequence[bytes]) -> None:
    """Delete those of some contents that are in the database."""
    for first in range(0, len(hashes), _MAX_IN):
        table = small_content.c
        chosen = (table.project_id == project_id, table.sha256.in_(hashes[first : first + _MAX_IN]))
        size = select(func.coalesce(func.sum(func.length(table.content)), 0)).where(*chosen)
        freed = int(connection.execute(size).scalar_one())
        connection.execute(delete(small_content).where(*chosen))
        if freed:
            counters.take(connection, project_id, _SMALL_BYTES, -freed)


def restore(connection: Connection, project_id: int, sha256: bytes, content: bytes) -> None:
    """Keep a content whose other rows, counters among them, were restored already."""
    _ADD.run(connection, project_id=project_id, sha256=sha256, content=content)


def shown_after(connection: Connection, project_id: int, sha256: bytes, limit: int) -> list[Kept]:
    """Contents of a project that a file shows, after a hash and in the order of their hashes."""
    small, same_file = small_content.c, package_file.c
    same = and_(small.project_id == blob.c.project_id, small.sha256 == blob.c.sha256)
    shown = exists().where(
        same_file.project_id == project_id, same_file.sha256 == blob.c.sha256, same_file.deleted_at.is_(None)
    )
    statement = (
        select(blob.c.sha256, blob.c.size, blob.c.location, func.length(small.content))
        .select_from(blob.outerjoin(small_content, same))
        .where(blob.c.project_id == project_id, blob.c.sha256 > sha256, shown)
    )
    return [
        Kept(bytes(row[0]), *row[1:]) for row in connection.execute(statement.order_by(blob.c.sha256).limit(limit))
    ]


def a_place(connection: Connection, project_id: int, sha256: bytes) -> tuple[str, str, str, str] | None:
    """Where somebody sees a content: the path of the project, name and version of a package, and the path in it."""
    file = package_file.c
    joined = and_(package.c.project_id == file.project_id, package.c.id == file.package_id)
    statement = (
        select(project.c.full_path, package.c.name, package.c.version, file.path)
        .select_from(package_file.join(package, joined).join(project, project.c.id == file.project_id))
        .where(file.project_id == project_id, file.sha256 == sha256, file.deleted_at.is_(None))
    )
    row = connection.execute(statement.limit(1)).first()
    return None if row is None else (row[0], row[1], row[2], row[3])
