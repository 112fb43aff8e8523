"""Projects: listed, created, changed, archived, moved, deleted and restored."""

from typing import Literal

import msgspec
from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.access.roles import FeatureAccess
from shortlist.errors import InvalidValue
from shortlist.http.endpoint import Call
from shortlist.projects import groups, rules, service
from shortlist.projects.types import NewProject, Project, ProjectChange, ProjectQuery
from shortlist.v4 import levels
from shortlist.v4.operations import change, create, read, remove, write
from shortlist.v4.paging import Paged, announce
from shortlist.v4.project_shapes import ProjectShape, project, projects
from shortlist.v4.surface import PREFIX, PROJECT

_ORDERS = {"id", "name", "path", "created_at"}


class ProjectFilter(Paged, kw_only=True):
    search: str = ""
    visibility: str | None = None
    owned: bool = False
    membership: bool = False
    min_access_level: int | None = None
    archived: bool | None = None
    include_pending_delete: bool = False
    order_by: str = "created_at"
    sort: Literal["asc", "desc"] = "desc"


class Features(msgspec.Struct, kw_only=True):
    """What creating and changing have in common."""

    description: str | None = None
    visibility: str | None = None
    model_experiments_access_level: str | None = None
    model_registry_access_level: str | None = None
    package_registry_access_level: str | None = None


class ProjectInput(Features, kw_only=True):
    name: str | None = None
    path: str | None = None
    namespace_id: int | None = None


class ProjectEdit(Features, kw_only=True):
    name: str | None = None
    path: str | None = None
    least_writing_role: int | None = None


class ProjectTransfer(msgspec.Struct):
    namespace: int | str


class ProjectDelete(msgspec.Struct):
    permanently_remove: bool = False
    full_path: str = ""


def list_projects(call: Call, connection: Connection, request: ProjectFilter) -> list[ProjectShape]:
    """List the projects that the caller can see."""
    return page_of(call, connection, request)


def page_of(
    call: Call, connection: Connection, request: ProjectFilter, namespace_ids: tuple[int, ...] | None = None
) -> list[ProjectShape]:
    """A page of projects, of some namespaces only where they are given."""
    request.check()
    least = None if request.min_access_level is None else levels.role(request.min_access_level, "min_access_level")
    query = ProjectQuery(
        search=request.search,
        visibility=levels.visibility(request.visibility),
        owned=request.owned,
        membership=request.membership,
        least_role=least,
        archived=request.archived,
        deleted=request.include_pending_delete,
        namespace_ids=namespace_ids,
        order=request.order_by if request.order_by in _ORDERS else "created_at",
        descending=request.sort == "desc",
    )
    found, total = service.page(connection, call.actor, query, request.limit, request.offset)
    announce(call, request, total)
    return projects(call, connection, found)


def get(call: Call, connection: Connection, _request: None) -> ProjectShape:
    """Get a project."""
    return project(call, connection, _this(call, connection))


async def create_project(call: Call, request: ProjectInput) -> ProjectShape:
    """Create a project, in one's own namespace or in a group."""
    if not (request.name or request.path):
        raise InvalidValue("name, path are missing, at least one parameter must be provided", field="name")
    new = NewProject(
        path=request.path or rules.path_from(request.name or ""),
        name=request.name or "",
        description=request.description or "",
        visibility=levels.visibility(request.visibility),
        **{name: access or FeatureAccess.PUBLIC for name, access in _features(request).items()},
    )

    def work(connection: Connection) -> ProjectShape:
        home = groups.home_for_project(connection, call.actor, request.namespace_id)
        return project(call, connection, service.create_in(connection, call.author, home, new))

    return await write(call, work)


async def edit(call: Call, request: ProjectEdit) -> ProjectShape:
    """Change a project's settings."""
    least = request.least_writing_role
    new = ProjectChange(
        path=request.path,
        name=request.name,
        description=request.description,
        visibility=levels.visibility(request.visibility),
        least_writing_role=None if least is None else levels.role(least, "least_writing_role"),
        **_features(request),
    )

    def work(connection: Connection) -> ProjectShape:
        changed = service.change(connection, call.author, _this(call, connection), new)
        return project(call, connection, changed)

    return await write(call, work)


async def archive(call: Call, _request: None) -> ProjectShape:
    """Archive a project: it can be read, and not be changed."""
    return await _archive(call, archived=True)


async def unarchive(call: Call, _request: None) -> ProjectShape:
    """Make an archived project changeable again."""
    return await _archive(call, archived=False)


async def _archive(call: Call, *, archived: bool) -> ProjectShape:
    def work(connection: Connection) -> ProjectShape:
        found = _this(call, connection)
        return project(call, connection, service.archive(connection, call.author, found, archived=archived))

    return await write(call, work)


async def transfer(call: Call, request: ProjectTransfer) -> ProjectShape:
    """Move a project to another namespace, named by id or path."""
    named = request.namespace
    reference = int(named) if isinstance(named, str) and named.isascii() and named.isdigit() else named

    def work(connection: Connection) -> ProjectShape:
        home = groups.home_for_project(connection, call.actor, reference)
        return project(call, connection, service.transfer(connection, call.author, _this(call, connection), home))

    return await write(call, work)


async def delete(call: Call, request: ProjectDelete) -> dict[str, str]:
    """Delete a project; until its grace period ends, it can be restored."""

    def work(connection: Connection) -> None:
        found = _this(call, connection)
        if not request.permanently_remove:
            service.delete(connection, call.author, found)
            return
        if request.full_path != found.full_path:
            raise InvalidValue("full_path must repeat the project's path.", field="full_path")
        service.purge(connection, call.author, found)

    await write(call, work)
    return {"message": "202 Accepted"}


async def restore(call: Call, _request: None) -> ProjectShape:
    """Restore a project whose deletion has begun."""

    def work(connection: Connection) -> ProjectShape:
        return project(call, connection, service.restore(connection, call.author, _this(call, connection)))

    return await write(call, work)


def _this(call: Call, connection: Connection) -> Project:
    return service.get(connection, call.actor, call.project.project_id)


def _features(request: Features) -> dict[str, FeatureAccess | None]:
    names = ("model_experiments_access", "model_registry_access", "package_registry_access")
    return {name: levels.feature(getattr(request, f"{name}_level"), f"{name}_level") for name in names}


ENDPOINTS = (
    read(f"{PREFIX}/projects", Action.PROJECT_LIST, list_projects, ProjectFilter, list[ProjectShape]),
    create(f"{PREFIX}/projects", Action.PROJECT_CREATE, create_project, ProjectInput, ProjectShape),
    read(PROJECT, Action.PROJECT_READ, get, response=ProjectShape),
    change(PROJECT, Action.PROJECT_WRITE, edit, ProjectEdit, ProjectShape),
    remove(PROJECT, Action.PROJECT_DELETE, delete, ProjectDelete, status=202),
    create(f"{PROJECT}/restore", Action.PROJECT_DELETE, restore, response=ProjectShape),
    create(f"{PROJECT}/archive", Action.PROJECT_ARCHIVE, archive, response=ProjectShape),
    create(f"{PROJECT}/unarchive", Action.PROJECT_ARCHIVE, unarchive, response=ProjectShape),
    change(f"{PROJECT}/transfer", Action.PROJECT_TRANSFER, transfer, ProjectTransfer, ProjectShape),
)
