"""Who asks and for what: the argument that every store function takes."""

import msgspec

from shortlist.access.actions import Action
from shortlist.access.roles import Credential, FeatureAccess, Role, TokenScope, Visibility


class Actor(msgspec.Struct, frozen=True):
    """A caller. `user_id` is None for anonymous callers. `scopes` limits tokens; sessions are not limited."""

    user_id: int | None
    username: str
    name: str
    administrator: bool = False
    credential: Credential = Credential.ANONYMOUS
    scopes: frozenset[TokenScope] = frozenset()
    session_id: int | None = None


ANONYMOUS = Actor(user_id=None, username="", name="Anonymous")


class ProjectFacts(msgspec.Struct, frozen=True):
    """What a decision about a project needs to know, the caller's role in it included."""

    id: int
    full_path: str
    name: str
    visibility: Visibility
    model_experiments_access: FeatureAccess
    least_writing_role: Role
    archived: bool
    role: Role | None


class Scope(msgspec.Struct, frozen=True):
    """A caller, the action that was allowed, and the one project it was allowed in.

    Built by the kernel only, after `policy.decide`. Store functions limit their SQL by `project_id`.
    """

    actor: Actor
    action: Action
    project: ProjectFacts

    @property
    def project_id(self) -> int:
        return self.project.id
