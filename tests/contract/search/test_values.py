"""The values that complete a filter, and keys without their group, on both databases."""

import math

import pytest

from shortlist.access.scope import Scope
from shortlist.db.database import Database
from shortlist.errors import InvalidValue
from shortlist.search import service, values
from shortlist.search.service import CandidateSearch
from tests.contract.search.conftest import store
from tests.contract.search.evaluate import Record

_RECORDS = [
    Record(
        iid=1,
        name="a",
        status="finished",
        created_by="ann",
        metrics={"val/acc": [0.5, 0.9], "lr": [1.0]},
        params={"model": "convnext", "lr": "0.1", "a b": "x"},
        datasets=[{"name": "digits", "digest": "d1", "context": "train"}],
    ),
    Record(iid=2, status="finished", metrics={"val/acc": [math.nan]}, params={"model": "convnext", "lr": "0.01"}),
    Record(
        iid=3, status="failed", metrics={"val/acc": [0.2]}, params={"model": "resnet"}, metadata={"team": "my_Conv"}
    ),
    Record(iid=4, deleted=True, params={"model": "vit", "long": "x"}, metrics={"val/acc": [7.0]}),
    Record(iid=5, experiment=2, params={"model": "elsewhere", "only": "2"}),
    Record(iid=6, params={"model": "big-Convnext", "long": "y" * 300}),
]


@pytest.fixture
def filled(database: Database, scope: Scope) -> Scope:
    database.write_now(lambda connection: store(connection, scope, _RECORDS))
    return scope


def test_values_come_with_counts_and_what_begins_so_first(database: Database, filled: Scope) -> None:
    def texts(field: str, part: str = "", limit: int = 20) -> list[tuple[str, int]]:
        found = database.read_now(lambda connection: values.of_field(connection, filled, 1, field, part, limit))
        return [(item.value, item.candidates) for item in found.values]

    assert texts("params.model") == [("convnext", 2), ("big-Convnext", 1), ("resnet", 1)]
    assert texts("params.model", "CONV") == [("convnext", 2), ("big-Convnext", 1)]
    assert texts("params.model", "et", 1) == [("resnet", 1)]
    assert texts('metadata."team"', "y_c") == [("my_Conv", 1)]
    assert texts("metadata.team", "%") == []
    assert sorted(texts("status")) == [("FAILED", 1), ("FINISHED", 2), ("RUNNING", 1)]
    assert ("ann", 1) in texts("created_by")
    assert texts("datasets.name") == [("digits", 1)]
    assert texts("params.long") == []  # too long to be of help in a list


def test_numbers_have_a_smallest_and_a_greatest(database: Database, filled: Scope) -> None:
    def ends(field: str) -> tuple[float | None, float | None]:
        found = database.read_now(lambda connection: values.of_field(connection, filled, 1, field))
        return found.low, found.high

    assert ends('metrics."val/acc"') == (0.2, 0.9)
    assert ends("max(metrics.val/acc)") == (0.2, 0.9)
    assert ends("metrics.none") == (None, None)
    assert ends("start_time") == (0, 0)


@pytest.mark.parametrize(("field", "wrong"), [("params", "field"), ("params.a b", "field"), ("nothing.x", "field")])
def test_what_is_no_field_has_no_values(database: Database, filled: Scope, field: str, wrong: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        database.read_now(lambda connection: values.of_field(connection, filled, 1, field))
    assert refused.value.field == wrong
    with pytest.raises(InvalidValue, match="limit"):
        database.read_now(lambda connection: values.of_field(connection, filled, 1, "name", limit=0))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("val/acc > 0.85", [1]),
        ("val/acc > 0.85 OR missing:lr", [1, 3, 6]),
        ("val/acc > 0.85 or missing:lr", [1, 3, 6]),
        ("max(val/acc) > 0.6", [1]),
        ("lr < 1", []),  # a metric before a parameter beside a number
        ("lr = '0.1'", [1]),
        ("model IN ('convnext', 'vit')", [1, 2]),
        ("team ILIKE '%conv%' AND has:model", [3]),
        ('has:"a b"', [1]),
        ("missing:params.lr AND has:val/acc", [3]),
        ("missing:note status = 'FAILED'", None),  # as a condition, it needs an AND
        ("NOT model = 'convnext'", [3, 6]),
        ("model IS NOT NULL AND missing:status", []),
        ("missing:", []),
        ("missing: convnext", []),
    ],
)
def test_a_key_alone_is_that_of_its_group(
    database: Database, filled: Scope, text: str, found: list[int] | None
) -> None:
    query = CandidateSearch(experiment_iids=[1], filter=text)
    if found is None:
        with pytest.raises(InvalidValue):
            database.read_now(lambda connection: service.candidates(connection, filled, query))
        return
    page = database.read_now(lambda connection: service.candidates(connection, filled, query))
    assert sorted(page.iids) == found
    assert database.read_now(lambda connection: service.count(connection, filled, query)) == len(found)
    assert database.read_now(lambda connection: service.matching(connection, filled, 1, text)) == set(found)


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("name = 'x' AND modle = 'convnext'", 16),
        ("only = '2'", 1),  # of another experiment
        ("missing:modle", 9),
        ("missing:datasets.lr", 9),
        ("team = 5", 8),
        ("val/acc = 'x'", 11),
    ],
)
def test_a_key_that_nothing_has_is_refused_where_it_stands(
    database: Database, filled: Scope, text: str, position: int
) -> None:
    query = CandidateSearch(experiment_iids=[1], filter=text)
    with pytest.raises(InvalidValue) as refused:
        database.read_now(lambda connection: service.candidates(connection, filled, query))
    assert (refused.value.field, refused.value.position) == ("filter", position)
