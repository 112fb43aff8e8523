"""SQL on linked identities and on the roles that came with them. They belong to a user and to no project."""

from typing import Any

from sqlalchemy import Connection, delete, select, update

from shortlist.db.dialect import insert
from shortlist.identity.tables import granted_role, linked_identity
from shortlist.identity.types import GrantedRole, LinkedIdentity

_LINK = tuple(linked_identity.c[name] for name in LinkedIdentity.__struct_fields__)
_GRANT = tuple(granted_role.c[name] for name in GrantedRole.__struct_fields__)
_KEY = ("user_id", "issuer", "place", "place_id")


def add(connection: Connection, values: dict[str, Any]) -> int | None:
    """The new link's id; None when the identity is linked already."""
    statement = insert(connection, linked_identity).values(**values).on_conflict_do_nothing()
    return connection.execute(statement.returning(linked_identity.c.id)).scalar_one_or_none()


def find(connection: Connection, issuer: str, subject: str) -> LinkedIdentity | None:
    statement = select(*_LINK).where(linked_identity.c.issuer == issuer, linked_identity.c.subject == subject)
    row = connection.execute(statement).one_or_none()
    return None if row is None else LinkedIdentity(*row)


def of_user(connection: Connection, user_id: int) -> list[LinkedIdentity]:
    statement = select(*_LINK).where(linked_identity.c.user_id == user_id).order_by(linked_identity.c.id)
    return [LinkedIdentity(*row) for row in connection.execute(statement)]


def note_use(connection: Connection, link_id: int, shown: str, now: int) -> None:
    statement = update(linked_identity).where(linked_identity.c.id == link_id)
    connection.execute(statement.values(last_used_at=now, shown=shown))


def remove(connection: Connection, link_id: int) -> None:
    connection.execute(delete(linked_identity).where(linked_identity.c.id == link_id))


def remove_all(connection: Connection, user_id: int) -> None:
    for table in (granted_role, linked_identity):
        connection.execute(delete(table).where(table.c.user_id == user_id))


def grants(connection: Connection, user_id: int, issuer: str) -> list[GrantedRole]:
    statement = select(*_GRANT).where(granted_role.c.user_id == user_id, granted_role.c.issuer == issuer)
    return [GrantedRole(*row) for row in connection.execute(statement)]


def put_grant(connection: Connection, user_id: int, issuer: str, grant: GrantedRole) -> None:
    values = {"user_id": user_id, "issuer": issuer, "place": grant.place, "place_id": grant.place_id}
    statement = insert(connection, granted_role).values(**values, role=grant.role)
    connection.execute(statement.on_conflict_do_update(index_elements=_KEY, set_={"role": grant.role}))


def remove_grant(connection: Connection, user_id: int, issuer: str, grant: GrantedRole) -> None:
    table = granted_role.c
    connection.execute(
        delete(granted_role).where(
            table.user_id == user_id,
            table.issuer == issuer,
            table.place == grant.place,
            table.place_id == grant.place_id,
        )
    )
