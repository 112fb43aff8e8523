"""The table of actions. An endpoint names one; a role or a credential is a set of them."""

from enum import StrEnum


class Action(StrEnum):
    """What a request wants to do. The value is what audit events and error messages say."""

    EXPERIMENT_READ = "experiment:read"
    EXPERIMENT_WRITE = "experiment:write"
    MODEL_READ = "model:read"
    MODEL_WRITE = "model:write"
    PACKAGE_READ = "package:read"
    PACKAGE_WRITE = "package:write"
    PROJECT_CREATE = "project:create"
    PROJECT_LIST = "project:list"
    PROJECT_READ = "project:read"
    SELF_READ = "self:read"
    SELF_WRITE = "self:write"
    SERVER_PUBLIC = "server:public"


SENTENCES: dict[Action, str] = {
    Action.EXPERIMENT_READ: "See experiments, candidates, their metrics and their files",
    Action.EXPERIMENT_WRITE: "Create, change and delete experiments and candidates, and log to them",
    Action.MODEL_READ: "See registered models, their versions and their files",
    Action.MODEL_WRITE: "Create, change and delete registered models and their versions",
    Action.PACKAGE_READ: "List and download packages",
    Action.PACKAGE_WRITE: "Upload and delete packages",
    Action.PROJECT_CREATE: "Create a project in one's own namespace",
    Action.PROJECT_LIST: "List the projects that the caller can see",
    Action.PROJECT_READ: "See a project",
    Action.SELF_READ: "See one's own account",
    Action.SELF_WRITE: "Change one's own account, sessions and tokens",
    Action.SERVER_PUBLIC: "Use what needs no account: sign-in, health, documents",
}

# Actions inside a project; the kernel finds the project in the path before it decides about these.
PROJECT_ACTIONS = frozenset(
    {
        Action.EXPERIMENT_READ,
        Action.EXPERIMENT_WRITE,
        Action.MODEL_READ,
        Action.MODEL_WRITE,
        Action.PACKAGE_READ,
        Action.PACKAGE_WRITE,
        Action.PROJECT_READ,
    }
)
WRITING_ACTIONS = frozenset(
    {
        Action.EXPERIMENT_WRITE,
        Action.MODEL_WRITE,
        Action.PACKAGE_WRITE,
        Action.PROJECT_CREATE,
        Action.SELF_WRITE,
    }
)
# Actions on data of model experiments: these follow the project's access level and its least writing role.
EXPERIMENT_ACTIONS = frozenset(
    {
        Action.EXPERIMENT_READ,
        Action.EXPERIMENT_WRITE,
        Action.MODEL_READ,
        Action.MODEL_WRITE,
        Action.PACKAGE_READ,
        Action.PACKAGE_WRITE,
    }
)
