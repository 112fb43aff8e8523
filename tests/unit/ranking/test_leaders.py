"""The best value as it grew."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortlist.ranking.records import best_so_far
from shortlist.ranking.types import Direction, Score, Unranked


def scores(*values: float | None) -> list[Score]:
    """Newest first; None stands for a candidate that failed with a value."""
    return [
        Score(iid, 99.0 if value is None else value, 0, Unranked.FAILED if value is None else None)
        for iid, value in enumerate(values)
    ]


@pytest.mark.parametrize(
    ("direction", "expected"),
    [(Direction.MAXIMIZE, [3.0, 3.0, 5.0, 5.0]), (Direction.MINIMIZE, [3.0, 1.0, 1.0, 1.0])],
)
def test_it_only_gets_better_and_leaves_out_who_failed(direction: Direction, expected: list[float]) -> None:
    assert best_so_far(scores(4.0, 5.0, None, 1.0, 3.0), direction) == expected


def test_nobody_with_a_rank_has_no_line() -> None:
    assert best_so_far(scores(None, None), Direction.MAXIMIZE) == []


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=400))
def test_of_many_some_remain_and_the_last_is_the_best_of_all(values: list[float]) -> None:
    found = best_so_far(scores(*values), Direction.MAXIMIZE)

    assert len(found) == min(48, len(values))
    assert found == sorted(found)
    assert found[-1] == max(values)
