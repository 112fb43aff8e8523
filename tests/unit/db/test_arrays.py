"""Arrays as PostgreSQL reads them."""

import math

import numpy as np
import pytest

from shortlist.db.arrays import array


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("bigint", [], "{}"),
        ("bigint", [1, None, -3], "{1,null,-3}"),
        ("bigint", np.arange(3), "{0,1,2}"),
        ("bigint", [np.int64(4), 5], "{4,5}"),
        ("boolean", [True, False], "{true,false}"),
        ("double precision", [0.1, None], "{0.1,null}"),
        ("double precision", [1.5, -math.inf, None], "{1.5,-inf,NULL}"),
        ("text", ["", "null", "é, {}"], '{"","null","é, {}"}'),
        ("text", ['a"b', None, "c\\d", "\n"], '{"a\\"b",NULL,"c\\\\d","\n"}'),
        ("bytea", [b"\x00a", None], '{"\\\\x0061",NULL}'),
    ],
)
def test_what_a_value_becomes(kind: str, values: list[object], expected: str) -> None:
    assert array(kind, values) == expected
