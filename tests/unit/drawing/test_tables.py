"""Tables of candidates as a picture: every bar and every cell, on one scale, whatever texts say."""

import re
import xml.etree.ElementTree as ET

import pytest

from shortlist.charts.tables import compared
from shortlist.drawing.looks import HUES, looks
from shortlist.drawing.tables import svg

SVG = "{http://www.w3.org/2000/svg}"


def test_looks_stay_with_candidates_and_differ() -> None:
    assert looks([3, 11, 19, 4]) == [3, 11, 19, 4]
    assert looks([11, 3]) == [3, 11]
    assert len(set(looks(list(range(48))))) == len(set(looks([8 * iid for iid in range(48)]))) == 48


def test_bars_share_their_height_and_have_the_hue_of_their_candidate() -> None:
    drawn = svg(compared("p.csv", "sure", [(3, "<a>", b"sure\n0\n0\n10\n"), (4, "b", b"sure\n10\n0\n")]))
    bars = [float(found) for found in re.findall(r"<rect [^>]*height='([\d.]+)'/>", drawn)]
    assert [tall for tall in bars if tall > 0] == [158.0, 79.0, 79.0, 79.0]
    assert drawn.index(HUES[3]) < drawn.index(HUES[4])
    assert "<a>" not in drawn
    ET.fromstring(drawn)  # noqa: S314 - our own


def test_cells_are_shaded_on_one_scale() -> None:
    drawn = svg(compared("c.csv", "", [(1, "a", b"t,cat,dog\ncat,4,1\ndog,0,2\n"), (2, "b", None)]))
    assert re.findall(r"fill-opacity='([\d.]+)'", drawn) == ["0.500", "0.500", "0.000", "0.250"]


@pytest.mark.parametrize("rows", [0, 3, 40])
def test_plain_tables_show_their_first_rows_and_say_how_many_more_there_are(rows: int) -> None:
    content = "a,b,c,d,e,f\n" + "".join(f"row{row},x,x,x,x,x\n" for row in range(rows))
    drawn = ET.fromstring(svg(compared("t.csv", "", [(1, "a", content.encode())])))  # noqa: S314 - our own
    words = [found.text for found in drawn.iter(f"{SVG}text")]
    assert len([word for word in words if word and word.startswith("row")]) == min(rows, 12)
    more = "28 more rows and 1 more columns" if rows == 40 else "1 more columns"
    assert f"and {more}" in words
