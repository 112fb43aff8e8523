"""Columns of points, as hypothesis draws them: extremes of every kind, and runs that look like a training."""

import hypothesis.strategies as st
import numpy as np

from shortlist.metrics.types import History

INT64 = st.integers(-(2**63), 2**63 - 1)
STEPS = st.integers(-5, 40) | INT64
TIMES = st.integers(0, 5) | st.integers(0, 2**63 - 1)
VALUES = st.floats() | st.sampled_from([0.0, -0.0, 1.0, float("nan"), float("inf"), float("-inf")])
ROWS = st.tuples(STEPS, TIMES, VALUES)


def history(rows: list[tuple[int, int, float]]) -> History:
    return History(
        np.array([row[0] for row in rows], np.int64),
        np.array([row[1] for row in rows], np.int64),
        np.array([row[2] for row in rows], np.float64),
    )


def listed(points: History) -> list[tuple[int, int, str]]:
    """Comparable rows: NaN equals NaN, and 0 equals -0, as the engine has it."""
    return [
        (step, timestamp, repr(value + 0.0))
        for step, timestamp, value in zip(
            points.step.tolist(), points.timestamp.tolist(), points.value.tolist(), strict=True
        )
    ]
