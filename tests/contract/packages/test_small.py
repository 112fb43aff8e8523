"""Small files are kept in the database, and are files like all others, also while they move to the store."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from shortlist.access.scope import Scope
from shortlist.clock import now_ms
from shortlist.errors import InvalidValue, Unavailable
from shortlist.packages import contents, mover, service, store, store_contents, sweep
from shortlist.packages.archive import Member, pack
from shortlist.packages.contents import Storage
from shortlist.packages.mover import Mover
from shortlist.packages.types import Incoming, PackageFile

REF = service.candidate_package(1, 1)
HOUR = 3_600_000


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content


class Small:
    """The service for files of up to ten bytes in the database."""

    def __init__(self, storage: Storage, scope: Scope, runner: asyncio.Runner, folder: Path) -> None:
        self.storage = replace(storage, small_bytes=10)
        self.scope = scope
        self.run = runner.run
        self._folder = folder

    def put(self, path: str, content: bytes, size: int | None = None) -> PackageFile:
        body = Incoming(chunks(content), size=len(content) if size is None else size)
        return self.run(service.upload(self.storage, self.scope, lambda _: (REF, path), body))

    def read(self, file: PackageFile, start: int = 0, end: int | None = None) -> bytes:
        async def all_of_it() -> bytes:
            return b"".join([block async for block in await service.read(self.storage, file, start, end)])

        return self.run(all_of_it())

    def find(self, path: str) -> PackageFile | None:
        return self.storage.database.read_now(lambda connection: service.find(connection, self.scope, REF, path))

    @property
    def objects(self) -> int:
        return sum(path.is_file() for path in self._folder.rglob("*"))

    @property
    def kept(self) -> tuple[int, int]:
        """The bytes in the database, and those of the whole project."""
        read = self.storage.database.read_now
        return read(store_contents.kept_bytes), read(lambda it: store.stored_bytes(it, self.scope.project_id))

    def move_all(self) -> int:
        found = self.storage.database.read_now(lambda connection: store_contents.some(connection, 100))
        return self.run(mover.move(self.storage, self.scope.project_id, found))


@pytest.fixture
def small(storage: Storage, scope: Scope, runner: asyncio.Runner, folder: Path) -> Small:
    return Small(storage, scope, runner, folder)


def test_a_small_file_makes_no_object_and_reads_like_any_other(small: Small) -> None:
    one, empty, large = small.put("a/one", b"0123456789"), small.put("a/empty", b""), small.put("large", b"x" * 11)
    assert small.objects == 1
    assert small.read(one) == b"0123456789"
    assert small.read(one, 3, 5) == b"34"
    assert small.read(empty) == b""
    assert small.kept == (10, 21)
    assert small.put("b/same", b"0123456789").location == one.location
    assert small.kept == (10, 21)
    members = [Member(file.path, file) for file in (one, empty, large)]

    async def packed() -> bytes:
        return b"".join([block async for block in await pack(small.storage, members)])

    with zipfile.ZipFile(io.BytesIO(small.run(packed()))) as archive:
        assert [archive.read(name) for name in archive.namelist()] == [b"0123456789", b"", b"x" * 11]
    assert small.run(contents.local_file(small.storage, one.location, one.size)) is None
    assert small.run(contents.signed_address(small.storage.blobs, one.location, 60)) is None


@pytest.mark.parametrize("size", [3, 5])
def test_a_body_of_another_length_than_announced_leaves_nothing(small: Small, size: int) -> None:
    with pytest.raises(InvalidValue, match="Content-Length"):
        small.put("a", b"four", size)
    assert small.find("a") is None
    assert small.kept == (0, 0)


def test_contents_move_to_the_store_under_the_eyes_of_a_reader(small: Small) -> None:
    before = [small.put(f"d/{number}", bytes([number]) * 8) for number in range(5)]
    assert small.move_all() == 5
    assert small.objects == 5
    assert small.kept == (0, 40)
    after = [small.find(f"d/{number}") for number in range(5)]
    assert [file and file.location.partition("/")[0] for file in after] == ["projects"] * 5
    for number, file in enumerate(before):
        assert small.read(file) == bytes([number]) * 8  # by the place where it was when it was looked up
    assert small.put("again", bytes([3]) * 8).location == (after[3] and after[3].location)


def test_two_that_move_the_same_leave_one_object(small: Small) -> None:
    small.put("a", b"content")
    found = small.storage.database.read_now(lambda connection: store_contents.some(connection, 100))

    async def both() -> list[int]:
        one = mover.move(small.storage, small.scope.project_id, found)
        other = mover.move(small.storage, small.scope.project_id, found)
        return sorted(await asyncio.gather(one, other))

    assert small.run(both()) == [0, 1]
    assert small.objects == 1


def test_above_its_limit_the_mover_moves_and_far_above_it_takes_no_more(small: Small) -> None:
    watch = Mover(small.storage, 10, limit=20)
    small.put("a", b"0123456789")
    small.put("b", b"9876543210")
    assert watch.move_if_due() == 0
    small.put("c", b"abcdefghij")
    assert watch.move_if_due() == 3
    assert small.kept == (0, 30)
    assert watch.small_bytes == 10
    # As if another process were at it.
    small.storage.database.write_now(lambda it: store.claim(it, store.MOVE, now_ms(), now_ms()))
    for number in range(5):
        small.put(f"{number}", bytes([number]) * 10)
    assert watch.move_if_due() == 0
    assert watch.small_bytes == 0


@pytest.mark.parametrize("moved", [False, True])
def test_a_sweep_frees_small_contents(small: Small, moved: bool) -> None:
    gone, stays = small.put("gone", b"0123456789"), small.put("stays", b"abcde")
    if moved:
        small.move_all()
    database = small.storage.database
    database.write_now(lambda connection: service.delete_tree(connection, small.scope, REF, "gone"))
    for table, column in {"blob": "created_at", "package_file": "deleted_at"}.items():
        old = text(f"UPDATE {table} SET {column} = {column} - {25 * HOUR}")
        database.write_now(lambda connection, old=old: connection.execute(old))
    freed = small.run(sweep.sweep(small.storage, age_ms=24 * HOUR))
    assert (freed.files, freed.contents, freed.bytes) == (1, 1, 10)
    assert small.kept == (0 if moved else 5, 5)
    assert small.objects == (1 if moved else 0)
    assert small.read(stays) == b"abcde"
    with pytest.raises(Unavailable):
        small.read(gone)
