"""What is known of series when they are put together."""

from typing import Any

import numpy as np
import pytest

from shortlist.metrics import series


class Row:
    """A stored series of one point, of value 1 unless it is odd."""

    def __init__(self, step: int, *, odd: bool, odd_step: int | None) -> None:
        value = None if odd else 1.0
        self.first_step = self.last_step = step
        self.first_timestamp = self.last_timestamp = 0
        self.first_value = self.last_value = self.min_value = self.max_value = value
        self.min_step = self.max_step = None if odd else step
        self.has_nan, self.has_infinity, self.odd_step = odd, False, odd_step


@pytest.mark.parametrize(
    ("stored", "values", "expected"),
    [
        (Row(0, odd=False, odd_step=None), [2.0, 3.0], None),
        (Row(0, odd=False, odd_step=None), [2.0, np.nan], 6),
        (Row(0, odd=True, odd_step=0), [np.inf, 3.0], 0),
        (Row(9, odd=True, odd_step=9), [2.0, np.inf], 6),
        # A series of before the step was kept: what comes later is not the first.
        (Row(0, odd=True, odd_step=None), [2.0, np.nan], None),
    ],
)
def test_the_first_odd_step_is_the_smallest_of_all_that_are_known(
    stored: Any, values: list[float], expected: int | None
) -> None:
    new = series.facts(np.array([0]), np.array([5, 6]), np.array([1, 2]), np.array(values))
    series.combine(new, np.array([0]), series.of_rows([stored]))
    assert series.as_columns(new)["odd_step"] == [expected]


@pytest.mark.parametrize("step", [2**63 - 1, -(2**63)])
def test_the_outermost_steps_can_be_odd(step: int) -> None:
    def odd_step(value: float) -> object:
        facts = series.facts(np.array([0]), np.array([step]), np.array([1]), np.array([value]))
        return series.as_columns(facts)["odd_step"]

    assert odd_step(np.inf) == [step]
    assert odd_step(1.0) == [None]
