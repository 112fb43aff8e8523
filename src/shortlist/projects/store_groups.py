"""SQL on namespaces: those of users, and groups with what they inherit from the groups above."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, func, literal, or_, select, true, update

from shortlist.access.roles import Role, Visibility
from shortlist.access.scope import Actor
from shortlist.db.dialect import insert, insert_ignore
from shortlist.projects.tables import group_member, namespace, namespace_ancestor
from shortlist.projects.types import Group, GroupQuery, Namespace

_FIELDS = tuple(namespace.c[name] for name in Namespace.__struct_fields__)


def add_namespace(connection: Connection, values: dict[str, Any]) -> int | None:
    """The new namespace's id; None when its path is taken. It becomes its own ancestor, and below its parent's."""
    statement = insert(connection, namespace).values(**values).on_conflict_do_nothing().returning(namespace.c.id)
    made = connection.execute(statement).scalar_one_or_none()
    if made is None:
        return None
    above = [made]
    if values.get("parent_id") is not None:
        above.extend(ancestors(connection, values["parent_id"]))
    insert_ignore(connection, namespace_ancestor, [{"namespace_id": made, "ancestor_id": one} for one in above])
    return made


def change_namespace(connection: Connection, namespace_id: int, values: dict[str, Any]) -> None:
    connection.execute(update(namespace).where(namespace.c.id == namespace_id).values(**values))


def remove_namespace(connection: Connection, namespace_id: int) -> None:
    """Delete a namespace in which nothing is left, with its members."""
    connection.execute(delete(group_member).where(group_member.c.group_id == namespace_id))
    connection.execute(delete(namespace_ancestor).where(namespace_ancestor.c.namespace_id == namespace_id))
    connection.execute(delete(namespace).where(namespace.c.id == namespace_id))


def namespace_by_path(connection: Connection, full_path: str) -> Namespace | None:
    return _one(connection, func.lower(namespace.c.full_path) == full_path.lower())


def namespace_by_id(connection: Connection, namespace_id: int) -> Namespace | None:
    return _one(connection, namespace.c.id == namespace_id)


def namespaces(connection: Connection, ids: Collection[int]) -> dict[int, Namespace]:
    rows = connection.execute(select(*_FIELDS).where(namespace.c.id.in_(ids)))
    return {row.id: _namespace(row) for row in rows}


def ancestors(connection: Connection, namespace_id: int) -> list[int]:
    """The namespace itself and the groups above it."""
    statement = select(namespace_ancestor.c.ancestor_id).where(namespace_ancestor.c.namespace_id == namespace_id)
    return list(connection.scalars(statement))


def descendants(connection: Connection, namespace_id: int) -> list[Namespace]:
    """The namespace itself and the groups below it, those above before those below."""
    below = select(namespace_ancestor.c.namespace_id).where(namespace_ancestor.c.ancestor_id == namespace_id)
    statement = select(*_FIELDS).where(namespace.c.id.in_(below))
    return [_namespace(row) for row in connection.execute(statement.order_by(func.length(namespace.c.full_path)))]


def mark(connection: Connection, ids: Collection[int], begun: dict[str, Any]) -> None:
    """Begin the grace period of those groups that are not in one."""
    there = namespace.c.id.in_(ids) & namespace.c.deleted_at.is_(None)
    connection.execute(update(namespace).where(there).values(**begun))


def unmark(connection: Connection, group_id: int) -> None:
    """End the grace periods that the deletion of this group began."""
    marked = namespace.c.deleted_with == group_id
    connection.execute(update(namespace).where(marked).values(deleted_at=None, deleted_with=None))


def deleted_before(connection: Connection, before: int) -> list[int]:
    """Ids of the groups whose own deletion began before this."""
    own = namespace.c.deleted_with == namespace.c.id
    return list(connection.scalars(select(namespace.c.id).where(own, namespace.c.deleted_at <= before)))


def find_group(connection: Connection, actor: Actor, reference: int | str, now: int) -> Group | None:
    """A group by id or full path, with the caller's role in it, whether or not the caller may see it."""
    statement = _with_role(actor, now)
    if isinstance(reference, int):
        statement = statement.where(namespace.c.id == reference)
    else:
        statement = statement.where(func.lower(namespace.c.full_path) == reference.lower())
    row = connection.execute(statement).one_or_none()
    return None if row is None else _group(row)


def group_page(
    connection: Connection, actor: Actor, query: GroupQuery, now: int, limit: int, offset: int
) -> tuple[list[Group], int]:
    """A page of the groups that match and that the caller may see, by path, and how many there are."""
    statement = _matching(_with_role(actor, now), actor, query, now)
    total = connection.execute(select(func.count()).select_from(statement.subquery())).scalar_one()
    statement = statement.order_by(namespace.c.full_path).limit(limit).offset(offset)
    return [_group(row) for row in connection.execute(statement)], total


def _matching(statement: Select[Any], actor: Actor, query: GroupQuery, now: int) -> Select[Any]:
    statement = statement.where(_may_see(actor, now))
    if query.deleted:
        statement = statement.where(namespace.c.deleted_at.is_not(None))
        if not actor.administrator:
            statement = statement.where(_role(actor, now) >= Role.OWNER)
    else:
        statement = statement.where(namespace.c.deleted_at.is_(None))
    if query.search:
        wanted = query.search.lower()
        statement = statement.where(
            or_(
                func.lower(namespace.c.name).contains(wanted, autoescape=True),
                func.lower(namespace.c.full_path).contains(wanted, autoescape=True),
            )
        )
    if query.top_level:
        statement = statement.where(namespace.c.parent_id.is_(None))
    if query.parent_id is not None:
        statement = statement.where(namespace.c.parent_id == query.parent_id)
    least = Role.OWNER if query.owned else query.least_role
    return statement if least is None else statement.where(_role(actor, now) >= least)


def _with_role(actor: Actor, now: int) -> Select[Any]:
    fields: list[Any] = [*_FIELDS, _role(actor, now).label("role")]
    statement: Any = select(*fields).where(namespace.c.kind == "group")
    return statement


def _role(actor: Actor, now: int) -> Any:
    """The caller's highest role in the group and the groups above it."""
    return (
        select(func.max(group_member.c.role))
        .select_from(
            group_member.join(namespace_ancestor, namespace_ancestor.c.ancestor_id == group_member.c.group_id)
        )
        .where(
            namespace_ancestor.c.namespace_id == namespace.c.id,
            group_member.c.user_id == literal(actor.user_id or 0),
            or_(group_member.c.expires_at.is_(None), group_member.c.expires_at > now),
        )
        .correlate(namespace)
        .scalar_subquery()
    )


def _may_see(actor: Actor, now: int) -> ColumnElement[bool]:
    if actor.administrator:
        return true()
    open_to = [Visibility.PUBLIC.value]
    if actor.user_id is not None:
        open_to.append(Visibility.INTERNAL.value)
    return or_(namespace.c.visibility.in_(open_to), _role(actor, now).is_not(None))


def _one(connection: Connection, condition: ColumnElement[bool]) -> Namespace | None:
    row = connection.execute(select(*_FIELDS).where(condition)).one_or_none()
    return None if row is None else _namespace(row)


def _namespace(row: Any) -> Namespace:
    values = dict(zip(Namespace.__struct_fields__, row, strict=False))
    values["visibility"] = Visibility(values["visibility"])
    return Namespace(**values)


def _group(row: Any) -> Group:
    return Group(_namespace(row), None if row.role is None else Role(row.role))
