"""Namespaces: those of users, and groups, which may lie in groups. Functions run in a transaction of the caller."""

import msgspec
from sqlalchemy import Connection

from shortlist.access.policy import can_see
from shortlist.access.roles import Role
from shortlist.access.scope import ANONYMOUS, Actor, Author, GroupFacts
from shortlist.audit import service as audit
from shortlist.audit.types import Change
from shortlist.clock import now_ms
from shortlist.errors import AlreadyExists, InvalidValue, NotFound, PermissionDenied
from shortlist.identity import store as users
from shortlist.instance import service as instance
from shortlist.instance.rules import check_allowed, default_within
from shortlist.projects import redirects, rules, store, store_groups, store_members
from shortlist.projects.types import Group, GroupChange, GroupQuery, Namespace, NewGroup

# Who may create projects in a group, and groups in it.
CREATE_ROLE = Role.MAINTAINER


def ensure_user_namespace(connection: Connection, user_id: int, username: str, name: str) -> Namespace:
    """The namespace of a user, made when it is first needed. Raises AlreadyExists: a group has the name."""
    found = store_groups.namespace_by_path(connection, username)
    if found is None:
        rules.check_path(username, "username")
        store_groups.add_namespace(
            connection,
            {
                "kind": "user",
                "path": username,
                "full_path": username,
                "name": name,
                "user_id": user_id,
                "created_at": now_ms(),
            },
        )
        redirects.take(connection, username)
        found = store_groups.namespace_by_path(connection, username)
    if found is None or found.user_id != user_id:
        raise AlreadyExists(f"The namespace {username} belongs to somebody else.", field="username")
    return found


def create(connection: Connection, author: Author, new: NewGroup) -> Group:
    """Create a group, at the top or in another group; its author becomes its first owner.

    Raises:
        InvalidValue: a path, name or visibility against the rules, or a depth beyond the limit.
        AlreadyExists: the path is taken. NotFound, PermissionDenied: the group above it.
    """
    rules.check_path(new.path)
    rules.check_description(new.description)
    users.lock_names(connection)
    full_path = new.path
    settings = instance.current(connection)
    visibility = new.visibility or settings.default_group_visibility
    if new.parent_id is None:
        _no_bots(author.actor)
    else:
        above = get(connection, author.actor, new.parent_id)
        if not can_see(author.actor, facts(above)):
            raise NotFound("Group not found", field="parent_id")
        _check_may_create(author.actor, above)
        visibility = new.visibility or default_within(visibility, above.namespace.visibility)
        rules.check_within(above.namespace.visibility, visibility, "group")
        full_path = f"{above.namespace.full_path}/{new.path}"
        if full_path.count("/") >= rules.MAX_GROUP_DEPTH:
            raise InvalidValue(f"Groups lie at most {rules.MAX_GROUP_DEPTH} deep.", field="parent_id")
    check_allowed(settings, author.actor, visibility)
    _check_free(connection, full_path)
    now = now_ms()
    made = store_groups.add_namespace(
        connection,
        {
            "kind": "group",
            "path": new.path,
            "full_path": full_path,
            "name": rules.check_name(new.name or new.path),
            "created_at": now,
            "parent_id": new.parent_id,
            "description": new.description,
            "visibility": visibility.value,
        },
    )
    if made is None:
        raise _taken(full_path)
    redirects.take(connection, full_path)
    if author.actor.user_id is not None:
        owner = {"group_id": made, "user_id": author.actor.user_id, "role": Role.OWNER, "created_at": now}
        store_members.put(connection, owner)
    group = get(connection, author.actor, made)
    record(connection, author, "group:create", group.namespace, visibility=visibility.value)
    return group


def get(connection: Connection, actor: Actor, reference: int | str) -> Group:
    """A group by id or full path, with the caller's role. It does not check whether the caller may see it."""
    found = store_groups.find_group(connection, actor, reference, now_ms())
    if found is None:
        raise NotFound("Group not found", field="group")
    return found


def located(connection: Connection, actor: Actor, reference: int | str) -> Group:
    """The same, also by a path that the group had before it was renamed."""
    try:
        return get(connection, actor, reference)
    except NotFound:
        former = redirects.follow(connection, "group", reference) if isinstance(reference, str) else None
        if former is None:
            raise
    return get(connection, actor, former)


def page(
    connection: Connection, actor: Actor, query: GroupQuery, limit: int, offset: int = 0
) -> tuple[list[Group], int]:
    """A page of the groups that match and that the caller may see, and how many there are."""
    return store_groups.group_page(connection, actor, query, now_ms(), limit, offset)


def home_for_project(connection: Connection, actor: Actor, reference: int | str | None) -> Namespace:
    """The namespace in which the caller wants a project: their own where none is named.

    Raises:
        NotFound: there is none, or the caller may not know of it. PermissionDenied: the caller may not create there.
    """
    if reference is None:
        _no_bots(actor)
        return ensure_user_namespace(connection, actor.user_id or 0, actor.username, actor.name)
    if isinstance(reference, int):
        found = store_groups.namespace_by_id(connection, reference)
    else:
        found = store_groups.namespace_by_path(connection, reference)
    if found is None:
        raise _no_namespace()
    if found.kind == "user":
        if found.user_id != actor.user_id and not actor.administrator:
            raise _no_namespace()
        return found
    group = get(connection, actor, found.id)
    if not can_see(actor, facts(group)):
        raise _no_namespace()
    _check_may_create(actor, group)
    return found


