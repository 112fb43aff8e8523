"""SQL on the key of this server."""

from sqlalchemy import Connection, select

from shortlist.attestation.tables import signing_key
from shortlist.attestation.types import SigningKey
from shortlist.db.dialect import insert_ignore

_ONLY = 1


def key(connection: Connection) -> SigningKey | None:
    statement = select(signing_key.c.kid, signing_key.c.private, signing_key.c.public)
    row = connection.execute(statement.where(signing_key.c.id == _ONLY)).one_or_none()
    return None if row is None else SigningKey(row.kid, bytes(row.private), bytes(row.public))


def add_key(connection: Connection, made: SigningKey, now: int) -> None:
    """Keep the key, unless another process has made one."""
    values = {"kid": made.kid, "private": made.private, "public": made.public}
    insert_ignore(connection, signing_key, [{"id": _ONLY, **values, "created_at": now}])
