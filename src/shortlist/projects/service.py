"""Projects: created, changed, moved, archived, deleted and restored. Functions run in a transaction of the caller."""

import msgspec
from sqlalchemy import Connection

from shortlist.access.roles import Role, Visibility
from shortlist.access.scope import ANONYMOUS, SERVER, Actor, Author, ProjectFacts
from shortlist.audit import service as audit
from shortlist.clock import now_ms
from shortlist.db.database import Database
from shortlist.db.purge import purge_project
from shortlist.errors import AlreadyExists, InvalidValue, NotFound, PermissionDenied
from shortlist.identity import store as users
from shortlist.identity.types import User
from shortlist.instance import service as instance
from shortlist.instance.rules import check_allowed, default_within
from shortlist.projects import groups, redirects, rules, store, store_groups, store_members
from shortlist.projects.types import Namespace, NewProject, Project, ProjectChange, ProjectQuery


def ensure_user_namespace(connection: Connection, user: User) -> Namespace:
    """The namespace of a user, made when it is first needed."""
    return groups.ensure_user_namespace(connection, user.id, user.username, user.name)


def create(
    connection: Connection,
    owner: User,
    path: str,
    *,
    name: str = "",
    description: str = "",
    visibility: Visibility = Visibility.PRIVATE,
) -> Project:
    """Create a project in the owner's namespace; see `create_in`."""
    home = ensure_user_namespace(connection, owner)
    new = NewProject(path=path, name=name, description=description, visibility=visibility)
    return create_in(connection, Author(actor_of(owner)), home, new)


def create_in(connection: Connection, author: Author, home: Namespace, new: NewProject) -> Project:
    """Create a project in a namespace; the user whose namespace it is becomes its first member.

    The caller has checked that the author may do so there (`groups.home_for_project`).

    Raises:
        InvalidValue: a path, name or visibility against the rules. AlreadyExists: the path is taken.
    """
    rules.check_path(new.path)
    home = groups.settled(connection, home)
    full_path = f"{home.full_path}/{new.path}"
    rules.check_description(new.description)
    settings = instance.current(connection)
    group = home.visibility if home.kind == "group" else None
    visibility = new.visibility or default_within(settings.default_project_visibility, group)
    check_allowed(settings, author.actor, visibility)
    if group is not None:
        rules.check_within(group, visibility, "project")
    now = now_ms()
    _check_free(connection, full_path)
    project_id = store.add_project(
        connection,
        {
            **msgspec.structs.asdict(new),
            "name": rules.check_name(new.name or new.path),
            "visibility": visibility.value,
            "model_experiments_access": new.model_experiments_access.value,
            "model_registry_access": new.model_registry_access.value,
            "package_registry_access": new.package_registry_access.value,
            "namespace_id": home.id,
            "full_path": full_path,
            "least_writing_role": settings.default_least_writing_role,
            "created_at": now,
            "created_by": author.actor.user_id or home.user_id,
            "archived": False,
        },
    )
    if project_id is None:
        raise _taken(full_path)
    redirects.take(connection, full_path)
    if home.user_id is not None:
        set_member(connection, project_id, home.user_id, Role.OWNER)
    made = get(connection, author.actor, project_id)
    _record(connection, author, "project:create", made, visibility=visibility.value)
    return made


def get(connection: Connection, actor: Actor, reference: int | str) -> Project:
    """A project by id or full path, with the caller's role. It does not check whether the caller may see it."""
    found = store.find(connection, actor, reference, now_ms())
    if found is None:
        raise NotFound("Project not found", field="project")
    return found


def located(connection: Connection, actor: Actor, reference: int | str) -> Project:
    """The same, also by a path that the project had before it was renamed or moved."""
    try:
        return get(connection, actor, reference)
    except NotFound:
        former = redirects.follow(connection, "project", reference) if isinstance(reference, str) else None
        if former is None:
            raise
    return get(connection, actor, former)


