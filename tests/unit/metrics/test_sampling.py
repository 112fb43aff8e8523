"""A sampled curve has few points and loses no spike."""

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from shortlist.metrics.sampling import sample

CURVES = st.lists(st.tuples(st.integers(0, 1000), st.floats(width=32)), min_size=1, max_size=400)


@given(CURVES, st.integers(2, 60))
def test_extremes_ends_and_count_are_kept(rows: list[tuple[int, float]], points: int) -> None:
    rows.sort(key=lambda row: row[0])
    x = np.array([row[0] for row in rows], np.float64)
    y = np.array([row[1] for row in rows], np.float64)
    found = sample(x, y, points)
    assert len(found) <= max(points, 2)
    assert found.count == len(rows)
    assert (np.diff(found.x) >= 0).all()
    finite = y[np.isfinite(y)]
    if len(finite):
        assert found.y[np.isfinite(found.y)].min() == finite.min()
        assert found.y[np.isfinite(found.y)].max() == finite.max()
    if len(rows) <= points:
        assert found.x.tolist() == x.tolist()


def test_one_spike_in_a_million_survives_forty_points() -> None:
    y = np.zeros(1_000_000)
    y[654_321] = 9.0
    found = sample(np.arange(1_000_000.0), y, 40)
    assert len(found) <= 40
    assert found.x[found.y == 9.0].tolist() == [654_321.0]


def test_a_nan_is_marked_where_it_is() -> None:
    y = np.sin(np.arange(10_000.0))
    y[5_000] = np.nan
    found = sample(np.arange(10_000.0), y, 100)
    assert found.x[np.isnan(found.y)].tolist() == [5_000.0]
