"""Candidates beside each other over the API, on a fixture whose right answers are known."""

import csv
from collections.abc import Callable
from typing import Any

import pytest

from tests.http.client import Client, refused

REACHED = {"a-s0": 0.80, "a-s1": 0.84, "b": 0.90, "diverged": "NaN", "failed": 0.99}
REPOSITORY = "git@gitlab.example:team/vision.git"


@pytest.fixture
def base(rita: Client) -> str:
    return f"/api/v1/projects/{rita.project.replace('/', '%2F')}"


@pytest.fixture
def candidates(rita: Client, base: str) -> dict[str, int]:
    """Iids by name. val/acc peaks at step 5 and ends 0.1 lower at step 9; val/loss is 1, 0.5, 0.4."""
    experiment = rita.mlflow.new_experiment("compared")
    for number, (name, reached) in enumerate(REACHED.items()):
        run = rita.mlflow.new_run(experiment, run_name=name)
        last = reached if isinstance(reached, str) else reached - 0.1
        log(rita, run, name, [(0, 0.1, 1.0), (5, reached, 0.5 + number / 10), (9, last, 0.4)])
        status = "FAILED" if name == "failed" else "FINISHED"
        rita.mlflow.call("runs/update", run_id=run, status=status, end_time=10)
    page = rita.post(f"{base}/experiments/{experiment}/candidates/search", {}).json()
    return {row["name"]: row["iid"] for row in page["candidates"]}


def log(rita: Client, run: str, name: str, points: list[tuple[int, float | str, float]]) -> None:
    model, _, seed = name.partition("-s")
    tags = {
        "team": "vision" if model == "a" else "speech",
        "mlflow.source.git.commit": f"{len(model):07d}",
        "mlflow.source.git.repoURL": REPOSITORY,
    }
    rita.mlflow.call(
        "runs/log-batch",
        run_id=run,
        params=[
            {"key": "model", "value": model},
            {"key": "seed", "value": seed or "0"},
            {"key": "batch", "value": "8"},
        ],
        tags=[{"key": key, "value": value} for key, value in tags.items()],
        metrics=[
            {"key": key, "value": value, "step": step, "timestamp": step}
            for step, accuracy, loss in points
            for key, value in (("val/acc", accuracy), ("val/loss", loss), ("epoch", step))
        ],
    )
    files = rita.mlflow.files
    run_info = rita.mlflow.run(run)["info"]
    root = run_info["artifact_uri"].partition("mlflow-artifacts:")[2].lstrip("/")
    requirements = f"numpy==2.1.0\ntorch=={'2.4' if model == 'a' else '2.5'}\n# nothing\n--index-url x\n"
    uploads = {
        "model/requirements.txt": requirements,
        "model/python_env.yaml": "python: 3.11.9\ndependencies:\n- -r requirements.txt\n",
        "images/sample#one+step+3+timestamp+17+abc.png": "png",
        "plots/confusion.png": "png",
        "code.patch": "--- a\n+++ b\n",
        "per_class.csv": "class,precision\none,0.5\n",
    }
    for path, text in uploads.items():
        answer = rita.request("PUT", f"{files}/{root}/{path.replace('#', '%23')}", content=text.encode())
        assert answer.status_code == 200, answer.text


