"""Tables beside each other: read, told apart, counted, on inputs whose right answers are known."""

import pytest

from shortlist.charts import tables
from shortlist.charts.tables import Table, compared

ENDS = [0, 1, 10]


def numbers(*values: object) -> bytes:
    return "\n".join(["sure", *map(str, values)]).encode()


@pytest.mark.parametrize(
    ("path", "content", "expected"),
    [
        ("a.csv", b'\xef\xbb\xbfa,b\r\n1,"x, ""y"""\r\n\r\n', Table(["a", "b"], [["1", 'x, "y"']])),
        ("a.TSV", b"a\tb\n1\t2", Table(["a", "b"], [["1", "2"]])),
        (
            "a.json",
            b'{"columns": ["a", 1], "data": [[1.5, null], ["x", {"y": [true]}]]}',
            Table(["a", "1"], [["1.5", ""], ["x", '{"y":[true]}']]),
        ),
        ("a.json", b'{"columns": ["a"], "data": [1]}', None),
        ("a.json", b'{"a": 1}', None),
        ("a.json", b"{", None),
        ("a.json", b"[" * 100_000, None),
        ("a.csv", b"", None),
        ("a.csv", b"a" * 200_000, None),
    ],
)
def test_what_files_hold(path: str, content: bytes, expected: Table | None) -> None:
    assert tables.read(path, content) == expected


def test_a_square_of_numbers_is_a_matrix_with_labels_or_without() -> None:
    named = tables.matrix_of(Table(["truth", "cat", "dog"], [["cat", "5", "1"], ["dog", "2", "7"]]))
    assert named is not None
    assert (named.rows, named.labels, named.values) == ("truth", ["cat", "dog"], [[5, 1], [2, 7]])
    assert tables.diagonal(named) == (12, 15)
    assert tables.deepest([named]) == (7, 2)
    bare = tables.matrix_of(Table(["0", "1"], [["5", "1"], ["2", "7"]]))
    assert bare is not None
    assert bare.labels == ["0", "1"]
    for rows in ([["x", "1"], ["2", "3"]], [["1", "nan"], ["2", "3"]], [["1"], ["2", "3"]], [["1", "2"]]):
        assert tables.matrix_of(Table(["a", "b"], rows)) is None
    assert tables.diagonal(tables.Matrix("", ["a", "b"], [[1, -1], [-1, 1]])) is None


def test_bars_are_shared_and_no_value_is_lost_at_an_edge() -> None:
    edges, counts = tables.histogram([[0, 1, 2, 20], [3, float("nan")]])
    assert edges == list(range(21))
    assert counts[0] == [1, 1, 1, *[0] * 16, 1]
    assert counts[1] == [0, 0, 0, 1, *[0] * 16]
    assert tables.histogram([[3, 3], []]) == ([3, 4], [[2], [0]])
    edges, counts = tables.histogram([[-1.7e308, 1.7e308]])
    assert edges[0] == -1.7e308
    assert edges[-1] == 1.7e308
    assert counts[0][0] == counts[0][-1] == 1


def test_a_histogram_says_what_it_leaves_out() -> None:
    found = compared("p.csv", "sure", [(1, "a", numbers(*ENDS, "nan")), (2, "b", numbers(10, 10)), (3, "c", None)])
    assert found.kind == "histograms"
    assert found.title == "sure in p.csv"
    assert found.summary == "sure of 3 candidates in 20 bars from 0 to 10."
    assert [panel.summary for panel in found.panels] == [
        "3 values, the most in one bar (1) from 0 to 0.5; 1 value more is not finite",
        "2 values, the most in one bar (2) from 9.5 to 10",
        "no such file",
    ]
    sheet = tables.sheet(found)
    assert sheet.columns == ["from", "to", "a", "b", "c"]
    assert sheet.rows[-1] == ["9.5", "10.0", "1", "2", "0"]


def test_matrices_say_what_was_right_and_tables_how_large_they_are() -> None:
    matrix = b"truth,cat,dog\ncat,8,1\ndog,0,7\n"
    found = compared("c.csv", "", [(1, "a", matrix), (2, "b", b"x\n")])
    assert (found.kind, found.numeric) == ("matrices", [])
    assert found.summary == ("c.csv of 2 candidates. a: 93.75 % on the diagonal, 15 of 16; b: 0 rows of 1 column.")
    plain = compared("t.csv", "nothing", [(1, "a", b"x,y\n1,\n2,z\n"), (2, "b", b"y,w\n3,4\n")])
    assert (plain.kind, plain.numeric) == ("tables", ["x"])
    assert tables.sheet(plain) == Table(
        ["candidate", "x", "y", "w"], [["a", "1", "", ""], ["a", "2", "z", ""], ["b", "", "3", "4"]]
    )
