"""Rules for names, keys and values."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortlist.errors import InvalidValue
from shortlist.tracking import rules
from shortlist.tracking.names import make_up_name


@pytest.mark.parametrize(
    "key", ["lr", "val/acc", "a.b-c_d", "with space", "é", "system/cpu:0", "x" * 250, ".x", "a/..b"]
)
def test_keys_that_mlflow_accepts(key: str) -> None:
    assert rules.check_key(key, "key") == key


@pytest.mark.parametrize(
    "key",
    ["", "x" * 251, "a//b", "./x", "..", "...", ".", "a/../b", "/abs", "x/", "a\nb", "a\x00b", "a,b", "a=b", "😀"],
)
def test_keys_that_mlflow_refuses(key: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        rules.check_key(key, "params[3].key")

    assert caught.value.field == "params[3].key"


@pytest.mark.parametrize("name", ["", "  ", "\t", "x" * 501])
def test_experiment_names_that_are_refused(name: str) -> None:
    with pytest.raises(InvalidValue):
        rules.check_experiment_name(name)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1.0),
        ("-1.5e-3", -0.0015),
        (" 7 ", 7.0),
        (".5", 0.5),
        ("5.", 5.0),
        *((text, None) for text in ("1e400", "nan", "inf", "", "1,5", "0x10", "1_000", "True", "\uff19")),
    ],
)
def test_which_parameters_read_as_numbers(text: str, number: float | None) -> None:
    assert rules.as_number(text) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_float_reads_back(value: float) -> None:
    assert rules.as_number(repr(value)) == value


@given(st.text())
def test_numbers_are_always_finite(text: str) -> None:
    number = rules.as_number(text)

    assert number is None or math.isfinite(number)


@pytest.mark.parametrize("location", ["runs:/abc", "s3://b/x#y", "s3://b/x?y", "file:///a/../b", "x" * 2049])
def test_artifact_locations_that_are_refused(location: str) -> None:
    with pytest.raises(InvalidValue):
        rules.check_artifact_location(location)


def test_made_up_names_pass_the_rule_for_names() -> None:
    assert rules.check_candidate_name(make_up_name())