def compare(client: Client, base: str, *iids: int) -> dict[str, Any]:
    answer = client.post(f"{base}/compare", {"candidates": list(iids)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def rows(found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["key"]: row for row in found}


def test_metrics_deltas_and_marks_are_right_to_the_digit(rita: Client, base: str, candidates: dict[str, int]) -> None:
    order = [candidates[name] for name in REACHED]
    found = compare(rita, base, *order)
    assert [item["iid"] for item in found["candidates"]] == order
    assert [item["rank"] for item in found["candidates"]] == [3, 2, 1, None, None]
    assert [item["unranked"] for item in found["candidates"]] == [None, None, None, "not_finite", "failed"]

    metrics = rows(found["metrics"])
    assert list(metrics) == ["val/acc", "epoch", "val/loss"]
    accuracy = metrics["val/acc"]
    assert (accuracy["direction"], accuracy["best"]) == ("maximize", candidates["b"])
    assert [cell["value"] for cell in accuracy["cells"]] == [0.80, 0.84, 0.90, "NaN", 0.99 - 0.1]
    assert [cell["delta"] for cell in accuracy["cells"]] == [None, 0.84 - 0.80, 0.90 - 0.80, None, 0.99 - 0.1 - 0.80]
    assert [cell["better"] for cell in accuracy["cells"]] == [None, True, True, None, True]
    assert accuracy["cells"][0] == {"value": 0.80, "step": 5, "last": 0.80 - 0.1, "delta": None, "better": None}
    # At the step of the best accuracy, not the last; the failed one has only its last.
    assert [cell["value"] for cell in metrics["val/loss"]["cells"]] == [0.5, 0.6, 0.7, 0.4, 0.4]
    assert metrics["val/loss"]["best"] == candidates["a-s0"]
    assert [cell["better"] for cell in metrics["val/loss"]["cells"]] == [None, False, False, True, True]
    assert (metrics["epoch"]["direction"], metrics["epoch"]["best"]) == (None, None)


def test_the_verdict_is_about_these_candidates_and_knows_the_group_of_the_best(
    rita: Client, base: str, candidates: dict[str, int]
) -> None:
    found = compare(rita, base, candidates["a-s1"], candidates["diverged"])
    assert [item["name"] for item in found["experiments"]] == ["compared"]
    assert found["verdict"].startswith("a-s1 is best: val/acc 0.84. 1 ranked, 1 diverged.")
    assert "n = 2" in found["verdict"]
    assert found["answer"]["group"]["candidates"] == [candidates["a-s1"], candidates["a-s0"]]
    assert found["answer"]["lead"] is None
    both = compare(rita, base, candidates["a-s0"], candidates["b"])
    assert both["answer"]["lead"] == 0.90 - 0.80
    assert both["verdict"].endswith("It is best at 1 of 2 metrics.")


def test_what_differs_is_told_from_what_is_equal(rita: Client, base: str, candidates: dict[str, int]) -> None:
    found = compare(rita, base, candidates["a-s0"], candidates["b"], candidates["a-s0"])
    assert len(found["candidates"]) == 2
    params = rows(found["params"])
    assert params["batch"] == {"key": "batch", "values": ["8", "8"], "same": True}
    assert params["model"] == {"key": "model", "values": ["a", "b"], "same": False}
    assert rows(found["metadata"]) == {"team": {"key": "team", "values": ["vision", "speech"], "same": False}}
    code = rows(found["code"])
    assert code["repository"]["same"] is True
    assert found["code_url"] is None  # the same commit
    environment = rows(found["environment"])
    assert environment["torch"]["values"] == ["2.4", "2.5"]
    assert environment["numpy"]["same"] is True
    assert environment["python"]["values"] == ["3.11.9", "3.11.9"]
    assert set(environment) == {"torch", "numpy", "python"}
    images = [(item["candidate"], item["series"], item["step"]) for item in found["images"]]
    assert images[:2] == [(candidates["a-s0"], "sample/one", 3), (candidates["a-s0"], "plots/confusion.png", None)]
    assert found["diffs"][0] == {"candidate": candidates["a-s0"], "path": "code.patch"}
    other = compare(rita, base, candidates["a-s0"], candidates["diverged"])
    assert other["code_url"] == "https://gitlab.example/team/vision/-/compare/0000001...0000008"


def test_differences_of_curves_are_taken_at_steps_that_both_have(
    rita: Client, base: str, candidates: dict[str, int]
) -> None:
    asked = {"keys": ["val/acc"], "minus": candidates["a-s0"]}
    found = rita.post(f"{base}/curves", {**asked, "candidates": [candidates["b"], candidates["a-s0"]]}).json()[
        "curves"
    ]
    assert [curve["candidate"] for curve in found] == [candidates["b"], candidates["a-s0"]]
    assert found[0]["x"] == [0, 5, 9]
    assert found[0]["y"] == [0.0, 0.90 - 0.80, (0.90 - 0.1) - (0.80 - 0.1)]
    assert found[1]["y"] == [0.0, 0.0, 0.0]
    by_metric = rita.post(
        f"{base}/curves", {"candidates": [candidates["b"]], "keys": ["val/acc"], "axis": "metric", "x_key": "val/loss"}
    ).json()["curves"]
    assert (by_metric[0]["x"], by_metric[0]["y"]) == ([0.4, 0.7, 1.0], [0.90 - 0.1, 0.90, 0.1])


def test_tables_are_compared_as_data_and_as_files(rita: Client, base: str, candidates: dict[str, int]) -> None:
    named = [candidates["a-s0"], candidates["b"], candidates["failed"]]
    for iid, text in zip(named, ("sure,class\n0.5,=x\n1.5,y\n", "sure\n1.5\n2.5\n"), strict=False):
        assert rita.request("PUT", f"{base}/candidates/{iid}/files/eval/p.csv", content=text.encode()).is_success
    asked = {"candidates": named, "path": "eval/p.csv", "column": "sure"}
    found = rita.post(f"{base}/compare/tables", asked).json()
    assert (found["kind"], found["numeric"], len(found["edges"])) == ("histograms", ["sure"], 21)
    counts = [panel["counts"] for panel in found["panels"]]
    assert [sum(count) for count in counts] == [2, 2, 0]
    assert [counts[0][0], counts[0][10], counts[1][10], counts[1][-1]] == [1, 1, 1, 1]
    assert found["panels"][2]["summary"] == "no such file"
    query = f"candidates={'.'.join(map(str, named))}&path=eval/p.csv"
    sheet = rita.get(f"{base}/tables.csv?{query}")
    assert list(csv.reader(sheet.text.splitlines()))[1:] == [
        ["a-s0", "0.5", "'=x"],
        ["a-s0", "1.5", "y"],
        ["b", "1.5", ""],
        ["b", "2.5", ""],
    ]
    assert rita.get(f"{base}/tables.svg?{query}&column=sure").text.count("<rect") == 1 + 3 * 20
    assert rita.get(f"{base}/tables.png?{query}").content.startswith(b"\x89PNG\r\n")
    for changed, field in (({"path": "model/MLmodel"}, "path"), ({"candidates": list(range(1, 10))}, "candidates")):
        refused(rita.post(f"{base}/compare/tables", asked | changed), 400, "INVALID_PARAMETER_VALUE", field)
    refused(rita.get(f"{base}/tables.svg?candidates=4711&path=a.csv"), 404, "RESOURCE_DOES_NOT_EXIST", "candidates")


def test_a_comparison_is_written_as_markdown_and_curves_as_a_picture(
    rita: Client, base: str, candidates: dict[str, int]
) -> None:
    named = f"candidates={candidates['a-s0']}.{candidates['b']}"
    text = rita.get(f"{base}/compare.md?{named}")
    assert text.headers["content-type"].startswith("text/markdown")
    lines = text.text.splitlines()
    assert lines[0].startswith("b is best: val/acc 0.9, 0.1 ahead of a-s0.")
    assert "| Metric | a-s0 | b |" in lines
    assert "| val/acc | 0.8 | **0.9** (+0.1 better) |" in lines
    assert "| model | a | b |" in lines
    picture = rita.get(f"{base}/curves.svg?{named}&metric=val/acc")
    assert rita.get(f"{base}/curves.png?{named}&metric=val/acc").content.startswith(b"\x89PNG\r\n")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert "default-src 'none'" in picture.headers["content-security-policy"]
    assert picture.text.count("stroke-linecap='round'") == 2
    for query, field in (
        ("", "candidates"),
        (named, "metric"),
        (f"{named}&metric=x&width=9", "width"),
        (f"{named}&metric=x&smooth=1", "smooth"),
    ):
        refused(rita.get(f"{base}/curves.svg?{query}"), 400, "INVALID_PARAMETER_VALUE", field)


def test_curves_as_a_sheet_hold_what_the_api_says(rita: Client, base: str, candidates: dict[str, int]) -> None:
    named = f"candidates={candidates['a-s0']}.{candidates['b']}&metric=val/acc"
    answer = rita.get(f"{base}/curves.csv?{named}")
    assert answer.headers["content-disposition"] == 'attachment; filename="curves.csv"'
    rows = list(csv.reader(answer.text.splitlines()))
    assert rows[0] == ["candidate", "name", "step", "val/acc"]
    query = {"candidates": [candidates["a-s0"], candidates["b"]], "keys": ["val/acc"]}
    curves = rita.post(f"{base}/curves", query).json()["curves"]
    assert [(int(iid), float(x), float(y)) for iid, _, x, y in rows[1:]] == [
        (curve["candidate"], x, y) for curve in curves for x, y in zip(curve["x"], curve["y"], strict=True)
    ]
    less = rita.get(f"{base}/curves.csv?{named}&minus={candidates['a-s0']}").text.splitlines()
    assert less[0].endswith("val/acc less that of a-s0")
    differences = rita.post(f"{base}/curves", query | {"minus": candidates["a-s0"]}).json()["curves"]
    assert [float(line.split(",")[3]) for line in less[1:]] == [y for curve in differences for y in curve["y"]]


def test_curves_of_seed_groups_have_a_band_in_pictures_and_sheets(
    rita: Client, base: str, candidates: dict[str, int]
) -> None:
    named = f"candidates={'.'.join(str(iid) for iid in candidates.values())}&metric=val/acc&groups=on"
    rows = list(csv.reader(rita.get(f"{base}/curves.csv?{named}").text.splitlines()))
    assert rows[0] == ["group", "step", "mean val/acc", "deviation", "candidates"]
    bands = rita.post(f"{base}/bands", {"candidates": list(candidates.values()), "key": "val/acc"}).json()["bands"]
    assert [(float(row[2]), int(row[4])) for row in rows[1:]] == [
        pair for band in bands for pair in zip(band["mean"], band["n"], strict=True)
    ]
    assert rita.get(f"{base}/curves.svg?{named}").text.count("fill-opacity='0.16'") == len(bands)
    assert rita.get(f"{base}/curves.svg?{named}&outliers=off").text.count("clip-path") == 1


@pytest.mark.parametrize(
    ("query", "field"), [("start=x", "start"), ("minus=a", "minus"), ("axis=q", "axis"), ("start=nan", "start")]
)
def test_a_wrong_address_of_curves_names_the_field(
    rita: Client, base: str, candidates: dict[str, int], query: str, field: str
) -> None:
    named = f"candidates={candidates['b']}&metric=val/acc&{query}"
    refused(rita.get(f"{base}/curves.svg?{named}"), 400, "INVALID_PARAMETER_VALUE", field)


@pytest.mark.parametrize(("iids", "status"), [([], 400), (list(range(1, 102)), 400), ([4711], 404)])
def test_what_cannot_be_compared_is_refused(rita: Client, base: str, iids: list[int], status: int) -> None:
    code = "RESOURCE_DOES_NOT_EXIST" if status == 404 else "INVALID_PARAMETER_VALUE"
    refused(rita.post(f"{base}/compare", {"candidates": iids}), status, code, "candidates")


def test_a_guest_compares_and_a_stranger_finds_nothing(
    as_member: Callable[[str], Client], base: str, candidates: dict[str, int]
) -> None:
    iids = {"candidates": list(candidates.values())}
    assert as_member("gwen").post(f"{base}/compare", iids).status_code == 200
    assert as_member("otto").post(f"{base}/compare", iids).status_code == 404
    page = as_member("gwen").get(f"/{as_member('gwen').project}/-/ml/compare?candidates={candidates['b']}.4711")
    assert page.status_code == 404
