"""The fold: log rows of some candidates become series, chunks and latest values, inside the caller's transaction.

All series of a fold are computed together, as columns sorted by series; only those that get a chunk are taken one
by one. Whatever order the log is folded in, and however often a point arrives, the result is the same.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from shortlist.clock import now_ms
from shortlist.db import changes
from shortlist.metrics import codec, cold, order, outlines, series, store, store_cold
from shortlist.metrics.chunks import ChunkInfo, plan, rewrite
from shortlist.metrics.types import CandidateKey, History, Points
from shortlist.numeric import Floats, Ints, np

# A series gets a chunk when its tail is longer than this, and up to twice this for some keys, so that a thousand
# series which grow together do not all get theirs in the same fold.
TAIL = 64
_KEY_BITS = 40  # a series' number is the place of its candidate in the fold, then its key's id
_KEY_MASK = (1 << _KEY_BITS) - 1
# What goes back to the log is in rows of the size that a request's has at most: readers count on it.
_RETURNED_POINTS = 1_000

LogRow = tuple[int, int, bytes]  # experiment, candidate, payload
Pair = tuple[int, int]  # candidate, key id


class _Batch:
    """The points of a fold in order of (series, step, timestamp, value), what is stored of the series included."""

    def __init__(
        self, owners: list[CandidateKey], keys: dict[int, str], columns: tuple[Ints, Ints, Ints, Floats]
    ) -> None:
        self.owners = owners
        self.keys = keys
        self.code, step, timestamp, value = columns
        self.points = History(step, timestamp, value)

    def arrange(self) -> None:
        points = self.points
        found = order.arrange(self.code, points.step, points.timestamp, points.value)
        if found is not None:
            self.code, self.points = self.code[found], order.take(points, found)
        self.starts = np.flatnonzero(np.concatenate(([True], self.code[1:] != self.code[:-1])))
        self.ends = np.append(self.starts[1:], len(self.code))
        self.series = self.code[self.starts]
        # For each series: the place of its candidate, and its key's id.
        self.places: list[int] = (self.series >> _KEY_BITS).tolist()
        self.key_ids: list[int] = (self.series & _KEY_MASK).tolist()
        self.pairs: list[Pair] = [
            (self.owners[place].candidate_iid, key) for place, key in zip(self.places, self.key_ids, strict=True)
        ]


def fold(connection: Connection, project_id: int, rows: Sequence[LogRow]) -> int:
    """Fold log rows that the transaction has taken from the log. The caller has the right to fold their candidates.

    Returns how many points went back to the log, because their place is in the midst of too many chunks for one fold.

    Raises:
        NotInMemoryError: late points change cold chunks, which are to be fetched before another attempt.
    """
    batch = _decode(connection, project_id, rows)
    for owner in batch.owners:
        changes.note(connection, project_id, owner.experiment_iid, owner.candidate_iid)
    batch.arrange()
    stored = {(row.candidate_iid, row.key_id): row for row in store.series_rows(connection, project_id, batch.pairs)}
    places = [place for place, pair in enumerate(batch.pairs) if pair in stored]
    old = [stored[batch.pairs[place]] for place in places]
    if any(row.count > row.chunked for row in old):
        _add_tails(batch, list(zip(places, old, strict=True)))
    found = series.facts(batch.starts, batch.points.step, batch.points.timestamp, batch.points.value)
    if places:
        series.combine(found, np.array(places, np.int64), series.of_rows(old))
    chunks = _Chunks(connection, project_id, batch)
    columns = _place_points(batch, chunks, places, old)
    chunks.write()
    _write(connection, project_id, batch, columns | series.as_columns(found), set(places))
    store_cold.note_change(connection, project_id, [owner.candidate_iid for owner in batch.owners], now_ms())
    return chunks.returned


def _decode(connection: Connection, project_id: int, rows: Sequence[LogRow]) -> _Batch:
    owners: dict[CandidateKey, int] = {}
    # Rows of a single point, of which a client's loop makes thousands, are gathered as numbers and not as arrays.
    singles: list[tuple[int, str, int, int, float]] = []
    decoded: list[tuple[int, Points]] = []
    for experiment, candidate, payload in rows:
        place = owners.setdefault(CandidateKey(candidate, experiment), len(owners))
        if codec.is_point(payload):
            singles.append((place, *codec.decode_point(payload)))
        else:
            decoded.append((place, codec.decode_points(payload)))
    names = {key for _, points in decoded for key in points.keys} | {single[1] for single in singles}
    ids = store.intern_keys(connection, project_id, list(names))
    codes = [np.array([place << _KEY_BITS | ids[key] for place, key, *_ in singles], np.int64)]
    for place, points in decoded:
        codes.append((place << _KEY_BITS | np.array([ids[key] for key in points.keys], np.int64))[points.key_index])
    columns = (
        np.concatenate(codes),
        np.concatenate([np.array([single[2] for single in singles], np.int64), *(p.step for _, p in decoded)]),
        np.concatenate([np.array([single[3] for single in singles], np.int64), *(p.timestamp for _, p in decoded)]),
        np.concatenate([np.array([single[4] for single in singles], np.float64), *(p.value for _, p in decoded)]),
    )
    return _Batch(list(owners), {number: name for name, number in ids.items()}, columns)


def tail_of(row: Any) -> History:
    """The points of a row of `metric_series` that are in no chunk."""
    count = row.count - row.chunked
    if count == 0:
        return order.empty()
    if row.tail is None:
        value = np.nan if row.first_value is None else row.first_value
        return History(np.array([row.first_step]), np.array([row.first_timestamp], np.int64), np.array([value], float))
    return codec.decode_tail(row.tail, count)


def _add_tails(batch: _Batch, stored: Sequence[tuple[int, Any]]) -> None:
    """Put the stored tails among the new points, so that a point that is in both is found to be one."""
    tails = [tail_of(row) for _, row in stored]
    codes = np.repeat(batch.series[[place for place, _ in stored]], [len(tail) for tail in tails])
    points = batch.points
    batch.code = np.concatenate([batch.code, codes])
    batch.points = History(
        np.concatenate([points.step, *(tail.step for tail in tails)]),
        np.concatenate([points.timestamp, *(tail.timestamp for tail in tails)]),
        np.concatenate([points.value, *(tail.value for tail in tails)]),
    )
    batch.arrange()


def _place_points(batch: _Batch, chunks: "_Chunks", places: Sequence[int], old: Sequence[Any]) -> dict[str, list[Any]]:
    """Decide for each series which points go to chunks and which are its tail; columns of `metric_series` say so."""
    size = len(batch.series)
    chunked = [0] * size
    chunk_step: list[int | None] = [None] * size
    chunk_timestamp: list[int | None] = [None] * size
    for place, row in zip(places, old, strict=True):
        chunked[place], chunk_step[place], chunk_timestamp[place] = row.chunked, row.chunk_step, row.chunk_timestamp
    late = _late(batch, [place for place in places if chunked[place]], chunk_step, chunk_timestamp)
    tail_starts = batch.starts + late
    limits = TAIL + (batch.series & (TAIL - 1))
    full = batch.ends - tail_starts > limits
    chosen = np.flatnonzero((late > 0) | full).tolist()
    chunks.look_up([batch.pairs[place] for place in chosen if chunked[place]])
    for place in chosen:
        start, middle, end = int(batch.starts[place]), int(tail_starts[place]), int(batch.ends[place])
        early = order.take(batch.points, slice(start, middle))
        flushed = order.empty()
        if full[place]:
            flushed = order.take(batch.points, slice(middle, end))
            tail_starts[place] = end
            chunk_step[place], chunk_timestamp[place] = int(flushed.step[-1]), int(flushed.timestamp[-1])
        chunked[place] += chunks.change(place, early, flushed)
    lengths = (batch.ends - tail_starts).tolist()
    tails = codec.encode_tails(batch.points, batch.starts, tail_starts, batch.ends)
    return {
        "count": [stored + length for stored, length in zip(chunked, lengths, strict=True)],
        "chunked": chunked,
        "chunk_step": chunk_step,
        "chunk_timestamp": chunk_timestamp,
        # A lone point is in the row itself, as the first.
        "tail": [
            tail if length > 1 or (length and stored) else None
            for tail, length, stored in zip(tails, lengths, chunked, strict=True)
        ],
    }


def _late(
    batch: _Batch, places: Sequence[int], chunk_step: Sequence[int | None], chunk_timestamp: Sequence[int | None]
) -> Ints:
    """How many of the points of each series do not come after its chunks; `places` are the series that have any."""
    late = np.zeros(len(batch.series), np.int64)
    for place in places:
        step, timestamp = chunk_step[place], chunk_timestamp[place]
        start = int(batch.starts[place])
        if step is None or timestamp is None:
            continue
        if (int(batch.points.step[start]), int(batch.points.timestamp[start])) > (step, timestamp):
            continue
        points = order.take(batch.points, slice(start, int(batch.ends[place])))
        late[place] = order.position(points, step, timestamp, after=True)
    return late


class _Chunks:
    """The chunks of a fold: read where they change, gathered, and written in one statement each way."""

    def __init__(self, connection: Connection, project_id: int, batch: _Batch) -> None:
        self._connection = connection
        self._project_id = project_id
        self._batch = batch
        self._infos: dict[Pair, list[ChunkInfo]] = {}
        self._removed: list[tuple[int, int, int]] = []
        self._added: list[tuple[Pair, int, History]] = []
        self.returned = 0

    def look_up(self, pairs: Sequence[Pair]) -> None:
        self._infos = store.chunk_infos(self._connection, self._project_id, pairs)

    def change(self, place: int, late: History, flushed: History) -> int:
        """Put points of a series into chunks; how many of them were not there before."""
        pair = self._batch.pairs[place]
        infos = self._infos.get(pair, [])
        regions, rest = plan(infos, late, flushed)
        sequences = [info.sequence for region in regions for info in infos[region.start : region.stop]]
        loaded: dict[int, History] = {}
        if sequences:
            payloads = store.chunk_payloads(self._connection, self._project_id, pair, sequences)
            points = cold.load(self._connection, self._project_id, list(payloads.values()), wait=False)
            loaded = dict(zip(payloads, points, strict=True))
        result = rewrite(infos, regions, loaded)
        self._removed += [(*pair, sequence) for sequence in result.removed]
        following = max((info.sequence for info in infos), default=0) + 1
        self._added += [(pair, following + number, points) for number, points in enumerate(result.added)]
        if len(rest):
            self._return(place, rest)
        return result.gained

    def _return(self, place: int, rest: History) -> None:
        owner = self._batch.owners[self._batch.places[place]]
        key = self._batch.keys[self._batch.key_ids[place]]
        rows: list[tuple[CandidateKey, bytes]] = []
        for start in range(0, len(rest), _RETURNED_POINTS):
            part = order.take(rest, slice(start, start + _RETURNED_POINTS))
            points = Points([key], np.zeros(len(part), np.int64), part.step, part.timestamp, part.value)
            rows.append((owner, points.encode()))
        store.append(self._connection, self._project_id, rows)
        self.returned += len(rest)

    def write(self) -> None:
        store.delete_chunks(self._connection, self._project_id, self._removed)
        added = [points for _, _, points in self._added]
        places: dict[str, list[Any]] = {
            "candidate_iid": [pair[0] for pair, _, _ in self._added],
            "key_id": [pair[1] for pair, _, _ in self._added],
            "sequence": [sequence for _, sequence, _ in self._added],
        } | outlines.bounds(added)
        payloads = [codec.encode_chunk(points.step, points.timestamp, points.value) for points in added]
        store.put_chunks(self._connection, self._project_id, places | {"payload": payloads})
        store.put_outlines(self._connection, self._project_id, places | outlines.columns(added))


def _write(
    connection: Connection, project_id: int, batch: _Batch, columns: dict[str, list[Any]], old: set[int]
) -> None:
    candidates = [pair[0] for pair in batch.pairs]
    keys = batch.key_ids
    experiments = [batch.owners[place].experiment_iid for place in batch.places]
    store.put_series(connection, project_id, {"candidate_iid": candidates, "key_id": keys} | columns)
    latest: dict[str, list[Any]] = {
        "experiment_iid": experiments,
        "key_id": keys,
        "candidate_iid": candidates,
        "value": columns["last_value"],
        "is_nan": [value is None for value in columns["last_value"]],
    } | {name: columns[name] for name in ("last_step", "min_value", "min_step", "max_value", "max_step")}
    store.put_latest(connection, project_id, latest)
    added: dict[Pair, int] = {}
    for place, pair in enumerate(zip(experiments, keys, strict=True)):
        if place not in old:
            added[pair] = added.get(pair, 0) + 1
    if added:
        store.count_columns(connection, project_id, added)
