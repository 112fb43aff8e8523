"""Keys of objects in the store: below their project, so that they can be listed, counted and removed together.

A small content has a name of the same kind that says where it is in the database.
"""

from collections.abc import Iterable

from shortlist.ids import uuid7_bytes

PREFIX = "projects"
IN_DATABASE = "database/"


def new_location(project_id: int) -> str:
    """A key that was never used. Its random end chooses one of 256 folders."""
    name = uuid7_bytes().hex()
    return f"{PREFIX}/{project_id}/{name[-2:]}/{name}"


def project_of(location: str) -> int | None:
    """The project of a key that `new_location` made; None for a stranger's object."""
    parts = location.split("/")
    if len(parts) != 4 or parts[0] != PREFIX or not parts[1].isdecimal():
        return None
    return int(parts[1])


def in_database(project_id: int, sha256: bytes) -> str:
    """The name of a content that the database keeps."""
    return f"{IN_DATABASE}{project_id}/{sha256.hex()}"


def of_content(location: str) -> tuple[int, bytes] | None:
    """The project and SHA-256 in a name that `in_database` made; None for an object of the store."""
    if not location.startswith(IN_DATABASE):
        return None
    project, _, digest = location.removeprefix(IN_DATABASE).partition("/")
    return int(project), bytes.fromhex(digest)


def only_in_store(locations: Iterable[str]) -> list[str]:
    """Those that are keys of objects."""
    return [location for location in locations if not location.startswith(IN_DATABASE)]
