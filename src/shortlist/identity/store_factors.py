"""SQL on second factors. They belong to a user and to no project."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, select, update

from shortlist.db.dialect import insert
from shortlist.identity.tables import recovery_code, totp_secret


def secret(connection: Connection, user_id: int) -> str | None:
    statement = select(totp_secret.c.secret).where(totp_secret.c.user_id == user_id)
    return connection.execute(statement).scalar_one_or_none()


def put_secret(connection: Connection, user_id: int, text: str, now: int) -> None:
    """Set a user's secret, of which no code has been used."""
    remove(connection, user_id)
    values = {"user_id": user_id, "secret": text, "created_at": now, "last_step": 0}
    connection.execute(insert(connection, totp_secret).values(**values))


def use_step(connection: Connection, user_id: int, step: int) -> bool:
    """Note that the code of this step was used. False when it, or a later one, was used before: only one wins."""
    statement = update(totp_secret).where(totp_secret.c.user_id == user_id, totp_secret.c.last_step < step)
    return connection.execute(statement.values(last_step=step)).rowcount == 1


def put_recovery_codes(connection: Connection, user_id: int, digests: Sequence[bytes]) -> None:
    """Replace a user's recovery codes."""
    connection.execute(delete(recovery_code).where(recovery_code.c.user_id == user_id))
    connection.execute(recovery_code.insert(), [{"user_id": user_id, "digest": digest} for digest in digests])


def spend_recovery_code(connection: Connection, user_id: int, digest: bytes) -> bool:
    statement = delete(recovery_code).where(recovery_code.c.user_id == user_id, recovery_code.c.digest == digest)
    return connection.execute(statement).rowcount == 1


def recovery_codes_left(connection: Connection, user_id: int) -> int:
    statement = select(func.count()).select_from(recovery_code).where(recovery_code.c.user_id == user_id)
    return connection.execute(statement).scalar_one()


def remove(connection: Connection, user_id: int) -> None:
    for table in (recovery_code, totp_secret):
        connection.execute(delete(table).where(table.c.user_id == user_id))
