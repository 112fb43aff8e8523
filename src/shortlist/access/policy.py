"""The decision: may this caller do this, here? Pure, so that every case can be listed and tested."""

from enum import Enum

import msgspec

from shortlist.access.actions import EXPERIMENT_ACTIONS, PROJECT_ACTIONS, WRITING_ACTIONS, Action
from shortlist.access.roles import SCOPE_ACTIONS, Credential, FeatureAccess, Role, TokenScope, Visibility
from shortlist.access.scope import Actor, ProjectFacts


class Outcome(Enum):
    """What a surface answers: yes, 401, 403, or 404 because the caller may not know that the thing exists."""

    ALLOWED = "allowed"
    UNAUTHENTICATED = "unauthenticated"
    REFUSED = "refused"
    HIDDEN = "hidden"


class Decision(msgspec.Struct, frozen=True):
    outcome: Outcome
    reason: str
    scopes: tuple[str, ...] = ()  # where a token's scopes are what is missing: those of which one would do


_ALLOWED = Decision(Outcome.ALLOWED, "")


def decide(actor: Actor, action: Action, project: ProjectFacts | None = None) -> Decision:
    """Decide in this order: credential, token scope, visibility, feature, role.

    Actions in a project need `project`; None stands for a project that does not exist, which looks the same as
    one that may not be seen.
    """
    if action is Action.SERVER_PUBLIC:
        return _ALLOWED
    limited = _token_limit(actor, action)
    if limited is not None:
        return limited
    if action not in PROJECT_ACTIONS:
        if actor.user_id is None and action is not Action.PROJECT_LIST:
            return Decision(Outcome.UNAUTHENTICATED, "sign in first")
        return _ALLOWED
    return _decide_in_project(actor, action, project)


def _token_limit(actor: Actor, action: Action) -> Decision | None:
    if actor.credential is not Credential.TOKEN or any(action in SCOPE_ACTIONS[scope] for scope in actor.scopes):
        return None
    needed = [scope.value for scope in TokenScope if action in SCOPE_ACTIONS[scope]]
    reason = f"The token lacks the scope for {action.value}: it needs {' or '.join(needed)}."
    return Decision(Outcome.REFUSED, reason, tuple(needed))


def _decide_in_project(actor: Actor, action: Action, project: ProjectFacts | None) -> Decision:
    if project is None or not can_see(actor, project):
        return _hidden(actor, "Project not found")
    if action in EXPERIMENT_ACTIONS and not _can_see_experiments(actor, project):
        return _hidden(actor, "Model experiments are not available in this project")
    if action not in WRITING_ACTIONS:
        return _ALLOWED
    if actor.user_id is None:
        return Decision(Outcome.UNAUTHENTICATED, "sign in first")
    if project.archived:
        return Decision(Outcome.REFUSED, "The project is archived, so it cannot be changed.")
    if actor.administrator or (project.role is not None and project.role >= project.least_writing_role):
        return _ALLOWED
    needed = project.least_writing_role.name.capitalize()
    return Decision(Outcome.REFUSED, f"This needs the role {needed} or above in {project.full_path}.")


def can_see(actor: Actor, project: ProjectFacts) -> bool:
    """Whether the caller may know that the project exists."""
    if actor.administrator or project.role is not None or project.visibility is Visibility.PUBLIC:
        return True
    return project.visibility is Visibility.INTERNAL and actor.user_id is not None


def _can_see_experiments(actor: Actor, project: ProjectFacts) -> bool:
    match project.model_experiments_access:
        case FeatureAccess.PUBLIC:
            return True
        case FeatureAccess.PRIVATE:
            return actor.administrator or (project.role or 0) >= Role.GUEST
        case FeatureAccess.DISABLED:
            return False


def _hidden(actor: Actor, reason: str) -> Decision:
    """Somebody without credentials is asked for them first; only then does 404 stand for what may not be seen."""
    if actor.user_id is None:
        return Decision(Outcome.UNAUTHENTICATED, reason)
    return Decision(Outcome.HIDDEN, reason)
