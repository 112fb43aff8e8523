"""Files of packages: visible when complete, stored once, replaced and deleted softly, never across projects."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from shortlist.access.scope import Scope
from shortlist.db.database import Database
from shortlist.errors import InvalidValue, NotFound, TooLarge, Unavailable
from shortlist.packages import service
from shortlist.packages.contents import Storage
from shortlist.packages.types import Entry, Incoming, PackageFile, PackageRef, PackageType
from tests.contract.packages.conftest import MAX_FILE_BYTES

REF = service.candidate_package(3, 7)
OTHER = service.candidate_package(3, 8)


class Disconnected(Exception):  # noqa: N818
    pass


async def chunks(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


class Shelf:
    """The service, called synchronously, for one project."""

    def __init__(self, storage: Storage, scope: Scope, runner: asyncio.Runner) -> None:
        self.storage = storage
        self.scope = scope
        self.run = runner.run

    def put(self, path: str, content: bytes = b"content", ref: PackageRef = REF, **body: object) -> PackageFile:
        incoming = Incoming(chunks(content), **body)  # pyright: ignore[reportArgumentType]
        return self.run(service.upload(self.storage, self.scope, lambda _: (ref, path), incoming))

    def find(self, path: str, ref: PackageRef = REF) -> PackageFile | None:
        return self.storage.database.read_now(lambda connection: service.find(connection, self.scope, ref, path))

    def get(self, path: str) -> PackageFile:
        return self.storage.database.read_now(lambda connection: service.get(connection, self.scope, REF, path))

    def read(self, path: str, start: int = 0, end: int | None = None, ref: PackageRef = REF) -> bytes:
        file = self.find(path, ref)
        assert file is not None

        async def all_of_it() -> bytes:
            return b"".join([block async for block in await service.read(self.storage, file, start, end)])

        return self.run(all_of_it())

    def names(self, path: str = "", ref: PackageRef = REF) -> Sequence[Entry]:
        return self.storage.database.read_now(
            lambda connection: service.list_directory(connection, self.scope, ref, path)
        )

    def paths(self, limit: int = 100, ref: PackageRef = REF) -> tuple[list[str], bool]:
        found, more = self.storage.database.read_now(
            lambda connection: service.files(connection, self.scope, ref, limit)
        )
        return [file.path for file in found], more

    def delete(self, path: str, ref: PackageRef = REF) -> int:
        return self.storage.database.write_now(
            lambda connection: service.delete_tree(connection, self.scope, ref, path)
        )


@pytest.fixture
def shelf(storage: Storage, scope: Scope, runner: asyncio.Runner) -> Shelf:
    return Shelf(storage, scope, runner)


@pytest.fixture
def neighbour(storage: Storage, scopes: tuple[Scope, Scope], runner: asyncio.Runner) -> Shelf:
    """The same package names in another project."""
    return Shelf(storage, scopes[1], runner)


def objects(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def count(database: Database, table: str) -> int:
    return database.read_now(lambda connection: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_the_package_of_a_candidate_is_named_after_its_experiment_and_its_number() -> None:
    assert PackageRef(PackageType.ML_MODEL, "ml_experiment_3", "7") == REF


def test_an_uploaded_file_is_found_listed_and_read(shelf: Shelf) -> None:
    file = shelf.put("model/weights.bin", b"0123456789", content_type="application/x-weights")

    assert file.path == "model/weights.bin"
    assert file.size == 10
    assert file.sha256 == hashlib.sha256(b"0123456789").digest()
    assert file.created_by == shelf.scope.actor.user_id
    assert file.created_at > 1_600_000_000_000
    assert shelf.find("model/weights.bin") == file
    assert shelf.get("model/weights.bin") == file
    assert shelf.read("model/weights.bin") == b"0123456789"
    assert shelf.read("model/weights.bin", 3, 6) == b"345"
    assert shelf.read("model/weights.bin", 3, 600) == b"3456789"
    assert shelf.names() == [Entry("model", True, 10)]
    assert shelf.names("model") == [Entry("weights.bin", False, 10)]
    assert shelf.paths() == (["model/weights.bin"], False)


def test_before_the_first_upload_there_is_nothing(shelf: Shelf) -> None:
    assert shelf.find("a") is None
    assert shelf.names() == []
    assert shelf.names("a/b") == []
    assert shelf.paths() == ([], False)
    assert shelf.delete("a") == 0
    with pytest.raises(NotFound):
        shelf.get("a")


def test_an_empty_file_is_a_file(shelf: Shelf) -> None:
    shelf.put("empty", b"")
    assert shelf.read("empty") == b""
    assert shelf.names() == [Entry("empty", False, 0)]


def test_the_same_bytes_are_kept_once(shelf: Shelf, folder: Path) -> None:
    first = shelf.put("a", b"same")
    second = shelf.put("b/c", b"same")
    third = shelf.put("a", b"same", OTHER)
    assert first.location == second.location == third.location
    assert len(objects(folder)) == 1
    assert shelf.read("a", ref=OTHER) == b"same"


def test_projects_share_neither_names_nor_bytes(shelf: Shelf, neighbour: Shelf, folder: Path) -> None:
    """Were bytes shared across projects, one could find out what another stores."""
    mine = shelf.put("a", b"same")
    assert neighbour.find("a") is None
    assert neighbour.names() == []
    assert neighbour.delete("") == 0
    theirs = neighbour.put("a", b"same")
    assert mine.location != theirs.location
    assert len(objects(folder)) == 2


def test_a_second_upload_replaces_the_first(shelf: Shelf, database: Database) -> None:
    first = shelf.put("a", b"old")
    second = shelf.put("a", b"new!")
    assert second.id > first.id
    assert second.package_id == first.package_id
    assert shelf.read("a") == b"new!"
    assert shelf.names() == [Entry("a", False, 4)]
    assert shelf.paths() == (["a"], False)
    assert count(database, "package_file") == 2
    assert count(database, "package") == 1


def test_a_reader_of_the_replaced_file_reads_on(shelf: Shelf) -> None:
    old = shelf.put("a", b"old")
    shelf.put("a", b"new!")

    async def all_of_it() -> bytes:
        return b"".join([block async for block in await service.read(shelf.storage, old)])

    assert shelf.run(all_of_it()) == b"old"


@pytest.mark.parametrize(("there", "wanted"), [("a", "a/b"), ("a", "a/b/c"), ("a/b", "a"), ("a/b/c", "a")])
def test_a_path_is_a_file_or_a_directory(shelf: Shelf, folder: Path, there: str, wanted: str) -> None:
    shelf.put(there, b"one")
    with pytest.raises(InvalidValue, match="Invalid path") as caught:
        shelf.put(wanted, b"two")
    assert repr(there) in caught.value.message
    assert shelf.paths() == ([there], False)
    assert len(objects(folder)) == 1
    shelf.delete(there)
    shelf.put(wanted, b"two")


@pytest.mark.parametrize("name", ["a.txt", "a-b", "a0", "ab", "A", "a b"])
def test_neighbours_in_the_alphabet_are_no_obstacle(shelf: Shelf, name: str) -> None:
    shelf.put(name)
    shelf.put("a/b")
    assert shelf.delete("a") == 1
    assert shelf.paths() == ([name], False)


@pytest.mark.parametrize("path", ["../a", "/a", "", "a//b", "a/%2e%2e/b"])
def test_a_wrong_path_stores_nothing(shelf: Shelf, folder: Path, database: Database, path: str) -> None:
    with pytest.raises(InvalidValue, match="Invalid path"):
        shelf.put(path)
    assert objects(folder) == []
    assert count(database, "package") == 0


def test_a_body_of_another_length_than_announced_stores_nothing(
    shelf: Shelf, folder: Path, database: Database
) -> None:
    for size in (6, 8):
        with pytest.raises(InvalidValue, match="Content-Length"):
            shelf.put("a", b"content", size=size)
    assert objects(folder) == []
    assert count(database, "package_file") == 0
    shelf.put("a", b"content", size=7)


def test_a_client_that_leaves_stores_nothing(shelf: Shelf, folder: Path, database: Database) -> None:
    async def leaving() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield bytes(300_000)
        raise Disconnected

    with pytest.raises(Disconnected):
        shelf.run(service.upload(shelf.storage, shelf.scope, lambda _: (REF, "a"), Incoming(leaving())))
    assert objects(folder) == []
    assert count(database, "package_file") == 0


def test_too_large_is_known_from_the_announcement_or_from_the_bytes(shelf: Shelf, folder: Path) -> None:
    with pytest.raises(TooLarge, match=str(MAX_FILE_BYTES)):
        shelf.put("a", b"", size=MAX_FILE_BYTES + 1)
    with pytest.raises(TooLarge, match=str(MAX_FILE_BYTES)):
        shelf.put("a", bytes(MAX_FILE_BYTES + 1))
    assert objects(folder) == []
    assert shelf.find("a") is None


def test_a_lost_database_keeps_the_object_for_the_sweep(
    shelf: Shelf, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit may have happened although its answer was lost: then the bytes are needed."""

    async def write(_database: Database, _work: object) -> None:
        raise Unavailable("no answer")

    monkeypatch.setattr(Database, "write", write)
    with pytest.raises(Unavailable):
        shelf.put("a")
    assert len(objects(folder)) == 1
    assert shelf.find("a") is None


