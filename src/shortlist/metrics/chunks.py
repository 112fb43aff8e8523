"""Which chunks of a series change when points arrive, pure: what is read again, and what is written instead.

New points at the end take the last chunks with them while these are not larger, as a binary counter carries, so a
point is written again only as often as its chunk doubles. Late points rewrite only the chunks whose range they hit.
"""

from collections.abc import Mapping, Sequence

import msgspec

from shortlist.metrics import order
from shortlist.metrics.types import History

MAX_CHUNK = 65_536
# A fold reads again at most this many chunks of a series for late points; the others stay in the log for the next.
MAX_LATE_CHUNKS = 16


class ChunkInfo(msgspec.Struct, frozen=True):
    """A chunk without its points."""

    sequence: int
    count: int
    first_step: int
    first_timestamp: int
    last_step: int
    last_timestamp: int
    cold: bool | None = None

    @property
    def first(self) -> tuple[int, int]:
        return (self.first_step, self.first_timestamp)

    @property
    def last(self) -> tuple[int, int]:
        return (self.last_step, self.last_timestamp)


class Region(msgspec.Struct):
    """Neighbouring chunks, `chunks[start:stop]`, and the points that join them."""

    start: int
    stop: int
    points: History
    appended: bool = False


class Rewrite(msgspec.Struct):
    """What becomes of a series' chunks: which go, which come, how many points they hold more than before."""

    removed: list[int]
    added: list[History]
    gained: int


def plan(chunks: Sequence[ChunkInfo], late: History, flushed: History) -> tuple[list[Region], History]:
    """The regions to rewrite, and the late points that are left for another fold.

    `chunks` are in order of their first point; `late` are points not after the last chunk, `flushed` are after it.
    """
    regions, rest = _late_regions(chunks, late)
    if len(flushed):
        start = len(chunks) - _carried(chunks, len(flushed))
        regions.append(Region(start, len(chunks), flushed, appended=True))
    return _joined(regions), rest


def rewrite(chunks: Sequence[ChunkInfo], regions: Sequence[Region], loaded: Mapping[int, History]) -> Rewrite:
    """Carry out a plan; `loaded` has the points of every chunk in its regions, by sequence."""
    result = Rewrite([], [], 0)
    for region in regions:
        old = chunks[region.start : region.stop]
        merged = order.merge(*(loaded[chunk.sequence] for chunk in old), region.points)
        gained = len(merged) - sum(chunk.count for chunk in old)
        if gained == 0:
            continue  # every point was there already
        result.gained += gained
        result.removed += [chunk.sequence for chunk in old]
        result.added += _split(merged, region.appended)
    return result


def _late_regions(chunks: Sequence[ChunkInfo], late: History) -> tuple[list[Region], History]:
    """Each late point goes to the last chunk that begins before it."""
    regions: list[Region] = []
    if not len(late):
        return regions, late
    cuts = [0, *(order.position(late, *chunk.first) for chunk in chunks[1:]), len(late)]
    read = 0
    for number, chunk in enumerate(chunks):
        begin, end = cuts[number], cuts[number + 1]
        if begin == end:
            continue
        if read >= MAX_LATE_CHUNKS:
            return regions, order.take(late, slice(begin, None))
        start = number
        if (int(late.step[begin]), int(late.timestamp[begin])) == chunk.first:
            # Chunks before this one may end at the same step and timestamp, and may hold the same point.
            while start > 0 and chunks[start - 1].last == chunk.first:
                start -= 1
        regions.append(Region(start, number + 1, order.take(late, slice(begin, end))))
        read += number + 1 - start
    return regions, order.empty()


def _carried(chunks: Sequence[ChunkInfo], arriving: int) -> int:
    """How many of the last chunks join `arriving` new points in one larger chunk."""
    carried, total = 0, arriving
    for chunk in reversed(chunks):
        # A cold one stays where it is: reading it takes a request to the object store.
        if chunk.cold or chunk.count > total or chunk.count + total > MAX_CHUNK:
            break
        total += chunk.count
        carried += 1
    return carried


def _joined(regions: Sequence[Region]) -> list[Region]:
    """The regions with those that share a chunk made one."""
    joined: list[Region] = []
    for region in sorted(regions, key=lambda item: (item.start, item.stop)):
        last = joined[-1] if joined else None
        if last is None or region.start >= last.stop or region.start == region.stop:
            joined.append(region)
            continue
        last.stop = max(last.stop, region.stop)
        last.points = order.merge(last.points, region.points)
        last.appended |= region.appended
    return joined


def _split(points: History, appended: bool) -> list[History]:
    """Chunks of at most MAX_CHUNK: full ones at the growing end of a series, halves where more may come between."""
    count = len(points)
    if count <= MAX_CHUNK:
        return [points]
    size = MAX_CHUNK
    if not appended:
        pieces = -(-count // MAX_CHUNK)
        size = -(-count // pieces)
    return [order.take(points, slice(start, start + size)) for start in range(0, count, size)]