def visible(connection: Connection, actor: Actor, *, deleted: bool = False) -> list[Project]:
    """The projects that the caller may see, by path; or those of them that wait for their deletion."""
    return store.visible(connection, actor, now_ms(), deleted=deleted)


def page(
    connection: Connection, actor: Actor, query: ProjectQuery, limit: int, offset: int = 0
) -> tuple[list[Project], int]:
    """A page of the projects that match and that the caller may see, and how many there are."""
    return store.page(connection, actor, query, now_ms(), limit, offset)


def set_member(
    connection: Connection, project_id: int, user_id: int, role: Role, expires_at: int | None = None
) -> None:
    """Make a user a member, or change the member's role, without asking whether anybody may."""
    store_members.put(
        connection,
        {
            "project_id": project_id,
            "user_id": user_id,
            "role": role,
            "created_at": now_ms(),
            "expires_at": expires_at,
        },
    )


def change(connection: Connection, author: Author, project: Project, new: ProjectChange) -> Project:
    """Change a project's settings. A new path changes its addresses.

    Raises:
        InvalidValue: a value against the rules. AlreadyExists: the path is taken.
    """
    if new.path is not None:
        project = _settled(connection, author, project)
    given = {name: value for name, value in msgspec.structs.asdict(new).items() if value is not None}
    values = {name: getattr(value, "value", value) for name, value in given.items()}
    if new.name is not None:
        values["name"] = rules.check_name(new.name)
    if new.description is not None:
        rules.check_description(new.description)
    if new.least_writing_role is not None:
        rules.check_least_writing_role(new.least_writing_role)
    if new.visibility is not None and new.visibility is not project.visibility:
        check_allowed(instance.current(connection), author.actor, new.visibility)
        home = store_groups.namespace_by_id(connection, project.namespace_id)
        if home is not None and home.kind == "group":
            rules.check_within(home.visibility, new.visibility, "project")
    if new.path is not None and new.path != project.path:
        values["full_path"] = _renamed(connection, project, new.path)
    changed = {name: value for name, value in values.items() if value != getattr(project, name)}
    if not changed:
        return project
    store.change_project(connection, project.id, changed)
    if "full_path" in changed:
        _moved(connection, project, changed["full_path"])
    after = get(connection, author.actor, project.id)
    before = {name: getattr(project, name) for name in changed}
    _record(connection, author, "project:change", after, before=before, after=changed)
    return after


def transfer(connection: Connection, author: Author, project: Project, home: Namespace) -> Project:
    """Move a project into another namespace. Direct members stay; what groups gave is replaced.

    The caller has checked that the author may create projects there.

    Raises:
        InvalidValue: it is there already, or would be more open than the group. AlreadyExists: the path is taken.
    """
    home = groups.settled(connection, home)
    project = _settled(connection, author, project)
    if home.id == project.namespace_id:
        raise InvalidValue("The project is in this namespace already.", field="namespace")
    if home.kind == "group":
        rules.check_within(home.visibility, project.visibility, "project")
    full_path = f"{home.full_path}/{project.path}"
    _check_free(connection, full_path)
    store.change_project(connection, project.id, {"namespace_id": home.id, "full_path": full_path})
    _moved(connection, project, full_path)
    if home.user_id is not None:
        set_member(connection, project.id, home.user_id, Role.OWNER)
    after = get(connection, author.actor, project.id)
    _record(connection, author, "project:transfer", after, before=project.full_path)
    return after


def archive(connection: Connection, author: Author, project: Project, *, archived: bool) -> Project:
    """Make a project unchangeable, or changeable again."""
    if project.archived != archived:
        store.change_project(connection, project.id, {"archived": archived})
        _record(connection, author, "project:archive" if archived else "project:unarchive", project)
    return get(connection, author.actor, project.id)


def delete(connection: Connection, author: Author, project: Project) -> None:
    """Begin a project's grace period: only its owners see it, and they can restore it.

    Raises:
        InvalidValue: it has begun already.
    """
    if project.deleted_at is not None:
        raise InvalidValue("The project is being deleted already.", field="project")
    store.change_project(connection, project.id, {"deleted_at": now_ms()})
    _record(connection, author, "project:delete", project)


