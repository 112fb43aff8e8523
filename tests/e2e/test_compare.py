"""Candidates beside each other: reached by keyboard, right to the digit, changed without going back."""

import csv
import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.axe import violations
from tests.e2e.conftest import Filled, Watch
from tests.e2e.lab import API, MakeLab

MLFLOW = "/api/v4/projects/root%2Fdefault/ml/mlflow/api/2.0"


def _compared(filled: Filled, *names: str) -> dict[str, Any]:
    with filled.server.client() as asked:
        body = {"candidates": [filled.candidates[name] for name in names]}
        return asked.post(f"{API}/compare", json=body).json()


def test_two_rows_are_compared_without_a_mouse_and_the_numbers_are_those_of_the_api(
    page: Page, filled: Filled
) -> None:
    page.goto(filled.experiment_path)
    page.locator("tbody tr[data-iid]").first.wait_for()
    for key in ("j", "x", "j", "x", "c"):
        page.keyboard.press(key)
    page.wait_for_url("**/-/ml/compare?candidates=*")
    table = page.get_by_role("group", name="Candidates side by side")
    expect(table).to_be_visible()
    expect(table.locator("thead th .candidate a")).to_have_count(2)
    names = table.locator("thead th .candidate a").all_inner_texts()
    found = _compared(filled, *names)
    expect(page.locator(".verdict")).to_have_text(found["verdict"])
    for row in found["metrics"]:
        shown = table.locator("tr").filter(has=page.locator(".key", has_text=re.compile(f"^{re.escape(row['key'])}$")))
        marks = shown.locator(".mark")
        expect(marks).to_have_count(0 if row["best"] is None else 1)
        for index, cell in enumerate(row["cells"]):
            title = shown.locator("td").nth(index).locator(".value [title]").get_attribute("title") or ""
            assert float(title.split(" at step ")[0]) == cell["value"]
            if cell["delta"]:
                delta = shown.locator("td").nth(index).locator(".delta")
                assert float(delta.get_attribute("title") or "nan") == cell["delta"]
                expect(delta).to_contain_text("▲ +" if cell["delta"] > 0 else "▼ \u2212")
                expect(delta).to_contain_text("better" if cell["better"] else "worse")
    equal = table.get_by_role("button", name=re.compile("equal parameters"))
    expect(equal).to_have_count(1)
    expect(table.get_by_role("rowheader", name="optimizer")).to_have_count(0)
    equal.click()
    expect(table.get_by_role("rowheader", name="optimizer")).to_have_count(1)
    expect(page.get_by_role("group", name=re.compile("^val.accuracy of 2 candidates"))).to_be_visible()
    expect(page.get_by_role("group", name=re.compile("^Difference to"))).to_be_visible()
    page.get_by_label("Smoothing").fill("0.6")
    expect(page).to_have_url(re.compile("smooth=0.6"))
    for menu in page.get_by_role("figure").get_by_role("button", name=re.compile("^Save or embed")).all()[:2]:
        menu.click()
        with page.expect_download() as download:
            page.get_by_role("menuitem", name="Save as SVG").click()
        # The raw line behind, and its average over it.
        assert download.value.path().read_text().count("stroke-opacity='0.3'") > 0


def test_the_set_is_changed_without_going_back(page: Page, filled: Filled) -> None:
    first, second = filled.candidates["mlp-64-s1"], filled.candidates["forest-s0"]
    page.goto(f"/{filled.project}/-/ml/compare?candidates={first}.{second}")
    names = page.locator("thead th .candidate a")
    expect(names).to_have_text(["mlp-64-s1", "forest-s0"])
    page.get_by_role("button", name="Add a candidate").click()
    page.get_by_role("searchbox", name="Find a candidate by name").fill("diverging")
    page.get_by_role("button", name=re.compile("mlp-diverging")).click()
    expect(names).to_have_text(["mlp-64-s1", "forest-s0", "mlp-diverging"])
    page.keyboard.press("Escape")
    expect(page.locator("thead th").nth(2)).to_contain_text("failed")
    page.get_by_role("button", name=re.compile("Set as baseline.*forest-s0")).click()
    expect(names).to_have_text(["forest-s0", "mlp-64-s1", "mlp-diverging"])
    expect(page).to_have_url(re.compile(rf"candidates={second}\.{first}\.{filled.candidates['mlp-diverging']}$"))
    page.get_by_role("button", name="Take mlp-diverging out").click()
    expect(names).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(names).to_have_count(3)


def test_many_are_summed_up_and_narrowed_to_the_best(page: Page, filled: Filled) -> None:
    every = list(filled.candidates.values())[:12]
    page.goto(f"/{filled.project}/-/ml/compare?candidates={'.'.join(map(str, every))}")
    page.get_by_text(f"The {len(every)} candidates of this summary").click()
    page.get_by_role("button", name=re.compile("^Take .* out")).first.click()
    expect(page.get_by_text(f"The {len(every) - 1} candidates of this summary")).to_be_visible()
    page.get_by_role("button", name="Compare only the best 8").click()
    expect(page.locator("thead th .candidate a")).to_have_count(8)
    assert violations(page) == []


