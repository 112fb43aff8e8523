"""A chart as SVG: well-formed, right to the pixel, and safe whatever a name says."""

import math
import xml.etree.ElementTree as ET

import msgspec
import pytest

from shortlist.drawing.curves import Chart, Line, svg
from shortlist.drawing.smooth import smooth
from shortlist.drawing.ticks import decades, label, ticks
from shortlist.drawing.times import moment_words, span_words, time_ticks

SVG = "{http://www.w3.org/2000/svg}"


def chart(*lines: Line, log: bool = False) -> Chart:
    return Chart(title="val/acc", summary="two", x_label="step", lines=lines, log=log)


def paths(text: str) -> list[str]:
    root = ET.fromstring(text)  # noqa: S314 - our own
    return [path.get("d") or "" for path in root.iter(f"{SVG}path") if path.get("fill") == "none"]


def test_every_point_is_at_its_place() -> None:
    drawn = paths(svg(chart(Line("a", [0, 5, 10], [0.0, 1.0, 0.5]))))
    # 6 % of room above and below: 0 is 0.06 / 1.12 of the height above the axis.
    top, height = 44, 360 - 34 - 44
    places = [top + height * (1 - (value + 0.06) / 1.12) for value in (0.0, 1.0, 0.5)]
    assert drawn == [f"M64.00 {places[0]:.2f}L317.00 {places[1]:.2f}L570.00 {places[2]:.2f}"]


def test_an_average_is_drawn_over_the_points_and_never_instead_of_them() -> None:
    line = Line("a", [0, 1, 2, 3], [0.0, 1.0, math.nan, 1.0])
    raw = paths(svg(chart(line)))
    drawn = svg(msgspec.structs.replace(chart(line), smooth=0.5))
    assert paths(drawn)[0] == raw[0]
    assert drawn.count("stroke-opacity='0.3'") == 1
    # Averages of 0 and 1 at weight 0.5: (0.25 * 0 + 0.5 * 1) / 0.75; then (0.125 * 0 + 0.25 + 0.5) / 0.875.
    averages = smooth(line.y, 0.5)
    assert averages[:2] == pytest.approx([0, 2 / 3])
    assert math.isnan(averages[2])
    assert averages[3] == pytest.approx(6 / 7)


def test_what_is_not_finite_is_a_gap_with_a_mark() -> None:
    drawn = paths(svg(chart(Line("a", [0, 1, 2, 3], [1.0, math.nan, 2.0, math.inf]))))
    assert drawn[0].count("M") == 2
    assert drawn[1].count("M") == 3  # a cross of two strokes, a wedge of one


def test_odd_values_that_follow_each_other_are_one_mark_and_a_line_to_their_end() -> None:
    drawn = paths(svg(chart(Line("a", [0, 1, 2, 3], [1.0, math.nan, math.nan, math.nan]))))
    assert drawn[0].count("l8 8") == 1
    assert drawn[1].endswith("H570.0")


def test_a_logarithmic_axis_leaves_out_what_has_no_place() -> None:
    drawn = paths(svg(chart(Line("a", [0, 1, 2], [1.0, 0.0, 100.0]), log=True)))
    assert drawn[0].count("M") == 2


def test_names_are_text_and_nothing_else() -> None:
    text = svg(chart(Line("<script>x</script>", [0.0], [1.0]), Line("b", [], [])))
    root = ET.fromstring(text)  # noqa: S314 - our own
    assert "<script" not in text
    assert [item.text for item in root.iter(f"{SVG}text")][-1] == "<script>x</script>"
    assert len(list(root.iter(f"{SVG}circle"))) == 1


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1.0]), (-1.2, 3.1, [-1, 0, 1, 2, 3]), (0, 9, [0, 2, 4, 6, 8])],
)
def test_ticks_are_round_and_not_too_many(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high, 6) == pytest.approx(expected)


def test_ticks_read_well() -> None:
    assert [label(value) for value in (0.0, 0.25, 5000.0, 1e-9, 0.30000000000000004)] == [
        "0",
        "0.25",
        "5,000",
        "1e-09",
        "0.3",
    ]
    assert decades(0.5, 200) == [1, 10, 100]
    assert decades(2, 3) == [2, 3]


def test_time_is_told_as_people_tell_it() -> None:
    assert [span_words(value) for value in (0, 0.5, 90, 5_400, 129_600)] == [
        "0",
        "0.5 s",
        "1 min 30 s",
        "1 h 30 min",
        "1 d 12 h",
    ]
    noon = 1_795_608_000
    marks = time_ticks(noon - 60, noon + 148_500, 6)
    assert moment_words(marks) == ["25 Nov 12:00", "26 Nov", "12:00", "27 Nov"]
    assert moment_words([noon, noon + 30]) == ["25 Nov 12:00:00", "12:00:30"]
    drawn = svg(
        Chart(title="t", summary="s", x_label="UTC", lines=[Line("a", [noon, noon + 10], [1, 2])], along="moment")
    )
    assert ">25 Nov 12:00:00<" in drawn


def test_one_place_has_one_tick() -> None:
    assert svg(chart(Line("a", [0.0], [1.0]))).count("text-anchor='middle'") == 1
