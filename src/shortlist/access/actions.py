"""The table of actions. An endpoint names one; a role or a credential is a set of them."""

from enum import StrEnum


class Action(StrEnum):
    """What a request wants to do. The value is what audit events and error messages say."""

    ADMIN_READ = "admin:read"
    ADMIN_WRITE = "admin:write"
    AUDIT_READ = "audit:read"
    EXPERIMENT_READ = "experiment:read"
    EXPERIMENT_WRITE = "experiment:write"
    GROUP_AUDIT_READ = "group_audit:read"
    GROUP_CREATE = "group:create"
    GROUP_DELETE = "group:delete"
    GROUP_LIST = "group:list"
    GROUP_MEMBER_READ = "group_member:read"
    GROUP_MEMBER_WRITE = "group_member:write"
    GROUP_READ = "group:read"
    GROUP_TOKEN_READ = "group_token:read"  # noqa: S105 - the name of an action
    GROUP_TOKEN_WRITE = "group_token:write"  # noqa: S105 - the name of an action
    GROUP_WRITE = "group:write"
    MEMBER_READ = "member:read"
    MEMBER_WRITE = "member:write"
    MODEL_READ = "model:read"
    MODEL_WRITE = "model:write"
    PACKAGE_READ = "package:read"
    PACKAGE_WRITE = "package:write"
    PROJECT_ARCHIVE = "project:archive"
    PROJECT_CREATE = "project:create"
    PROJECT_DELETE = "project:delete"
    PROJECT_LIST = "project:list"
    PROJECT_READ = "project:read"
    PROJECT_TRANSFER = "project:transfer"
    PROJECT_WRITE = "project:write"
    SELF_READ = "self:read"
    SELF_WRITE = "self:write"
    SERVER_PUBLIC = "server:public"
    STAR_WRITE = "star:write"
    TOKEN_READ = "token:read"  # noqa: S105 - the name of an action
    TOKEN_WRITE = "token:write"  # noqa: S105 - the name of an action
    USER_READ = "user:read"
    VIEW_WRITE = "view:write"


SENTENCES: dict[Action, str] = {
    Action.ADMIN_READ: "See every account and the instance's audit events",
    Action.ADMIN_WRITE: "Create, change, block and delete accounts; change the instance",
    Action.AUDIT_READ: "See a project's audit events",
    Action.EXPERIMENT_READ: "See experiments, candidates, their metrics and their files",
    Action.EXPERIMENT_WRITE: "Create, change and delete experiments and candidates, and log to them",
    Action.GROUP_AUDIT_READ: "See a group's audit events",
    Action.GROUP_CREATE: "Create a group",
    Action.GROUP_DELETE: "Delete a group with all that is in it, and restore it",
    Action.GROUP_LIST: "List the groups that the caller can see",
    Action.GROUP_MEMBER_READ: "See the members of a group",
    Action.GROUP_MEMBER_WRITE: "Add, change and remove members of a group",
    Action.GROUP_READ: "See a group",
    Action.GROUP_TOKEN_READ: "List a group's access tokens and deploy tokens",
    Action.GROUP_TOKEN_WRITE: "Create, rotate and revoke a group's access tokens and deploy tokens",
    Action.GROUP_WRITE: "Change a group's name, path and visibility",
    Action.MEMBER_READ: "See the members of a project",
    Action.MEMBER_WRITE: "Add, change and remove members of a project",
    Action.MODEL_READ: "See registered models, their versions and their files",
    Action.MODEL_WRITE: "Create, change and delete registered models and their versions",
    Action.PACKAGE_READ: "List and download packages",
    Action.PACKAGE_WRITE: "Upload and delete packages",
    Action.PROJECT_ARCHIVE: "Archive a project, and make it writable again",
    Action.PROJECT_CREATE: "Create a project in one's own namespace or a group",
    Action.PROJECT_DELETE: "Delete a project, and restore it",
    Action.PROJECT_LIST: "List the projects that the caller can see",
    Action.PROJECT_READ: "See a project",
    Action.PROJECT_TRANSFER: "Move a project to another namespace",
    Action.PROJECT_WRITE: "Change a project's settings: name, path, visibility, features, least writing role",
    Action.SELF_READ: "See one's own account",
    Action.SELF_WRITE: "Change one's own account, sessions and tokens",
    Action.SERVER_PUBLIC: "Use what needs no account: sign-in, health, documents",
    Action.STAR_WRITE: "Star candidates for oneself",
    Action.TOKEN_READ: "List a project's access tokens, deploy tokens and trusted publishers",
    Action.TOKEN_WRITE: "Create, rotate and revoke a project's access tokens, deploy tokens and trusted publishers",
    Action.USER_READ: "Find other people by name",
    Action.VIEW_WRITE: "Save one's own views of experiments; shared ones need the right to write",
}

# Actions inside a project; the kernel finds the project in the path before it decides about these.
PROJECT_ACTIONS = frozenset(
    {
        Action.AUDIT_READ,
        Action.EXPERIMENT_READ,
        Action.EXPERIMENT_WRITE,
        Action.MEMBER_READ,
        Action.MEMBER_WRITE,
        Action.MODEL_READ,
        Action.MODEL_WRITE,
        Action.PACKAGE_READ,
        Action.PACKAGE_WRITE,
        Action.PROJECT_ARCHIVE,
        Action.PROJECT_DELETE,
        Action.PROJECT_READ,
        Action.PROJECT_TRANSFER,
        Action.PROJECT_WRITE,
        Action.STAR_WRITE,
        Action.TOKEN_READ,
        Action.TOKEN_WRITE,
        Action.VIEW_WRITE,
    }
)
# Actions inside a group, likewise.
GROUP_ACTIONS = frozenset(
    {
        Action.GROUP_AUDIT_READ,
        Action.GROUP_DELETE,
        Action.GROUP_MEMBER_READ,
        Action.GROUP_MEMBER_WRITE,
        Action.GROUP_READ,
        Action.GROUP_TOKEN_READ,
        Action.GROUP_TOKEN_WRITE,
        Action.GROUP_WRITE,
    }
)
ADMIN_ACTIONS = frozenset({Action.ADMIN_READ, Action.ADMIN_WRITE})
WRITING_ACTIONS = frozenset(
    action for action in Action if action.value.endswith((":write", ":create", ":delete", ":archive", ":transfer"))
)
# Actions on the data of a project, which its least writing role governs.
DATA_WRITING_ACTIONS = frozenset({Action.EXPERIMENT_WRITE, Action.MODEL_WRITE, Action.PACKAGE_WRITE})
# What may be done to a project that is archived, and to one that waits for its deletion.
ALLOWED_WHEN_ARCHIVED = frozenset(
    {
        Action.MEMBER_WRITE,
        Action.PROJECT_ARCHIVE,
        Action.PROJECT_DELETE,
        Action.PROJECT_TRANSFER,
        Action.PROJECT_WRITE,
        Action.TOKEN_WRITE,
    }
)
ALLOWED_WHEN_DELETED = frozenset({Action.GROUP_DELETE, Action.PROJECT_DELETE})
