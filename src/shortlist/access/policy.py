"""The decision: may this caller do this, here? Pure, so that every case can be listed and tested."""

from enum import Enum

import msgspec

from shortlist.access.actions import (
    ADMIN_ACTIONS,
    ALLOWED_WHEN_ARCHIVED,
    ALLOWED_WHEN_DELETED,
    DATA_WRITING_ACTIONS,
    GROUP_ACTIONS,
    PROJECT_ACTIONS,
    WRITING_ACTIONS,
    Action,
)
from shortlist.access.roles import (
    CI_ACTIONS,
    FEATURES,
    LEAST_ROLES,
    NEEDS_ACCOUNT,
    SCOPE_ACTIONS,
    Credential,
    Feature,
    FeatureAccess,
    Role,
    TokenScope,
    Visibility,
)
from shortlist.access.scope import Actor, GroupFacts, ProjectFacts


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
_SIGN_IN = Decision(Outcome.UNAUTHENTICATED, "sign in first")
# What anybody may ask, and is answered with what anybody may see.
_FOR_VISITORS = frozenset({Action.PROJECT_LIST, Action.GROUP_LIST})


def decide(actor: Actor, action: Action, place: ProjectFacts | GroupFacts | None = None) -> Decision:
    """Decide in this order: credential, token scope, visibility, feature, role.

    Actions in a project or group need `place`; None stands for one that does not exist, which looks the same as one
    that may not be seen.
    """
    if action is Action.SERVER_PUBLIC:
        return _ALLOWED
    limited = _token_limit(actor, action)
    if limited is not None:
        return limited
    if action in PROJECT_ACTIONS:
        return _decide_in_project(actor, action, place if isinstance(place, ProjectFacts) else None)
    if action in GROUP_ACTIONS:
        return _decide_in_group(actor, action, place if isinstance(place, GroupFacts) else None)
    if actor.user_id is None and action not in _FOR_VISITORS:
        return _SIGN_IN
    if action in ADMIN_ACTIONS and not actor.administrator:
        return Decision(Outcome.REFUSED, "This is for administrators.")
    return _ALLOWED


def _token_limit(actor: Actor, action: Action) -> Decision | None:
    if actor.credential is Credential.CI and action not in CI_ACTIONS:
        return Decision(
            Outcome.REFUSED, f"A CI job may not do this ({action.value}); it needs a person's credentials."
        )
    if actor.credential is not Credential.TOKEN or any(action in SCOPE_ACTIONS[scope] for scope in actor.scopes):
        return None
    needed = [scope.value for scope in TokenScope if action in SCOPE_ACTIONS[scope]]
    reason = f"The token lacks the scope for {action.value}: it needs {' or '.join(needed)}."
    return Decision(Outcome.REFUSED, reason, tuple(needed))


def _decide_in_project(actor: Actor, action: Action, project: ProjectFacts | None) -> Decision:
    if project is None or not can_see(actor, project):
        return _hidden(actor, "Project not found")
    feature = FEATURES.get(action)
    if feature is not None and not can_see_feature(actor, project, feature):
        return _hidden(actor, f"{feature.value.replace('_', ' ').capitalize()}: not available in this project")
    needed = project.least_writing_role if action in DATA_WRITING_ACTIONS else LEAST_ROLES.get(action)
    if actor.user_id is None and (needed is not None or action in NEEDS_ACCOUNT):
        return _SIGN_IN
    if action in WRITING_ACTIONS:
        if project.deleted and action not in ALLOWED_WHEN_DELETED:
            return Decision(Outcome.REFUSED, "The project is being deleted; restore it first.")
        if project.archived and action not in ALLOWED_WHEN_ARCHIVED:
            return Decision(Outcome.REFUSED, "The project is archived, so it cannot be changed.")
    return _by_role(actor, needed, project)


def _decide_in_group(actor: Actor, action: Action, group: GroupFacts | None) -> Decision:
    if group is None or not can_see(actor, group):
        return _hidden(actor, "Group not found")
    needed = LEAST_ROLES.get(action)
    if actor.user_id is None and (needed is not None or action in NEEDS_ACCOUNT):
        return _SIGN_IN
    if group.deleted and action in WRITING_ACTIONS and action not in ALLOWED_WHEN_DELETED:
        return Decision(Outcome.REFUSED, "The group is being deleted; restore it first.")
    return _by_role(actor, needed, group)


def _by_role(actor: Actor, needed: Role | None, place: ProjectFacts | GroupFacts) -> Decision:
    if needed is None or actor.administrator or (place.role is not None and place.role >= needed):
        return _ALLOWED
    return Decision(Outcome.REFUSED, f"This needs the role {needed.name.capitalize()} or above in {place.full_path}.")


def can_see(actor: Actor, place: ProjectFacts | GroupFacts) -> bool:
    """Whether the caller may know that the project or group exists."""
    if actor.administrator:
        return True
    if place.deleted:
        return place.role is Role.OWNER
    if place.role is not None or place.visibility is Visibility.PUBLIC:
        return True
    return place.visibility is Visibility.INTERNAL and actor.user_id is not None


def can_see_feature(actor: Actor, project: ProjectFacts, feature: Feature) -> bool:
    """Whether the caller, who sees the project, sees this part of it."""
    match project.access(feature):
        case FeatureAccess.PUBLIC:
            return True
        case FeatureAccess.PRIVATE:
            return actor.administrator or project.role is not None
        case FeatureAccess.DISABLED:
            return False


def _hidden(actor: Actor, reason: str) -> Decision:
    """Somebody without credentials is asked for them first; only then does 404 stand for what may not be seen."""
    if actor.user_id is None:
        return Decision(Outcome.UNAUTHENTICATED, reason)
    return Decision(Outcome.HIDDEN, reason)
