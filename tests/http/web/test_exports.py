"""The table of candidates as files, on the 24 candidates of test_answer."""

import csv
import io
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from arro3.io import read_parquet

from shortlist.web import exports
from tests.http.client import Client, refused
from tests.http.web.test_answer import BEST_STEP, base, experiment

__all__ = ["base", "experiment"]  # fixtures


def export(client: Client, base: str, experiment: str, suffix: str, **query: Any) -> bytes:
    response = client.get(f"{base}/experiments/{experiment}/candidates.{suffix}?{urlencode(query, doseq=True)}")
    assert response.status_code == 200, response.text
    assert response.headers["content-disposition"].startswith("attachment; filename=")
    assert response.headers["content-disposition"].endswith(f'.{suffix}"')
    return response.content


def lines(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


ASKED = ["metrics.val/acc", "metrics.val/loss", "params.model", "status"]


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "_PAGE", 5)


@pytest.mark.usefixtures("small_pages")
def test_a_ranked_table_is_the_same_in_every_format(rita: Client, base: str, experiment: str) -> None:
    asked = {"ranked": "true", "columns": ASKED}
    rows = json.loads(export(rita, base, experiment, "json", **asked))
    assert len(rows) == 24
    assert list(rows[0]) == ["iid", "name", "external_id", "rank", "step", "unranked", *ASKED]
    assert [row["rank"] for row in rows] == [*range(1, 19), *[None] * 6]
    # Read where it is best, not at the end.
    best = {"name": "convnext-s2", "step": BEST_STEP, "metrics.val/acc": 0.859, "metrics.val/loss": 0.5}
    assert best.items() <= rows[0].items()
    diverged = next(row for row in rows if row["unranked"] == "not_finite")
    assert diverged["metrics.val/acc"] == "NaN"

    read = lines(export(rita, base, experiment, "csv", **asked))
    assert [row["name"] for row in read] == [row["name"] for row in rows]
    assert (read[0]["metrics.val/acc"], read[0]["params.model"], read[-1]["rank"]) == ("0.859", "convnext", "")

    table = read_parquet(io.BytesIO(export(rita, base, experiment, "parquet", **asked))).read_all()
    columns = {name: table.column(name).to_pylist() for name in ("name", "rank", "metrics.val/loss")}
    for name, values in columns.items():
        assert values == [row[name] for row in rows], name

    text = export(rita, base, experiment, "md", **asked).decode().splitlines()
    assert len(text) == 26
    assert text[0].startswith("| iid | name | external\\_id | rank |")
    assert "| convnext-s2 |" in text[2]


def test_filter_order_and_columns_are_those_of_the_page(rita: Client, base: str, experiment: str) -> None:
    asked = {"filter": "params.model = 'vit'", "order_by": ["name DESC"], "columns": ["params.model", "start_time"]}
    rows = lines(export(rita, base, experiment, "csv", **asked))
    assert list(rows[0]) == ["iid", "name", "external_id", "params.model", "start_time"]
    assert [row["name"] for row in rows] == sorted((row["name"] for row in rows), reverse=True)
    assert {row["params.model"] for row in rows} == {"vit"}
    assert all(row["start_time"].endswith("Z") for row in rows)


def test_without_columns_there_is_one_for_everything(rita: Client, base: str, experiment: str) -> None:
    rows = json.loads(export(rita, base, experiment, "json"))
    assert {"status", "duration", "metrics.val/acc", "params.model", "params.seed"} <= set(rows[0])


def test_nobody_is_a_table_without_rows(rita: Client, base: str, experiment: str) -> None:
    asked = {"filter": "name = 'nobody'", "columns": ["status", "metrics.val/acc"]}
    assert json.loads(export(rita, base, experiment, "json", **asked)) == []
    assert export(rita, base, experiment, "csv", **asked) == b"iid,name,external_id,status,metrics.val/acc\r\n"
    table = read_parquet(io.BytesIO(export(rita, base, experiment, "parquet", **asked))).read_all()
    assert (table.num_rows, table.num_columns) == (0, 5)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("a,b", '"a,b"'),
        ('say "hi"', '"say ""hi"""'),
        ("two\nlines", '"two\nlines"'),
        ("=1+1", "'=1+1"),
        ("@sum(A1)", "'@sum(A1)"),
        ("-0.5", "-0.5"),
        ("-1e-3", "-1e-3"),
        ("-x", "'-x"),
    ],
)
def test_text_is_no_formula(rita: Client, base: str, value: str, written: str) -> None:
    iid = rita.mlflow.new_experiment("texts")
    run_id = rita.mlflow.new_run(iid, run_name="one", start_time=10**18)
    rita.mlflow.call("runs/log-parameter", run_id=run_id, key="p", value=value)
    content = export(rita, base, iid, "csv", columns=["params.p", "start_time"]).decode()
    assert content.split(f"one,{run_id},")[1] == f"{written},{10**18}\r\n"


def test_what_is_not_good_is_refused_before_the_file_begins(
    rita: Client, base: str, experiment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = f"{base}/experiments/{experiment}/candidates"
    for query, field in (
        ("filter=metrics.a+>>", "filter"),
        ("order_by=nothing.x", "order_by"),
        ("columns=nothing.x", "columns"),
        ("view=some", "view"),
        ("ranked=true&order_by=name", "order_by"),
    ):
        refused(rita.get(f"{place}.csv?{query}"), 400, "INVALID_PARAMETER_VALUE", field)
    assert rita.get(f"{base}/experiments/999999/candidates.csv").status_code == 404
    monkeypatch.setattr(exports, "_MOST_CELLS", 50)
    refused(rita.get(f"{place}.parquet"), 400, "INVALID_PARAMETER_VALUE", "columns")
    assert rita.get(f"{place}.csv").status_code == 200
