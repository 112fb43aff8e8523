"""SQL on namespaces, projects and members. What a caller may see is part of each query."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, true

from shortlist.access.roles import FeatureAccess, Role, Visibility
from shortlist.access.scope import Actor
from shortlist.db.dialect import insert, upsert
from shortlist.projects.tables import member, namespace, project
from shortlist.projects.types import Namespace, Project

_FIELDS = tuple(project.c[name] for name in Project.__struct_fields__ if name != "role")


def add_namespace(connection: Connection, values: dict[str, Any]) -> None:
    connection.execute(insert(connection, namespace).values(**values).on_conflict_do_nothing())


def namespace_by_path(connection: Connection, full_path: str) -> Namespace | None:
    statement = select(namespace.c.id, namespace.c.kind, namespace.c.full_path, namespace.c.user_id)
    row = connection.execute(statement.where(func.lower(namespace.c.full_path) == full_path.lower())).one_or_none()
    return None if row is None else Namespace(*row)


def add_project(connection: Connection, values: dict[str, Any]) -> int | None:
    """The new project's id; None when its path is taken."""
    statement = insert(connection, project).values(**values).on_conflict_do_nothing().returning(project.c.id)
    return connection.execute(statement).scalar_one_or_none()


def set_member(connection: Connection, values: dict[str, Any]) -> None:
    upsert(connection, member, [values])


def find(connection: Connection, actor: Actor, reference: int | str, now: int) -> Project | None:
    """A project by id or full path, with the caller's role in it, whether or not the caller may see it."""
    statement = _with_role(actor, now)
    if isinstance(reference, int):
        statement = statement.where(project.c.id == reference)
    else:
        statement = statement.where(func.lower(project.c.full_path) == reference.lower())
    row = connection.execute(statement).one_or_none()
    return None if row is None else _project(row)


def visible(connection: Connection, actor: Actor, now: int) -> list[Project]:
    """The projects that the caller may see, by path."""
    statement = _with_role(actor, now).where(_may_see(actor)).order_by(project.c.full_path)
    return [_project(row) for row in connection.execute(statement)]


def oldest_of_member(connection: Connection, actor: Actor, now: int) -> Project | None:
    """The project with the lowest id in which the caller has a role."""
    statement = _with_role(actor, now).where(member.c.role.is_not(None)).order_by(project.c.id).limit(1)
    row = connection.execute(statement).one_or_none()
    return None if row is None else _project(row)


def _with_role(actor: Actor, now: int) -> Select[Any]:
    mine = and_(
        member.c.project_id == project.c.id,
        member.c.user_id == (actor.user_id or 0),
        or_(member.c.expires_at.is_(None), member.c.expires_at > now),
    )
    return select(*_FIELDS, member.c.role).select_from(project.outerjoin(member, mine))


def _may_see(actor: Actor) -> ColumnElement[bool]:
    if actor.administrator:
        return true()
    open_to = [Visibility.PUBLIC.value]
    if actor.user_id is not None:
        open_to.append(Visibility.INTERNAL.value)
    return or_(member.c.role.is_not(None), project.c.visibility.in_(open_to))


def _project(row: Any) -> Project:
    values = dict(zip(Project.__struct_fields__, row, strict=True))
    values["visibility"] = Visibility(values["visibility"])
    values["model_experiments_access"] = FeatureAccess(values["model_experiments_access"])
    values["least_writing_role"] = Role(values["least_writing_role"])
    values["role"] = None if values["role"] is None else Role(values["role"])
    return Project(**values)
