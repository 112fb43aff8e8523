"""Settings of projects, and groups."""

from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.access.roles import FeatureAccess, Role, Visibility
from shortlist.access.scope import Actor
from shortlist.errors import InvalidValue
from shortlist.http.endpoint import Call
from shortlist.projects import groups, rules, service
from shortlist.projects import types as ours
from shortlist.web import people, projects
from shortlist.web import wire_people as wire
from shortlist.web.people import GROUP, PROJECT, change, read, write


def get(call: Call, connection: Connection, _request: None) -> wire.ProjectSettings:
    """Get a project's settings."""
    return _settings(_this(call, connection))


async def edit(call: Call, request: wire.ProjectSettingsChange) -> wire.ProjectSettings:
    """Change a project's settings."""
    least = request.least_writing_role
    new = ours.ProjectChange(
        path=request.path,
        name=request.name,
        description=request.description,
        visibility=None if request.visibility is None else Visibility(request.visibility),
        model_experiments_access=_feature(request.model_experiments_access),
        model_registry_access=_feature(request.model_registry_access),
        package_registry_access=_feature(request.package_registry_access),
        least_writing_role=None if least is None else Role[least.upper()],
    )
    return await write(
        call,
        lambda connection: _settings(service.change(connection, call.author, _this(call, connection), new)),
    )


async def archive(call: Call, _request: None) -> wire.ProjectSettings:
    """Archive a project: it can be read, and not be changed."""
    return await _archive(call, archived=True)


async def unarchive(call: Call, _request: None) -> wire.ProjectSettings:
    """Make an archived project changeable again."""
    return await _archive(call, archived=False)


async def _archive(call: Call, *, archived: bool) -> wire.ProjectSettings:
    def work(connection: Connection) -> wire.ProjectSettings:
        return _settings(service.archive(connection, call.author, _this(call, connection), archived=archived))

    return await write(call, work)


async def transfer(call: Call, request: wire.Transfer) -> wire.ProjectSettings:
    """Move a project to another namespace."""

    def work(connection: Connection) -> wire.ProjectSettings:
        home = groups.home_for_project(connection, call.actor, request.namespace)
        return _settings(service.transfer(connection, call.author, _this(call, connection), home))

    return await write(call, work)


async def delete(call: Call, _request: None) -> wire.ProjectSettings:
    """Delete a project; until its grace period ends, it can be restored."""

    def work(connection: Connection) -> wire.ProjectSettings:
        service.delete(connection, call.author, _this(call, connection))
        return _settings(_this(call, connection))

    return await write(call, work)


async def purge(call: Call, request: wire.Purge) -> wire.Done:
    """Remove for good a project whose deletion has begun."""

    def work(connection: Connection) -> None:
        found = _this(call, connection)
        if found.full_path != request.full_path:
            raise InvalidValue("full_path must repeat the project's path.", field="full_path")
        service.purge(connection, call.author, found)

    await write(call, work)
    return wire.Done()


async def restore(call: Call, _request: None) -> wire.ProjectSettings:
    """Restore a project whose deletion has begun."""
    return await write(
        call, lambda connection: _settings(service.restore(connection, call.author, _this(call, connection)))
    )


def list_groups(call: Call, connection: Connection, request: wire.GroupQuery) -> wire.GroupItemList:
    """List the groups that the caller can see."""
    query = ours.GroupQuery(search=request.search, owned=request.owned)
    found, total = groups.page(connection, call.actor, query, people.PAGE_SIZE, people.offset(request.page))
    return wire.GroupItemList([_group(call.actor, item) for item in found], total)


def list_subgroups(call: Call, connection: Connection) -> wire.GroupItemList:
    """The groups in the group that the address names, up to a thousand."""
    query = ours.GroupQuery(parent_id=call.group.group.id)
    found, total = groups.page(connection, call.actor, query, limit=1000)
    return wire.GroupItemList([_group(call.actor, item) for item in found], total)


def list_namespaces(call: Call, connection: Connection, _request: None) -> wire.NamespaceList:
    """List the namespaces in which the caller may create projects."""
    least = None if call.actor.administrator else groups.CREATE_ROLE
    found, _ = groups.page(connection, call.actor, ours.GroupQuery(least_role=least), limit=1000)
    listed = [wire.NamespaceItem("group", item.namespace.full_path, item.namespace.name) for item in found]
    if not call.actor.bot:
        listed.insert(0, wire.NamespaceItem("user", call.actor.username, call.actor.name))
    return wire.NamespaceList(listed)


def get_group(call: Call, connection: Connection, _request: None) -> wire.GroupItem:
    """Get a group."""
    return _group(call.actor, _this_group(call, connection))


