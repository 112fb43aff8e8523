"""SQL on small contents, which the database keeps itself until there are too many of them."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, func, select, update

from shortlist.db import counters
from shortlist.db.prepared import Prepared
from shortlist.packages.locations import in_database
from shortlist.packages.tables import blob, small_content
from shortlist.packages.types import SmallContent

# A counter of a project: the bytes of its small contents.
_BYTES = "small_content_bytes"
_MAX_IN = 500

_this = tuple(column == bindparam(column.key) for column in (small_content.c.project_id, small_content.c.sha256))
_GET = Prepared(lambda _: select(small_content.c.content).where(*_this))
_ADD = Prepared(
    lambda _: small_content.insert().values({name: bindparam(name) for name in ("project_id", "sha256", "content")})
)


def get(connection: Connection, project_id: int, sha256: bytes) -> bytes | None:
    row = _GET.row(connection, project_id=project_id, sha256=sha256)
    return None if row is None else bytes(row[0])


def add(connection: Connection, project_id: int, sha256: bytes, content: bytes) -> None:
    """Keep a content whose row in `blob` was just made."""
    _ADD.run(connection, project_id=project_id, sha256=sha256, content=content)
    counters.take(connection, project_id, _BYTES, len(content))


def location_of(connection: Connection, project_id: int, sha256: bytes) -> str | None:
    """Where a content is now."""
    statement = select(blob.c.location).where(blob.c.project_id == project_id, blob.c.sha256 == sha256)
    return connection.execute(statement).scalar_one_or_none()


def kept_bytes(connection: Connection) -> int:
    """The bytes of the small contents of all projects."""
    counter = counters.counter
    statement = select(func.coalesce(func.sum(counter.c.value), 0)).where(counter.c.name == _BYTES)
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
            counters.take(connection, project_id, _BYTES, -freed)


def restore(connection: Connection, project_id: int, sha256: bytes, content: bytes) -> None:
    """Keep a content whose other rows, counters among them, were restored already."""
    _ADD.run(connection, project_id=project_id, sha256=sha256, content=content)
