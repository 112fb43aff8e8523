"""The browser reads filters too, for chips and completion. Its cases, checked against the parser that counts."""

import json
from pathlib import Path
from typing import Any

import pytest

from shortlist.errors import InvalidValue
from shortlist.search.fields import ANY, CANDIDATE
from shortlist.search.parser import parse
from shortlist.search.resolve import unknown_key
from shortlist.search.tree import And, fields_of

LIBRARY = Path(__file__).parents[3] / "frontend" / "src" / "lib"
CASES: dict[str, list[dict[str, Any]]] = json.loads((LIBRARY / "filter_cases.json").read_text())


@pytest.mark.parametrize("case", CASES["terms"], ids=lambda case: case["text"])
def test_the_terms_are_the_conditions_that_must_all_hold(case: dict[str, Any]) -> None:
    if case["terms"] is None:
        with pytest.raises(InvalidValue):
            parse(case["text"], CANDIDATE, loose=True)
        return
    parts = [parse(text, CANDIDATE, loose=True) for text in case["terms"]]
    whole = parse(case["text"], CANDIDATE, loose=True)
    expected = None if not parts else parts[0] if len(parts) == 1 else And(tuple(part for part in parts if part))
    assert whole == expected


@pytest.mark.parametrize("case", CASES["fixes"], ids=lambda case: case["text"])
def test_a_fix_is_a_filter_and_what_it_mends_is_refused_so(case: dict[str, Any]) -> None:
    error = _error_of(case["text"])
    assert (error.message, error.position) == (case["message"], case["position"])
    if case["fixed"] is not None:
        parse(case["fixed"], CANDIDATE, loose=True)


def _error_of(text: str) -> InvalidValue:
    """The refusal of a filter where candidates have no key that it leaves without a group."""
    try:
        tree = parse(text, CANDIDATE, loose=True)
    except InvalidValue as error:
        return error
    return unknown_key(next(field for field in fields_of(tree) if field.group == ANY), "filter")


def test_the_browser_knows_every_field() -> None:
    known: dict[str, str] = json.loads((LIBRARY / "candidate_fields.json").read_text())
    assert known == {name: item.kind.value for name, item in CANDIDATE.attributes.items()}
