"""Files of a package as one zip, made while it is sent: memory holds one block and a line for each file.

Nothing is compressed: models and pictures are already, and the bytes pass at the speed of the store.
"""

import io
import zipfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from shortlist.packages.contents import Storage
from shortlist.packages.service import read
from shortlist.packages.types import PackageFile

if TYPE_CHECKING:
    from typing_extensions import Buffer

_EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first time that a zip can tell
_PERMISSIONS = 0o644 << 16


class Member(NamedTuple):
    """A file and its path inside the archive."""

    path: str
    file: PackageFile


async def pack(storage: Storage, members: Sequence[Member]) -> AsyncGenerator[bytes]:
    """The bytes of a zip with these files; those of the first are read before this returns.

    Sizes beyond 4 GiB and more than 65,535 files are written as zip64.

    Raises:
        Unavailable: the store failed; also later, from the iterator, and then the archive is not complete.
    """
    first = await read(storage, members[0].file) if members else None
    return _packed(storage, members, first)


async def _packed(
    storage: Storage, members: Sequence[Member], first: AsyncGenerator[bytes] | None
) -> AsyncGenerator[bytes]:
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for member in members:
            blocks, first = first or await read(storage, member.file), None
            async with aclosing(blocks):
                with archive.open(_info(member), "w") as entry:
                    async for block in blocks:
                        entry.write(block)
                        yield sink.take()
    yield sink.take()


def _info(member: Member) -> zipfile.ZipInfo:
    made = datetime.fromtimestamp(member.file.created_at / 1000, UTC).timetuple()[:6]
    info = zipfile.ZipInfo(member.path, max(made, _EARLIEST))
    info.external_attr = _PERMISSIONS
    info.file_size = member.file.size  # decides whether its sizes need 64 bits
    return info


class _Sink(io.RawIOBase):
    """A file that can only be written on; what was written is taken from it block by block."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: "Buffer", /) -> int:
        written = bytes(piece)
        self._pieces.append(written)
        return len(written)

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken
