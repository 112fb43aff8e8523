"""Charts of an experiment over the API, on a fixture whose right answers are known."""

import csv
import io
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.http.client import Client, refused

# name, model, lr, seed, val/acc at step 1 and at step 2, latency
TRAINED: tuple[tuple[str, str, str, str, float | str, float | str, float], ...] = (
    ("a", "small", "0.001", "0", 0.50, 0.40, 10),
    ("b", "small", "0.01", "1", 0.52, 0.42, 12),
    ("c", "large", "0.1", "0", 0.70, 0.60, 30),
    ("d", "large", "1", "1", 0.72, 0.62, 20),
    ("e", "small", "0.001", "2", 0.51, 0.41, 9),
    ("nan", "large", "0.01", "2", 0.99, "NaN", 1),
    ("failed", "large", "0.01", "3", 0.98, 0.98, 1),
)


@pytest.fixture
def base(rita: Client) -> str:
    return f"/api/v1/projects/{rita.project.replace('/', '%2F')}"


@pytest.fixture
def experiment(rita: Client) -> str:
    made = rita.mlflow.new_experiment("charted")
    for number, (name, model, lr, seed, first, second, latency) in enumerate(TRAINED):
        run = rita.mlflow.new_run(made, run_name=name, start_time=1000 + number)
        values = ((1, first, latency), (2, second, latency + 5))
        rita.mlflow.call(
            "runs/log-batch",
            run_id=run,
            params=[
                {"key": key, "value": value}
                for key, value in (("model", model), ("lr", lr), ("seed", seed), ("batch", "8"))
            ],
            metrics=[
                {"key": key, "value": value, "step": step, "timestamp": step}
                for step, accuracy, slow in values
                for key, value in (("val/acc", accuracy), ("latency_ms", slow))
            ],
        )
        rita.mlflow.call("runs/update", run_id=run, status="FAILED" if name == "failed" else "FINISHED", end_time=2000)
    return made


