"""Chunks of a series under any arrivals: nothing lost, nothing twice, and few rewrites of what is old."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from shortlist.metrics import chunks, order
from shortlist.metrics.chunks import ChunkInfo, plan, rewrite
from shortlist.metrics.types import History
from tests.unit.metrics.strategies import history, listed

Row = tuple[int, int, float]
ROW = st.tuples(st.integers(0, 60), st.integers(0, 1), st.sampled_from([0.0, 1.0]))


class Series:
    """The chunks of one series, as the store would keep them, and how many points were written in all."""

    def __init__(self) -> None:
        self.stored: dict[int, History] = {}
        self.written = 0

    def infos(self) -> list[ChunkInfo]:
        found = [
            ChunkInfo(
                number,
                len(points),
                int(points.step[0]),
                int(points.timestamp[0]),
                int(points.step[-1]),
                int(points.timestamp[-1]),
            )
            for number, points in self.stored.items()
        ]
        return sorted(found, key=lambda info: (info.first, info.last))

    def arrive(self, points: History) -> History:
        """What a fold does: late points into old chunks, the others behind them. Returns what is put back."""
        infos = self.infos()
        cut = 0
        if infos:
            step, timestamp = max(info.last for info in infos)
            cut = order.position(points, step, timestamp + 1)
        late, flushed = order.take(points, slice(0, cut)), order.take(points, slice(cut, None))
        regions, rest = plan(infos, late, flushed)
        result = rewrite(infos, regions, self.stored)
        for number in result.removed:
            del self.stored[number]
        following = max(self.stored, default=0) + 1
        for number, added in enumerate(result.added):
            self.stored[following + number] = added
            self.written += len(added)
        return rest


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "MAX_CHUNK", 16)
    monkeypatch.setattr(chunks, "MAX_LATE_CHUNKS", 2)


@given(st.lists(st.lists(ROW, min_size=1, max_size=25), min_size=1, max_size=8))
def test_every_point_is_in_one_chunk(batches: list[list[Row]]) -> None:
    series = Series()
    for batch in batches:
        rest = order.merge(history(batch))
        while len(rest):
            rest = series.arrive(rest)
    everything = order.merge(*(history(batch) for batch in batches))
    parts = [series.stored[info.sequence] for info in series.infos()]
    assert sum(len(part) for part in parts) == len(everything)
    assert listed(order.merge(*parts)) == listed(everything)
    assert all(len(part) <= 16 for part in parts)


def test_a_growing_series_is_written_a_logarithmic_number_of_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "MAX_CHUNK", 1 << 20)
    series = Series()
    for number in range(512):
        assert not len(series.arrive(history([(8 * number + own, 0, 1.0) for own in range(8)])))
    assert len(series.stored) <= 10
    assert series.written <= 8 * 512 * 10
