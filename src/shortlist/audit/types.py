"""Records of the audit."""

from typing import Any

import msgspec


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What a service did: `action` on a target, in a project or a group if it was in one.

    `target` is the target's name at the time, so that an event can be read after the target is gone. `details` never
    hold a secret.
    """

    action: str  # such as member:add
    target_type: str  # user, project, group, token, session, setting
    target_id: int | None = None
    target: str = ""
    project_id: int | None = None
    group_id: int | None = None
    details: dict[str, Any] = {}


class Event(msgspec.Struct, frozen=True):
    id: int
    created_at: int
    user_id: int | None
    username: str
    credential: str
    token_id: int | None
    address: str
    action: str
    target_type: str
    target_id: int | None
    target: str
    project_id: int | None
    group_id: int | None
    details: dict[str, Any]


class EventQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which events: of a project, of a group, or of the instance where neither is given. Times in milliseconds."""

    project_id: int | None = None
    group_id: int | None = None
    since: int | None = None
    until: int | None = None
    action: str = ""
    username: str = ""
