"""Records of namespaces, projects and members."""

import msgspec

from shortlist.access.roles import FeatureAccess, Role, TokenScope, Visibility


class Namespace(msgspec.Struct, frozen=True):
    """Where projects live: what a user has, or a group."""

    id: int
    kind: str  # user, group
    path: str
    full_path: str
    name: str
    user_id: int | None
    parent_id: int | None
    description: str
    visibility: Visibility
    created_at: int
    deleted_at: int | None = None
    deleted_with: int | None = None  # the group whose deletion began it: itself, or one above


class Group(msgspec.Struct, frozen=True):
    """A group as one caller stands to it. `role` includes what is inherited from the groups above."""

    namespace: Namespace
    role: Role | None


class Project(msgspec.Struct, frozen=True):
    id: int
    namespace_id: int
    path: str
    full_path: str
    name: str
    description: str
    visibility: Visibility
    model_experiments_access: FeatureAccess
    model_registry_access: FeatureAccess
    package_registry_access: FeatureAccess
    least_writing_role: Role
    archived: bool
    created_at: int
    created_by: int
    deleted_at: int | None
    deleted_with: int | None  # the group whose deletion began it; None: its own did
    own_role: Role | None  # of whoever asked, as a member of the project
    inherited_role: Role | None  # and as a member of a group above it

    @property
    def role(self) -> Role | None:
        roles = [role for role in (self.own_role, self.inherited_role) if role is not None]
        return max(roles) if roles else None


class NewProject(msgspec.Struct, frozen=True, kw_only=True):
    path: str
    name: str = ""
    description: str = ""
    visibility: Visibility | None = None  # None: the instance's default
    model_experiments_access: FeatureAccess = FeatureAccess.PUBLIC
    model_registry_access: FeatureAccess = FeatureAccess.PUBLIC
    package_registry_access: FeatureAccess = FeatureAccess.PUBLIC


class ProjectChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be changed; None leaves it."""

    path: str | None = None
    name: str | None = None
    description: str | None = None
    visibility: Visibility | None = None
    model_experiments_access: FeatureAccess | None = None
    model_registry_access: FeatureAccess | None = None
    package_registry_access: FeatureAccess | None = None
    least_writing_role: Role | None = None


class ProjectQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which of the projects that the caller may see."""

    search: str = ""
    visibility: Visibility | None = None
    owned: bool = False
    membership: bool = False
    least_role: Role | None = None
    archived: bool | None = None
    deleted: bool = False
    namespace_ids: tuple[int, ...] | None = None
    order: str = "id"  # id, name, path, created_at
    descending: bool = True


class NewGroup(msgspec.Struct, frozen=True, kw_only=True):
    path: str
    name: str = ""
    description: str = ""
    visibility: Visibility | None = None  # None: the instance's default
    parent_id: int | None = None


class GroupChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be changed; None leaves it."""

    path: str | None = None
    name: str | None = None
    description: str | None = None
    visibility: Visibility | None = None


class GroupQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which of the groups that the caller may see."""

    search: str = ""
    owned: bool = False
    least_role: Role | None = None
    top_level: bool = False
    deleted: bool = False
    parent_id: int | None = None


class Member(msgspec.Struct, frozen=True):
    """A member of a project or group. `source` is the group's path where the role is inherited, else empty."""

    user_id: int
    role: Role
    created_at: int
    expires_at: int | None
    source: str = ""


class NewAccessToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token of a project or group. `role` is what its bot may do there."""

    name: str
    scopes: frozenset[TokenScope]
    role: Role = Role.MAINTAINER
    expires_at: int | None = None
    description: str = ""
