"""Page tokens: what they carry comes back, and nothing else passes."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortlist.errors import InvalidValue
from shortlist.search.paging import MISSING, NAN, VALUE, Mark, read_token, seal, write_token

_VALUES = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",))) | st.integers(
    -(2**63), 2**63 - 1
)
_MARKS = st.lists(
    st.builds(Mark, st.just(VALUE), _VALUES | st.floats(allow_nan=False))
    | st.sampled_from([Mark(NAN), Mark(MISSING)]),
    min_size=1,
    max_size=5,
)
_SEARCH = seal("candidates", 1, [1], "a", [], "active")


@given(_MARKS)
def test_a_place_comes_back(marks: list[Mark]) -> None:
    assert read_token(_SEARCH, write_token(_SEARCH, marks), len(marks)) == marks


def test_infinities_come_back() -> None:
    marks = [Mark(VALUE, math.inf), Mark(VALUE, -math.inf)]
    assert read_token(_SEARCH, write_token(_SEARCH, marks), 2) == marks


@pytest.mark.parametrize("place", range(12))
def test_a_changed_token_is_refused(place: int) -> None:
    token = write_token(_SEARCH, [Mark(VALUE, 5), Mark(MISSING)])
    other = "A" if token[place] != "A" else "B"
    for wrong in (token[:place] + other + token[place + 1 :], token[:place], token + "AAAA"):
        with pytest.raises(InvalidValue) as caught:
            read_token(_SEARCH, wrong, 2)
        assert caught.value.field == "page_token"


@pytest.mark.parametrize("token", ["zzz", "é", "eyJvZmZzZXQiOjEwfQ==", "=", "\x00", " "])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(InvalidValue):
        read_token(_SEARCH, token, 1)


@pytest.mark.parametrize(
    "marks",
    [
        [Mark(VALUE, 2**63)],
        [Mark(VALUE, "a\x00b")],
        [Mark(VALUE, None)],
        [Mark(3)],
        [Mark(VALUE, 1), Mark(VALUE, 1)],
    ],
)
def test_a_place_that_no_row_has_is_refused(marks: list[Mark]) -> None:
    with pytest.raises(InvalidValue):
        read_token(_SEARCH, write_token(_SEARCH, marks), 1)


def test_a_token_belongs_to_its_search() -> None:
    token = write_token(_SEARCH, [Mark(VALUE, 1)])
    for other in (seal("candidates", 2, [1], "a", [], "active"), seal("candidates", 1, [1], "b", [], "active")):
        with pytest.raises(InvalidValue):
            read_token(other, token, 1)
