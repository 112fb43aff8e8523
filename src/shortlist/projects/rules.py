"""Rules for the paths and names of projects: they are part of addresses."""

import re

from shortlist.errors import InvalidValue

_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}\Z")
# First words of addresses that the server answers itself.
_RESERVED = frozenset({"-", "api", "ajax-api", "users", "health", "version", "assets", "admin", "explore", "groups"})


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
        raise InvalidValue("A project needs a name of at most 255 characters.", field="name")
    return name.strip()
