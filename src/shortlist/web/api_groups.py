"""Groups: listed, created, changed, deleted and restored; and the namespaces that may hold projects."""

from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.access.roles import Visibility
from shortlist.access.scope import Actor
from shortlist.errors import InvalidValue
from shortlist.http.endpoint import Call
from shortlist.projects import group_deletion, groups, rules
from shortlist.projects import types as ours
from shortlist.web import people, projects
from shortlist.web import wire_people as wire
from shortlist.web.people import GROUP, change, read, write


def list_groups(call: Call, connection: Connection, request: wire.GroupQuery) -> wire.GroupItemList:
    """List the groups that the caller can see."""
    query = ours.GroupQuery(search=request.search, owned=request.owned, deleted=request.deleted)
    found, total = groups.page(connection, call.actor, query, people.PAGE_SIZE, people.offset(request.page))
    return wire.GroupItemList([_group(call.actor, item) for item in found], total)


def list_subgroups(call: Call, connection: Connection) -> wire.GroupItemList:
    """The groups in the group that the address names, up to a thousand."""
    query = ours.GroupQuery(parent_id=call.group.group.id, deleted=call.group.group.deleted)
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
            visibility=None if request.visibility is None else Visibility(request.visibility),
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


async def delete_group(call: Call, _request: None) -> wire.GroupItem:
    """Delete a group with all that is in it; until its grace period ends, it can be restored."""

    def work(connection: Connection) -> wire.GroupItem:
        group_deletion.delete(connection, call.author, _this_group(call, connection).namespace)
        return get_group(call, connection, None)

    return await write(call, work)


async def restore_group(call: Call, _request: None) -> wire.GroupItem:
    """Restore a group whose deletion has begun, with what was deleted with it."""

    def work(connection: Connection) -> wire.GroupItem:
        group_deletion.restore(connection, call.author, _this_group(call, connection).namespace)
        return get_group(call, connection, None)

    return await write(call, work)


async def purge_group(call: Call, request: wire.Purge) -> wire.Done:
    """Remove for good a group whose deletion has begun, with all that is in it."""

    def work(connection: Connection) -> None:
        found = _this_group(call, connection).namespace
        if found.full_path != request.full_path:
            raise InvalidValue("full_path must repeat the group's path.", field="full_path")
        group_deletion.purge(connection, call.author, found)

    await write(call, work)
    return wire.Done()


def _this_group(call: Call, connection: Connection) -> ours.Group:
    return groups.get(connection, call.actor, call.group.group.id)


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
        deleted_at=home.deleted_at,
        purged_at=None if home.deleted_at is None else home.deleted_at + rules.GRACE_MILLISECONDS,
    )


ENDPOINTS = (
    read("/groups", Action.GROUP_LIST, list_groups, wire.GroupQuery, wire.GroupItemList),
    change("POST /groups", Action.GROUP_CREATE, create_group, wire.GroupCreate, wire.GroupItem),
    read(GROUP, Action.GROUP_READ, get_group, None, wire.GroupItem),
    change(f"PATCH {GROUP}", Action.GROUP_WRITE, edit_group, wire.GroupChange, wire.GroupItem),
    change(f"POST {GROUP}/restore", Action.GROUP_DELETE, restore_group, None, wire.GroupItem),
    change(f"POST {GROUP}/purge", Action.GROUP_DELETE, purge_group, wire.Purge, wire.Done),
    change(f"DELETE {GROUP}", Action.GROUP_DELETE, delete_group, None, wire.GroupItem),
    read("/namespaces", Action.SELF_READ, list_namespaces, None, wire.NamespaceList),
)
