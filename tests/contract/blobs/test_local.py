"""What is particular to a local folder."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shortlist.blobs import uncached
from shortlist.blobs.store import BlobStore
from shortlist.errors import InvalidValue, Unavailable


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "artifacts"


async def content() -> AsyncIterator[bytes]:
    yield b"content"


def test_a_file_and_the_entries_that_lead_to_it_are_flushed(
    root: Path, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every new folder's parent is flushed once; the file and its own folder each time."""
    flushed: list[str] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        flushed.append(Path(f"/proc/self/fd/{descriptor}").readlink().relative_to(root).as_posix())
        real(descriptor)

    store = BlobStore.open(root.as_uri())
    monkeypatch.setattr(os, "fsync", fsync)
    runner.run(store.put_stream("p/ab/one", content(), 100))
    assert flushed == ["p/ab/one#1", "p/ab", "p", "."]
    flushed.clear()
    runner.run(store.put_stream("p/ab/two", content(), 100))
    assert flushed == ["p/ab/two#1", "p/ab"]
    store.close()


def test_a_failed_flush_is_no_success(root: Path, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def fsync(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    store = BlobStore.open(root.as_uri())
    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(Unavailable):
        runner.run(store.put_stream("p/ab/one", content(), 100))
    assert [path for path in root.rglob("*") if path.is_file()] == []
    store.close()


async def large() -> AsyncIterator[bytes]:
    for _ in range(3):
        yield bytes(8 * 1024 * 1024)


@pytest.mark.parametrize(
    ("step", "cached"), [("write", False), ("fsync", False), ("fdatasync", True), ("fsync", True)]
)
def test_a_failure_on_the_way_of_a_large_file_leaves_nothing(
    root: Path, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch, step: str, *, cached: bool
) -> None:
    def fail(*_of: object) -> None:
        raise OSError(5, "Input/output error")

    store = BlobStore.open(root.as_uri())
    if cached:
        monkeypatch.setattr(uncached, "_UNCACHED", 0)
    monkeypatch.setattr(os, step, fail)
    with pytest.raises(Unavailable):
        runner.run(store.put_stream("p/ab/one", large(), 2**30))
    assert [path for path in root.rglob("*") if path.is_file()] == []
    store.close()


def test_who_is_cancelled_while_a_thread_writes_leaves_nothing(
    root: Path, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread cannot be interrupted: it ends, and then what it wrote is taken away."""
    store = BlobStore.open(root.as_uri())
    writing, go_on = threading.Event(), threading.Event()
    real = os.write

    def write(descriptor: int, content: bytes) -> int:
        writing.set()
        assert go_on.wait(30)
        return real(descriptor, content)

    async def cancel_twice() -> None:
        upload = asyncio.ensure_future(store.put_stream("p/ab/one", large(), 2**30))
        await asyncio.to_thread(writing.wait, 30)
        for _ in range(2):
            upload.cancel()
            await asyncio.sleep(0)
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await upload

    monkeypatch.setattr(os, "write", write)
    runner.run(cancel_twice())
    store.close()  # waits for its threads
    assert [path for path in root.rglob("*") if path.is_file()] == []


def test_what_a_killed_process_left_holds_up_no_other(root: Path, runner: asyncio.Runner) -> None:
    store = BlobStore.open(root.as_uri())
    (root / "p/ab").mkdir(parents=True)
    (root / "p/ab/one#1").write_bytes(b"ha")
    runner.run(store.put_stream("p/ab/one", content(), 100))
    assert (root / "p/ab/one").read_bytes() == b"content"
    assert sorted(path.name for path in (root / "p/ab").iterdir()) == ["one", "one#1"], "a sweep finds it"
    store.close()


def test_unfinished_uploads_are_found_and_removed(root: Path, runner: asyncio.Runner) -> None:
    """What a killed process leaves behind is not an object, so the store's own list does not show it."""
    store = BlobStore.open(root.as_uri())
    runner.run(store.put_stream("p/ab/whole", content(), 100))
    (root / "p/ab/cut#1").write_bytes(b"half")
    os.utime(root / "p/ab/cut#1", (1000, 1000))
    (root / "p/ab/young#1").write_bytes(b"half")
    os.utime(root / "p/ab/young#1", (3000, 3000))

    found = runner.run(store.unfinished("p", 2_000_000, delete=False))
    assert [(item.location, item.size, item.modified_at) for item in found] == [("p/ab/cut#1", 4, 1_000_000)]
    runner.run(store.unfinished("p", 2_000_000, delete=True))
    assert sorted(path.name for path in (root / "p/ab").iterdir()) == ["whole", "young#1"]
    store.close()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(InvalidValue, match="cannot be made") as caught:
        BlobStore.open((tmp_path / "file" / "artifacts").as_uri())
    assert caught.value.field == "artifacts"


def test_a_folder_that_cannot_be_written_is_refused_by_the_check(root: Path, runner: asyncio.Runner) -> None:
    store = BlobStore.open(root.as_uri())
    (root / "check").write_text("in the way")
    with pytest.raises(InvalidValue, match="cannot be written") as caught:
        runner.run(store.check())
    assert caught.value.field == "artifacts"
    store.close()
