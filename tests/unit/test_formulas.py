"""What a spreadsheet would run gets an apostrophe, numbers do not, and the guard comes off again."""

import pytest

from shortlist.formulas import bare, guarded


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-x", "@a", "\tx", "\r=1"])
def test_formulas_are_guarded_and_come_back(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert bare(guarded(text)) == text


@pytest.mark.parametrize("text", ["-1.5e-3", "+2", "-Infinity", "plain", "", "'quoted'"])
def test_everything_else_stays(text: str) -> None:
    assert guarded(text) == text
    assert bare(text) == text
