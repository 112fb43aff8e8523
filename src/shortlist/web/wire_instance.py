"""What the browser's JSON API says of the instance's settings, and of making an account for oneself."""

from typing import Literal

import msgspec

from shortlist.web.wire_people import VisibilityName

WriterName = Literal["reporter", "developer", "maintainer", "owner"]


class InstanceSettings(msgspec.Struct):
    """Sizes are bytes. None in `max_file_bytes` and `max_generic_file_bytes` leaves them to the environment, whose
    values the `environment_` fields tell; None in `project_size_limit` means no limit."""

    sign_up: bool
    default_project_visibility: VisibilityName
    default_group_visibility: VisibilityName
    restricted_visibilities: list[VisibilityName]
    default_least_writing_role: WriterName
    max_file_bytes: int | None
    max_generic_file_bytes: int | None
    project_size_limit: int | None
    environment_max_file_bytes: int
    environment_max_generic_file_bytes: int


class InstanceSettingsChange(msgspec.Struct):
    """What is absent stays; null takes away what was stored."""

    sign_up: bool | msgspec.UnsetType | None = msgspec.UNSET
    default_project_visibility: VisibilityName | msgspec.UnsetType | None = msgspec.UNSET
    default_group_visibility: VisibilityName | msgspec.UnsetType | None = msgspec.UNSET
    restricted_visibilities: list[VisibilityName] | msgspec.UnsetType | None = msgspec.UNSET
    default_least_writing_role: WriterName | msgspec.UnsetType | None = msgspec.UNSET
    max_file_bytes: int | msgspec.UnsetType | None = msgspec.UNSET
    max_generic_file_bytes: int | msgspec.UnsetType | None = msgspec.UNSET
    project_size_limit: int | msgspec.UnsetType | None = msgspec.UNSET


class VisibilityRules(msgspec.Struct):
    """What forms of projects and groups begin with, and the levels that the caller may not choose."""

    default_project: VisibilityName
    default_group: VisibilityName
    restricted: list[VisibilityName]


class SignUpState(msgspec.Struct):
    open: bool


class SignUp(msgspec.Struct):
    username: str
    password: str
    name: str = ""
    email: str | None = None


class SignedUp(msgspec.Struct):
    username: str
