"""What the instance's settings may be, and what they allow."""

import msgspec

from shortlist.access.roles import OPENNESS, Role, Visibility
from shortlist.access.scope import Actor
from shortlist.errors import InvalidValue
from shortlist.instance.types import InstanceSettings

MAX_BYTES = 2**60
_SIZES = ("max_file_bytes", "max_generic_file_bytes", "project_size_limit")


def check(settings: InstanceSettings) -> InstanceSettings:
    """The settings, with each restricted level once and in order.

    Raises:
        InvalidValue: a size that is none, a role that may not write, or a default that is restricted.
    """
    for name in _SIZES:
        size: int | None = getattr(settings, name)
        if size is not None and not 1 <= size <= MAX_BYTES:
            raise InvalidValue(f"{name} is a number of bytes between 1 and {MAX_BYTES}.", field=name)
    if settings.default_least_writing_role < Role.REPORTER:
        raise InvalidValue("The least writing role is Reporter or above.", field="default_least_writing_role")
    for name in ("default_project_visibility", "default_group_visibility"):
        default: Visibility = getattr(settings, name)
        if default in settings.restricted_visibilities:
            raise InvalidValue(f"{default.value.capitalize()} cannot be a default and restricted at once.", field=name)
    restricted = tuple(level for level in Visibility if level in settings.restricted_visibilities)
    return msgspec.structs.replace(settings, restricted_visibilities=restricted)


def default_within(default: Visibility, home: Visibility | None) -> Visibility:
    """The default visibility, or that of the group in which something is made if that is closer."""
    return default if home is None else min(default, home, key=OPENNESS.__getitem__)


def check_allowed(settings: InstanceSettings, actor: Actor, visibility: Visibility) -> None:
    """Raises InvalidValue: only administrators may make something so visible."""
    if visibility in settings.restricted_visibilities and not actor.administrator:
        raise InvalidValue(
            f"{visibility.value.capitalize()} has been restricted by the administrators of this server.",
            field="visibility",
        )