def test_pictures_of_one_step_stand_side_by_side(page: Page, lab: MakeLab, filled: Filled) -> None:
    made = lab("pictures")
    with filled.server.client() as client:
        picture = client.get(f"{API}/candidates/{filled.candidates['mlp-64-s1']}/files/plots/confusion.png").content
        for number, steps in enumerate(((0, 10, 20), (0, 20))):
            root = f"{MLFLOW}/mlflow-artifacts/artifacts/{made.artifacts(made.start(f'p{number}', number))}"
            for step in steps:
                answer = client.put(f"{root}/samples/epoch_{step}.png", content=picture)
                assert answer.status_code == 200, answer.text
        rows = client.post(f"{API}/experiments/{made.experiment}/candidates/search", json={}).json()["candidates"]
    iids = {row["name"]: row["iid"] for row in rows}
    page.goto(f"/{filled.project}/-/ml/compare?candidates={iids['p0']}.{iids['p1']}")
    images = page.get_by_role("group", name="samples/epoch of each candidate").get_by_role("img")
    expect(images.nth(0)).to_have_attribute("alt", "samples/epoch of p0 at step 20")
    page.keyboard.press("[")
    expect(images.nth(0)).to_have_attribute("alt", "samples/epoch of p0 at step 10")
    expect(images.nth(1)).to_have_attribute("alt", "samples/epoch of p1 at step 0")
    assert (
        _saved(page, "Pictures", "CSV").decode().splitlines()[1]
        == f"{iids['p0']},p0,samples/epoch,0,samples/epoch_0.png"
    )
    drawn = _saved(page, "Pictures", "SVG").decode()
    assert [words in drawn for words in (">step 10<", ">step 0<")] == [True, True]
    page.reload()
    expect(images.nth(0)).to_have_attribute("alt", "samples/epoch of p0 at step 10")
    assert b"candidate,number" in _saved(page, "Comparison", "CSV")
    assert violations(page) == []


def _saved(page: Page, title: str, suffix: str) -> bytes:
    page.get_by_role("button", name=f"Save or embed {title}", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name=f"Save as {suffix}").click()
    return download.value.path().read_bytes()


def test_tables_stand_side_by_side_as_matrices_and_as_histograms(page: Page, lab: MakeLab, filled: Filled) -> None:
    made = lab("tables")
    with filled.server.client() as client:
        for number, wrong in enumerate((1, 4)):
            root = f"{MLFLOW}/mlflow-artifacts/artifacts/{made.artifacts(made.start(f't{number}', number))}"
            matrix = {"columns": ["truth", "cat", "dog"], "data": [["cat", 10 - wrong, wrong], ["dog", 0, 10]]}
            rows = {"columns": ["file", "sure"], "data": [[f"{place}.png", place / 10] for place in range(10)]}
            for path, body in (("confusion.json", matrix), ("predictions.json", rows)):
                answer = client.put(f"{root}/{path}", json=body)
                assert answer.status_code == 200, answer.text
        rows = client.post(f"{API}/experiments/{made.experiment}/candidates/search", json={}).json()["candidates"]
    iids = {row["name"]: row["iid"] for row in rows}
    page.goto(f"/{filled.project}/-/ml/compare?candidates={iids['t0']}.{iids['t1']}")
    figures = page.get_by_role("figure")
    expect(figures.nth(0)).to_contain_text("95 % on the diagonal, 19 of 20")
    expect(figures.nth(1)).to_contain_text("80 % on the diagonal, 16 of 20")
    wrong = page.get_by_role("table").get_by_role("cell", name="4", exact=True)
    right = page.get_by_role("table").get_by_role("cell", name="9", exact=True)
    assert wrong.evaluate("cell => cell.style.background") != right.evaluate("cell => cell.style.background")
    page.get_by_label("File").select_option("predictions.json")
    expect(figures.nth(1)).to_contain_text("9.png")
    page.get_by_label("Histogram of").select_option("sure")
    bars = page.get_by_role("group", name="sure in predictions.json of t1: 10 values")
    expect(bars.locator("span")).to_have_count(20)
    page.reload()
    expect(bars.locator("span")).to_have_count(20)
    bars.focus()
    page.keyboard.press("End")
    expect(page.get_by_role("status").filter(has_text=re.compile("^0.8"))).to_have_text("0.8550 to 0.9000: 1")
    saved: dict[str, bytes] = {}
    for suffix in ("CSV", "SVG", "PNG"):
        saved[suffix] = _saved(page, "sure in predictions.json", suffix)
    sheet = list(csv.DictReader(saved["CSV"].decode().splitlines()))
    assert len(sheet) == 20
    assert sum(int(row["t1"]) for row in sheet) == 10
    assert saved["SVG"].count(b"<rect") == 1 + 2 * 20
    assert saved["PNG"].startswith(b"\x89PNG")
    page.get_by_role("button", name="Data of sure in predictions.json").click()
    expect(page.get_by_role("dialog").locator("tbody tr")).to_have_count(20)
    page.keyboard.press("Escape")
    assert violations(page) == []


def test_an_address_without_candidates_says_how_to_choose_some(page: Page, filled: Filled, watch: Watch) -> None:
    watch.allow("status of 404")
    page.goto(f"/{filled.project}/-/ml/compare")
    expect(page.get_by_role("heading", name="Nothing to compare yet")).to_be_visible()
    page.goto(f"/{filled.project}/-/ml/compare?candidates=999999")
    expect(page.get_by_role("heading", name="Nothing here that you can see")).to_be_visible()
