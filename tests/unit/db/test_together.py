"""Writes that wait for each other keep the context of their requests, which traces and the log name."""

import asyncio
import contextvars
from collections.abc import Callable
from typing import Any, cast

from shortlist.db.database import Database
from shortlist.db.together import Together

_REQUEST = contextvars.ContextVar("request", default="")


class _Database:
    """Notes whose request each transaction is in; transactions end when they are told to."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.ends: list[Callable[[], None]] = []
        self.closed = False

    def submit(self, work: Callable[[Any], Any]) -> "asyncio.Future[Any]":
        if self.closed:
            raise RuntimeError("the database is closed")
        self.requests.append(_REQUEST.get())
        future = asyncio.get_running_loop().create_future()
        self.ends.append(lambda: future.set_result(work(None)))
        return future


async def _asked(together: Together[str, str], name: str) -> str:
    _REQUEST.set(name)
    return await together.write("files", name)


async def _begun(database: _Database, *groups: str) -> list[asyncio.Task[str]]:
    """A task for each name, those of a group asking while the group before is being written."""
    together = Together[str, str](cast("Database", database), lambda _connection, items: [item * 2 for item in items])
    tasks: list[asyncio.Task[str]] = []
    for group in groups:
        tasks += [asyncio.create_task(_asked(together, name)) for name in group]
        await asyncio.sleep(0)  # they ask
        await asyncio.sleep(0)  # the first group is begun
    return tasks


def test_a_group_is_in_the_context_of_the_first_that_waits_in_it() -> None:
    async def run() -> None:
        database = _Database()
        tasks = await _begun(database, "a", "bc")
        database.ends[0]()
        assert await tasks[0] == "aa"
        assert database.requests == ["a", "b"], "the next group is begun before the first is answered"
        database.ends[1]()
        assert await asyncio.gather(*tasks[1:]) == ["bb", "cc"]

    asyncio.run(run())


def test_those_who_wait_for_a_database_that_is_closed_hear_of_it() -> None:
    async def run() -> None:
        database = _Database()
        tasks = await _begun(database, "a", "bc")
        database.closed = True
        database.ends[0]()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        assert answers[0] == "aa"
        assert [str(answer) for answer in answers[1:]] == ["the database is closed"] * 2

    asyncio.run(run())