def restore(connection: Connection, author: Author, project: Project) -> Project:
    """End the grace period without deleting.

    Raises:
        InvalidValue: the project is not being deleted, or its group is.
    """
    if project.deleted_at is None:
        raise InvalidValue("The project is not being deleted.", field="project")
    home = store_groups.namespace_by_id(connection, project.namespace_id)
    if home is not None and home.deleted_at is not None:
        raise InvalidValue(f"The group {home.full_path} is being deleted; restore it first.", field="project")
    store.change_project(connection, project.id, {"deleted_at": None})
    _record(connection, author, "project:restore", project)
    return get(connection, author.actor, project.id)


def purge(connection: Connection, author: Author, project: Project) -> None:
    """Delete for good a project whose grace period has begun; a sweep then frees its files.

    Raises:
        PermissionDenied: it has not been deleted first.
    """
    if project.deleted_at is None:
        raise PermissionDenied("Delete the project first; then it can be removed for good.", field="project")
    _record(connection, author, "project:purge", project)
    redirects.forget(connection, "project", project.id)
    purge_project(connection, project.id)


def purge_expired(database: Database) -> int:
    """Delete for good the projects whose grace period is over, each in a transaction of its own; returns how many."""
    before = now_ms() - rules.GRACE_MILLISECONDS

    def work(connection: Connection, project_id: int) -> int:
        # Read again: somebody may have restored it since it was listed.
        if project_id not in store.deleted_before(connection, before):
            return 0
        purge(connection, SERVER, get(connection, SERVER.actor, project_id))
        return 1

    listed = database.read_now(lambda connection: store.deleted_before(connection, before))
    return sum(
        database.write_now(lambda connection, project_id=project_id: work(connection, project_id))
        for project_id in listed
    )


def facts(project: Project) -> ProjectFacts:
    """What a decision needs to know of a project."""
    return ProjectFacts(
        id=project.id,
        full_path=project.full_path,
        name=project.name,
        visibility=project.visibility,
        model_experiments_access=project.model_experiments_access,
        model_registry_access=project.model_registry_access,
        package_registry_access=project.package_registry_access,
        least_writing_role=project.least_writing_role,
        archived=project.archived,
        role=project.role,
        deleted=project.deleted_at is not None,
    )


def actor_of(user: User) -> Actor:
    """A user as the caller of an action that the server itself takes for them."""
    return Actor(user_id=user.id, username=user.username, name=user.name, administrator=user.administrator)


def _settled(connection: Connection, author: Author, project: Project) -> Project:
    """A project as it is, and as its path stays until this transaction ends."""
    users.lock_names(connection)
    return get(connection, author.actor, project.id)


def _moved(connection: Connection, project: Project, full_path: str) -> None:
    if project.full_path.lower() != full_path.lower():
        redirects.leave(connection, "project", {project.full_path: project.id})
        redirects.take(connection, full_path)


def _renamed(connection: Connection, project: Project, path: str) -> str:
    """The full path that a project gets with a new path."""
    rules.check_path(path)
    full_path = f"{project.full_path.rpartition('/')[0]}/{path}"
    if path.lower() != project.path.lower():
        _check_free(connection, full_path)
    return full_path


def _check_free(connection: Connection, full_path: str) -> None:
    """A project's address differs from those of other projects and of groups, in any capitals."""
    taken = store.find(connection, ANONYMOUS, full_path, now_ms())
    if taken is not None or store_groups.namespace_by_path(connection, full_path) is not None:
        raise _taken(full_path)


def _taken(full_path: str) -> AlreadyExists:
    return AlreadyExists(f"The path {full_path} has already been taken.", field="path")


def _record(connection: Connection, author: Author, action: str, project: Project, **details: object) -> None:
    audit.record_of_project(connection, author, project.id, project.full_path, action, **details)
