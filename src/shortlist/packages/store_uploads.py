"""SQL on uploads in parts: those that were begun, and the parts of those whose parts come through the server."""

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from shortlist.access.scope import Scope
from shortlist.db import counters
from shortlist.db.dialect import insert_ignore, upsert
from shortlist.packages.store_contents import BYTES
from shortlist.packages.tables import package_upload, package_upload_part, transfer_key
from shortlist.packages.types import PackageRef, PackageType, Part, Upload

_PARTS = tuple(package_upload_part.c[name] for name in Part.__struct_fields__)
_REST = ("id", "path", "location", "store_id", "part_count", "created_at", "completed_at")


def obtain_transfer_key(connection: Connection) -> bytes:
    """The key of this installation; made when it is missing, and of servers that start together by one."""
    insert_ignore(connection, transfer_key, [{"id": 1, "secret": secrets.token_bytes(32)}])
    return connection.execute(select(transfer_key.c.secret).where(transfer_key.c.id == 1)).scalar_one()


def add(connection: Connection, scope: Scope, upload: Upload) -> None:
    values = {name: getattr(upload, name) for name in _REST}
    ref = {"type": upload.package.type.value, "name": upload.package.name, "version": upload.package.version}
    connection.execute(package_upload.insert(), {"project_id": scope.project_id, **ref, **values})


def find(connection: Connection, project_id: int, upload_id: str) -> Upload | None:
    statement = select(package_upload).where(
        package_upload.c.project_id == project_id, package_upload.c.id == upload_id
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else _upload(row)


def complete(connection: Connection, project_id: int, upload_id: str, now: int) -> None:
    chosen = (package_upload.c.project_id == project_id, package_upload.c.id == upload_id)
    connection.execute(update(package_upload).where(*chosen).values(completed_at=now))


def parts(connection: Connection, project_id: int, upload_id: str) -> list[Part]:
    """The parts that came through the server, in their order."""
    chosen = (package_upload_part.c.project_id == project_id, package_upload_part.c.upload_id == upload_id)
    rows = connection.execute(select(*_PARTS).where(*chosen).order_by(package_upload_part.c.number))
    return [Part(*row) for row in rows]


def put_part(connection: Connection, project_id: int, upload_id: str, part: Part) -> str | None:
    """Note a part; where it takes the place of another, that one's location. The caller holds the lock."""
    chosen = (
        package_upload_part.c.project_id == project_id,
        package_upload_part.c.upload_id == upload_id,
        package_upload_part.c.number == part.number,
    )
    before = connection.execute(select(*_PARTS).where(*chosen)).one_or_none()
    values = {name: getattr(part, name) for name in Part.__struct_fields__}
    upsert(connection, package_upload_part, [{"project_id": project_id, "upload_id": upload_id, **values}])
    counters.take(connection, project_id, BYTES, part.size - (0 if before is None else before.size))
    return None if before is None else before.location


def forget_parts(connection: Connection, project_id: int, upload_id: str) -> list[Part]:
    """Remove the parts of an upload, which no longer count as kept. The caller holds the lock."""
    found = parts(connection, project_id, upload_id)
    chosen = (package_upload_part.c.project_id == project_id, package_upload_part.c.upload_id == upload_id)
    connection.execute(delete(package_upload_part).where(*chosen))
    counters.take(connection, project_id, BYTES, -sum(part.size for part in found))
    return found


def forget(connection: Connection, project_id: int, upload_id: str) -> list[Part]:
    """Remove an upload and its parts. The caller holds the lock."""
    found = forget_parts(connection, project_id, upload_id)
    chosen = (package_upload.c.project_id == project_id, package_upload.c.id == upload_id)
    connection.execute(delete(package_upload).where(*chosen))
    return found


def projects_with_uploads(connection: Connection) -> list[int]:
    """Every project in which an upload was begun; for the sweep, which is nobody's request and has no scope."""
    statement = select(package_upload.c.project_id).distinct().order_by(package_upload.c.project_id)
    return list(connection.execute(statement).scalars())


def begun_before(connection: Connection, project_id: int, before: int) -> list[Upload]:
    """Uploads that were begun before a time, completed ones included."""
    chosen = (package_upload.c.project_id == project_id, package_upload.c.created_at < before)
    return [_upload(row) for row in connection.execute(select(package_upload).where(*chosen))]


def known_locations(connection: Connection, project_id: int, locations: Sequence[str]) -> set[str]:
    """Those of `locations` that hold a part, or the whole of an upload that is not committed yet."""
    known: set[str] = set()
    for table in (package_upload, package_upload_part):
        statement = select(table.c.location).where(table.c.project_id == project_id, table.c.location.in_(locations))
        known |= set(connection.execute(statement).scalars())
    return known


def _upload(row: Row[Any]) -> Upload:
    ref = PackageRef(PackageType(row.type), row.name, row.version)
    return Upload(package=ref, **{name: getattr(row, name) for name in _REST})
