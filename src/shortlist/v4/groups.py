"""Groups and namespaces."""

import msgspec
from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.errors import InvalidValue
from shortlist.http.endpoint import Call
from shortlist.projects import group_deletion, rules, store_groups
from shortlist.projects import groups as service
from shortlist.projects.types import Group, GroupChange, GroupQuery, Namespace, NewGroup
from shortlist.v4 import levels, projects, times
from shortlist.v4.operations import change, create, read, remove, write
from shortlist.v4.paging import Paged, announce, cut
from shortlist.v4.project_shapes import NamespaceShape, ProjectShape, namespace
from shortlist.v4.surface import GROUP, PREFIX


class GroupShape(msgspec.Struct, kw_only=True):
    id: int
    web_url: str
    name: str
    path: str
    description: str
    visibility: str
    full_name: str
    full_path: str
    created_at: str | None
    parent_id: int | None
    marked_for_deletion_on: str | None = None  # when it is removed for good
    avatar_url: str | None = None
    project_creation_level: str = "maintainer"
    subgroup_creation_level: str = "maintainer"


class GroupList(Paged, kw_only=True):
    search: str = ""
    owned: bool = False
    min_access_level: int | None = None
    top_level_only: bool = False
    all_available: bool = True


class GroupCreate(msgspec.Struct):
    name: str
    path: str | None = None
    description: str | None = None
    visibility: str | None = None
    parent_id: int | None = None


class GroupEdit(msgspec.Struct):
    name: str | None = None
    path: str | None = None
    description: str | None = None
    visibility: str | None = None


class GroupDelete(msgspec.Struct):
    permanently_remove: bool = False
    full_path: str = ""


class GroupProjectList(projects.ProjectFilter, kw_only=True):
    include_subgroups: bool = False


class NamespaceList(Paged, kw_only=True):
    search: str = ""


class NamespaceId(msgspec.Struct):
    namespace: str


def _shown(call: Call, item: Group) -> GroupShape:
    home = item.namespace
    return GroupShape(
        id=home.id,
        web_url=f"{call.base_url}/groups/{home.full_path}",
        name=home.name,
        path=home.path,
        description=home.description,
        visibility=home.visibility.value,
        full_name=" / ".join([*home.full_path.split("/")[:-1], home.name]),
        full_path=home.full_path,
        created_at=times.stamp(home.created_at),
        parent_id=home.parent_id,
        marked_for_deletion_on=None
        if home.deleted_at is None
        else times.day(home.deleted_at + rules.GRACE_MILLISECONDS),
    )


def list_groups(call: Call, connection: Connection, request: GroupList) -> list[GroupShape]:
    """List the groups that the caller can see."""
    return _page(call, connection, request, None)


def list_subgroups(call: Call, connection: Connection, request: GroupList) -> list[GroupShape]:
    """List the groups in a group that the caller can see."""
    return _page(call, connection, request, call.group.group.id)


def _page(call: Call, connection: Connection, request: GroupList, parent_id: int | None) -> list[GroupShape]:
    request.check()
    least = None if request.min_access_level is None else levels.role(request.min_access_level, "min_access_level")
    query = GroupQuery(
        search=request.search,
        owned=request.owned,
        least_role=least,
        top_level=request.top_level_only,
        parent_id=parent_id,
    )
    found, total = service.page(connection, call.actor, query, request.limit, request.offset)
    announce(call, request, total)
    return [_shown(call, item) for item in found]


def get(call: Call, connection: Connection, _request: None) -> GroupShape:
    """Get a group."""
    return _shown(call, _this(call, connection))


def list_projects(call: Call, connection: Connection, request: GroupProjectList) -> list[ProjectShape]:
    """List the projects in a group that the caller can see."""
    group_id = call.group.group.id
    homes = [group_id]
    if request.include_subgroups:
        homes = [item.id for item in store_groups.descendants(connection, group_id)]
    return projects.page_of(call, connection, request, tuple(homes))


