"""Points as JSON: what a JSON parser reads back is what was logged."""

import json
import math
import sys

import hypothesis.strategies as st
from hypothesis import given

from shortlist.metrics import encode
from tests.unit.metrics.strategies import ROWS, history

WORDS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


@given(st.lists(ROWS, max_size=30), st.text(max_size=12))
def test_the_array_is_the_points(rows: list[tuple[int, int, float]], key: str) -> None:
    found = json.loads(encode.points(key, history(rows)))
    again = [(item["step"], item["timestamp"], WORDS.get(item["value"], item["value"]), item["key"]) for item in found]
    assert repr(again) == repr([(*row, key) for row in rows])


def test_slices_join_to_one_array() -> None:
    rows = [(number, 0, float(number)) for number in range(20_000)]
    text = b"[" + b"".join(encode.slices("k", history(rows))) + b"]"
    assert [item["step"] for item in json.loads(text)] == list(range(20_000))


def test_clamped_infinities_are_the_largest_numbers() -> None:
    found = json.loads(
        encode.points("k", history([(0, 0, math.inf), (1, 0, -math.inf), (2, 0, math.nan)]), clamp=True)
    )
    assert [item["value"] for item in found] == [sys.float_info.max, -sys.float_info.max, "NaN"]
