"""Writing past the page cache: a large file neither waits for pages nor pushes a database out of them."""

import errno
import fcntl
import mmap
import os

from shortlist.blobs.blocks import DISK_BLOCK_BYTES, Buffer

# A whole number of the blocks of any disk, and what a disk takes at its full rate.
BUFFER_BYTES = 4 * 1024 * 1024

# From here on, a call of the system costs less than a copy into the buffer.
_LARGE_BYTES = 256 * 1024

_UNCACHED: int = getattr(os, "O_DIRECT", 0)
# What a file system says that can only write through the cache.
_REFUSED = frozenset({errno.EINVAL, errno.ENOTSUP, errno.ENOTTY})


class UncachedWriter:
    """Appends to an empty file, a buffer at a time; where the file system allows it, straight from memory to the disk.

    For one thread at a time. Whoever made it closes it, and the descriptor himself.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._buffer = mmap.mmap(-1, BUFFER_BYTES)  # begins at a page, which such a write asks for
        self._filled = 0
        self._uncached = _set_uncached(descriptor, wanted=True)
        self._as_it_stands = True  # until a piece stands where the disk cannot read it

    @property
    def uncached(self) -> bool:
        """Whether what was written is on the disk already, but for the file's own entry."""
        return self._uncached

    def write(self, piece: Buffer) -> None:
        rest = memoryview(piece)
        if self._as_it_stands and len(rest) >= _LARGE_BYTES:
            before = -self._filled % DISK_BLOCK_BYTES
            self._gather(rest[:before])
            self._empty()
            rest = self._write_blocks(rest[before:])
        self._gather(rest)

    def _write_blocks(self, piece: memoryview) -> memoryview:
        """Write what is whole blocks of a piece without a copy. What is left of it: all where that is refused."""
        written, end = 0, len(piece) - len(piece) % DISK_BLOCK_BYTES
        while written < end:
            try:
                written += os.write(self._descriptor, piece[written:end])
            except OSError as error:
                if error.errno not in _REFUSED:
                    raise
                self._as_it_stands = False
                break
        return piece[written:]

    def _gather(self, rest: memoryview) -> None:
        while rest:
            taken = min(len(rest), BUFFER_BYTES - self._filled)
            self._buffer[self._filled : self._filled + taken] = rest[:taken]
            self._filled += taken
            rest = rest[taken:]
            if self._filled == BUFFER_BYTES:
                self._empty()

    def flush(self) -> None:
        """Write what waits in the buffer, too. It is no whole number of blocks, so it goes through the cache, and
        nothing can be written after it."""
        if self._uncached:
            self._uncached = _set_uncached(self._descriptor, wanted=False)
        self._empty()

    def close(self) -> None:
        self._buffer.close()

    def _empty(self) -> None:
        with memoryview(self._buffer) as whole:
            written = 0
            while written < self._filled:
                with whole[written : self._filled] as rest:
                    written += self._put(rest)
        self._filled = 0

    def _put(self, rest: memoryview) -> int:
        try:
            return os.write(self._descriptor, rest)
        except OSError as error:
            if not self._uncached or error.errno not in _REFUSED:
                raise
            # Some say so only now.
            self._uncached = _set_uncached(self._descriptor, wanted=False)
            return os.write(self._descriptor, rest)


def _set_uncached(descriptor: int, *, wanted: bool) -> bool:
    """Whether the next writes go past the cache."""
    if not _UNCACHED:
        return False
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL) & ~_UNCACHED
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | _UNCACHED if wanted else flags)
    except OSError as error:
        if error.errno not in _REFUSED:
            raise
        return False
    return wanted
