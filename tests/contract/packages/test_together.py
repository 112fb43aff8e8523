"""Small uploads that wait together share a transaction, and each has the fate that it would have alone."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
from sqlalchemy import Connection, event

from shortlist.access.scope import Scope
from shortlist.db.database import Database
from shortlist.db.together import Together
from shortlist.errors import InvalidValue, QuotaExceeded, Unavailable
from shortlist.packages import quotas, service, store
from shortlist.packages.contents import Storage
from shortlist.packages.targets import Below
from shortlist.packages.types import Incoming, PackageFile

REF = service.candidate_package(1, 1)


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content


class Shelf:
    """Uploads that begin at the same moment, and so are one piece of work."""

    def __init__(self, storage: Storage, scope: Scope, runner: asyncio.Runner) -> None:
        self.database = storage.database
        self.scope = scope
        self._storage = replace(storage, small_bytes=100, together=Together(storage.database, service.add_small))
        self._runner = runner

    def put(self, *files: tuple[str, bytes]) -> list[PackageFile | BaseException]:
        async def one(path: str, content: bytes) -> PackageFile:
            target = Below("here", lambda _: (REF, ""), path)
            body = Incoming(chunks(content), size=len(content))
            return await service.upload(self._storage, self.scope, target, body)

        async def all_of_them() -> list[PackageFile | BaseException]:
            return await asyncio.gather(*(one(*file) for file in files), return_exceptions=True)

        return self._runner.run(all_of_them())

    @property
    def there(self) -> dict[str, int]:
        found, _ = self.database.read_now(lambda connection: service.files(connection, self.scope, REF, 100))
        return {file.path: file.size for file in found}

    @property
    def kept(self) -> int:
        return self.database.read_now(lambda connection: store.stored_bytes(connection, self.scope.project_id))


@pytest.fixture
def shelf(storage: Storage, scope: Scope, runner: asyncio.Runner) -> Shelf:
    return Shelf(storage, scope, runner)


def refused(answers: Sequence[object]) -> list[type[BaseException]]:
    return [type(answer) for answer in answers if isinstance(answer, BaseException)]


def test_one_that_is_refused_is_refused_alone(shelf: Shelf) -> None:
    shelf.put(("file", b"x"))
    answers = shelf.put(("a", b"1"), ("b/c", b"22"), ("file/below", b"3"), ("../up", b"4"), ("d", b"55"))
    assert refused(answers) == [InvalidValue, InvalidValue]
    assert shelf.there == {"a": 1, "b/c": 2, "d": 2, "file": 1}
    assert shelf.kept == 1 + 1 + 2 + 2


def test_the_same_bytes_are_stored_once_and_the_last_at_a_path_stays(shelf: Shelf) -> None:
    answers = shelf.put(("first", b"-"), ("a", b"same"), ("b", b"same"), ("c", b"old"), ("c", b"newer"))
    assert refused(answers) == []
    assert shelf.there == {"first": 1, "a": 4, "b": 4, "c": 5}
    assert shelf.kept == 1 + 4 + 3 + 5
    numbers = [answer.id for answer in answers if isinstance(answer, PackageFile)]
    assert len(set(numbers)) == 5


def test_of_a_file_and_a_directory_of_one_name_the_first_stays(shelf: Shelf) -> None:
    answers = shelf.put(("first", b"-"), ("a/b", b"1"), ("a", b"2"), ("z", b"3"))
    assert refused(answers) == [InvalidValue]
    assert shelf.there == {"first": 1, "a/b": 1, "z": 1}


def test_what_still_fits_into_the_limit_stays(shelf: Shelf) -> None:
    shelf.put(("first", b"-"))
    shelf.database.write_now(lambda it: quotas.set_limit(it, shelf.scope.author, shelf.scope, 10))
    answers = shelf.put(("a", b"1"), ("b", b"2222"), ("c", b"3333333"), ("d", b"444"))
    assert refused(answers) == [QuotaExceeded]
    assert shelf.there == {"first": 1, "a": 1, "b": 4, "d": 3}


def test_many_cost_a_statement_each_and_some_for_all(shelf: Shelf) -> None:
    shelf.put(("folder/first", b"-"))
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    def cost(count: int) -> int:
        seen.clear()
        files = [(f"folder/{count}-{number}", f"{count} {number}".encode()) for number in range(count)]
        assert refused(shelf.put(*files)) == []
        return len([statement for statement in seen if "package_file" in statement])

    event.listen(shelf.database.engine, "before_cursor_execute", note)
    try:
        # Each asks whether its place is free; all else is asked and written for all of them.
        assert cost(40) - cost(20) == 20
    finally:
        event.remove(shelf.database.engine, "before_cursor_execute", note)


def test_all_hear_of_a_database_that_is_not_there(database: Database, runner: asyncio.Runner) -> None:
    def work(_connection: Connection, items: Sequence[int]) -> list[int]:
        if len(items) > 1:
            raise Unavailable("gone")
        return [item * 2 for item in items]

    together = Together(database, work)

    async def all_of_them() -> list[int | BaseException]:
        return await asyncio.gather(*(together.write("key", number) for number in range(4)), return_exceptions=True)

    assert refused(runner.run(all_of_them())) == [Unavailable] * 4


def test_who_leaves_takes_nothing_from_the_others(database: Database, runner: asyncio.Runner) -> None:
    def work(_connection: Connection, items: Sequence[int]) -> list[int]:
        return [item * 2 for item in items]

    together = Together(database, work)

    async def leave() -> list[int | BaseException]:
        writes = [asyncio.ensure_future(together.write("key", number)) for number in range(3)]
        await asyncio.sleep(0)
        writes[1].cancel()
        return await asyncio.gather(*writes, return_exceptions=True)

    first, left, last = runner.run(leave())
    assert (first, type(left), last) == (0, asyncio.CancelledError, 4)
