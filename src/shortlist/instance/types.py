"""Records of the instance's settings."""

import msgspec

from shortlist.access.roles import Role, Visibility


class InstanceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Every setting with what holds where none was stored. Sizes are bytes; None leaves it to the environment, and for
    `project_size_limit` means no limit."""

    sign_up: bool = False  # whether anybody may make an account
    default_project_visibility: Visibility = Visibility.PRIVATE
    default_group_visibility: Visibility = Visibility.PRIVATE
    restricted_visibilities: tuple[Visibility, ...] = ()  # which only administrators may give
    default_least_writing_role: Role = Role.REPORTER
    max_file_bytes: int | None = None
    max_generic_file_bytes: int | None = None
    project_size_limit: int | None = None  # of projects without a limit of their own


class SettingsChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be changed; UNSET leaves it, and None takes away what was stored."""

    sign_up: bool | msgspec.UnsetType | None = msgspec.UNSET
    default_project_visibility: Visibility | msgspec.UnsetType | None = msgspec.UNSET
    default_group_visibility: Visibility | msgspec.UnsetType | None = msgspec.UNSET
    restricted_visibilities: tuple[Visibility, ...] | msgspec.UnsetType | None = msgspec.UNSET
    default_least_writing_role: Role | msgspec.UnsetType | None = msgspec.UNSET
    max_file_bytes: int | msgspec.UnsetType | None = msgspec.UNSET
    max_generic_file_bytes: int | msgspec.UnsetType | None = msgspec.UNSET
    project_size_limit: int | msgspec.UnsetType | None = msgspec.UNSET


NAMES = InstanceSettings.__struct_fields__
