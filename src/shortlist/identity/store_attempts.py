"""SQL by which server processes tell each other of failed attempts."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from shortlist.identity.tables import failed_attempt
from shortlist.ids import first_of_millisecond


def add(connection: Connection, rows: Sequence[tuple[bytes, str, bytes, int | None]], before: int) -> None:
    """Add rows (id, what, digest, time of the failure), and remove those from before a time."""
    connection.execute(
        failed_attempt.insert(),
        [dict(zip(("id", "what", "digest", "failed_at"), row, strict=True)) for row in rows],
    )
    connection.execute(delete(failed_attempt).where(failed_attempt.c.id < first_of_millisecond(before)))


def since(connection: Connection, at: int) -> Sequence[Row[Any, Any, Any, Any]]:
    """Rows (id, what, digest, time of the failure) since a time, in order."""
    here = failed_attempt.c
    statement = select(here.id, here.what, here.digest, here.failed_at).where(here.id >= first_of_millisecond(at))
    return connection.execute(statement.order_by(here.id)).all()