def test_two_writers_of_one_path_leave_one_whole_file(shelf: Shelf, database: Database) -> None:
    contents = [bytes([number]) * 1000 for number in range(20)]

    async def write_all() -> list[PackageFile]:
        return await asyncio.gather(
            *(
                service.upload(shelf.storage, shelf.scope, lambda _: (REF, "a"), Incoming(chunks(content)))
                for content in contents
            )
        )

    files = shelf.run(write_all())
    assert shelf.find("a") == max(files, key=lambda file: file.id)
    assert shelf.read("a") in contents
    assert shelf.paths() == (["a"], False)
    assert count(database, "package") == 1
    assert count(database, "package_file") == 20


def test_the_same_bytes_at_once_are_kept_once(shelf: Shelf, folder: Path, database: Database) -> None:
    async def write_all() -> list[PackageFile]:
        return await asyncio.gather(
            *(
                service.upload(
                    shelf.storage,
                    shelf.scope,
                    lambda _, number=number: (REF, f"d/{number}"),
                    Incoming(chunks(b"same")),
                )
                for number in range(20)
            )
        )

    files = shelf.run(write_all())
    assert len({file.location for file in files}) == 1
    assert count(database, "blob") == 1
    assert len(objects(folder)) == 1
    assert shelf.names("d") == [Entry(name, False, 4) for name in sorted(str(number) for number in range(20))]


