"""Rules for the paths and names of projects: they are part of addresses."""

import re

from shortlist.access.roles import OPENNESS, Role, Visibility
from shortlist.errors import InvalidValue

# How long a deleted project can be restored.
GRACE_MILLISECONDS = 7 * 24 * 3600 * 1000
MAX_GROUP_DEPTH = 20

_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}\Z")
# First words of addresses that the server answers itself.
_RESERVED = frozenset(
    {
        "-",
        "admin",
        "ajax-api",
        "api",
        "assets",
        "dashboard",
        "edit",
        "explore",
        "groups",
        "health",
        "new",
        "oauth",
        "projects",
        "users",
        "version",
    }
)

_NOT_IN_PATHS = re.compile(r"[^a-z0-9_.-]+")


def check_path(path: str, field: str = "path") -> str:
    """A project's or namespace's part of the address.

    Raises:
        InvalidValue: other characters, a form that looks like a file, or a word that the server needs.
    """
    if not _PATH.match(path) or path.endswith((".", ".git", ".atom")) or ".." in path:
        raise InvalidValue(
            f"The {field} {path[:100]!r} must have letters, digits, '_', '-' and '.', not begin with '-' or '.', "
            "and not end in '.', '.git' or '.atom'.",
            field=field,
        )
    if path.lower() in _RESERVED:
        raise InvalidValue(f"The {field} {path!r} is reserved.", field=field)
    return path


def check_name(name: str) -> str:
    if not name.strip() or len(name) > 255 or "\x00" in name:
        raise InvalidValue("A name has 1 to 255 characters.", field="name")
    return name.strip()


def check_description(text: str) -> str:
    if len(text) > 2000 or "\x00" in text:
        raise InvalidValue("A description has at most 2000 characters.", field="description")
    return text


def check_least_writing_role(role: Role) -> Role:
    """Who only reads cannot be made to write: the least writing role is Reporter or above."""
    if role < Role.REPORTER:
        raise InvalidValue("The least writing role is Reporter or above.", field="least_writing_role")
    return role


def check_within(home: Visibility, visibility: Visibility, what: str) -> None:
    """Raises InvalidValue: something in a group would be more open than the group."""
    if OPENNESS[visibility] > OPENNESS[home]:
        raise InvalidValue(f"The {what} cannot be {visibility.value}: its group is {home.value}.", field="visibility")


def path_from(name: str) -> str:
    """An address for something that was only given a name."""
    path = _NOT_IN_PATHS.sub("-", name.strip().lower()).strip("-.")
    return path or "project"
