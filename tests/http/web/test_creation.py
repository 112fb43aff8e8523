"""Candidates made by a form and from a CSV file: what is written, refused, and never written twice."""

import json
from typing import Any

import pytest

from tests.cast import Cast
from tests.http.client import Client, refused

CSV = "name,lr,val/acc,when\n" + "".join(f"c{n},0.{n},0.5{n},2026-11-25 10:00\n" for n in range(450))


@pytest.fixture
def base(cast: Cast) -> str:
    return f"/api/v1/projects/{cast.project_id}"


@pytest.fixture
def experiment(rita: Client, base: str) -> str:
    made = rita.mlflow.new_experiment()
    return f"{base}/experiments/{made}"


def names(rita: Client, experiment: str) -> list[str]:
    found = rita.post(f"{experiment}/candidates/search", {"max_results": 1000}).json()
    return [row["name"] for row in found["candidates"]]


def reports(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_form_makes_a_whole_candidate(rita: Client, base: str, experiment: str) -> None:
    parent = rita.post(f"{experiment}/candidates", {"name": "parent", "status": "running"}).json()
    answer = rita.post(
        f"{experiment}/candidates",
        {
            "name": "by hand",
            "note": "What *was* tried",
            "params": {"lr": "0.1"},
            "metrics": [{"key": "acc", "value": 0.5}, {"key": "acc", "value": "NaN", "step": 1}],
            "metadata": {"team": "vision"},
            "parent": parent["iid"],
            "start_time": 1000,
            "end_time": 3000,
        },
    )
    assert answer.status_code == 200, answer.text
    made = rita.get(f"{base}/candidates/{answer.json()['iid']}").json()
    assert (made["name"], made["note"], made["status"]) == ("by hand", "What *was* tried", "finished")
    assert (made["start_time"], made["end_time"], made["created_by"]) == (1000, 3000, "rita")
    assert made["params"] == [{"key": "lr", "value": "0.1"}]
    assert [(item["key"], item["count"], item["last"]) for item in made["metrics"]] == [("acc", 2, "NaN")]
    assert {"key": "team", "value": "vision"} in made["metadata"]
    assert made["parent"]["iid"] == parent["iid"]
    assert parent["end_time"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x", "params": {"a?": "1"}}, "params.key"),
        ({"name": "x", "metrics": [{"key": "a", "value": 1}, {"key": "..", "value": 1}]}, "metrics[1].key"),
        ({"name": "x", "metadata": {"a": "x" * 8001}}, "tags.value"),
        ({"name": "x", "status": "great"}, "status"),
        ({"name": "x" * 251}, "run_name"),
        ({"name": "x", "end_time": -1}, "end_time"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_written(
    rita: Client, experiment: str, body: dict[str, object], field: str
) -> None:
    refused(rita.post(f"{experiment}/candidates", body), 400, "INVALID_PARAMETER_VALUE", field)
    assert names(rita, experiment) == []


def test_a_preview_guesses_and_writes_nothing(rita: Client, experiment: str) -> None:
    shown = rita.post(f"{experiment}/imports/preview", {"text": CSV}).json()
    assert [column["target"]["role"] for column in shown["columns"]] == ["name", "param", "metric", "param"]
    assert (shown["rows"], shown["present"], shown["faults"]) == (450, 0, [])
    assert shown["lines"][0] == {"line": 2, "cells": ["c0", "0.0", "0.50", "2026-11-25 10:00"]}
    chosen = [column["target"] for column in shown["columns"][:3]] + [{"role": "end_time"}]
    assert rita.post(f"{experiment}/imports/preview", {"text": CSV, "targets": chosen}).json()["fault_count"] == 0
    assert names(rita, experiment) == []


def test_an_import_reports_its_parts_and_goes_on_where_it_broke_off(rita: Client, experiment: str) -> None:
    body = {"text": CSV, "file_name": "results.csv", "targets": []}
    first = rita.post(f"{experiment}/imports", body)
    found = reports(first.text)
    assert [report["done"] for report in found] == list(range(50, 451, 50))
    created = [iid for report in found for iid in report["created"]]
    assert len(set(created)) == 450
    assert len(names(rita, experiment)) == 450

    # Ten of them are deleted, so that only they are missing when the file comes again.
    project = experiment.partition("/experiments/")[0]
    for iid in created[50:60]:
        assert rita.request("DELETE", f"{project}/candidates/{iid}", json={}).status_code == 200
    assert rita.post(f"{experiment}/imports/preview", body).json()["present"] == 440
    again = reports(rita.post(f"{experiment}/imports", body).text)
    counted = [(len(report["created"]), report["present"]) for report in again]
    assert counted == [(0, 50), (10, 40), *[(0, 50)] * 7]
    assert len(names(rita, experiment)) == 450


def test_two_at_once_write_nothing_twice(rita: Client, experiment: str) -> None:
    body = {"text": CSV, "targets": []}
    answers = rita.at_once([("POST", f"{experiment}/imports", {"json": body})] * 2)
    assert [answer.status_code for answer in answers] == [200, 200]
    assert sorted(names(rita, experiment)) == sorted(f"c{n}" for n in range(450))


def test_nothing_of_a_file_with_a_fault_is_written(rita: Client, experiment: str) -> None:
    text = CSV + "last,0.1,ninety,2026\n"
    answer = rita.post(
        f"{experiment}/imports",
        {
            "text": text,
            "targets": [
                {"role": "name"},
                {"role": "param", "key": "lr"},
                {"role": "metric", "key": "acc"},
                {"role": "ignored"},
            ],
        },
    )
    refused(answer, 400, "INVALID_PARAMETER_VALUE", "text")
    assert "line 452, column 3 (val/acc): “ninety” is not a number" in answer.json()["message"]
    assert names(rita, experiment) == []


def test_a_deleted_experiment_takes_neither(rita: Client, experiment: str) -> None:
    rita.request("DELETE", experiment, json={})
    refused(rita.post(f"{experiment}/candidates", {"name": "x"}), 400, "INVALID_PARAMETER_VALUE", "experiment_id")
    refused(rita.post(f"{experiment}/imports", {"text": CSV}), 400, "INVALID_PARAMETER_VALUE", "experiment_id")