async def create_group(call: Call, request: GroupCreate) -> GroupShape:
    """Create a group."""
    new = NewGroup(
        path=request.path or rules.path_from(request.name),
        name=request.name,
        description=request.description or "",
        visibility=levels.visibility(request.visibility),
        parent_id=request.parent_id,
    )
    return await write(call, lambda connection: _shown(call, service.create(connection, call.author, new)))


async def edit(call: Call, request: GroupEdit) -> GroupShape:
    """Change a group."""
    new = GroupChange(
        path=request.path,
        name=request.name,
        description=request.description,
        visibility=levels.visibility(request.visibility),
    )

    def work(connection: Connection) -> GroupShape:
        return _shown(call, service.change(connection, call.author, _this(call, connection).namespace, new))

    return await write(call, work)


async def delete(call: Call, request: GroupDelete) -> dict[str, str]:
    """Delete a group with all that is in it; until its grace period ends, it can be restored."""

    def work(connection: Connection) -> None:
        found = _this(call, connection).namespace
        if not request.permanently_remove:
            group_deletion.delete(connection, call.author, found)
            return
        if request.full_path != found.full_path:
            raise InvalidValue("full_path must repeat the group's path.", field="full_path")
        group_deletion.purge(connection, call.author, found)

    await write(call, work)
    return {"message": "202 Accepted"}


async def restore(call: Call, _request: None) -> GroupShape:
    """Restore a group whose deletion has begun, with what was deleted with it."""

    def work(connection: Connection) -> GroupShape:
        group_deletion.restore(connection, call.author, _this(call, connection).namespace)
        return _shown(call, _this(call, connection))

    return await write(call, work)


def list_namespaces(call: Call, connection: Connection, request: NamespaceList) -> list[NamespaceShape]:
    """List the namespaces in which the caller may create projects."""
    request.check()
    found: list[Namespace] = []
    if not call.actor.bot:
        own = store_groups.namespace_by_path(connection, call.actor.username)
        found = [own] if own is not None and own.user_id == call.actor.user_id else []
    query = GroupQuery(least_role=None if call.actor.administrator else service.CREATE_ROLE)
    listed, _ = service.page(connection, call.actor, query, limit=1000)
    found.extend(item.namespace for item in listed)
    wanted = request.search.lower()
    kept = [item for item in found if wanted in item.full_path.lower() or wanted in item.name.lower()]
    return [namespace(call, item) for item in cut(call, request, kept)]


def get_namespace(call: Call, connection: Connection, request: NamespaceId) -> NamespaceShape:
    """Get a namespace in which the caller may create projects, by id or path."""
    named = request.namespace
    if len(named) > 1000:
        raise InvalidValue("The path is too long.", field="namespace")
    reference = int(named) if named.isascii() and named.isdigit() and len(named) < 19 else named
    return namespace(call, service.home_for_project(connection, call.actor, reference))


def _this(call: Call, connection: Connection) -> Group:
    return service.get(connection, call.actor, call.group.group.id)


ENDPOINTS = (
    read(f"{PREFIX}/groups", Action.GROUP_LIST, list_groups, GroupList, list[GroupShape]),
    create(f"{PREFIX}/groups", Action.GROUP_CREATE, create_group, GroupCreate, GroupShape),
    read(GROUP, Action.GROUP_READ, get, response=GroupShape),
    change(GROUP, Action.GROUP_WRITE, edit, GroupEdit, GroupShape),
    remove(GROUP, Action.GROUP_DELETE, delete, GroupDelete, status=202),
    create(f"{GROUP}/restore", Action.GROUP_DELETE, restore, response=GroupShape),
    read(f"{GROUP}/projects", Action.GROUP_READ, list_projects, GroupProjectList, list[ProjectShape]),
    read(f"{GROUP}/subgroups", Action.GROUP_READ, list_subgroups, GroupList, list[GroupShape]),
    read(f"{PREFIX}/namespaces", Action.SELF_READ, list_namespaces, NamespaceList, list[NamespaceShape]),
    read(f"{PREFIX}/namespaces/{{namespace:path}}", Action.SELF_READ, get_namespace, NamespaceId, NamespaceShape),
)
