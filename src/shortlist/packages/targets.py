"""Where an upload is to go, and a small one with where it is to go."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.blobs.types import Stored
from shortlist.packages.types import PackageRef, PackageStatus

# Says in which package and at which path, inside a transaction.
Target = Callable[[Connection], tuple[PackageRef, str]]


@dataclass(frozen=True, slots=True)
class Below:
    """A target at a path below a place: `find` gives its package and its folder there.

    Of uploads that wait together and have the same `key`, one asks for the place.
    """

    key: Hashable
    find: Target
    path: str

    def __call__(self, connection: Connection) -> tuple[PackageRef, str]:
        ref, folder = self.find(connection)
        return ref, below(folder, self.path)


class SmallUpload(NamedTuple):
    """A small file that has come, and is to be kept in the database."""

    scope: Scope
    target: Target
    stored: Stored
    content: bytes
    content_type: str | None
    status: PackageStatus | None


def below(folder: str, path: str) -> str:
    return f"{folder}/{path}" if folder else path
