"""Curves as Arrow: the same values as in JSON, whatever is asked for."""

import io
import math
from typing import Any

import pytest
from arro3.io import read_ipc_stream

from shortlist.metrics.arrow import MEDIA_TYPE
from tests.cast import Cast
from tests.http.client import Client

START = 1_700_000_000_000
ODD = {3: "NaN", 11: "Infinity", 12: "-Infinity", 30: "NaN"}
ACCEPT = {"accept": MEDIA_TYPE}

Row = tuple[int, str, float, float]


@pytest.fixture(scope="module")
def queries() -> list[dict[str, Any]]:
    """Each axis, whole and zoomed in, sampled and not, and differences to a candidate."""
    axes: list[tuple[dict[str, Any], float, float]] = [
        ({"axis": "step"}, 4.5, 31),
        ({"axis": "relative"}, 1_000, 20_500.5),
        ({"axis": "wall"}, START + 1_000, START + 20_500),
        ({"axis": "metric", "x_key": "epoch"}, 0.5, 3),
    ]
    asked = {"candidates": [3, 1, 2], "keys": ["loss", "val/größe", "none", "epoch"]}
    return [
        {**asked, **axis, **zoom, "points": points, **minus}
        for axis, start, end in axes
        for zoom in ({}, {"start": start}, {"start": start, "end": end}, {"start": 1e300})
        for points in (7, 1000)
        for minus in ({}, {"minus": 2})
    ]


@pytest.fixture
def base(rita: Client, cast: Cast) -> str:
    """A project with three candidates, of which the third has no `epoch`; timestamps are not in order of step."""
    experiment = rita.mlflow.new_experiment()
    for number in range(3):
        run_id = rita.mlflow.new_run(experiment, start_time=START + number)
        metrics: list[dict[str, Any]] = []
        for step in range(40):
            stamp = {"timestamp": START + 1_000 * (step ^ 1), "step": step}
            metrics.append({"key": "loss", "value": ODD.get(step + number, 1 / (step + 3)), **stamp})
            metrics.append({"key": "val/größe", "value": -(2.0**-step) * number, **stamp})
            if number < 2:
                metrics.append({"key": "epoch", "value": (step * 7 % 40) / 10, **stamp})
        rita.mlflow.call("runs/log-batch", run_id=run_id, metrics=metrics)
    return f"/api/v1/projects/{cast.project_id}"


def of_arrow(answer: bytes) -> list[Row]:
    table = read_ipc_stream(io.BytesIO(answer)).read_all()
    assert table.column_names == ["candidate", "key", "x", "y"]
    return list(zip(*(table.column(name).to_pylist() for name in table.column_names), strict=True))


def of_json(answer: dict[str, Any]) -> list[Row]:
    return [
        (curve["candidate"], curve["key"], float(x), float(y))
        for curve in answer["curves"]
        for x, y in zip(curve["x"], curve["y"], strict=True)
    ]


def same(left: list[Row], right: list[Row]) -> bool:
    """NaN equals NaN here, and 0 differs from -0."""
    return [_bits(row) for row in left] == [_bits(row) for row in right]


def _bits(row: Row) -> tuple[int, str, str, str]:
    return row[0], row[1], row[2].hex(), row[3].hex()


def test_every_value_is_that_of_the_json_answer(rita: Client, base: str, queries: list[dict[str, Any]]) -> None:
    seen: list[Row] = []
    for query in queries:
        answer = rita.post(f"{base}/curves", query, headers=ACCEPT)
        assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA_TYPE)
        found = of_arrow(answer.content)
        assert same(found, of_json(rita.post(f"{base}/curves", query).json())), query
        seen += found
    assert {row[:2] for row in seen} == {
        (candidate, key)
        for candidate in (1, 2, 3)
        for key in ("loss", "val/größe", "epoch")
        if (candidate, key) != (3, "epoch")
    }
    values = [row[3] for row in seen]
    assert any(map(math.isnan, values))
    assert {math.inf, -math.inf} <= set(values)


def test_no_curves_are_a_table_without_rows(rita: Client, base: str) -> None:
    answer = rita.post(f"{base}/curves", {"candidates": [], "keys": []}, headers=ACCEPT)
    assert of_arrow(answer.content) == []
