"""What the resolver remembers: read once for many that ask at once, and never from before a change."""

import asyncio

from shortlist.errors import NotFound
from shortlist.http.resolver import _Cache


class Source:
    """Answers when it is told to, and counts."""

    def __init__(self) -> None:
        self.reads = 0
        self.ready = asyncio.Event()
        self.error: Exception | None = None

    async def read(self) -> int:
        self.reads += 1
        number = self.reads
        await self.ready.wait()
        if self.error is not None:
            raise self.error
        return number


def test_many_that_ask_at_once_wait_for_one_answer_and_one_that_goes_takes_none_along() -> None:
    async def run() -> None:
        cache, source = _Cache[int](), Source()
        asking = [asyncio.create_task(cache.find("key", source.read)) for _ in range(5)]
        await asyncio.sleep(0)
        asking[0].cancel()
        source.ready.set()
        assert await asyncio.gather(*asking[1:]) == [1, 1, 1, 1]
        assert cache.get("key") == 1

    asyncio.run(run())


def test_who_asks_after_a_change_is_not_given_what_was_read_before() -> None:
    async def run() -> None:
        cache, source = _Cache[int](), Source()
        before = asyncio.create_task(cache.find("key", source.read))
        await asyncio.sleep(0)
        cache.clear()
        after = asyncio.create_task(cache.find("key", source.read))
        await asyncio.sleep(0)
        source.ready.set()
        assert (await before, await after) == (1, 2)
        assert cache.get("key") == 2

    asyncio.run(run())


def test_an_error_is_everybodys_and_not_kept() -> None:
    async def run() -> None:
        cache, source = _Cache[int](), Source()
        source.error = NotFound("gone")
        asking = [asyncio.create_task(cache.find("key", source.read)) for _ in range(2)]
        await asyncio.sleep(0)
        source.ready.set()
        assert [type(found) for found in await asyncio.gather(*asking, return_exceptions=True)] == [NotFound] * 2
        source.error = None
        assert await cache.find("key", source.read) == 2

    asyncio.run(run())


def test_nothing_is_not_kept() -> None:
    async def run() -> None:
        cache: _Cache[int | None] = _Cache()
        answers = iter([None, 7])

        async def read() -> int | None:
            return next(answers)

        assert await cache.find("key", read) is None
        assert cache.get("key") is None
        assert await cache.find("key", read) == 7
        assert cache.get("key") == 7

    asyncio.run(run())
