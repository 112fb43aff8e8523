"""A chunk's outline stands for all of its points: extremes, marks and ends, and no stretch without a point."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from shortlist.metrics import outlines
from shortlist.metrics.types import History

SPIKES = st.dictionaries(
    st.integers(0, 999), st.floats(width=32) | st.sampled_from([np.nan, np.inf, -np.inf]), max_size=8
)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlines, "POINTS", 50)


def _chunk(spikes: dict[int, float]) -> History:
    steps = np.arange(1_000)
    values = np.sin(steps / 60)
    for step, value in spikes.items():
        values[step] = value
    return History(steps, steps, values)


@given(SPIKES)
@settings(max_examples=30)
def test_what_is_left_out_stands_between_a_lower_and_a_higher_point(spikes: dict[int, float]) -> None:
    points = _chunk(spikes)
    found = outlines.outline(points)
    assert len(found) <= 50
    assert (found.step[0], found.step[-1]) == (0, 999)
    # A plain bucket is 5,000 / 49 steps wide, one with a mark 5,000 / 32.
    finite = np.isfinite(found.value)
    for step, value in zip(points.step.tolist(), points.value.tolist(), strict=True):
        near = (np.abs(found.step - step) <= 63) & (finite if np.isfinite(value) else ~finite)
        assert near.any()
        if np.isfinite(value):
            assert found.value[near].min() <= value <= found.value[near].max()


def test_a_gap_in_an_outline_makes_it_too_coarse() -> None:
    places = np.array([0, 1, 2, 50, 51])
    assert outlines.is_fine(places, 192.0)
    assert not outlines.is_fine(places, 191.0)
    assert not outlines.is_fine(places[:1], 191.0)


def test_timestamps_that_fall_are_noticed() -> None:
    steps = np.arange(3)
    assert outlines.in_time(History(steps, np.array([5, 5, 6]), np.zeros(3)))
    assert not outlines.in_time(History(steps, np.array([5, 7, 6]), np.zeros(3)))
