"""Pages of candidates in the order of the answer, on the 24 candidates of test_answer."""

from dataclasses import replace
from typing import Any

import pytest

from shortlist.app import Application
from shortlist.ranking.snapshots import Snapshots
from tests.http.client import Client, refused
from tests.http.web.test_answer import BEST_STEP, LAST_STEP, base, experiment, put

__all__ = ["base", "experiment"]  # fixtures


def ranked(client: Client, base: str, experiment: str, **query: Any) -> dict[str, Any]:
    path = f"{base}/experiments/{experiment}/candidates/search"
    response = client.post(path, {"ranked": True, **query})
    assert response.status_code == 200, response.text
    return response.json()


def test_the_best_is_first_and_others_are_read_at_its_step(rita: Client, base: str, experiment: str) -> None:
    page = ranked(rita, base, experiment)
    rows = page["candidates"]
    assert page["total"] == len(rows) == 24
    assert [row["standing"]["rank"] for row in rows] == [*range(1, 19), *[None] * 6]
    assert [row["name"] for row in rows[:3]] == ["convnext-s2", "convnext-s0", "vit-s2"]
    best = rows[0]
    assert best["standing"]["value"] == 0.859
    assert best["standing"]["step"] == BEST_STEP
    assert best["standing"]["at_step"] == {"val/acc": 0.859, "val/loss": 0.5}
    assert best["metrics"] == {"val/acc": pytest.approx(0.849), "val/loss": 0.4}
    reasons = [row["standing"]["unranked"] for row in rows[18:]]
    assert reasons == ["running", "running", "running", "not_finite", "failed", "no_value"]
    endings = [row["standing"]["ending"] for row in rows[20:]]
    diverged = {"last_step": LAST_STEP, "odd_step": BEST_STEP, "has_nan": True, "has_infinity": False}
    assert endings == [None, diverged, {**diverged, "odd_step": None, "has_nan": False}, None]


def test_pages_and_a_filter_keep_the_ranks(rita: Client, base: str, experiment: str) -> None:
    names = [row["name"] for row in ranked(rita, base, experiment)["candidates"]]
    found: list[str] = []
    token = ""
    while True:
        page = ranked(rita, base, experiment, max_results=7, page_token=token)
        found += [row["name"] for row in page["candidates"]]
        token = page["next_page_token"]
        if token is None:
            break
    assert found == names
    vit = ranked(rita, base, experiment, filter="params.model = 'vit'")
    assert vit["total"] == 4
    assert [row["standing"]["rank"] for row in vit["candidates"]] == [3, 5, 6, None]


def test_the_baseline_is_on_every_page_whatever_the_filter(rita: Client, base: str, experiment: str) -> None:
    rows = ranked(rita, base, experiment)["candidates"]
    put(rita, base, experiment, metric="val/acc", direction="maximize", baseline=rows[4]["iid"])
    for query in ({}, {"max_results": 2}, {"filter": "params.model = 'convnext'"}, {"filter": "name = 'nobody'"}):
        page = ranked(rita, base, experiment, **query)
        assert page["baseline"] == rows[4]
    assert [row["iid"] for row in page["candidates"]] == []
    first = ranked(rita, base, experiment, max_results=2)
    again = ranked(rita, base, experiment, max_results=2, page_token=first["next_page_token"])
    assert [row["iid"] for row in again["candidates"]] == [rows[2]["iid"], rows[3]["iid"]]
    assert again["baseline"] == rows[4]
    assert rita.request("DELETE", f"{base}/candidates/{rows[4]['iid']}").status_code == 200
    assert ranked(rita, base, experiment)["baseline"] is None


