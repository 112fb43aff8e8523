"""Means over curves, step by step."""

import math

import numpy as np
import pytest

from shortlist.charts.bands import averaged


def curve(*points: tuple[float, float]) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]:
    return np.array([x for x, _ in points], np.float64), np.array([y for _, y in points], np.float64)


def test_each_step_has_the_mean_of_those_that_have_it() -> None:
    first, second = curve((0, 1), (1, 2), (2, 9)), curve((0, 3), (1, 5))
    x, mean, deviation, n = averaged([(first[0], first[1]), (second[0], second[1])])
    assert x.tolist() == [0, 1, 2]
    assert mean.tolist() == [2, 3.5, 9]
    assert n.tolist() == [2, 2, 1]
    assert deviation[:2].tolist() == pytest.approx([math.sqrt(2), math.sqrt(4.5)], abs=1e-15)
    assert math.isnan(deviation[2])


def test_a_step_counts_once_and_what_is_not_finite_not_at_all() -> None:
    x, y = curve((0, 1), (0, 4), (1, math.nan), (2, math.inf), (3, 7))
    found, mean, _, n = averaged([(x, y)])
    assert found.tolist() == [0, 3]
    assert mean.tolist() == [4, 7]
    assert n.tolist() == [1, 1]
