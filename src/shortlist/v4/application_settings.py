"""The instance's settings, under GitLab's names where it has them."""

import msgspec
from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.access.roles import Role, Visibility
from shortlist.errors import InvalidValue
from shortlist.http.endpoint import Call
from shortlist.instance import service
from shortlist.instance.types import InstanceSettings, SettingsChange
from shortlist.projects.rules import GRACE_MILLISECONDS
from shortlist.v4 import levels
from shortlist.v4.operations import change, read, write
from shortlist.v4.surface import PREFIX

_DAY = 24 * 3600 * 1000
_UNSET = msgspec.UNSET


class SettingsShape(msgspec.Struct, kw_only=True):
    """The last five are our own. Sizes are bytes; null leaves them to the environment, or means no limit."""

    id: int = 1
    signup_enabled: bool
    default_project_visibility: str
    default_group_visibility: str
    restricted_visibility_levels: list[str]
    deletion_adjourned_period: int = GRACE_MILLISECONDS // _DAY
    password_authentication_enabled_for_web: bool = True
    default_least_writing_role: int
    max_file_bytes: int | None
    max_generic_file_bytes: int | None
    project_size_limit: int | None


class SettingsEdit(msgspec.Struct, kw_only=True):
    signup_enabled: bool | None = None
    default_project_visibility: str | None = None
    default_group_visibility: str | None = None
    restricted_visibility_levels: list[str] | str | msgspec.UnsetType | None = _UNSET
    default_least_writing_role: int | None = None
    max_file_bytes: int | msgspec.UnsetType | None = _UNSET
    max_generic_file_bytes: int | msgspec.UnsetType | None = _UNSET
    project_size_limit: int | msgspec.UnsetType | None = _UNSET


def get(_call: Call, connection: Connection, _request: None) -> SettingsShape:
    """Get the instance's settings."""
    return _shown(service.current(connection))


async def edit(call: Call, request: SettingsEdit) -> SettingsShape:
    """Change the instance's settings."""
    new = SettingsChange(
        sign_up=_UNSET if request.signup_enabled is None else request.signup_enabled,
        default_project_visibility=_level(request.default_project_visibility, "default_project_visibility"),
        default_group_visibility=_level(request.default_group_visibility, "default_group_visibility"),
        restricted_visibilities=_restricted(request.restricted_visibility_levels),
        default_least_writing_role=_role(request.default_least_writing_role),
        max_file_bytes=request.max_file_bytes,
        max_generic_file_bytes=request.max_generic_file_bytes,
        project_size_limit=request.project_size_limit,
    )
    changed = await write(call, lambda connection: service.change(connection, call.author, new))
    call.services.instance.forget()
    return _shown(changed)


def _level(word: str | None, field: str) -> Visibility | msgspec.UnsetType:
    return _UNSET if word is None else _visibility(word, field)


def _visibility(word: str, field: str) -> Visibility:
    if word not in list(Visibility):
        raise InvalidValue(f"{field} is one of private, internal and public.", field=field)
    return Visibility(word)


def _restricted(
    words: list[str] | str | msgspec.UnsetType | None,
) -> tuple[Visibility, ...] | msgspec.UnsetType | None:
    """A form has no empty list: an empty text stands for it."""
    if words is None or isinstance(words, msgspec.UnsetType):
        return words
    listed = [words] if isinstance(words, str) else words
    return tuple(_visibility(word, "restricted_visibility_levels") for word in listed if word)


def _role(number: int | None) -> Role | msgspec.UnsetType:
    return _UNSET if number is None else levels.role(number, "default_least_writing_role")


def _shown(settings: InstanceSettings) -> SettingsShape:
    return SettingsShape(
        signup_enabled=settings.sign_up,
        default_project_visibility=settings.default_project_visibility.value,
        default_group_visibility=settings.default_group_visibility.value,
        restricted_visibility_levels=[level.value for level in settings.restricted_visibilities],
        default_least_writing_role=int(settings.default_least_writing_role),
        max_file_bytes=settings.max_file_bytes,
        max_generic_file_bytes=settings.max_generic_file_bytes,
        project_size_limit=settings.project_size_limit,
    )


_PATH = f"{PREFIX}/application/settings"

ENDPOINTS = (
    read(_PATH, Action.ADMIN_READ, get, response=SettingsShape),
    change(_PATH, Action.ADMIN_WRITE, edit, SettingsEdit, SettingsShape),
)
