"""Curves as text: one scale for all, and nothing is hidden that a bar cannot show."""

import math

from shortlist.comparison.courses import WIDTH, markdown, plot


def test_all_curves_share_steps_and_scale() -> None:
    steps = [float(step) for step in range(WIDTH)]
    found = plot("acc", [("low", steps, [0.0] * WIDTH), ("late", [47.0], [7.0]), ("gone", [], [])])
    assert found is not None
    assert found.sentence == "acc, steps 0 to 47, ▁ 0 to █ 7"
    assert [(course.name, course.bars) for course in found.courses] == [
        ("low", "▁" * WIDTH),
        ("late", " " * (WIDTH - 1) + "█"),
    ]


def test_a_spike_between_bars_is_told_and_what_is_not_finite_is_a_dot() -> None:
    steps = [float(step) for step in range(1000)]
    values = [1.0] * 1000
    values[500], values[999] = 9.0, math.nan
    found = plot("loss", [("a", steps, values)])
    assert found is not None
    (course,) = found.courses
    assert (course.highest, course.bars[-1], math.isnan(course.last)) == ((9.0, 500.0), "·", True)
    assert "| a | `" in markdown(found)
    assert "9 at 500" in markdown(found)


def test_one_point_and_nothing_finite() -> None:
    found = plot("loss", [("a", [3.0], [math.inf])])
    assert found is not None
    assert found.sentence == "loss, steps 3 to 3, no finite value"
    assert found.courses[0].bars == "·"
    assert plot("loss", []) is None
