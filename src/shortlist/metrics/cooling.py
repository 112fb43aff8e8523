"""Moving the points of one candidate to the object store, and back.

The object first, then one transaction for a few series at a time that points their chunks to it: whatever is killed in
between, every point is in the database or in an object that a row names. What is begun again makes a new file, takes
the points from wherever they are, and lets go of the old one. Chunks that change meanwhile stay as they are.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from shortlist.blobs.store import BlobStore
from shortlist.clock import now_ms
from shortlist.db.database import Database
from shortlist.ids import uuid7_bytes
from shortlist.metrics import codec, cold, parquet, store, store_cold
from shortlist.metrics.cold import Pointer
from shortlist.metrics.fold import tail_of
from shortlist.metrics.parquet import Extent
from shortlist.metrics.types import History

# A process that works on a file says so after each step; one that has not for so long is dead.
CLAIM_MS = 10 * 60_000
# Series share a row group until it has so many points: reading one of them reads the group.
GROUP_POINTS = 8_192
# A shorter tail takes no more room in its row than what would point to it.
LEAST_TAIL = 8
_SERIES_AT_ONCE = 200
_MOVED_AT_ONCE = 1_000
_LARGEST_FILE = 2**40


class Piece(NamedTuple):
    """Points of a series that a file holds: those of a chunk, or of its tail (`sequence` is None)."""

    key_id: int
    sequence: int | None
    counted: tuple[int, int]  # `count` and `chunked` of the series
    pointer: Pointer


class Cooled(msgspec.Struct, frozen=True):
    """What a candidate's file holds. Nothing: its few points stay in the database."""

    points: int = 0
    size: int = 0


class _GoneError(Exception):
    """The candidate changed or was taken over by another process; a later round looks again."""


async def cool(database: Database, blobs: BlobStore, project_id: int, iid: int) -> Cooled | None:
    """Move the points of a candidate; None where another process is at it, or its points are changing.

    Raises:
        Unavailable: the database or the store failed; nothing is lost, and the next attempt begins again.
    """
    file = uuid7_bytes()

    def claim(connection: Connection) -> bool:
        now = now_ms()
        if not store_cold.lock(connection, project_id, iid, wait=False):
            return False
        if store_cold.has_log(connection, project_id, iid):
            return False
        return store_cold.claim(connection, project_id, iid, file, now, now - CLAIM_MS)

    if not await database.write(claim):
        return None
    work = _Cooling(database, project_id, iid, file)
    try:
        return await work.run(blobs)
    except _GoneError:
        return None


class _Cooling:
    def __init__(self, database: Database, project_id: int, iid: int, file: bytes) -> None:
        self._database = database
        self._project_id = project_id
        self._iid = iid
        self._file = file
        self._writer = parquet.Writer()
        self._pieces: list[Piece] = []

    async def run(self, blobs: BlobStore) -> Cooled:
        series = await self._database.read(lambda c: store_cold.series(c, self._project_id, self._iid))
        if not any(_moves(row) for row in series):
            await self._database.write(self._settle)
            return Cooled()
        location = cold.location(self._project_id, self._file)
        stored = await blobs.put_stream(location, self._content(series), _LARGEST_FILE)
        await self._keep(size=stored.size, sha256=stored.sha256, points=self._writer.rows)
        for pieces in _batches(self._pieces):
            await self._database.write(lambda connection, pieces=pieces: self._move(connection, pieces))
        await self._database.write(self._settle)
        return Cooled(self._writer.rows, stored.size)

    async def _keep(self, **stored: Any) -> None:
        def work(connection: Connection) -> None:
            if not store_cold.keep(connection, self._project_id, self._file, now_ms(), stored):
                raise _GoneError

        await self._database.write(work)

    def _settle(self, connection: Connection) -> None:
        store_cold.lock(connection, self._project_id, self._iid, wait=True)
        store_cold.settle(connection, self._project_id, self._iid, self._file, now_ms())

    async def _content(self, series: Sequence[Any]) -> AsyncIterator[bytes]:
        """The bytes of the file; what is in it is in `_pieces` afterwards."""
        yield self._writer.begin()
        group = _Group()
        for first in range(0, len(series), _SERIES_AT_ONCE):
            some = series[first : first + _SERIES_AT_ONCE]
            await self._keep()
            for name, key_id, sequence, counted, points in await self._database.read(
                lambda connection, some=some: list(self._parts(connection, some))
            ):
                group.add(name, (key_id, sequence, counted), points)
                if group.points >= GROUP_POINTS:
                    yield self._close(group)
                    group = _Group()
        if group.points:
            yield self._close(group)
        facts = {"shortlist.project": str(self._project_id), "shortlist.candidate": str(self._iid)}
        yield self._writer.end(facts)

    def _parts(
        self, connection: Connection, some: Sequence[Any]
    ) -> Iterator[tuple[str, int, int | None, tuple[int, int], History]]:
        """Name, key id, sequence, counts and points of what these series have, in order."""
        ids = [row.key_id for row in some]
        rows = store_cold.chunks(connection, self._project_id, self._iid, ids)
        loaded = cold.load(connection, self._project_id, [row.payload for row in rows])
        chunks: dict[int, list[tuple[int, History]]] = {}
        for row, points in zip(rows, loaded, strict=True):
            chunks.setdefault(row.key_id, []).append((row.sequence, points))
        now = {
            row.key_id: row for row in store.series_rows(connection, self._project_id, [(self._iid, i) for i in ids])
        }
        for row in some:
            there = now.get(row.key_id)
            if there is None:
                raise _GoneError
            counted = (there.count, there.chunked)
            for sequence, points in chunks.get(row.key_id, []):
                yield row.name, row.key_id, sequence, counted, points
            tail = tail_of(there)
            if len(tail):
                yield row.name, row.key_id, None, counted, tail

    def _close(self, group: "_Group") -> bytes:
        extent, content = self._writer.group(group.series)
        self._pieces += group.pieces(self._file, extent)
        return content

    def _move(self, connection: Connection, pieces: Sequence[Piece]) -> None:
        """Point to the file where the chunks and tails are still what was written into it."""
        store_cold.lock(connection, self._project_id, self._iid, wait=True)
        if not store_cold.keep(connection, self._project_id, self._file, now_ms()):
            raise _GoneError
        ids = sorted({piece.key_id for piece in pieces})
        there = store_cold.chunk_sequences(connection, self._project_id, self._iid, ids)
        rows = [
            (piece.key_id, there[piece.key_id, piece.sequence], piece.pointer)
            for piece in pieces
            if piece.sequence is not None and (piece.key_id, piece.sequence) in there
        ]
        store_cold.move(connection, self._project_id, self._iid, rows)
        self._move_tails(connection, [piece for piece in pieces if piece.sequence is None])

    def _move_tails(self, connection: Connection, pieces: Sequence[Piece]) -> None:
        tails = {piece.key_id: piece for piece in pieces if piece.pointer.points >= LEAST_TAIL}
        pairs = [(self._iid, key_id) for key_id in tails]
        moved: list[tuple[Pointer, Any, History]] = []
        for row in store.series_rows(connection, self._project_id, pairs) if pairs else ():
            piece = tails[row.key_id]
            if (row.count, row.chunked) == piece.counted and row.tail is not None:
                moved.append((piece.pointer, row, tail_of(row)))
        store_cold.move_tails(connection, self._project_id, self._iid, moved)


