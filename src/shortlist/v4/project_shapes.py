"""Projects and namespaces as GitLab's clients see them."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from shortlist.access.roles import Role
from shortlist.http.endpoint import Call
from shortlist.identity import store as identity_store
from shortlist.projects import store_groups
from shortlist.projects.rules import GRACE_MILLISECONDS
from shortlist.projects.types import Namespace, Project
from shortlist.v4 import levels, times, users


class NamespaceShape(msgspec.Struct):
    id: int
    name: str
    path: str
    kind: str
    full_path: str
    parent_id: int | None
    web_url: str
    avatar_url: str | None = None


class Access(msgspec.Struct):
    access_level: int
    notification_level: int = 3


class Permissions(msgspec.Struct):
    project_access: Access | None
    group_access: Access | None


class ProjectShape(msgspec.Struct, kw_only=True):
    """A project. What this server has not (repositories, issues) is there with its empty value, for clients."""

    id: int
    description: str
    name: str
    name_with_namespace: str
    path: str
    path_with_namespace: str
    created_at: str | None
    default_branch: str | None = None
    tag_list: list[str] = []
    topics: list[str] = []
    web_url: str
    readme_url: str | None = None
    avatar_url: str | None = None
    forks_count: int = 0
    star_count: int = 0
    last_activity_at: str | None
    namespace: NamespaceShape
    links: dict[str, str] = msgspec.field(name="_links")
    archived: bool
    visibility: str
    creator_id: int
    owner: users.BasicUser | msgspec.UnsetType = msgspec.UNSET
    packages_enabled: bool
    model_experiments_access_level: str
    model_registry_access_level: str
    package_registry_access_level: str
    least_writing_role: int
    shared_with_groups: list[dict[str, Any]] = []
    permissions: Permissions
    marked_for_deletion_on: str | None
    marked_for_deletion_at: str | None


def namespace(call: Call, item: Namespace) -> NamespaceShape:
    below = "groups/" if item.kind == "group" else ""
    return NamespaceShape(
        id=item.id,
        name=item.name,
        path=item.path,
        kind=item.kind,
        full_path=item.full_path,
        parent_id=item.parent_id,
        web_url=f"{call.base_url}/{below}{item.full_path}",
    )


def projects(call: Call, connection: Connection, items: Sequence[Project]) -> list[ProjectShape]:
    """Projects with their namespaces and owners, in three statements whatever their number."""
    homes = store_groups.namespaces(connection, {item.namespace_id for item in items})
    owners = {home.user_id for home in homes.values() if home.user_id is not None}
    people = {
        user_id: users.basic(call, user) for user_id, user in identity_store.users_of(connection, owners).items()
    }
    return [_project(call, item, homes[item.namespace_id], people) for item in items]


def project(call: Call, connection: Connection, item: Project) -> ProjectShape:
    return projects(call, connection, [item])[0]


def _project(call: Call, item: Project, home: Namespace, people: dict[int, users.BasicUser]) -> ProjectShape:
    created = times.stamp(item.created_at)
    api = f"{call.base_url}/api/v4/projects/{item.id}"
    ends = None if item.deleted_at is None else times.day(item.deleted_at + GRACE_MILLISECONDS)
    registry = levels.feature_word(item.package_registry_access)
    return ProjectShape(
        id=item.id,
        description=item.description,
        name=item.name,
        name_with_namespace=f"{home.name} / {item.name}",
        path=item.path,
        path_with_namespace=item.full_path,
        created_at=created,
        web_url=f"{call.base_url}/{item.full_path}",
        last_activity_at=created,
        namespace=namespace(call, home),
        links={"self": api, "members": f"{api}/members"},
        archived=item.archived,
        visibility=item.visibility.value,
        creator_id=item.created_by,
        owner=people.get(home.user_id or 0, msgspec.UNSET),
        packages_enabled=registry != "disabled",
        model_experiments_access_level=levels.feature_word(item.model_experiments_access),
        model_registry_access_level=levels.feature_word(item.model_registry_access),
        package_registry_access_level=registry,
        least_writing_role=int(item.least_writing_role),
        permissions=Permissions(_access(item.own_role), _access(item.inherited_role)),
        marked_for_deletion_on=ends,
        marked_for_deletion_at=ends,
    )


def _access(role: Role | None) -> Access | None:
    return None if role is None else Access(int(role))
