"""Writes that wait for each other keep the context of their requests, which traces and the log name."""

import asyncio
import contextvars
from collections.abc import Callable
from typing import Any, cast

from shortlist.db.database import Database
from shortlist.db.together import Together

_REQUEST = contextvars.ContextVar("request", default="")


class _Database:
    """Notes whose request each transaction is in."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.begun = asyncio.Event()
        self.go_on = asyncio.Event()

    async def write(self, work: Callable[[Any], Any]) -> Any:
        self.requests.append(_REQUEST.get())
        self.begun.set()
        await self.go_on.wait()
        return work(None)


async def _asked(together: Together[str, str], name: str) -> str:
    _REQUEST.set(name)
    return await together.write("files", name)


async def _two_groups(database: _Database) -> list[str]:
    together = Together[str, str](cast("Database", database), lambda _connection, items: [item * 2 for item in items])
    first = asyncio.create_task(_asked(together, "a"))
    await database.begun.wait()
    others = [asyncio.create_task(_asked(together, name)) for name in ("b", "c")]
    await asyncio.sleep(0)
    database.go_on.set()
    return await asyncio.gather(first, *others)


def test_a_group_is_in_the_context_of_the_first_that_waits_in_it() -> None:
    async def run() -> None:
        database = _Database()
        assert await _two_groups(database) == ["aa", "bb", "cc"]
        assert database.requests == ["a", "b"]

    asyncio.run(run())