class _Group:
    """What the next row group will hold."""

    def __init__(self) -> None:
        self.series: list[tuple[str, History]] = []
        self.points = 0
        self._owners: list[tuple[int, int | None, tuple[int, int]]] = []

    def add(self, name: str, owner: tuple[int, int | None, tuple[int, int]], points: History) -> None:
        self.series.append((name, points))
        self._owners.append(owner)
        self.points += len(points)

    def pieces(self, file: bytes, extent: Extent) -> Iterator[Piece]:
        first = 0
        for owner, (_, points) in zip(self._owners, self.series, strict=True):
            yield Piece(*owner, Pointer(file, extent, first, len(points)))
            first += len(points)


def _moves(row: Any) -> bool:
    return row.chunked > 0 or row.points >= LEAST_TAIL


def _batches(pieces: Sequence[Piece]) -> Iterator[Sequence[Piece]]:
    for first in range(0, len(pieces), _MOVED_AT_ONCE):
        yield pieces[first : first + _MOVED_AT_ONCE]


async def warm(database: Database, project_id: int, iid: int) -> int | None:
    """Bring a candidate's points back into the database; how many, or None where another process is at it.

    Raises:
        Unavailable: the database or the store failed; what is back stays so, and the next attempt goes on.
    """
    file = uuid7_bytes()

    def claim(connection: Connection) -> bool:
        now = now_ms()
        if not store_cold.lock(connection, project_id, iid, wait=False):
            return False
        # What is cut off here is half warm: it may go cold again.
        store_cold.note_change(connection, project_id, [iid], 0)
        return store_cold.claim(connection, project_id, iid, file, now, now - CLAIM_MS)

    if not await database.write(claim):
        return None
    series = await database.read(lambda connection: store_cold.series(connection, project_id, iid))
    total = 0
    for first in range(0, len(series), _SERIES_AT_ONCE):
        ids = [row.key_id for row in series[first : first + _SERIES_AT_ONCE]]
        total += await _warm_some(database, project_id, iid, file, ids)

    def settle(connection: Connection) -> None:
        store_cold.lock(connection, project_id, iid, wait=True)
        store_cold.leave(connection, project_id, [iid], now_ms())

    await database.write(settle)
    return total


async def _warm_some(database: Database, project_id: int, iid: int, file: bytes, ids: Sequence[int]) -> int:
    def read(connection: Connection) -> list[tuple[int, int, History]]:
        rows = [
            row for row in store_cold.chunks(connection, project_id, iid, ids) if cold.pointer(row.payload) is not None
        ]
        loaded = cold.load(connection, project_id, [row.payload for row in rows])
        return [(row.key_id, row.sequence, points) for row, points in zip(rows, loaded, strict=True)]

    found = await database.read(read)
    payloads = [codec.encode_chunk(points.step, points.timestamp, points.value) for _, _, points in found]

    def work(connection: Connection) -> int:
        store_cold.lock(connection, project_id, iid, wait=True)
        if not store_cold.keep(connection, project_id, file, now_ms()):
            return 0
        there = store_cold.chunk_sequences(connection, project_id, iid, ids)
        rows = [
            (key_id, there[key_id, sequence], payload)
            for (key_id, sequence, _), payload in zip(found, payloads, strict=True)
            if (key_id, sequence) in there
        ]
        store_cold.bring_back(connection, project_id, iid, rows)
        return sum(info.count for _, info, _ in rows)

    return await database.write(work)
