"""Roles, credential kinds and token scopes, each a limit on the table of actions."""

from enum import IntEnum, StrEnum

from shortlist.access.actions import WRITING_ACTIONS, Action


class Role(IntEnum):
    """A member's role in a project. The numbers are GitLab's access levels."""

    GUEST = 10
    PLANNER = 15
    REPORTER = 20
    DEVELOPER = 30
    MAINTAINER = 40
    OWNER = 50


class Visibility(StrEnum):
    """Who sees that a project exists: its members, everyone signed in, or everyone."""

    PRIVATE = "private"
    INTERNAL = "internal"
    PUBLIC = "public"


OPENNESS = {Visibility.PRIVATE: 0, Visibility.INTERNAL: 1, Visibility.PUBLIC: 2}


class FeatureAccess(StrEnum):
    """Who sees a feature of a project: everyone who sees the project, its members, or nobody."""

    PUBLIC = "public"
    PRIVATE = "private"
    DISABLED = "disabled"


class Feature(StrEnum):
    """What a project has that its settings can close."""

    MODEL_EXPERIMENTS = "model_experiments"
    MODEL_REGISTRY = "model_registry"
    PACKAGE_REGISTRY = "package_registry"


class Credential(StrEnum):
    """How a caller proved who they are."""

    ANONYMOUS = "anonymous"
    CI = "ci"
    PASSWORD = "password"  # noqa: S105 - the name of a kind
    SERVER = "server"  # the server itself, or its administrator at a shell
    SESSION = "session"
    TOKEN = "token"  # noqa: S105 - the name of a kind


class TokenScope(StrEnum):
    """What a token may be used for, whatever its user may do."""

    API = "api"
    READ_API = "read_api"
    READ_PACKAGE_REGISTRY = "read_package_registry"
    WRITE_PACKAGE_REGISTRY = "write_package_registry"


_EVERYTHING = frozenset(Action)
_PACKAGE_READ = frozenset({Action.PACKAGE_READ, Action.SERVER_PUBLIC})

SCOPE_ACTIONS: dict[TokenScope, frozenset[Action]] = {
    TokenScope.API: _EVERYTHING,
    TokenScope.READ_API: _EVERYTHING - WRITING_ACTIONS,
    TokenScope.READ_PACKAGE_REGISTRY: _PACKAGE_READ,
    TokenScope.WRITE_PACKAGE_REGISTRY: _PACKAGE_READ | {Action.PACKAGE_WRITE},
}

# What a CI job may do, whatever its role: work with data. Settings, members and tokens are for people.
CI_ACTIONS = frozenset(
    {
        Action.EXPERIMENT_READ,
        Action.EXPERIMENT_WRITE,
        Action.MODEL_READ,
        Action.MODEL_WRITE,
        Action.PACKAGE_READ,
        Action.PACKAGE_WRITE,
        Action.PROJECT_READ,
        Action.SELF_READ,
        Action.SERVER_PUBLIC,
    }
)

# The least role for an action in a project. Writing data is not here: each project has its own least role for it. What
# is nowhere is for everybody who sees the project.
LEAST_ROLES: dict[Action, Role] = {
    Action.AUDIT_READ: Role.OWNER,
    Action.MEMBER_WRITE: Role.MAINTAINER,
    Action.PROJECT_ARCHIVE: Role.OWNER,
    Action.PROJECT_DELETE: Role.OWNER,
    Action.PROJECT_TRANSFER: Role.OWNER,
    Action.PROJECT_WRITE: Role.MAINTAINER,
    Action.TOKEN_READ: Role.MAINTAINER,
    Action.TOKEN_WRITE: Role.MAINTAINER,
    Action.GROUP_AUDIT_READ: Role.OWNER,
    Action.GROUP_DELETE: Role.OWNER,
    Action.GROUP_MEMBER_WRITE: Role.OWNER,
    Action.GROUP_TOKEN_READ: Role.OWNER,
    Action.GROUP_TOKEN_WRITE: Role.OWNER,
    Action.GROUP_WRITE: Role.OWNER,
}

# The feature that an action belongs to: closed, it hides what the action is about.
FEATURES: dict[Action, Feature] = {
    Action.EXPERIMENT_READ: Feature.MODEL_EXPERIMENTS,
    Action.EXPERIMENT_WRITE: Feature.MODEL_EXPERIMENTS,
    Action.STAR_WRITE: Feature.MODEL_EXPERIMENTS,
    Action.VIEW_WRITE: Feature.MODEL_EXPERIMENTS,
    Action.MODEL_READ: Feature.MODEL_REGISTRY,
    Action.MODEL_WRITE: Feature.MODEL_REGISTRY,
    Action.PACKAGE_READ: Feature.PACKAGE_REGISTRY,
    Action.PACKAGE_WRITE: Feature.PACKAGE_REGISTRY,
}

# What is for people with an account only, even where the project is public: who works on it, and what is one's own.
NEEDS_ACCOUNT = frozenset({Action.MEMBER_READ, Action.GROUP_MEMBER_READ, Action.STAR_WRITE, Action.VIEW_WRITE})
