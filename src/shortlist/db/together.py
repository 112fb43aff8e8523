"""Writes of one kind that wait at the same time become one piece of work, which asks once for what they share."""

import asyncio
import contextvars
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from functools import partial
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
        self._running: set[Hashable] = set()

    async def write(self, key: Hashable, item: ItemT) -> AnswerT:
        """What `work` answers for an item, once it is durable. Only items of the same key share a transaction.

        Raises whatever `work` raises for the item alone. Unavailable: the database failed.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[AnswerT] = loop.create_future()
        self._waiting[key].append(_Waiting(item, answer, contextvars.copy_context()))
        if key not in self._running:
            self._running.add(key)
            loop.call_soon(self._begin, key)  # when all have asked that do so in this turn
        return await answer

    def _begin(self, key: Hashable) -> None:
        """Write some of what waits; its end begins the next. Callbacks, since a task for each group is a turn of the
        event loop in which the database has nothing to do."""
        waiting = self._waiting.pop(key, None)
        if waiting is None:
            self._running.remove(key)
            return
        if len(waiting) > _MOST:
            self._waiting[key] = waiting[_MOST:]
        some = waiting[:_MOST]
        self._submit(some).add_done_callback(partial(self._end, key, some))

    def _submit(self, some: Sequence[_Waiting[ItemT, AnswerT]]) -> "asyncio.Future[Sequence[AnswerT]]":
        items = [one.item for one in some]

        def work(connection: Connection) -> Sequence[AnswerT]:
            return self._work(connection, items)

        try:
            return some[0].context.run(self._database.submit, work)
        except RuntimeError as closed:  # there is no database any more, and those who wait must hear of it
            written: asyncio.Future[Sequence[AnswerT]] = asyncio.get_running_loop().create_future()
            written.set_exception(closed)
            return written

    def _end(
        self,
        key: Hashable,
        some: Sequence[_Waiting[ItemT, AnswerT]],
        written: "asyncio.Future[Sequence[AnswerT]]",
    ) -> None:
        error = written.exception()
        if error is not None and len(some) > 1 and not isinstance(error, Unavailable):
            self._each_alone(key, some)
            return
        self._begin(key)  # before anybody hears, so that the database is at work while the answers are sent
        _answer(some, written)

    def _each_alone(self, key: Hashable, some: Sequence[_Waiting[ItemT, AnswerT]]) -> None:
        """Each in a piece of work of its own, in transactions that they share, in the order in which they came."""
        left = len(some)

        def ended(one: _Waiting[ItemT, AnswerT], written: "asyncio.Future[Sequence[AnswerT]]") -> None:
            nonlocal left
            left -= 1
            if not left:
                self._begin(key)
            _answer([one], written)

        for one in some:
            self._submit([one]).add_done_callback(partial(ended, one))


def _answer(some: Sequence[_Waiting[ItemT, AnswerT]], written: "asyncio.Future[Sequence[AnswerT]]") -> None:
    """Tell those who still wait what came of it."""
    error = written.exception()
    for place, one in enumerate(some):
        if one.answer.done():
            continue
        if error is None:
            one.answer.set_result(written.result()[place])
        else:
            one.answer.set_exception(error)
