"""Moves small contents from the database to the object store where they have become too many for it.

Safe at any point and beside other processes: a content is in the database until the transaction in which its row says
that it is elsewhere, and what was written to the store in vain is deleted, or found by a sweep.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence

from sqlalchemy import Connection

from shortlist.clock import now_ms
from shortlist.logs import get_logger
from shortlist.meters.rounds import Rounds
from shortlist.packages import contents, store, store_contents
from shortlist.packages.contents import Storage
from shortlist.packages.locations import new_location
from shortlist.packages.types import SmallContent

_log = get_logger(__name__)

_LOOK_SECONDS = 30.0
_BATCH = 200
_AT_ONCE = 8
# When it moves, it moves so much that it has rest afterwards.
_DOWN_TO = 0.75
# A process that moves says so, and others leave it to it for so long.
_TURN_MS = 5 * 60_000


class Mover:
    """A thread that keeps the small contents of the database below a limit.

    `small_bytes` is the size up to which files of this process go into the database: none while so many come that
    moving does not keep up.
    """

    def __init__(self, storage: Storage, small_bytes: int, limit: int) -> None:
        self._storage = storage
        self._small_bytes = small_bytes
        self._limit = limit
        self._full = False
        self._rounds = Rounds("move", _LOOK_SECONDS, storage.database.meters, self.move_if_due)

    @property
    def small_bytes(self) -> int:
        return 0 if self._full else self._small_bytes

    def start(self) -> None:
        self._rounds.start()

    def stop(self) -> None:
        self._rounds.stop()

    def move_if_due(self) -> int:
        """Move contents where there are too many, unless another process does. How many were moved.

        Raises:
            Unavailable: the database or the store failed.
        """
        database = self._storage.database
        kept = database.read_now(store_contents.kept_bytes)
        self._full = kept > 2 * self._limit
        if kept <= self._limit:
            return 0

        def claim(connection: Connection) -> bool:
            now = now_ms()
            return store.claim(connection, store.MOVE, now, now - _TURN_MS)

        if not database.write_now(claim):
            return 0
        moved = asyncio.run(self._move(int(self._limit * _DOWN_TO)))
        database.write_now(lambda connection: store.release(connection, store.MOVE))
        _log.info("moved small files to the artifact store", contents=moved)
        return moved

    async def _move(self, down_to: int) -> int:
        database, moved = self._storage.database, 0
        until = now_ms() + _TURN_MS
        while not self._rounds.stopped and now_ms() < until:
            kept = await database.read(store_contents.kept_bytes)
            self._full = kept > 2 * self._limit
            if kept <= down_to:
                break
            found = await database.read(lambda connection: store_contents.some(connection, _BATCH))
            project_id = found[0].project_id
            moved += await move(self._storage, project_id, [one for one in found if one.project_id == project_id])
        return moved


async def move(storage: Storage, project_id: int, batch: Sequence[SmallContent]) -> int:
    """Move contents of a project to the store. How many were still in the database.

    Raises:
        Unavailable: the database or the store failed; nothing was moved.
    """
    places = {one.sha256: new_location(project_id) for one in batch}
    turns = asyncio.Semaphore(_AT_ONCE)

    async def put(one: SmallContent) -> None:
        async with turns:
            await storage.blobs.put_stream(places[one.sha256], _once(one.content), max(len(one.content), 1))

    await asyncio.gather(*(put(one) for one in batch))

    def settle(connection: Connection) -> list[str]:
        store.lock(connection, project_id)
        return [
            location
            for sha256, location in places.items()
            if not store_contents.move(connection, project_id, sha256, location)
        ]

    in_vain = await storage.database.write(settle)
    await contents.delete(storage, in_vain)
    return len(places) - len(in_vain)


async def _once(block: bytes) -> AsyncIterator[bytes]:
    yield block
