"""SQL on the paths that projects and groups had before."""

from typing import Any

from sqlalchemy import Connection, delete, select

from shortlist.db.dialect import insert
from shortlist.projects.tables import path_redirect


def put(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Note where paths lead; a path that led elsewhere leads here now."""
    for row in rows:
        statement = insert(connection, path_redirect).values(**row)
        changed = {name: statement.excluded[name] for name in ("kind", "target_id", "created_at")}
        connection.execute(statement.on_conflict_do_update(index_elements=[path_redirect.c.path], set_=changed))


def target(connection: Connection, kind: str, path: str) -> int | None:
    statement = select(path_redirect.c.target_id).where(path_redirect.c.path == path, path_redirect.c.kind == kind)
    return connection.execute(statement).scalar_one_or_none()


def remove_path(connection: Connection, path: str) -> None:
    connection.execute(delete(path_redirect).where(path_redirect.c.path == path))


def remove_target(connection: Connection, kind: str, target_id: int) -> None:
    statement = delete(path_redirect).where(path_redirect.c.target_id == target_id, path_redirect.c.kind == kind)
    connection.execute(statement)
