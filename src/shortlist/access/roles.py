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


class FeatureAccess(StrEnum):
    """Who sees a feature of a project: everyone who sees the project, its members, or nobody."""

    PUBLIC = "public"
    PRIVATE = "private"
    DISABLED = "disabled"


class Credential(StrEnum):
    """How a caller proved who they are."""

    ANONYMOUS = "anonymous"
    PASSWORD = "password"  # noqa: S105 - the name of a kind
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
