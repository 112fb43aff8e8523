"""Writes of one kind that wait at the same time become one piece of work, which asks once for what they share."""

import asyncio
import contextvars
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, NamedTuple, TypeVar

from sqlalchemy import Connection

from shortlist.db.database import Database
from shortlist.errors import Unavailable

ItemT = TypeVar("ItemT")
AnswerT = TypeVar("AnswerT")

_MOST = 128


class _Waiting(NamedTuple, Generic[ItemT, AnswerT]):
    item: ItemT
    answer: "asyncio.Future[AnswerT]"
    context: contextvars.Context  # of the request, whose id and span the log and the traces name


class Together(Generic[ItemT, AnswerT]):
    """Gathers items while a transaction with the items before them is on its way. For one event loop.

    `work` writes all of its items and answers each, in their order, or raises and writes none: then each item is
    given to it alone, so that one that is refused is refused alone.
    """

    def __init__(self, database: Database, work: Callable[[Connection, Sequence[ItemT]], Sequence[AnswerT]]) -> None:
        self._database = database
        self._work = work
        self._waiting: defaultdict[Hashable, list[_Waiting[ItemT, AnswerT]]] = defaultdict(list)
        self._running: dict[Hashable, asyncio.Task[None]] = {}

    async def write(self, key: Hashable, item: ItemT) -> AnswerT:
        """What `work` answers for an item, once it is durable. Only items of the same key share a transaction.

        Raises whatever `work` raises for the item alone. Unavailable: the database failed.
        """
        answer: asyncio.Future[AnswerT] = asyncio.get_running_loop().create_future()
        self._waiting[key].append(_Waiting(item, answer, contextvars.copy_context()))
        if key not in self._running:
            self._running[key] = asyncio.create_task(self._run(key))
        return await answer

    async def _run(self, key: Hashable) -> None:
        """Write what waits until nothing does. No turn of the loop is between the last look and the end."""
        try:
            while waiting := self._waiting.pop(key, None):
                for first in range(0, len(waiting), _MOST):
                    some = waiting[first : first + _MOST]
                    await asyncio.create_task(self._write_some(some), context=some[0].context)
        finally:
            del self._running[key]

    async def _write_some(self, waiting: Sequence[_Waiting[ItemT, AnswerT]]) -> None:
        items = [one.item for one in waiting]
        try:
            answers = await self._database.write(lambda connection: self._work(connection, items))
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear of it
            if len(waiting) > 1 and not isinstance(error, Unavailable):
                # Each in a transaction that others share, in the order in which they came.
                alone = (asyncio.create_task(self._write_some([one]), context=one.context) for one in waiting)
                await asyncio.gather(*alone)
                return
            for one in waiting:
                if not one.answer.done():
                    one.answer.set_exception(error)
            return
        for one, answer in zip(waiting, answers, strict=True):
            if not one.answer.done():
                one.answer.set_result(answer)
