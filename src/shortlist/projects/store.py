"""SQL on projects. What a caller may see is part of each query."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, or_, select, true, update

from shortlist.access.roles import FeatureAccess, Role, Visibility
from shortlist.access.scope import Actor
from shortlist.db.dialect import insert
from shortlist.projects.tables import group_member, member, namespace_ancestor, project
from shortlist.projects.types import Project, ProjectQuery

_ROLES = ("own_role", "inherited_role")
_FIELDS = tuple(project.c[name] for name in Project.__struct_fields__ if name not in _ROLES)
_ORDERS = {
    "id": project.c.id,
    "name": func.lower(project.c.name),
    "path": project.c.full_path,
    "created_at": project.c.created_at,
}


def add_project(connection: Connection, values: dict[str, Any]) -> int | None:
    """The new project's id; None when its path is taken."""
    statement = insert(connection, project).values(**values).on_conflict_do_nothing().returning(project.c.id)
    return connection.execute(statement).scalar_one_or_none()


def change_project(connection: Connection, project_id: int, values: dict[str, Any]) -> None:
    connection.execute(update(project).where(project.c.id == project_id).values(**values))


def find(connection: Connection, actor: Actor, reference: int | str, now: int) -> Project | None:
    """A project by id or full path, with the caller's role in it, whether or not the caller may see it."""
    statement = _with_role(actor, now)
    if isinstance(reference, int):
        statement = statement.where(project.c.id == reference)
    else:
        statement = statement.where(func.lower(project.c.full_path) == reference.lower())
    row = connection.execute(statement).one_or_none()
    return None if row is None else _project(row)


def visible(connection: Connection, actor: Actor, now: int, *, deleted: bool = False) -> list[Project]:
    """The projects that the caller may see, by path; or those of them that wait for their deletion."""
    state = project.c.deleted_at.is_not(None) if deleted else project.c.deleted_at.is_(None)
    statement = _with_role(actor, now).where(_may_see(actor, now), state)
    return [_project(row) for row in connection.execute(statement.order_by(project.c.full_path))]


def page(
    connection: Connection, actor: Actor, query: ProjectQuery, now: int, limit: int, offset: int
) -> tuple[list[Project], int]:
    """A page of the projects that match and that the caller may see, and how many there are."""
    statement = _matching(_with_role(actor, now), actor, query, now)
    total = connection.execute(select(func.count()).select_from(statement.subquery())).scalar_one()
    order = _ORDERS[query.order]
    statement = statement.order_by(order.desc() if query.descending else order.asc(), project.c.id)
    return [_project(row) for row in connection.execute(statement.limit(limit).offset(offset))], total


def oldest_of_member(connection: Connection, actor: Actor, now: int) -> Project | None:
    """The project with the lowest id in which the caller has a role."""
    statement = _with_role(actor, now).where(_is_member(actor, now), project.c.deleted_at.is_(None))
    row = connection.execute(statement.order_by(project.c.id).limit(1)).one_or_none()
    return None if row is None else _project(row)


def in_namespaces(connection: Connection, namespace_ids: Collection[int]) -> list[tuple[int, int, str]]:
    """Id, namespace and path of the projects in namespaces, deleted ones as well."""
    statement = select(project.c.id, project.c.namespace_id, project.c.path)
    rows = connection.execute(statement.where(project.c.namespace_id.in_(namespace_ids)))
    return [(row.id, row.namespace_id, row.path) for row in rows]


def mark(connection: Connection, namespace_ids: Collection[int], begun: dict[str, Any]) -> None:
    """Begin the grace period of those projects in namespaces that are not in one."""
    there = project.c.namespace_id.in_(namespace_ids) & project.c.deleted_at.is_(None)
    connection.execute(update(project).where(there).values(**begun))


def unmark(connection: Connection, group_id: int) -> None:
    """End the grace periods that the deletion of this group began."""
    marked = project.c.deleted_with == group_id
    connection.execute(update(project).where(marked).values(deleted_at=None, deleted_with=None))


def deleted_before(connection: Connection, before: int) -> list[int]:
    """Ids of the projects whose grace period began before this."""
    statement = select(project.c.id).where(project.c.deleted_at.is_not(None), project.c.deleted_at <= before)
    return list(connection.scalars(statement))


def _matching(statement: Select[Any], actor: Actor, query: ProjectQuery, now: int) -> Select[Any]:
    statement = statement.where(_may_see(actor, now))
    if query.search:
        wanted = query.search.lower()
        statement = statement.where(
            or_(
                func.lower(project.c.name).contains(wanted, autoescape=True),
                func.lower(project.c.full_path).contains(wanted, autoescape=True),
            )
        )
    if query.visibility is not None:
        statement = statement.where(project.c.visibility == query.visibility.value)
    if query.archived is not None:
        statement = statement.where(project.c.archived.is_(query.archived))
    if query.namespace_ids is not None:
        statement = statement.where(project.c.namespace_id.in_(query.namespace_ids))
    statement = statement.where(project.c.deleted_at.is_not(None) if query.deleted else project.c.deleted_at.is_(None))
    least = Role.OWNER if query.owned else query.least_role or (Role.GUEST if query.membership else None)
    return statement if least is None else statement.where(_is_member(actor, now, least))


def _with_role(actor: Actor, now: int) -> Select[Any]:
    mine = and_(
        member.c.project_id == project.c.id,
        member.c.user_id == (actor.user_id or 0),
        or_(member.c.expires_at.is_(None), member.c.expires_at > now),
    )
    fields: list[Any] = [*_FIELDS, member.c.role, _inherited(actor, now).label("inherited_role")]
    statement: Any = select(*fields).select_from(project.outerjoin(member, mine))
    return statement


def _inherited(actor: Actor, now: int) -> Any:
    """The caller's highest role in the groups above the project."""
    if actor.user_id is None:
        return literal(None)
    return (
        select(func.max(group_member.c.role))
        .select_from(
            group_member.join(namespace_ancestor, namespace_ancestor.c.ancestor_id == group_member.c.group_id)
        )
        .where(
            namespace_ancestor.c.namespace_id == project.c.namespace_id,
            group_member.c.user_id == actor.user_id,
            or_(group_member.c.expires_at.is_(None), group_member.c.expires_at > now),
        )
        .correlate(project)
        .scalar_subquery()
    )


def _is_member(actor: Actor, now: int, least: Role = Role.GUEST) -> ColumnElement[bool]:
    inherited = _inherited(actor, now)
    if actor.user_id is None:
        return member.c.role >= least
    return or_(member.c.role >= least, inherited >= least)


def _may_see(actor: Actor, now: int) -> ColumnElement[bool]:
    if actor.administrator:
        return true()
    open_to = [Visibility.PUBLIC.value]
    if actor.user_id is not None:
        open_to.append(Visibility.INTERNAL.value)
    seen = or_(project.c.visibility.in_(open_to), _is_member(actor, now))
    # What waits for the end of its grace period is there for its owners only.
    return and_(seen, or_(project.c.deleted_at.is_(None), _is_member(actor, now, Role.OWNER)))


def _project(row: Any) -> Project:
    values = dict(zip(Project.__struct_fields__, row, strict=True))
    values["visibility"] = Visibility(values["visibility"])
    for name in ("model_experiments_access", "model_registry_access", "package_registry_access"):
        values[name] = FeatureAccess(values[name])
    values["least_writing_role"] = Role(values["least_writing_role"])
    for name in _ROLES:
        values[name] = None if values[name] is None else Role(values[name])
    return Project(**values)
