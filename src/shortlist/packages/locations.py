"""Keys of objects in the store: below their project, so that they can be listed, counted and removed together."""

from shortlist.ids import uuid7_bytes

PREFIX = "projects"


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