@pytest.mark.parametrize("forgotten", [False, True])
def test_pages_do_not_shift_while_candidates_are_added(
    application: Application, rita: Client, base: str, experiment: str, forgotten: bool
) -> None:
    names = [row["name"] for row in ranked(rita, base, experiment)["candidates"]]
    first = ranked(rita, base, experiment, max_results=7)
    better = rita.mlflow.new_run(experiment, run_name="better", start_time=1)
    rita.mlflow.call("runs/log-metric", run_id=better, key="val/acc", value=0.99, timestamp=1)
    rita.mlflow.call("runs/update", run_id=better, status="FINISHED")
    if forgotten:
        # As by another process, or after very many other pages.
        assert application.services.late is not None
        application.services.late = replace(application.services.late, snapshots=Snapshots())
    rest = ranked(rita, base, experiment, page_token=first["next_page_token"])
    assert [row["name"] for row in rest["candidates"]] == names[7:]
    assert ranked(rita, base, experiment, max_results=1)["candidates"][0]["name"] == "better"


def test_another_direction_reverses_the_ranks(rita: Client, base: str, experiment: str) -> None:
    before = [row["name"] for row in ranked(rita, base, experiment)["candidates"][:18]]
    put(rita, base, experiment, metric="val/acc", direction="minimize", reduction="last")
    after = [row["name"] for row in ranked(rita, base, experiment)["candidates"][:18]]
    assert after == before[::-1]


def test_a_second_metric_marks_the_front(rita: Client, base: str, experiment: str) -> None:
    second = {"metric": "val/loss", "direction": "maximize"}
    answer = put(rita, base, experiment, metric="val/acc", direction="maximize", second=second)
    assert answer["goal"]["second"] == second
    marked = [row["iid"] for row in ranked(rita, base, experiment)["candidates"] if row["standing"]["pareto"]]
    assert len(marked) == answer["front"] > 0
    assert "on the Pareto front of val/acc and val/loss" in answer["sentence"]
    drawn = rita.post(f"{base}/experiments/{experiment}/charts", {"kind": "pareto"}).json()
    assert sorted(mark["iid"] for mark in drawn["marks"] if mark["special"]) == sorted(marked)
    grouped = ranked(rita, base, experiment, fold="seeds")["candidates"]
    assert any(row["standing"]["pareto"] for row in grouped)
    path = f"{base}/experiments/{experiment}/candidates.csv?ranked=true&columns=status"
    lines = [line.split(",") for line in rita.get(path).text.splitlines()]
    assert lines[0][6] == "pareto"
    assert [int(line[0]) for line in lines[1:] if line[6] == "true"] == marked
    assert put(rita, base, experiment, metric="val/acc", direction="maximize")["front"] is None
    assert "pareto" not in rita.get(path).text
    same = {"metric": "val/loss", "direction": "maximize", "second": second}
    refused(
        rita.request("PUT", f"{base}/experiments/{experiment}/goal", json=same),
        400,
        "INVALID_PARAMETER_VALUE",
        "second",
    )


def test_the_candidate_knows_its_place(rita: Client, base: str, experiment: str) -> None:
    rows = ranked(rita, base, experiment)["candidates"]
    second = rita.get(f"{base}/candidates/{rows[1]['iid']}").json()
    assert second["place"] == {
        "rank": 2,
        "of": 18,
        "by": "highest val/acc",
        "metric": "val/acc",
        "lower_is_better": False,
    }
    last = rita.get(f"{base}/candidates/{rows[-1]['iid']}").json()
    assert last["place"] == {**second["place"], "rank": None}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"order_by": ["name"]}, "order_by"),
        ({"view": "deleted"}, "view"),
        ({"max_results": 0}, "max_results"),
        ({"page_token": "7"}, "page_token"),
        ({"filter": "metrics.a >>"}, "filter"),
    ],
)
def test_what_goes_with_no_rank_is_refused(
    rita: Client, base: str, experiment: str, query: dict[str, Any], field: str
) -> None:
    path = f"{base}/experiments/{experiment}/candidates/search"
    refused(rita.post(path, {"ranked": True, **query}), 400, "INVALID_PARAMETER_VALUE", field)


def test_without_a_metric_the_newest_is_first(rita: Client, base: str) -> None:
    iid = rita.mlflow.new_experiment("no metric")
    for number in range(2):
        rita.mlflow.new_run(iid, run_name=f"run-{number}", start_time=number)
    rows = ranked(rita, base, iid)["candidates"]
    assert [(row["name"], row["standing"]) for row in rows] == [("run-1", None), ("run-0", None)]
