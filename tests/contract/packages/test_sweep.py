"""The sweep frees what nothing refers to, and nothing else."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from shortlist.access.scope import Scope
from shortlist.blobs.types import Stored
from shortlist.clock import now_ms
from shortlist.db.database import Database
from shortlist.errors import InvalidValue
from shortlist.packages import service, store, sweep
from shortlist.packages.contents import Storage
from shortlist.packages.locations import new_location, project_of
from shortlist.packages.types import Incoming, PackageFile, Swept

HOUR = 3_600_000
REF = service.candidate_package(1, 1)


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content


@pytest.fixture
def objects(folder: Path) -> "Objects":
    return Objects(folder)


class Objects:
    """The objects in the store, and a way to make them old."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def all(self) -> list[Path]:
        return [path for path in self._folder.rglob("*") if path.is_file()]

    def grow_old(self, database: Database, hours: int) -> None:
        """As if everything so far had happened so many hours ago."""
        for path in self.all:
            then = path.stat().st_mtime - hours * 3600
            os.utime(path, (then, then))
        changes = {"blob": "created_at", "package_file": "deleted_at"}
        database.write_now(
            lambda connection: [
                connection.execute(text(f"UPDATE {table} SET {column} = {column} - {hours * HOUR}"))
                for table, column in changes.items()
            ]
        )


class Keeper:
    def __init__(self, storage: Storage, scope: Scope, runner: asyncio.Runner) -> None:
        self.storage = storage
        self.scope = scope
        self.run = runner.run

    def put(self, path: str, content: bytes) -> PackageFile:
        return self.run(service.upload(self.storage, self.scope, lambda _: (REF, path), Incoming(chunks(content))))

    def delete(self, path: str) -> None:
        self.storage.database.write_now(lambda connection: service.delete_tree(connection, self.scope, REF, path))

    def stray(self, content: bytes) -> Stored:
        """An object whose upload was cut off before its commit."""
        location = new_location(self.scope.project_id)
        return self.run(self.storage.blobs.put_stream(location, chunks(content), 1000))

    def read(self, file: PackageFile) -> bytes:
        async def all_of_it() -> bytes:
            return b"".join([block async for block in await service.read(self.storage, file)])

        return self.run(all_of_it())

    def sweep(self, *, hours: int = 24, dry_run: bool = False) -> Swept:
        return self.run(sweep.sweep(self.storage, age_ms=hours * HOUR, dry_run=dry_run))


@pytest.fixture
def keeper(storage: Storage, scope: Scope, runner: asyncio.Runner) -> Keeper:
    return Keeper(storage, scope, runner)


def test_what_is_old_and_unused_is_freed_and_the_rest_stays(
    keeper: Keeper, objects: Objects, database: Database
) -> None:
    keeper.put("deleted", b"deleted")
    keeper.put("replaced", b"first")
    shared = keeper.put("shared", b"shared")
    keeper.put("shared again", b"shared")
    keeper.put("replaced", b"second")
    keeper.delete("deleted")
    keeper.delete("shared again")
    keeper.stray(b"stray!")
    objects.grow_old(database, 25)
    keeper.put("young", b"young")
    keeper.delete("young")
    keeper.stray(b"young stray")
    before = len(objects.all)

    expected = Swept(files=3, contents=2, strays=1, bytes=7 + 5 + 6)
    assert keeper.sweep(dry_run=True) == expected
    assert len(objects.all) == before
    assert keeper.sweep() == expected
    assert len(objects.all) == before - 3
    assert keeper.sweep() == Swept()
    assert keeper.read(shared) == b"shared"


def test_bytes_that_were_swept_can_come_back(keeper: Keeper, objects: Objects, database: Database) -> None:
    old = keeper.put("a", b"content")
    keeper.delete("a")
    objects.grow_old(database, 25)
    keeper.sweep()
    new = keeper.put("a", b"content")
    assert new.location != old.location
    assert keeper.read(new) == b"content"


def test_an_upload_that_wants_a_content_while_it_is_swept_keeps_its_bytes(
    keeper: Keeper, objects: Objects, database: Database
) -> None:
    """Whichever of the two commits first, what was acknowledged can be read afterwards."""
    for turn in range(10):
        keeper.put("a", b"content")
        keeper.delete("a")
        objects.grow_old(database, 25)

        async def both(turn: int = turn) -> PackageFile:
            upload = service.upload(
                keeper.storage, keeper.scope, lambda _: (REF, f"b{turn}"), Incoming(chunks(b"content"))
            )
            file, _ = await asyncio.gather(upload, sweep.sweep(keeper.storage, age_ms=24 * HOUR))
            return file

        assert keeper.read(keeper.run(both())) == b"content"
        keeper.delete(f"b{turn}")
        objects.grow_old(database, 25)
        keeper.sweep()
    assert objects.all == []


def test_an_upload_cut_off_by_a_kill_is_freed(keeper: Keeper, objects: Objects, database: Database) -> None:
    file = keeper.put("a", b"content")
    staged = objects.all[0].with_name("cut#1")
    staged.write_bytes(b"half")
    objects.grow_old(database, 25)
    assert keeper.sweep() == Swept(strays=1, bytes=4)
    assert not staged.exists()
    assert keeper.read(file) == b"content"


def test_objects_of_strangers_are_left_alone(
    keeper: Keeper, objects: Objects, folder: Path, database: Database
) -> None:
    for name in ("projects/readme", "projects/x/ab/one", "elsewhere"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("not ours")
    objects.grow_old(database, 1000)
    assert keeper.sweep() == Swept()
    assert len(objects.all) == 3


def test_a_sweep_of_what_may_still_be_running_is_refused(keeper: Keeper) -> None:
    with pytest.raises(InvalidValue, match="one hour"):
        keeper.run(sweep.sweep(keeper.storage, age_ms=HOUR - 1))


def test_a_location_names_its_project() -> None:
    assert project_of(new_location(12)) == 12
    assert new_location(12) != new_location(12)
    for stranger in ("", "projects", "projects/1", "projects/1/ab", "projects/x/ab/c", "other/1/ab/c"):
        assert project_of(stranger) is None


def test_nothing_is_freed_while_a_backup_holds_sweeps(keeper: Keeper, objects: Objects) -> None:
    keeper.put("a.txt", b"deleted")
    keeper.delete("a.txt")
    keeper.stray(b"cut off")
    objects.grow_old(keeper.storage.database, 48)
    keeper.storage.database.write_now(lambda connection: store.hold_sweeps(connection, now_ms() + HOUR))
    assert keeper.run(sweep.sweep(keeper.storage, age_ms=HOUR)) == Swept()
    assert len(objects.all) == 2

    keeper.storage.database.write_now(lambda connection: store.hold_sweeps(connection, 0))
    assert keeper.run(sweep.sweep(keeper.storage, age_ms=HOUR)).contents == 1
    assert objects.all == []
