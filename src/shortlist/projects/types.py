"""Records of namespaces, projects and members."""

import msgspec

from shortlist.access.roles import FeatureAccess, Role, Visibility


class Namespace(msgspec.Struct, frozen=True):
    id: int
    kind: str  # user
    full_path: str
    user_id: int | None


class Project(msgspec.Struct, frozen=True):
    id: int
    full_path: str
    name: str
    description: str
    visibility: Visibility
    model_experiments_access: FeatureAccess
    least_writing_role: Role
    archived: bool
    created_at: int
    role: Role | None  # of whoever asked
