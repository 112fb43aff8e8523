"""The order of points against a plain sort, and each point once."""

import math

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from shortlist.metrics import order
from tests.unit.metrics.strategies import ROWS, history, listed

Row = tuple[int, int, float]
SMALL = st.tuples(
    st.integers(0, 3), st.integers(0, 2), st.sampled_from([0.0, 1.0, -1.0, math.nan, math.inf, -math.inf])
)


def rank(row: Row) -> tuple[int, int, float, bool]:
    return (*row[:2], 0.0, True) if math.isnan(row[2]) else (*row, False)


def plainly(rows: list[Row]) -> list[Row]:
    return [row for _, row in sorted({rank(row): row for row in rows}.items())]


@given(st.lists(st.lists(SMALL | ROWS, max_size=12), max_size=4))
def test_merging_sorts_and_keeps_each_point_once(parts: list[list[Row]]) -> None:
    merged = order.merge(*(history(part) for part in parts))
    assert listed(merged) == listed(history(plainly([row for part in parts for row in part])))


@given(st.lists(st.tuples(st.integers(0, 2), SMALL), min_size=1, max_size=30))
def test_groups_are_sorted_apart(rows: list[tuple[int, Row]]) -> None:
    points = history([row for _, row in rows])
    group = np.array([number for number, _ in rows], np.int64)
    found = order.arrange(group, points.step, points.timestamp, points.value)
    places = np.arange(len(rows)) if found is None else found
    expected = [row for number in range(3) for row in plainly([item for own, item in rows if own == number])]
    assert listed(order.take(points, places)) == listed(history(expected))
    assert group[places].tolist() == sorted(group[places].tolist())


@given(st.lists(SMALL, max_size=30), SMALL)
def test_positions_count_what_comes_before(rows: list[Row], point: Row) -> None:
    points = history(plainly(rows))
    before = [row for row in plainly(rows) if row[:2] < point[:2]]
    until = [row for row in plainly(rows) if rank(row) <= rank(point)]
    assert order.position(points, *point[:2]) == len(before)
    assert order.position_after(points, *point) == len(until)


def test_the_last_moment_that_there_is_has_points_after_it() -> None:
    points = history([(0, 2**63 - 1, 1.0), (0, 2**63 - 1, 2.0), (1, 0, 0.0)])
    assert order.position(points, 0, 2**63 - 1) == 0
    assert order.position(points, 0, 2**63 - 1, after=True) == 2
    assert order.position_after(points, 0, 2**63 - 1, 1.0) == 1