def test_a_listing_shows_one_level_and_sums_what_is_below(shelf: Shelf) -> None:
    for path, size in {"b/x": 1, "b/y/z": 2, "b/y/w": 4, "a": 8, "b.txt": 16, "ü/é": 32, "B": 64}.items():
        shelf.put(path, bytes(size))
    assert shelf.names() == [
        Entry("B", False, 64),
        Entry("a", False, 8),
        Entry("b", True, 7),
        Entry("b.txt", False, 16),
        Entry("ü", True, 32),
    ]
    assert shelf.names("b") == shelf.names("b/") == [Entry("x", False, 1), Entry("y", True, 6)]
    assert shelf.names("ü") == [Entry("é", False, 32)]
    assert shelf.names("a") == []
    assert shelf.names("missing") == []
    with pytest.raises(InvalidValue):
        shelf.names("../b")


def test_a_listing_of_thousands_is_one_row_an_entry(shelf: Shelf, database: Database) -> None:
    shelf.put("seed")

    def fill(connection: Connection) -> None:
        connection.execute(
            text(
                "INSERT INTO package_file (project_id, id, package_id, path, size, sha256, content_type, created_at)"
                " SELECT project_id, :id, package_id, :path, size, sha256, content_type, created_at"
                " FROM package_file WHERE path = 'seed'"
            ),
            [{"id": 1000 + number, "path": f"d{number % 3}/{number}"} for number in range(3000)],
        )

    database.write_now(fill)
    assert shelf.names() == [Entry(f"d{digit}", True, 7000) for digit in range(3)] + [Entry("seed", False, 7)]
    assert len(shelf.names("d1")) == 1000
    found, more = shelf.paths(10)
    assert found == sorted(f"d0/{number}" for number in range(0, 3000, 3))[:10]
    assert more


def test_files_says_whether_there_are_more(shelf: Shelf) -> None:
    for name in "cab":
        shelf.put(name)
    assert shelf.paths(2) == (["a", "b"], True)
    assert shelf.paths(3) == (["a", "b", "c"], False)


def test_deleting_takes_a_file_a_tree_or_everything(shelf: Shelf) -> None:
    for path in ("a", "d/x", "d/e/y", "d.txt"):
        shelf.put(path)
    shelf.put("kept", ref=OTHER)
    assert shelf.delete("missing") == 0
    assert shelf.delete("a") == 1
    assert shelf.delete("a") == 0
    assert shelf.delete("d/") == 2
    assert shelf.paths() == (["d.txt"], False)
    assert shelf.delete("") == 1
    assert shelf.paths() == ([], False)
    assert shelf.paths(ref=OTHER) == (["kept"], False)
    with pytest.raises(InvalidValue):
        shelf.delete("../a")


def test_a_deleted_file_can_be_uploaded_again(shelf: Shelf, folder: Path) -> None:
    shelf.put("a", b"same")
    shelf.delete("a")
    assert shelf.find("a") is None
    shelf.put("a", b"same")
    assert shelf.read("a") == b"same"
    assert len(objects(folder)) == 1


def test_getting_a_directory_is_a_mistake_and_not_a_gap(shelf: Shelf) -> None:
    shelf.put("d/x")
    for path in ("", "d", "d/"):
        with pytest.raises(InvalidValue, match="directory"):
            shelf.get(path)
    for path in ("x", "d/y", "d/x/z"):
        with pytest.raises(NotFound):
            shelf.get(path)
