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
    state: str  # active, blocked
    created_at: int

    @property
    def active(self) -> bool:
        return self.state == "active"


class Token(msgspec.Struct, frozen=True):
    """An access token without its secret. `scopes` says what it may be used for, whatever its user may do."""

    id: int
    user_id: int
    kind: str  # personal
    name: str
    scopes: frozenset[TokenScope]
    created_at: int
    expires_at: int | None
    revoked_at: int | None
    last_used_at: int | None


class Session(msgspec.Struct, frozen=True):
    id: int
    user_id: int
    created_at: int
    expires_at: int
    last_seen_at: int
