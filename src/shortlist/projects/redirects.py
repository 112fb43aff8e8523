"""Old paths: what was renamed or moved is still found by the path that it had, until something else takes that path.

A path is only a way to an id. Whether the caller may see what it leads to is decided afterwards, as with any other
address, so an old path tells nobody more than the new one.
"""

from typing import Literal

from sqlalchemy import Connection

from shortlist.clock import now_ms
from shortlist.projects import store_redirects

Kind = Literal["project", "group"]


def leave(connection: Connection, kind: Kind, moved: dict[str, int]) -> None:
    """Ids by the paths that they just left."""
    now = now_ms()
    store_redirects.put(
        connection,
        [{"path": path.lower(), "kind": kind, "target_id": one, "created_at": now} for path, one in moved.items()],
    )


def take(connection: Connection, path: str) -> None:
    """A path belongs to something again: it leads nowhere else any more."""
    store_redirects.remove_path(connection, path.lower())


def follow(connection: Connection, kind: Kind, path: str) -> int | None:
    """The id of what had this path."""
    return store_redirects.target(connection, kind, path.lower())


def forget(connection: Connection, kind: Kind, target_id: int) -> None:
    """What is gone for good has no old paths."""
    store_redirects.remove_target(connection, kind, target_id)