def read(client: Client, base: str, experiment: str, kind: str, **query: Any) -> dict[str, Any]:
    answer = client.post(f"{base}/experiments/{experiment}/charts", {"kind": kind, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def column(chart: dict[str, Any], label: str) -> dict[str, Any]:
    found = {item["label"]: item["values"] for item in chart["columns"]}
    keys = [mark["name"] for mark in chart["marks"]] or chart["columns"][0]["values"]
    return dict(zip(keys, found[label], strict=True))


def test_the_best_so_far_counts_neither_failed_nor_diverged(rita: Client, base: str, experiment: str) -> None:
    chart = read(rita, base, experiment, "history")
    assert [mark["name"] for mark in chart["marks"]] == ["a", "b", "c", "d", "e", "nan", "failed"]
    assert column(chart, "best so far") == {
        "a": 0.50, "b": 0.52, "c": 0.70, "d": 0.72, "e": 0.72, "nan": 0.72, "failed": 0.72,
    }  # fmt: skip
    assert [mark["name"] for mark in chart["marks"] if mark["special"]] == ["a", "b", "c", "d"]
    assert column(chart, "val/acc, highest")["failed"] == 0.98
    assert chart["marks"][5]["unranked"] == "not_finite"
    assert chart["summary"] == (
        "d holds the highest val/acc, 0.72; the best rose 4 times among 5 candidates, from 0.5."
    )


def test_importance_is_that_of_an_analysis_of_variance(rita: Client, base: str, experiment: str) -> None:
    chart = read(rita, base, experiment, "importance")
    shares = column(chart, "share of variance")
    values = {"small": (0.50, 0.52, 0.51), "large": (0.70, 0.72)}
    everyone = [value for group in values.values() for value in group]
    mean = sum(everyone) / 5
    total = sum((value - mean) ** 2 for value in everyone)
    within = sum((value - sum(group) / len(group)) ** 2 for group in values.values() for value in group)
    assert shares["model"] == pytest.approx((total - within - within / 3) / total, abs=1e-12)
    assert next(iter(shares)) == "model"
    assert "batch" not in shares
    assert column(chart, "rank correlation")["lr"] == pytest.approx(0.9746794344808963, abs=1e-12)
    assert chart["summary"].startswith("model explains 99% of the variance of val/acc among 5 candidates")
    assert "analysis of variance" in chart["method"]


def test_the_front_is_of_values_at_the_best_step(rita: Client, base: str, experiment: str) -> None:
    chart = read(rita, base, experiment, "pareto")
    assert column(chart, "latency_ms, at the best step")["d"] == 20
    assert {mark["name"] for mark in chart["marks"] if mark["special"]} == {"e", "b", "d"}
    assert chart["summary"].endswith("low latency_ms, at the best step and high val/acc, highest: e, b, d.")
    last = read(rita, base, experiment, "pareto", x="metrics.latency_ms", y="metrics.val/acc")
    assert column(last, "latency_ms, last")["d"] == 25


def test_two_parameters_have_the_mean_of_those_that_count_in_each_place(
    rita: Client, base: str, experiment: str
) -> None:
    chart = read(rita, base, experiment, "contour")
    assert [item["label"] for item in chart["columns"]] == ["lr", "model", "mean val/acc", "best", "candidates"]
    rows = list(zip(*(item["values"] for item in chart["columns"]), strict=True))
    assert rows == [
        ("0.001", "small", (0.50 + 0.51) / 2, 0.51, 2),
        ("0.01", "small", 0.52, 0.52, 1),
        ("0.1", "large", 0.70, 0.70, 1),
        ("1", "large", 0.72, 0.72, 1),
    ]
    assert chart["summary"] == (
        "Of 4 places with 5 candidates the best mean of val/acc, 0.72 (n = 1), is at lr 1 and model large."
    )
    asked = read(rita, base, experiment, "contour", x="params.seed", y="params.model", filter="params.lr = '0.001'")
    assert [item["values"] for item in asked["columns"][:3]] == [["0", "2"], ["small", "small"], [0.50, 0.51]]
    drawn = rita.get(f"{base}/experiments/{experiment}/charts/contour.svg").text
    assert drawn.count("fill-opacity") == 4
    assert "n = 2" in drawn
    nobody = read(rita, base, experiment, "contour", filter="params.lr = 'x'")
    assert (nobody["columns"], nobody["summary"]) == ([], "No two parameters differ among the candidates that count.")


def test_scatter_and_parallel_mark_what_the_filter_finds(rita: Client, base: str, experiment: str) -> None:
    query = {"filter": "params.model = 'large'", "x": "params.lr", "y": "score", "colour": "params.model"}
    chart = read(rita, base, experiment, "scatter", **query)
    assert [mark["name"] for mark in chart["marks"] if mark["found"]] == ["c", "d", "failed"]
    assert [mark["name"] for mark in chart["marks"] if not mark["found"]] == ["a", "b", "e"]
    assert chart["columns"][0]["log"] is True
    assert column(chart, "lr")["d"] == 1.0
    assert chart["columns"][2]["categories"] == ["large", "small"]
    axes = read(rita, base, experiment, "parallel")["columns"]
    assert [axis["field"] for axis in axes] == ["params.lr", "params.model", "params.seed", 'max(metrics."val/acc")']


def test_the_brushed_field_is_one_of_the_search_language(rita: Client, base: str, experiment: str) -> None:
    field = read(rita, base, experiment, "parallel")["columns"][-1]["field"]
    query = {"filter": f"{field} >= 0.7 AND {field} <= 0.72"}
    page = rita.post(f"{base}/experiments/{experiment}/candidates/search", query).json()
    assert {row["name"] for row in page["candidates"]} == {"c", "d"}


def test_correlation_is_a_square_of_rank_correlations(rita: Client, base: str, experiment: str) -> None:
    chart = read(rita, base, experiment, "correlation")
    rows = chart["columns"][0]["values"]
    assert rows == ["val/acc, highest", "latency_ms, at the best step", "lr", "seed"]
    assert column(chart, "latency_ms, at the best step")["val/acc, highest"] == pytest.approx(0.8, abs=1e-12)
    assert column(chart, "lr")["lr"] == 1.0


def test_bands_are_means_of_seed_groups_without_failed_or_diverged(rita: Client, base: str, experiment: str) -> None:
    rows = rita.post(f"{base}/experiments/{experiment}/candidates/search", {}).json()["candidates"]
    iids = {row["name"]: row["iid"] for row in rows}
    answer = rita.post(f"{base}/bands", {"candidates": sorted(iids.values()), "key": "val/acc"})
    found = {tuple(band["candidates"]): band for band in answer.json()["bands"]}
    both = found[iids["a"], iids["e"]]
    assert both["x"] == [1, 2]
    assert both["mean"] == pytest.approx([0.505, 0.405], abs=1e-15)
    assert both["deviation"] == pytest.approx([0.01 / 2**0.5] * 2, abs=1e-12)
    assert both["n"] == [2, 2]
    # The group of both has no other member.
    everyone = {iid for members in found for iid in members}
    assert not everyone & {iids["nan"], iids["failed"]}
    refused(rita.post(f"{base}/bands", {"candidates": [1], "key": "x", "points": 1}), 400, "INVALID_PARAMETER_VALUE")


def test_bands_by_parameters_are_means_of_those_with_the_same_values(rita: Client, base: str, experiment: str) -> None:
    rows = rita.post(f"{base}/experiments/{experiment}/candidates/search", {}).json()["candidates"]
    iids = {row["name"]: row["iid"] for row in rows}
    query = {"candidates": sorted(iids.values()), "key": "val/acc", "by": ["model"]}
    small, large = rita.post(f"{base}/bands", query).json()["bands"]
    assert small["params"] == {"model": "small"}
    assert small["candidates"] == [iids["a"], iids["b"], iids["e"]]
    assert small["mean"] == pytest.approx([0.51, 0.41], abs=1e-15)
    assert large["left_out"] == [iids["nan"], iids["failed"]]
    assert large["mean"] == pytest.approx([0.71, 0.61], abs=1e-15)
    other = rita.post(f"{base}/bands", query | {"by": ["model", "not there"]}).json()["bands"]
    assert [band["params"] for band in other] == [{"model": "small"}, {"model": "large"}]
    named = f"candidates={'.'.join(str(iid) for iid in sorted(iids.values()))}&metric=val/acc&groups=on&by=model"
    sheet = list(csv.DictReader(io.StringIO(rita.get(f"{base}/curves.csv?{named}").text)))
    assert {row["group"] for row in sheet} == {"model small (n = 3)", "model large (n = 2)"}
    assert "val/acc by model" in rita.get(f"{base}/curves.svg?{named}").text
    refused(rita.post(f"{base}/bands", query | {"by": list("abcdefg")}), 400, "INVALID_PARAMETER_VALUE", "by")


def test_a_chart_is_also_a_file(rita: Client, base: str, experiment: str) -> None:
    answer = rita.get(f"{base}/experiments/{experiment}/charts/history.csv?filter=params.model%20%3D%20'small'")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["name"], row["best so far"]) for row in rows] == [("a", "0.5"), ("b", "0.52"), ("e", "0.52")]
    assert rita.get(f"{base}/experiments/{experiment}/charts/history.exe").status_code == 404
    assert rita.get(f"{base}/experiments/{experiment}/charts/future.csv").status_code == 404


