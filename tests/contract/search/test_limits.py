"""The largest searches that are taken, and loads of 50,000 rows, meet no limit of either database."""

import pytest
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.db.database import Database
from shortlist.metrics import service as metrics
from shortlist.search import service
from shortlist.search.parser import MAX_CONDITIONS, MAX_DEPTH
from shortlist.search.service import CandidateSearch
from shortlist.tracking import candidates, store_candidates
from tests.contract.search.conftest import store
from tests.contract.search.evaluate import Record

_CONDITIONS = (
    "metrics.a != {0}",
    "params.p{0} IS NULL",
    "tags.t{0} IS NULL",
    "name NOT LIKE '{0}'",
    "min(metrics.a) != {0}",
    "NOT params.p > {0}0",
)
_WIDE = " AND ".join(_CONDITIONS[number % 6].format(number) for number in range(MAX_CONDITIONS))
_DEEP = "NOT (" * (MAX_DEPTH // 2) + "metrics.a > 5 OR params.p = 'x'" + ")" * (MAX_DEPTH // 2)
_RIGHT = (
    "".join(f"(metrics.a = {number} OR (params.p = '7' AND " for number in range(MAX_DEPTH // 2))
    + "name = 'x'"
    + "))" * (MAX_DEPTH // 2)
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (_WIDE, [1]),
        (_DEEP, []),
        (_RIGHT, [1]),
        ("iid IN (" + ",".join(map(str, range(50_000))) + ")", [1]),
        ("iid NOT IN (" + ",".join(map(str, range(2, 50_000))) + ")", [1]),
        ("metrics.a IN (" + ",".join(f"{number}.5" for number in range(20_000)) + ", 1, Infinity)", [1]),
        ("run_id IN (" + ",".join(f"'{number:032x}'" for number in range(10_000)) + ")", [1]),
        ("params.p IN (" + ",".join(f"'{number}'" for number in range(20_000)) + ")", [1]),
        ("name LIKE '" + "%\U0001f600\\_" * 2000 + "'", []),
        ("'" + "%_\\\U0001f600" * 2000 + "'", []),
        ("start_time > " + "9" * 300, []),
        ("start_time < " + "9" * 19, [1]),
        ("metrics.a < 1e999 AND start_time >= -Infinity", [1]),
        ("iid = '" + "9" * 18 + "'", []),
    ],
    ids=range(14),
)
def test_the_largest_filters_are_answered(database: Database, scope: Scope, text: str, found: list[int]) -> None:
    record = Record(iid=1, name="x", metrics={"a": [1.0]}, params={"p": "7"})
    database.write_now(lambda connection: store(connection, scope, [record]))
    for order_by in ([], ["metrics.a"]):
        query = CandidateSearch(experiment_iids=[1], filter=text, order_by=order_by)
        page = database.read_now(lambda connection, query=query: service.candidates(connection, scope, query))
        assert page.iids == found
        assert database.read_now(lambda connection, query=query: service.count(connection, scope, query)) == len(found)


def test_ten_fields_order_and_page(database: Database, scope: Scope) -> None:
    records = [Record(iid=iid, metrics={"a": [1.0]}, params={"p": "7"}) for iid in range(1, 5)]
    database.write_now(lambda connection: store(connection, scope, records))
    order_by = [f"{function}(metrics.a)" for function in ("min", "max", "first", "last")]
    order_by += ["metrics.a", "params.p", "number(params.p)", "tags.t", "end_time", "artifact_uri"]
    first = CandidateSearch(experiment_iids=[1], order_by=order_by, max_results=2)

    def work(connection: Connection) -> list[int]:
        page = service.candidates(connection, scope, first)
        rest = CandidateSearch(experiment_iids=[1], order_by=order_by, page_token=page.next_page_token or "")
        return page.iids + service.candidates(connection, scope, rest).iids

    assert database.read_now(work) == [1, 2, 3, 4]


def test_fifty_thousand_rows_are_loaded_in_one_go(database: Database, scope: Scope) -> None:
    database.write_now(lambda connection: store(connection, scope, [Record(iid=7, params={"p": "7"})]))
    iids = list(range(1, 50_001))

    def work(connection: Connection) -> None:
        assert [record.iid for record in store_candidates.by_iids(connection, scope, iids)] == [7]
        assert candidates.data(connection, scope, iids)[7].params == {"p": "7"}
        assert len(metrics.latest(connection, scope, iids)) == 50_000

    database.read_now(work)
