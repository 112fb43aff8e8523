"""What a local folder needs beyond the object store: flushing to disk, and clearing up after a crash."""

import os
import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from shortlist.blobs.blocks import Buffer
from shortlist.blobs.types import StoredObject
from shortlist.blobs.uncached import UncachedWriter

# What is not complete yet is `name#1`, which obstore's list does not show.
_STAGED = "#"
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)


class LocalFolder:
    """The folder below a local store."""

    def __init__(self, root: Path) -> None:
        self._root = root
        # Folders whose own entry in their parent is known to be on disk.
        self._durable: set[Path] = {root}
        self._lock = threading.Lock()

    def put(self, location: str, content: bytes) -> None:
        """Write a whole object; it and every folder entry that leads to it are on disk when this returns.

        In one step, because for a small file each turn of another thread costs as much as the writing.
        """
        file = self._root / location
        staged, descriptor = _stage(file)
        try:
            with open(descriptor, "wb", buffering=0) as opened:  # noqa: PTH123 - a descriptor has no path
                rest = memoryview(content)
                while rest:
                    rest = rest[opened.write(rest) :]
                os.fsync(descriptor)
            staged.rename(file)
            self.flush_entries(file.parent)
        except BaseException:
            staged.unlink(missing_ok=True)
            file.unlink(missing_ok=True)
            raise

    def whole(self, location: str, size: int) -> Path:
        """The file of an object. Raises OSError where it is not there or not of this size."""
        file = self._root / location
        found = file.stat().st_size
        if found != size:
            raise OSError(f"{location} has {found} bytes instead of {size}")
        return file

    def begin(self, location: str) -> "GrowingFile":
        """A large object, to be written in steps."""
        return GrowingFile(self, self._root / location)

    def flush_entries(self, folder: Path) -> None:
        """The rename that made an object visible is an entry in its folder, and a new folder is an entry in its
        parent: without their flush a crash could lose a file whose bytes are safe.
        """
        _sync(folder)
        while folder not in self._durable:
            _sync(folder.parent)
            with self._lock:
                self._durable.add(folder)
            folder = folder.parent

    def staged(self, before: int) -> Iterator[StoredObject]:
        """Uploads that were never finished and were last written before a time in milliseconds."""
        for folder, _, names in os.walk(self._root):
            for name in names:
                file = Path(folder, name)
                if _STAGED not in name:
                    continue
                with suppress(FileNotFoundError):
                    status = file.stat()
                    modified_at = int(status.st_mtime * 1000)
                    if modified_at < before:
                        yield StoredObject(file.relative_to(self._root).as_posix(), status.st_size, modified_at)

    def unstage(self, staged: StoredObject) -> None:
        (self._root / staged.location).unlink(missing_ok=True)


class GrowingFile:
    """A file that is visible once it is whole. For threads: each step after the one before, `to_disk` beside them."""

    def __init__(self, folder: LocalFolder, file: Path) -> None:
        self._folder = folder
        self._file = file
        self._staged: Path | None = None
        self._descriptor: int | None = None
        self._writer: UncachedWriter | None = None

    def open(self) -> None:
        self._staged, self._descriptor = _stage(self._file)
        self._writer = UncachedWriter(self._descriptor)

    def write(self, pieces: Sequence[Buffer]) -> None:
        _, writer = self._opened()
        for piece in pieces:
            writer.write(piece)

    def to_disk(self) -> None:
        """Bring to disk what was written so far, and let go of its pages, where it went through the page cache.

        So the last flush is short, and a large file does not push the database out of the cache. On a virtual
        machine, pages that are used again are also several times faster than new ones.
        """
        descriptor, writer = self._opened()
        if writer.uncached:
            return
        os.fdatasync(descriptor)
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)

    def finish(self) -> None:
        """Make it visible; it and every folder entry that leads to it are on disk when this returns."""
        descriptor, writer = self._opened()
        writer.flush()
        os.fsync(descriptor)
        self._close()
        if self._staged is not None:
            self._staged.rename(self._file)
        self._folder.flush_entries(self._file.parent)

    def abandon(self) -> None:
        """Leave nothing of it, finished or not."""
        with suppress(OSError):  # of what could not be written before
            self._close()
        if self._staged is not None:
            self._staged.unlink(missing_ok=True)
            self._file.unlink(missing_ok=True)

    def _opened(self) -> tuple[int, UncachedWriter]:
        if self._descriptor is None or self._writer is None:
            raise OSError("the file was not opened")
        return self._descriptor, self._writer

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if self._writer is not None:
            self._writer.close()
        if descriptor is not None:
            os.close(descriptor)


def _stage(file: Path) -> tuple[Path, int]:
    """A new file beside `file`, and its descriptor."""
    staged = file.with_name(f"{file.name}{_STAGED}1")
    try:
        return staged, os.open(staged, _NEW, 0o644)
    except FileNotFoundError:
        staged.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        # Of a process that was killed, or that writes the same content at this moment.
        staged = file.with_name(f"{file.name}{_STAGED}{secrets.token_hex(8)}")
    return staged, os.open(staged, _NEW, 0o644)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