def settled(connection: Connection, home: Namespace) -> Namespace:
    """A namespace as it is, and as its path stays until this transaction ends. Raises NotFound: it is gone."""
    users.lock_names(connection)
    found = store_groups.namespace_by_id(connection, home.id)
    if found is None:
        raise _no_namespace()
    return found


def change(connection: Connection, author: Author, group: Namespace, new: GroupChange) -> Group:
    """Change a group. A new path changes the addresses of everything in it.

    Raises:
        InvalidValue: a value against the rules. AlreadyExists: the path is taken.
    """
    if new.path is not None:
        group = settled(connection, group)
    values = {name: value for name, value in msgspec.structs.asdict(new).items() if value is not None}
    if new.name is not None:
        values["name"] = rules.check_name(new.name)
    if new.description is not None:
        rules.check_description(new.description)
    if new.visibility is not None:
        values["visibility"] = new.visibility.value
        if new.visibility is not group.visibility:
            check_allowed(instance.current(connection), author.actor, new.visibility)
        if group.parent_id is not None:
            above = get(connection, author.actor, group.parent_id)
            rules.check_within(above.namespace.visibility, new.visibility, "group")
    moved = new.path is not None and new.path != group.path
    if moved and new.path is not None:
        rules.check_path(new.path)
        target = "/".join([*group.full_path.split("/")[:-1], new.path])
        if target.lower() != group.full_path.lower():
            _check_free(connection, target)
        _move(connection, group, target)
    changed = {name: value for name, value in values.items() if value != getattr(group, name)}
    if not changed:
        return get(connection, author.actor, group.id)
    store_groups.change_namespace(connection, group.id, changed)
    before = {name: getattr(group, name) for name in changed}
    after = get(connection, author.actor, group.id)
    record(connection, author, "group:change", after.namespace, before=before, after=changed)
    return after


def facts(group: Group) -> GroupFacts:
    """What a decision needs to know of a group."""
    home = group.namespace
    return GroupFacts(
        home.id, home.full_path, home.name, home.visibility, group.role, deleted=home.deleted_at is not None
    )


def record(connection: Connection, author: Author, action: str, group: Namespace, **details: object) -> None:
    """Note a change of a group for its audit."""
    audit.record(
        connection,
        author,
        Change(
            action=action,
            target_type="group",
            target_id=group.id,
            target=group.full_path,
            group_id=group.id,
            details=details,
        ),
    )


def _no_bots(actor: Actor) -> None:
    """The token of a project or group works there; what it made elsewhere would outlive it."""
    if actor.bot:
        raise PermissionDenied("The token of a project or group cannot create anything outside of it.")


def _move(connection: Connection, group: Namespace, target: str) -> None:
    below = store_groups.descendants(connection, group.id)
    paths = {item.id: target + item.full_path[len(group.full_path) :] for item in below}
    left = {item.full_path: item.id for item in below}
    for namespace_id, full_path in paths.items():
        store_groups.change_namespace(connection, namespace_id, {"full_path": full_path})
    before = {item.id: item.full_path for item in below}
    projects = store.in_namespaces(connection, list(paths))
    for project_id, namespace_id, path in projects:
        store.change_project(connection, project_id, {"full_path": f"{paths[namespace_id]}/{path}"})
    if target.lower() != group.full_path.lower():
        redirects.leave(connection, "group", left)
        redirects.leave(connection, "project", {f"{before[home]}/{path}": one for one, home, path in projects})
        for taken in (*paths.values(), *(f"{paths[home]}/{path}" for _, home, path in projects)):
            redirects.take(connection, taken)


def _check_may_create(actor: Actor, group: Group) -> None:
    if group.namespace.deleted_at is not None:
        raise PermissionDenied("The group is being deleted; restore it first.")
    if not actor.administrator and (group.role is None or group.role < CREATE_ROLE):
        place = group.namespace.full_path
        raise PermissionDenied(f"This needs the role {CREATE_ROLE.name.capitalize()} or above in {place}.")


def _check_free(connection: Connection, full_path: str) -> None:
    """A group's address differs from those of other groups, of users and of projects, in any capitals."""
    if (
        store_groups.namespace_by_path(connection, full_path) is not None
        or users.user_by_username(connection, full_path) is not None
        or store.find(connection, ANONYMOUS, full_path, now_ms()) is not None
    ):
        raise _taken(full_path)


def _taken(full_path: str) -> AlreadyExists:
    return AlreadyExists(f"The path {full_path} has already been taken.", field="path")


def _no_namespace() -> NotFound:
    return NotFound("Namespace not found", field="namespace_id")
