"""Folded pages: the seed groups of the 24 candidates of test_answer, and candidates below their parents."""

from statistics import mean, stdev
from typing import Any

import pytest

from tests.http.client import Client, refused
from tests.http.web.test_answer import FAMILIES, SEEDS, base, experiment, put
from tests.http.web.test_ranked import ranked

__all__ = ["base", "experiment"]  # fixtures


def names(page: dict[str, Any]) -> list[str]:
    return [row["name"] for row in page["candidates"]]


def test_groups_have_the_mean_and_the_deviation_of_their_ranked_members(
    rita: Client, base: str, experiment: str
) -> None:
    page = ranked(rita, base, experiment, fold="seeds")

    rows = page["candidates"]
    assert names(page)[:6] == list(FAMILIES)
    assert page["total"] == len(rows) == len(FAMILIES) + 6
    for rank, (row, accuracy) in enumerate(zip(rows, FAMILIES.values(), strict=False), 1):
        values = [accuracy + change for change in SEEDS.values()]
        assert row["iid"] == -min(row["group"]["candidates"])
        assert (row["group"]["n"], row["below"], row["standing"]["rank"]) == (3, 3, rank)
        assert row["standing"]["value"] == pytest.approx(mean(values))
        assert row["standing"]["at_step"]["val/acc"] == pytest.approx(mean(values))
        assert row["standing"]["at_step"]["val/loss"] == 0.5
        assert row["group"]["deviations"]["val/acc"] == pytest.approx(stdev(values))
        assert row["params"] == {"model": row["name"]}
    # The vit that diverged is no member of its family.
    assert [row["standing"]["unranked"] for row in rows[6:]] == [
        *["running"] * 3,
        "not_finite",
        "failed",
        "no_value",
    ]


def test_an_open_group_is_followed_by_its_members_best_first(rita: Client, base: str, experiment: str) -> None:
    whole = ranked(rita, base, experiment, fold="seeds")
    vit = whole["candidates"][1]

    opened = ranked(rita, base, experiment, fold="seeds", expanded=[-vit["iid"]])

    assert names(opened)[:6] == ["convnext", "vit", "vit-s2", "vit-s0", "vit-s1", "resnet"]
    assert [row["depth"] for row in opened["candidates"][:6]] == [0, 0, 1, 1, 1, 0]
    first = ranked(rita, base, experiment, fold="seeds", expanded=[-vit["iid"]], max_results=2)
    again = ranked(
        rita,
        base,
        experiment,
        fold="seeds",
        expanded=[-vit["iid"]],
        max_results=40,
        page_token=first["next_page_token"],
    )
    assert first["candidates"] + again["candidates"] == opened["candidates"]


def test_groups_follow_the_goal_and_are_of_what_a_filter_finds(rita: Client, base: str, experiment: str) -> None:
    found = ranked(rita, base, experiment, fold="seeds", filter="params.seed != '2' AND params.model != 'new'")
    convnext = found["candidates"][0]
    assert (convnext["name"], convnext["group"]["n"]) == ("convnext", 2)
    assert convnext["standing"]["value"] == pytest.approx(mean([0.854, 0.838]))
    alone = ranked(rita, base, experiment, fold="seeds", filter="name = 'vit-s1'")["candidates"]
    assert [(row["name"], row["standing"]["rank"], row["group"]) for row in alone] == [("vit-s1", 1, None)]
    put(rita, base, experiment, metric="val/acc", direction="minimize")
    assert names(ranked(rita, base, experiment, fold="seeds"))[:6] == list(FAMILIES)[::-1]


def test_groups_take_another_order_by_what_they_show(rita: Client, base: str, experiment: str) -> None:
    by_mean = ranked(rita, base, experiment, fold="seeds", order_by=['metrics."val/acc" ASC'])
    families = [row["name"] for row in by_mean["candidates"] if row["group"]]
    assert families == list(reversed(FAMILIES))
    # Ranks stay those of the goal, and who has no value comes last.
    ranks = [row["standing"]["rank"] for row in by_mean["candidates"] if row["group"]]
    assert ranks == list(range(len(FAMILIES), 0, -1))
    assert by_mean["candidates"][-1]["standing"]["value"] is None

    by_name = ranked(rita, base, experiment, fold="seeds", order_by=["params.model DESC", "name ASC"])
    assert [row["name"] for row in by_name["candidates"] if row["group"]] == sorted(FAMILIES, reverse=True)
    first = next(row for row in by_mean["candidates"] if row["group"])
    query = {"fold": "seeds", "order_by": ['metrics."val/acc" ASC'], "expanded": [-first["iid"]]}
    opened = ranked(rita, base, experiment, **query)
    members = [row["standing"]["value"] for row in opened["candidates"] if row["depth"] == 1]
    assert members == sorted(members)
    assert len(members) == 3
    again = ranked(rita, base, experiment, **query, start=2, max_results=3, snapshot=opened["snapshot"])
    assert names(again) == names(opened)[2:5]
    path = f"{base}/experiments/{experiment}/candidates/search"
    for fold, order in (("tree", "name"), ("seeds", "no field")):
        body = {"ranked": True, "fold": fold, "order_by": [order]}
        refused(rita.post(path, body), 400, "INVALID_PARAMETER_VALUE", "order_by")


def test_children_stand_below_their_parents_where_the_best_of_them_is(rita: Client, base: str) -> None:
    iid = rita.mlflow.new_experiment("nested")
    runs = {"other": rita.mlflow.new_run(iid, run_name="other"), "sweep": rita.mlflow.new_run(iid, run_name="sweep")}
    for name, value in (("good", 0.9), ("bad", 0.1)):
        tags = [{"key": "mlflow.parentRunId", "value": runs["sweep"]}]
        runs[name] = rita.mlflow.new_run(iid, run_name=name, tags=tags)
        rita.mlflow.call("runs/log-metric", run_id=runs[name], key="acc", value=value, timestamp=1)
    rita.mlflow.call("runs/log-metric", run_id=runs["other"], key="acc", value=0.5, timestamp=1)
    for run in runs.values():
        rita.mlflow.call("runs/update", run_id=run, status="FINISHED", end_time=2)

    closed = ranked(rita, base, iid, fold="tree")
    opened = ranked(rita, base, iid, fold="tree", expanded=[closed["candidates"][0]["iid"]])

    assert [(row["name"], row["below"]) for row in closed["candidates"]] == [("sweep", 2), ("other", 0)]
    assert [(row["name"], row["depth"]) for row in opened["candidates"]] == [
        ("sweep", 0),
        ("good", 1),
        ("bad", 1),
        ("other", 0),
    ]
    lonely = ranked(rita, base, iid, fold="tree", filter="name = 'bad'")
    assert names(lonely) == ["bad"]


def test_only_ranked_candidates_are_folded(rita: Client, base: str, experiment: str) -> None:
    path = f"{base}/experiments/{experiment}/candidates/search"
    refused(rita.post(path, {"fold": "seeds"}), 400, "INVALID_PARAMETER_VALUE", "fold")
    refused(rita.post(path, {"ranked": True, "fold": "colour"}), 400, "INVALID_PARAMETER_VALUE")