@pytest.mark.parametrize("kind", ["history", "importance", "scatter", "parallel", "pareto", "correlation"])
def test_a_chart_is_drawn_by_the_server_as_the_page_shows_it(
    rita: Client, base: str, experiment: str, kind: str
) -> None:
    address = f"{base}/experiments/{experiment}/charts/{kind}"
    drawn = rita.get(f"{address}.svg?colour=params.model&x_scale=log&width=500")
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert "default-src 'none'" in drawn.headers["content-security-policy"]
    root = ET.fromstring(drawn.text)  # noqa: S314 - our own
    assert root.get("width") == "500"
    described = root.find("{http://www.w3.org/2000/svg}desc")
    colour = {"colour": "params.model"} if kind == "scatter" else {}
    assert described is not None
    assert described.text == read(rita, base, experiment, kind, **colour)["summary"]
    png = rita.get(f"{address}.png?download=1")
    assert png.content.startswith(b"\x89PNG\r\n")
    assert png.headers["content-disposition"] == f'attachment; filename="{kind}.png"'


@pytest.mark.parametrize(("query", "field"), [("width=9", "width"), ("x_scale=cubic", "x_scale"), ("x=no", "x")])
def test_a_picture_that_cannot_be_is_refused(rita: Client, base: str, experiment: str, query: str, field: str) -> None:
    answer = rita.get(f"{base}/experiments/{experiment}/charts/scatter.svg?{query}")
    refused(answer, 400, "INVALID_PARAMETER_VALUE", field)


def test_an_experiment_without_metrics_has_empty_charts(rita: Client, base: str) -> None:
    empty = rita.mlflow.new_experiment("empty")
    for kind in ("history", "importance", "scatter", "parallel", "pareto", "correlation"):
        assert read(rita, base, empty, kind)["summary"] == "No metric has been logged yet."
    rita.mlflow.call("runs/log-metric", run_id=rita.mlflow.new_run(empty), key="loss", value=1.0, timestamp=1, step=0)
    for kind in ("history", "importance", "scatter", "parallel", "pareto", "correlation"):
        assert read(rita, base, empty, kind)["summary"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"kind": "scatter", "x": "nonsense"}, "x"),
        ({"kind": "scatter", "filter": "params.lr >>"}, "filter"),
        ({"kind": "parallel", "axes": ["params.lr"] * 13}, "axes"),
        ({"kind": "guess"}, "kind"),
    ],
)
def test_what_is_no_chart_is_refused(
    rita: Client, base: str, experiment: str, query: dict[str, Any], field: str
) -> None:
    answer = rita.post(f"{base}/experiments/{experiment}/charts", query)
    refused(answer, 400, "INVALID_PARAMETER_VALUE", field)


def test_who_sees_the_experiment_sees_its_charts(
    rita: Client, as_member: Callable[[str], Client], base: str, experiment: str
) -> None:
    assert read(as_member("gwen"), base, experiment, "history")["marks"]
    address = f"{base}/experiments/{experiment}/charts"
    refused(as_member("otto").post(address, {"kind": "history"}), 404, "RESOURCE_DOES_NOT_EXIST")
    assert as_member("otto").get(f"{address}/history.csv").status_code == 404
    refused(rita.post(f"{base}/experiments/999/charts", {"kind": "history"}), 404, "RESOURCE_DOES_NOT_EXIST")
