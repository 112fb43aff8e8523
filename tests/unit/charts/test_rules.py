"""The arithmetic of charts on values whose right answers are known."""

import math

import numpy as np
import pytest

from shortlist.charts import rules
from shortlist.ranking.records import records
from shortlist.ranking.types import Direction

NAN = math.nan
HIGH, LOW = Direction.MAXIMIZE, Direction.MINIMIZE


def array(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(values, np.float64)


def test_records_leave_out_who_does_not_count() -> None:
    values = array(0.5, NAN, 0.9, 0.7, 0.8)
    counted = np.array([True, True, False, True, True])
    best, special = records(values, counted, HIGH)
    assert best.tolist() == [0.5, 0.5, 0.5, 0.7, 0.8]
    assert special.tolist() == [True, False, False, True, True]
    best, special = records(values, counted, LOW)
    assert best.tolist() == [0.5] * 5
    assert special.tolist() == [True, False, False, False, False]


def test_before_the_first_that_counts_there_is_no_record() -> None:
    best, special = records(array(NAN, 2.0), np.array([True, True]), LOW)
    assert math.isnan(best[0])
    assert special.tolist() == [False, True]


def test_a_parameter_that_says_all_explains_all() -> None:
    assert rules.explained(array(0, 0, 1, 1), array(1, 1, 3, 3)) == 1.0


def test_the_share_is_that_of_an_analysis_of_variance() -> None:
    # Between 6, within 4 of 4 degrees, in all 10: (6 - 1 * 1) / 10.
    values = array(0, 1, 2, 2, 3, 4)
    groups = array(0, 0, 0, 1, 1, 1)
    between, within = 6.0, 4.0
    assert rules.explained(groups, values) == pytest.approx((between - within / 4) / (between + within), abs=1e-15)


def test_chance_explains_nothing() -> None:
    assert rules.explained(array(0, 1, 0, 1), array(1, 1, 3, 3)) == 0.0


def test_a_share_that_is_not_defined_is_none() -> None:
    assert rules.explained(array(0, 0), array(1, 2)) is None
    assert rules.explained(array(0, 1), array(1, 2)) is None
    assert rules.explained(array(0, 0, 1, 1), array(1, 1, 1, 1)) is None
    assert rules.explained(array(), array()) is None


def test_few_numbers_are_groups_of_their_own_and_many_share_bins() -> None:
    assert rules.bins(array(3, 1, 3, NAN)).tolist()[:3] == [3, 1, 3]
    many = rules.bins(np.arange(64, dtype=np.float64))
    _, counts = np.unique(many, return_counts=True)
    assert counts.tolist() == [8] * 8


def test_rank_correlation_shares_ranks_between_ties() -> None:
    assert rules.rank_correlation(array(1, 2, 3), array(1, 10, 100)) == (1.0, 3)
    assert rules.rank_correlation(array(1, 2, 3), array(3, 2, 1)) == (-1.0, 3)
    found, count = rules.rank_correlation(array(1, 2, 2, 3, NAN), array(1, 2, 3, 4, 5))
    assert count == 4
    assert found == pytest.approx(0.9486832980505138, abs=1e-15)
    assert rules.rank_correlation(array(1, 1, 1), array(1, 2, 3)) == (None, 3)
    assert rules.rank_correlation(array(1, 2), array(1, 2)) == (None, 2)


def test_thinning_keeps_what_must_stay() -> None:
    keep = np.zeros(1000, bool)
    keep[[17, 501, 999]] = True
    places = rules.thinned(keep, 100)
    assert len(places) == 100
    assert {17, 501, 999} <= set(places.tolist())
    assert places.tolist() == sorted(set(places.tolist()))
    assert rules.thinned(keep, 2).tolist() == [17, 501, 999]