async def create_group(call: Call, request: wire.GroupCreate) -> wire.GroupItem:
    """Create a group, at the top or in another group."""

    def work(connection: Connection) -> wire.GroupItem:
        parent = None
        if request.parent:
            parent = groups.home_for_project(connection, call.actor, request.parent)
            if parent.kind != "group":
                raise InvalidValue("A group lies in a group, not in a user's namespace.", field="parent")
        new = ours.NewGroup(
            path=request.path,
            name=request.name,
            description=request.description,
            visibility=Visibility(request.visibility),
            parent_id=None if parent is None else parent.id,
        )
        return _group(call.actor, groups.create(connection, call.author, new))

    return await write(call, work)


async def edit_group(call: Call, request: wire.GroupChange) -> wire.GroupItem:
    """Change a group."""
    new = ours.GroupChange(
        path=request.path,
        name=request.name,
        description=request.description,
        visibility=None if request.visibility is None else Visibility(request.visibility),
    )

    def work(connection: Connection) -> wire.GroupItem:
        changed = groups.change(connection, call.author, _this_group(call, connection).namespace, new)
        return _group(call.actor, changed)

    return await write(call, work)


async def delete_group(call: Call, _request: None) -> wire.Done:
    """Delete a group in which nothing is left."""
    await write(
        call,
        lambda connection: groups.remove(connection, call.author, _this_group(call, connection).namespace),
    )
    return wire.Done()


def _this(call: Call, connection: Connection) -> ours.Project:
    return service.get(connection, call.actor, call.project.project_id)


def _this_group(call: Call, connection: Connection) -> ours.Group:
    return groups.get(connection, call.actor, call.group.group.id)


def _feature(word: wire.FeatureName | None) -> FeatureAccess | None:
    return None if word is None else FeatureAccess(word)


def _settings(item: ours.Project) -> wire.ProjectSettings:
    return wire.ProjectSettings(
        id=item.id,
        path=item.path,
        full_path=item.full_path,
        name=item.name,
        description=item.description,
        visibility=item.visibility.value,
        model_experiments_access=item.model_experiments_access.value,
        model_registry_access=item.model_registry_access.value,
        package_registry_access=item.package_registry_access.value,
        least_writing_role=item.least_writing_role.name.lower(),
        archived=item.archived,
        role=people.role_name(item.role),
        created_at=item.created_at,
        deleted_at=item.deleted_at,
        purged_at=None if item.deleted_at is None else item.deleted_at + rules.GRACE_MILLISECONDS,
    )


def _group(actor: Actor, item: ours.Group) -> wire.GroupItem:
    home = item.namespace
    return wire.GroupItem(
        id=home.id,
        path=home.path,
        full_path=home.full_path,
        name=home.name,
        description=home.description,
        visibility=home.visibility.value,
        role=people.role_name(item.role),
        rights=projects.rights(actor, groups.facts(item)),
        created_at=home.created_at,
    )


_SETTINGS = f"{PROJECT}/settings"

ENDPOINTS = (
    read(_SETTINGS, Action.PROJECT_READ, get, None, wire.ProjectSettings),
    change(f"PATCH {_SETTINGS}", Action.PROJECT_WRITE, edit, wire.ProjectSettingsChange, wire.ProjectSettings),
    change(f"POST {PROJECT}/archive", Action.PROJECT_ARCHIVE, archive, None, wire.ProjectSettings),
    change(f"POST {PROJECT}/unarchive", Action.PROJECT_ARCHIVE, unarchive, None, wire.ProjectSettings),
    change(f"POST {PROJECT}/transfer", Action.PROJECT_TRANSFER, transfer, wire.Transfer, wire.ProjectSettings),
    change(f"POST {PROJECT}/restore", Action.PROJECT_DELETE, restore, None, wire.ProjectSettings),
    change(f"POST {PROJECT}/purge", Action.PROJECT_DELETE, purge, wire.Purge, wire.Done),
    change(f"DELETE {PROJECT}", Action.PROJECT_DELETE, delete, None, wire.ProjectSettings),
    read("/groups", Action.GROUP_LIST, list_groups, wire.GroupQuery, wire.GroupItemList),
    change("POST /groups", Action.GROUP_CREATE, create_group, wire.GroupCreate, wire.GroupItem),
    read(GROUP, Action.GROUP_READ, get_group, None, wire.GroupItem),
    change(f"PATCH {GROUP}", Action.GROUP_WRITE, edit_group, wire.GroupChange, wire.GroupItem),
    change(f"DELETE {GROUP}", Action.GROUP_DELETE, delete_group, None, wire.Done),
    read("/namespaces", Action.SELF_READ, list_namespaces, None, wire.NamespaceList),
)
