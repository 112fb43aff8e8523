"""Records of users, tokens and sessions. Secrets never appear in them."""

import msgspec

from shortlist.access.roles import TokenScope


class User(msgspec.Struct, frozen=True):
    id: int
    username: str
    name: str
    email: str | None
    administrator: bool
    bot: bool
    state: str  # active, blocked, deleted
    created_at: int
    second_factor_at: int | None = None  # since when a password alone is not enough

    @property
    def active(self) -> bool:
        return self.state == "active"


class Token(msgspec.Struct, frozen=True):
    """An access token without its secret. `scopes` says what it may be used for, whatever its user may do."""

    id: int
    user_id: int
    kind: str  # personal, project, group, deploy
    name: str
    scopes: frozenset[TokenScope]
    created_at: int
    expires_at: int | None
    revoked_at: int | None
    last_used_at: int | None
    description: str = ""
    created_by: int | None = None
    project_id: int | None = None
    group_id: int | None = None

    def active(self, now: int) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


class Session(msgspec.Struct, frozen=True):
    id: int
    user_id: int
    created_at: int
    expires_at: int
    last_seen_at: int
    user_agent: str = ""
    address: str = ""


class UserQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which users: by exact username, by a part of a name, by state. Deleted ones only where asked for."""

    username: str = ""
    search: str = ""
    state: str = ""
    administrators: bool = False
    bots: bool = False


class LinkedIdentity(msgspec.Struct, frozen=True):
    """Who a user is at an OpenID Connect provider. `shown` is what people know it by."""

    id: int
    user_id: int
    issuer: str
    subject: str
    shown: str
    created_at: int
    last_used_at: int | None


class GrantedRole(msgspec.Struct, frozen=True):
    """A role that a provider's groups gave: `place` is group, project or server."""

    place: str
    place_id: int
    role: int
