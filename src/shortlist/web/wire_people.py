"""What the browser's JSON API takes and gives about people, projects and access. Times are milliseconds since 1970."""

from typing import Any, Literal

import msgspec

RoleName = Literal["guest", "planner", "reporter", "developer", "maintainer", "owner"]
VisibilityName = Literal["private", "internal", "public"]
FeatureName = Literal["public", "private", "disabled"]
ScopeName = Literal["api", "read_api", "read_package_registry", "write_package_registry"]


class Done(msgspec.Struct):
    """An answer that says no more than that it is done."""


class Person(msgspec.Struct):
    id: int
    username: str
    name: str


class PersonList(msgspec.Struct):
    users: list[Person]


class PersonQuery(msgspec.Struct):
    search: str = ""


class Account(Person):
    email: str | None
    administrator: bool
    bot: bool
    state: str  # active, blocked, deleted
    created_at: int
    second_factor: bool


class AccountChange(msgspec.Struct):
    name: str | None = None
    email: str | None = None


class PasswordChange(msgspec.Struct):
    current_password: str
    new_password: str


class BrowserSession(msgspec.Struct):
    id: int
    created_at: int
    last_seen_at: int
    expires_at: int
    user_agent: str
    address: str
    current: bool


class SessionList(msgspec.Struct):
    sessions: list[BrowserSession]


class SessionPath(msgspec.Struct):
    session_id: int


class Ended(msgspec.Struct):
    ended: int


class AccessToken(msgspec.Struct):
    """A token. `secret` is there in the answer that makes it, and never again."""

    id: int
    kind: str  # personal, project, group, deploy
    name: str
    description: str
    scopes: list[str]
    role: str | None  # of the token's bot
    username: str
    created_at: int
    expires_at: int | None
    last_used_at: int | None
    revoked_at: int | None
    active: bool
    secret: str | None = None


class AccessTokenList(msgspec.Struct):
    tokens: list[AccessToken]


class TokenCreate(msgspec.Struct, kw_only=True):
    name: str
    scopes: list[ScopeName]
    expires_at: int | None = None
    description: str = ""


class PlaceTokenCreate(TokenCreate, kw_only=True):
    role: RoleName = "maintainer"


class TokenPath(msgspec.Struct):
    token_id: int


class TokenRotate(msgspec.Struct):
    token_id: int
    expires_at: int | None = None


class Member(Person):
    role: str
    created_at: int
    expires_at: int | None
    inherited_from: str  # the path of a group above; empty for a direct member
    bot: bool


class MemberList(msgspec.Struct):
    members: list[Member]


class MemberAdd(msgspec.Struct):
    """`user` is a username."""

    user: str
    role: RoleName
    expires_at: int | None = None


class MemberPath(msgspec.Struct):
    user: int


class MemberChange(msgspec.Struct):
    user: int
    role: RoleName
    expires_at: int | None = None


class ProjectSettings(msgspec.Struct):
    id: int
    path: str
    full_path: str
    name: str
    description: str
    visibility: str
    model_experiments_access: str
    model_registry_access: str
    package_registry_access: str
    least_writing_role: str
    archived: bool
    role: str | None
    created_at: int
    deleted_at: int | None
    purged_at: int | None  # when the grace period ends


class ProjectSettingsChange(msgspec.Struct):
    path: str | None = None
    name: str | None = None
    description: str | None = None
    visibility: VisibilityName | None = None
    model_experiments_access: FeatureName | None = None
    model_registry_access: FeatureName | None = None
    package_registry_access: FeatureName | None = None
    least_writing_role: Literal["reporter", "developer", "maintainer", "owner"] | None = None


class Transfer(msgspec.Struct):
    """`namespace` is the full path of a group, or a username."""

    namespace: str


class Purge(msgspec.Struct):
    """`full_path` repeats the path of the project or group, so that nobody removes another one by mistake."""

    full_path: str


class NamespaceItem(msgspec.Struct):
    kind: str  # user, group
    full_path: str
    name: str


class NamespaceList(msgspec.Struct):
    namespaces: list[NamespaceItem]


class GroupItem(msgspec.Struct):
    """A group as the caller stands to it; `rights` are the actions that the caller may take in it."""

    id: int
    path: str
    full_path: str
    name: str
    description: str
    visibility: str
    role: str | None
    rights: list[str]
    created_at: int
    deleted_at: int | None
    purged_at: int | None  # when the grace period ends


class GroupItemList(msgspec.Struct):
    groups: list[GroupItem]
    total: int


class GroupQuery(msgspec.Struct):
    search: str = ""
    owned: bool = False
    deleted: bool = False
    page: int = 1


class GroupCreate(msgspec.Struct):
    """`parent` is the full path of the group in which it lies; empty at the top."""

    path: str
    name: str = ""
    description: str = ""
    visibility: VisibilityName | None = None  # None: the instance's default
    parent: str = ""


class GroupChange(msgspec.Struct):
    path: str | None = None
    name: str | None = None
    description: str | None = None
    visibility: VisibilityName | None = None


class AccountQuery(msgspec.Struct):
    search: str = ""
    state: Literal["", "active", "blocked", "deleted"] = ""
    administrators: bool = False
    page: int = 1


class AccountList(msgspec.Struct):
    users: list[Account]
    total: int


class AccountPath(msgspec.Struct):
    user: int


class AccountCreate(msgspec.Struct):
    """Without a password, one is made up and answered once."""

    username: str
    name: str = ""
    email: str | None = None
    password: str | None = None
    administrator: bool = False


class AccountMade(msgspec.Struct):
    user: Account
    password: str | None


class AccountAdminChange(msgspec.Struct):
    user: int
    name: str | None = None
    email: str | None = None
    administrator: bool | None = None
    password: str | None = None


class AuditQuery(msgspec.Struct):
    since: int | None = None
    until: int | None = None
    action: str = ""
    username: str = ""
    page: int = 1


class AuditEvent(msgspec.Struct):
    id: int
    created_at: int
    username: str
    credential: str
    token_id: int | None
    address: str
    action: str
    target_type: str
    target: str
    details: dict[str, Any]


class AuditEventList(msgspec.Struct):
    events: list[AuditEvent]
    total: int
