"""SQL on the members of projects and groups."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, delete, or_, select

from shortlist.access.roles import Role
from shortlist.db.dialect import insert, upsert
from shortlist.projects.tables import group_member, member, namespace, namespace_ancestor, project
from shortlist.projects.types import Member


def put(connection: Connection, values: Mapping[str, Any]) -> None:
    """Make a user a member of the place that the values name, by `project_id` or `group_id`, or change the role."""
    upsert(connection, _table(values), [values])


def add(connection: Connection, values: Mapping[str, Any], now: int) -> bool:
    """The same, but a membership whose time is not over stays as it is. Whether it was made."""
    table = _table(values)
    statement = insert(connection, table).values(values)
    statement = statement.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={name: statement.excluded[name] for name in ("role", "created_at", "expires_at")},
        where=table.c.expires_at <= now,
    )
    return connection.execute(statement.returning(table.c.user_id)).scalar_one_or_none() is not None


def lock(connection: Connection, user_id: int, *, project_id: int | None = None, group_id: int | None = None) -> None:
    """No other transaction changes this membership from here on, if there is one."""
    table = member if project_id is not None else group_member
    place = member.c.project_id == project_id if project_id is not None else group_member.c.group_id == group_id
    connection.execute(select(table.c.user_id).where(place, table.c.user_id == user_id).with_for_update())


def members(connection: Connection, *, project_id: int | None = None, group_id: int | None = None) -> list[Member]:
    """The direct members of a project or a group, by user, those whose time is over as well."""
    table = member if project_id is not None else group_member
    place = member.c.project_id == project_id if project_id is not None else group_member.c.group_id == group_id
    statement = select(table.c.user_id, table.c.role, table.c.created_at, table.c.expires_at).where(place)
    return [_member(row) for row in connection.execute(statement.order_by(table.c.user_id))]


def inherited(connection: Connection, *, project_id: int | None = None, group_id: int | None = None) -> list[Member]:
    """The members of the groups above a project or a group."""
    statement = (
        select(
            group_member.c.user_id,
            group_member.c.role,
            group_member.c.created_at,
            group_member.c.expires_at,
            namespace.c.full_path,
        )
        .join(namespace_ancestor, namespace_ancestor.c.ancestor_id == group_member.c.group_id)
        .join(namespace, namespace.c.id == group_member.c.group_id)
        .order_by(group_member.c.user_id)
    )
    if project_id is not None:
        home = select(project.c.namespace_id).where(project.c.id == project_id).scalar_subquery()
        statement = statement.where(namespace_ancestor.c.namespace_id == home)
    else:
        statement = statement.where(
            namespace_ancestor.c.namespace_id == group_id, namespace_ancestor.c.ancestor_id != group_id
        )
    return [_member(row) for row in connection.execute(statement)]


def remove_member(
    connection: Connection, user_id: int, *, project_id: int | None = None, group_id: int | None = None
) -> bool:
    if project_id is not None:
        statement = delete(member).where(member.c.project_id == project_id, member.c.user_id == user_id)
    else:
        statement = delete(group_member).where(group_member.c.group_id == group_id, group_member.c.user_id == user_id)
    return connection.execute(statement).rowcount == 1


def remove_everywhere(connection: Connection, user_id: int) -> None:
    """Take a user out of every project and group."""
    connection.execute(delete(member).where(member.c.user_id == user_id))
    connection.execute(delete(group_member).where(group_member.c.user_id == user_id))


def lock_owners_of_group(connection: Connection, group_id: int, now: int) -> int:
    """How many owners a group has; none of them ceases to be one by another transaction from here on."""
    statement = select(group_member.c.user_id).where(
        group_member.c.group_id == group_id,
        group_member.c.role >= Role.OWNER,
        or_(group_member.c.expires_at.is_(None), group_member.c.expires_at > now),
    )
    return len(connection.scalars(statement.order_by(group_member.c.user_id).with_for_update()).all())


def _table(values: Mapping[str, Any]) -> Table:
    return member if "project_id" in values else group_member


def _member(row: Any) -> Member:
    user_id, role, created_at, expires_at, *source = row
    return Member(user_id, Role(role), created_at, expires_at, *source)
