"""Who asks and for what: the argument that every store function takes."""

from collections.abc import Mapping

import msgspec

from shortlist.access.actions import Action
from shortlist.access.roles import Credential, Feature, FeatureAccess, Role, TokenScope, Visibility


class Proof(msgspec.Struct, frozen=True):
    """What a CI system has said, verifiably, of the job that calls: its facts by name, and who vouches for them.

    `publisher_id` is the rule of `project_id` that lets the job in.
    """

    issuer: str
    project_id: int
    publisher_id: int
    token_id: str
    facts: Mapping[str, str]


class Actor(msgspec.Struct, frozen=True):
    """A caller. `user_id` is None for anonymous callers. `scopes` limits tokens; sessions are not limited."""

    user_id: int | None
    username: str
    name: str
    administrator: bool = False
    credential: Credential = Credential.ANONYMOUS
    scopes: frozenset[TokenScope] = frozenset()
    session_id: int | None = None
    token_id: int | None = None
    bot: bool = False
    proof: Proof | None = None  # of a CI job


ANONYMOUS = Actor(user_id=None, username="", name="Anonymous")


class Author(msgspec.Struct, frozen=True):
    """Who makes a change, and from which address: what the audit says of it."""

    actor: Actor
    address: str = ""


SERVER = Author(
    Actor(user_id=None, username="", name="The server", administrator=True, credential=Credential.SERVER), "local"
)


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
    model_registry_access: FeatureAccess = FeatureAccess.PUBLIC
    package_registry_access: FeatureAccess = FeatureAccess.PUBLIC
    deleted: bool = False  # waiting for the end of its grace period

    def access(self, feature: Feature) -> FeatureAccess:
        match feature:
            case Feature.MODEL_EXPERIMENTS:
                return self.model_experiments_access
            case Feature.MODEL_REGISTRY:
                return self.model_registry_access
            case Feature.PACKAGE_REGISTRY:
                return self.package_registry_access


class GroupFacts(msgspec.Struct, frozen=True):
    """The same of a group. `role` includes what is inherited from the groups above it."""

    id: int
    full_path: str
    name: str
    visibility: Visibility
    role: Role | None
    deleted: bool = False


class Scope(msgspec.Struct, frozen=True):
    """A caller, the action that was allowed, and the one project it was allowed in.

    Built by the kernel only, after `policy.decide`. Store functions limit their SQL by `project_id`.
    """

    actor: Actor
    action: Action
    project: ProjectFacts
    address: str = ""  # of the client, for the audit

    @property
    def author(self) -> Author:
        """Who makes a change, for the audit."""
        return Author(self.actor, self.address)

    @property
    def project_id(self) -> int:
        return self.project.id


class GroupScope(msgspec.Struct, frozen=True):
    """The same for an action inside a group."""

    actor: Actor
    action: Action
    group: GroupFacts
