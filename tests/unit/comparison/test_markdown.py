"""Words and signs of a comparison on the terminal and in Markdown."""

import math

import pytest

from shortlist.comparison.markdown import delta_text, escaped, sparkline
from shortlist.comparison.types import Cell


def test_a_sparkline_keeps_the_extremes_and_marks_what_is_no_number() -> None:
    assert sparkline([0, 0.5, 1, math.nan, math.inf]) == "▁▅█··"
    assert sparkline([2, 2]) == "▁▁"
    assert sparkline([math.nan]) == ""


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (Cell(1.0, delta=0.25, better=True), "+0.25 better"),
        (Cell(1.0, delta=-0.25, better=False), "-0.25 worse"),
        (Cell(1.0, delta=-0.25), "-0.25"),
        (Cell(1.0, delta=0.0), "equal"),
        (Cell(1.0), ""),
    ],
)
def test_a_delta_in_words(cell: Cell, text: str) -> None:
    assert delta_text(cell) == text


def test_a_name_is_neither_markup_nor_a_row() -> None:
    assert escaped("a|b\n<i>[x](y)") == "a\\|b \\<i\\>\\[x\\](y)"
