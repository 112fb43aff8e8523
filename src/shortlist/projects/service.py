"""Namespaces, projects and members. Functions run inside a transaction that the caller opened."""

from sqlalchemy import Connection

from shortlist.access.roles import FeatureAccess, Role, Visibility
from shortlist.access.scope import ANONYMOUS, Actor, ProjectFacts
from shortlist.clock import now_ms
from shortlist.errors import AlreadyExists, InvalidValue, NotFound
from shortlist.identity.types import User
from shortlist.projects import rules, store
from shortlist.projects.types import Namespace, Project


def ensure_user_namespace(connection: Connection, user: User) -> Namespace:
    """The namespace of a user, made when it is first needed."""
    store.add_namespace(
        connection,
        {
            "kind": "user",
            "path": user.username,
            "full_path": user.username,
            "name": user.name,
            "user_id": user.id,
            "created_at": now_ms(),
        },
    )
    found = store.namespace_by_path(connection, user.username)
    if found is None or found.user_id != user.id:
        raise AlreadyExists(f"The namespace {user.username} belongs to somebody else.", field="namespace")
    return found


def create(
    connection: Connection,
    owner: User,
    path: str,
    *,
    name: str = "",
    description: str = "",
    visibility: Visibility = Visibility.PRIVATE,
) -> Project:
    """Create a project in the owner's namespace, with the owner as its first member.

    Raises:
        InvalidValue: a path or name against the rules. AlreadyExists: the path is taken.
    """
    rules.check_path(path)
    shown = rules.check_name(name or path)
    if len(description) > 2000 or "\x00" in description:
        raise InvalidValue("A description has at most 2000 characters.", field="description")
    home = ensure_user_namespace(connection, owner)
    full_path = f"{home.full_path}/{path}"
    now = now_ms()
    taken = store.find(connection, ANONYMOUS, full_path, now) is not None
    project_id = (
        None
        if taken
        else store.add_project(
            connection,
            {
                "namespace_id": home.id,
                "path": path,
                "full_path": full_path,
                "name": shown,
                "description": description,
                "visibility": visibility.value,
                "model_experiments_access": FeatureAccess.PUBLIC.value,
                "least_writing_role": Role.REPORTER,
                "created_at": now,
                "created_by": owner.id,
                "archived": False,
            },
        )
    )
    if project_id is None:
        raise AlreadyExists(f"The project {full_path} exists already.", field="path")
    set_member(connection, project_id, owner.id, Role.OWNER)
    return get(connection, actor_of(owner), project_id)


def get(connection: Connection, actor: Actor, reference: int | str) -> Project:
    """A project by id or full path, with the caller's role. It does not check whether the caller may see it."""
    found = store.find(connection, actor, reference, now_ms())
    if found is None:
        raise NotFound("Project not found", field="project")
    return found


def visible(connection: Connection, actor: Actor) -> list[Project]:
    """The projects that the caller may see, by path."""
    return store.visible(connection, actor, now_ms())


def set_member(
    connection: Connection, project_id: int, user_id: int, role: Role, expires_at: int | None = None
) -> None:
    """Make a user a member, or change the member's role."""
    store.set_member(
        connection,
        {
            "project_id": project_id,
            "user_id": user_id,
            "role": role,
            "created_at": now_ms(),
            "expires_at": expires_at,
        },
    )


def facts(project: Project) -> ProjectFacts:
    """What a decision needs to know of a project."""
    return ProjectFacts(
        id=project.id,
        full_path=project.full_path,
        name=project.name,
        visibility=project.visibility,
        model_experiments_access=project.model_experiments_access,
        least_writing_role=project.least_writing_role,
        archived=project.archived,
        role=project.role,
    )


def actor_of(user: User) -> Actor:
    """A user as the caller of an action that the server itself takes for them."""
    return Actor(user_id=user.id, username=user.username, name=user.name, administrator=user.administrator)
