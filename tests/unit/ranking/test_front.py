"""The Pareto front, beside its definition."""

import math

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from shortlist.ranking import rules
from shortlist.ranking.types import Direction

HIGH, LOW = Direction.MAXIMIZE, Direction.MINIMIZE
# Few different numbers, so that there are equals, and those that are none.
VALUES = st.sampled_from([-1.0, -0.0, 0.0, 0.5, 1.0, 2.0, math.nan, math.inf, -math.inf])
PAIRS = st.lists(st.tuples(VALUES, VALUES), max_size=30)


def betters(one: tuple[float, float], other: tuple[float, float], directions: tuple[Direction, Direction]) -> bool:
    pairs = [(a, b) if direction is HIGH else (-a, -b) for a, b, direction in zip(one, other, directions, strict=True)]
    return all(a >= b for a, b in pairs) and any(a > b for a, b in pairs)


@given(PAIRS, st.tuples(st.sampled_from(Direction), st.sampled_from(Direction)))
def test_on_the_front_is_whom_nobody_betters(
    pairs: list[tuple[float, float]], directions: tuple[Direction, Direction]
) -> None:
    able = [pair for pair in pairs if all(map(math.isfinite, pair))]
    expected = [pair in able and not any(betters(other, pair, directions) for other in able) for pair in pairs]
    first, second = (np.array([pair[side] for pair in pairs], np.float64) for side in (0, 1))
    assert rules.front(first, second, directions).tolist() == expected


@pytest.mark.parametrize(
    ("directions", "expected"),
    [((HIGH, HIGH), [3, 4]), ((LOW, HIGH), [0, 3]), ((LOW, LOW), [0, 2]), ((HIGH, LOW), [1])],
)
def test_every_pair_of_directions_has_its_own(directions: tuple[Direction, Direction], expected: list[int]) -> None:
    # 0 and 1 are equal in one, 1 and 2 in the other; 5 has one value only.
    first = np.array([1, 3, 2, 2, 3, 9], np.float64)
    second = np.array([2, 1, 1, 5, 3, np.nan], np.float64)
    assert np.flatnonzero(rules.front(first, second, directions)).tolist() == expected
