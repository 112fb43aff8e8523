"""What a local folder needs beyond the object store: flushing to disk, and clearing up after a crash."""

import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from shortlist.blobs.types import StoredObject

# How much of a large upload may wait in memory for the disk.
WRITE_BEHIND_BYTES = 32 * 1024 * 1024

# obstore writes `name#1` and renames it to `name` when it is complete.
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
            self._flush_entries(file.parent)
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

    def flush(self, location: str) -> None:
        """Return once the object and every folder entry that leads to it are on disk."""
        file = self._root / location
        _sync(file)
        self._flush_entries(file.parent)

    def _flush_entries(self, folder: Path) -> None:
        """The rename that made an object visible is an entry in its folder, and a new folder is an entry in its
        parent: without their flush a crash could lose a file whose bytes are safe.
        """
        _sync(folder)
        while folder not in self._durable:
            _sync(folder.parent)
            with self._lock:
                self._durable.add(folder)
            folder = folder.parent

    def write_behind(self, location: str) -> None:
        """Bring to disk what was written so far of an upload that goes on, and let go of its pages.

        So the last flush is short, and a large file does not push the database out of the page cache. On a virtual
        machine, pages that are used again are also several times faster than new ones.
        """
        try:
            descriptor = os.open(self._root / f"{location}{_STAGED}1", os.O_RDONLY)
        except FileNotFoundError:
            return  # not begun yet, or complete already
        try:
            os.fdatasync(descriptor)
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)

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
