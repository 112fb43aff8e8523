"""What is encoded is what is decoded, for every number that a client may send."""

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from shortlist.metrics import codec
from shortlist.metrics.types import Points
from tests.unit.metrics.strategies import ROWS, STEPS, TIMES, VALUES, history, listed

KEYS = st.text(min_size=1, max_size=20).filter(lambda text: text.isprintable())
POINTS = st.lists(st.tuples(KEYS, VALUES, TIMES, STEPS), min_size=1, max_size=30)


@given(POINTS)
def test_a_log_payload_gives_back_its_points(rows: list[tuple[str, float, int, int]]) -> None:
    payload = Points.of(rows).encode()
    found = Points.decode(payload)
    again = zip(
        (found.keys[place] for place in found.key_index),
        found.value.tolist(),
        found.timestamp.tolist(),
        found.step.tolist(),
        strict=True,
    )
    assert repr(list(again)) == repr(rows)
    assert codec.payload_size(payload) == (len(rows), len({row[0] for row in rows}))
    assert set(codec.payload_keys(payload)) == {row[0] for row in rows}


@given(st.lists(ROWS, min_size=1, max_size=80))
def test_a_chunk_gives_back_its_columns(rows: list[tuple[int, int, float]]) -> None:
    points = history(rows)
    payload = codec.encode_chunk(points.step, points.timestamp, points.value)
    assert listed(codec.decode_chunk(payload)) == listed(points)
    assert codec.chunk_steps(payload).tolist() == points.step.tolist()
    assert codec.chunk_timestamps(payload).tolist() == points.timestamp.tolist()


@given(st.lists(st.lists(ROWS, min_size=1, max_size=12), min_size=1, max_size=6), st.data())
def test_tails_cut_from_shared_columns_are_those_of_each_series(
    series: list[list[tuple[int, int, float]]], data: st.DataObject
) -> None:
    whole = history([row for rows in series for row in rows])
    ends = np.cumsum(np.array([len(rows) for rows in series], np.int64))
    starts = ends - np.array([len(rows) for rows in series], np.int64)
    cuts = np.array([data.draw(st.integers(int(s), int(e))) for s, e in zip(starts, ends, strict=True)], np.int64)
    tails = codec.encode_tails(whole, starts, cuts, ends)
    for rows, start, cut, tail in zip(series, starts, cuts, tails, strict=True):
        rest = rows[cut - start :]
        assert listed(codec.decode_tail(tail, len(rest))) == listed(history(rest))


def test_a_smooth_series_takes_a_few_bytes_a_point() -> None:
    steps = np.arange(60_000)
    noise = np.random.default_rng(7).normal(size=60_000)
    losses = np.round(2 * np.exp(-steps / 20_000) + 0.01 * noise, 4)
    payload = codec.encode_chunk(steps, 1_700_000_000_000 + 250 * steps, losses)
    assert len(payload) / 60_000 < 3
