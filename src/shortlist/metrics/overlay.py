"""What is still in the log, for readers: pure. Every acknowledged point is there, folded or not."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from shortlist.metrics import codec, order
from shortlist.metrics.types import History
from shortlist.numeric import Ints, np

_KEY_BITS = 32
_KEY_MASK = (1 << _KEY_BITS) - 1
# An array takes as much memory as ten points, so those of short rows are joined on the way.
_MOST_PARTS = 1_024


class LogPoints:
    """Points of log rows by series, each series in order: series `i` is `owners[i]` from `starts[i]` on."""

    def __init__(self, owners: Sequence[tuple[int, str]], starts: Ints, points: History) -> None:
        self.owners = owners
        self.starts = starts
        self.points = points

    def __len__(self) -> int:
        return len(self.owners)

    def series(self) -> Iterator[tuple[int, str, History]]:
        """(candidate, key, its points) of each series."""
        bounds = [*self.starts.tolist(), len(self.points)]
        for number, (candidate, key) in enumerate(self.owners):
            yield candidate, key, order.take(self.points, slice(bounds[number], bounds[number + 1]))


def gather(rows: Iterable[tuple[int, bytes]], keys: Collection[str] | None = None) -> LogPoints:
    """The points of log rows (candidate, payload), limited to `keys` where these are given."""
    places: dict[int, int] = {}
    names: dict[str, int] = {}
    codes: list[Ints] = []
    parts: list[History] = []
    wanted = None if keys is None else set(keys)
    for candidate, payload in rows:
        if wanted is not None and wanted.isdisjoint(codec.payload_keys(payload)):
            continue
        decoded = codec.decode_points(payload)
        index = np.array([names.setdefault(key, len(names)) for key in decoded.keys], np.int64)
        code = (places.setdefault(candidate, len(places)) << _KEY_BITS | index)[decoded.key_index]
        part = History(decoded.step, decoded.timestamp, decoded.value)
        if wanted is not None and not wanted.issuperset(decoded.keys):
            mask = np.array([key in wanted for key in decoded.keys])[decoded.key_index]
            code, part = code[mask], order.take(part, mask)
        codes.append(code)
        parts.append(part)
        if len(parts) == _MOST_PARTS:
            codes, parts = [np.concatenate(codes)], [order.one_after_another(parts)]
    if not codes:
        return LogPoints([], np.empty(0, np.int64), order.empty())
    return _grouped(np.concatenate(codes), order.one_after_another(parts), list(places), list(names))


def _grouped(code: Ints, points: History, candidates: Sequence[int], names: Sequence[str]) -> LogPoints:
    found = order.arrange(code, points.step, points.timestamp, points.value)
    if found is not None:
        code, points = code[found], order.take(points, found)
    starts = np.flatnonzero(np.concatenate(([True], code[1:] != code[:-1])))
    numbers: list[int] = code[starts].tolist()
    owners = [(candidates[number >> _KEY_BITS], names[number & _KEY_MASK]) for number in numbers]
    return LogPoints(owners, starts, points)
