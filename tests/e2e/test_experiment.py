"""An experiment's page: what it teaches, how it grows, and what is done to the experiment itself."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import overflow, violations
from tests.e2e.conftest import Filled, OpenPage, Watch
from tests.e2e.lab import API, Lab, MakeLab
from tests.e2e.listing import head, write_filter

BEST = "mlp-64-s1"


def test_the_table_shows_what_tells_candidates_apart(page: Page, filled: Filled) -> None:
    page.goto(filled.experiment_path)
    grid = page.get_by_role("grid", name="Candidates of digits")
    expect(grid).to_have_attribute("aria-rowcount", "16")
    expect(page.get_by_text("15 candidates", exact=True).first).to_be_visible()

    for title in ("Status", "val/accuracy", "val/loss", "train/loss"):
        expect(head(page, title)).to_be_attached()
    expect(head(page, "optimizer")).to_have_count(0)
    same = page.get_by_text("Same for all").locator("..")
    expect(same).to_contain_text("optimizer")
    expect(same).to_contain_text("adam")

    row = page.get_by_role("row").filter(has_text="mlp-diverging")
    expect(row).to_contain_text("Failed")
    expect(row.get_by_role("gridcell").filter(has_text="NaN")).to_have_count(1)
    nested = page.get_by_role("row").filter(has_text=re.compile("search-0"))
    expect(nested).to_contain_text("in search")


def test_a_metric_is_short_in_the_cell_and_whole_under_the_cursor(
    page: Page, filled: Filled, client: httpx.Client
) -> None:
    query = {"filter": f"name = '{BEST}'", "columns": ["metrics.val/accuracy"], "ranked": True}
    found = client.post(f"{API}/experiments/{filled.experiment}/candidates/search", json=query).json()
    value = next(row["standing"]["value"] for row in found["candidates"] if row["name"] == BEST)
    page.goto(f"{filled.experiment_path}?columns=metrics.val%2Faccuracy")

    row = page.get_by_role("row").filter(has_text=BEST)
    cell = row.get_by_role("gridcell").nth(1)
    expect(cell).to_contain_text(f"{value:.4f}")
    expect(cell).to_contain_text("best")
    page.get_by_role("grid").focus()
    for _ in range(20):
        if page.locator("tr.current").filter(has_text=BEST).count():
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    read = re.compile(rf"^{BEST}, val/accuracy: {value} at step \d+, last [\d.]+, the best$")
    expect(page.get_by_text(read)).to_be_visible()


def test_name_and_note_are_edited_in_place_with_undo(page: Page, small: Lab) -> None:
    page.goto(small.path)
    page.get_by_role("button", name="Edit name").click()
    field = page.get_by_role("textbox", name="Name", exact=True)
    field.fill("renamed experiment")
    field.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("renamed experiment")
    expect(page.get_by_role("navigation", name="Breadcrumbs")).to_contain_text("renamed experiment")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(small.name)

    page.get_by_role("button", name=re.compile("Add a note")).click()
    page.get_by_role("textbox", name="Note").fill("Trees\nagainst forests")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Trees against forests")).to_be_visible()
    page.get_by_role("button", name="Edit note").click()
    page.get_by_role("textbox", name="Note").fill("dropped")
    page.keyboard.press("Escape")
    expect(page.get_by_text("Trees against forests")).to_be_visible()


def test_delete_and_restore_the_experiment(page: Page, small: Lab) -> None:
    page.goto(small.path)
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Delete experiment").click()
    note = page.get_by_role("note")
    expect(note).to_contain_text("This experiment is deleted")
    expect(page.locator("tbody tr.deleted")).to_have_count(4)
    note.get_by_role("button", name="Restore").click()
    expect(note).to_have_count(0)
    expect(page.locator("tbody tr[data-iid]:not(.deleted)")).to_have_count(4)


def test_an_empty_experiment_teaches_and_fills_itself(page: Page, lab: MakeLab) -> None:
    made = lab("nothing yet")
    page.goto(made.path)
    expect(page.get_by_role("heading", name="No candidate yet")).to_be_visible()
    expect(page.locator("pre").last).to_contain_text('mlflow.set_experiment("nothing yet")')

    made.log(made.start("first-one"), "acc", 0.5)
    expect(page.get_by_role("row").filter(has_text="first-one")).to_be_visible()
    expect(head(page, "acc")).to_be_visible()


def test_what_is_logged_appears_without_moving_the_focus_or_the_scroll(page: Page, lab: MakeLab) -> None:
    made = lab("growing")
    run_id = [made.start(f"trial-{number:02}", number) for number in range(60)][30]
    page.goto(made.path)
    page.get_by_role("grid").focus()
    region = page.locator(".region")
    region.evaluate("box => { box.scrollTop = 500 }")
    cell = page.get_by_role("row").filter(has_text="trial-30")
    expect(cell).to_be_visible()
    place = cell.evaluate("row => row.getBoundingClientRect().top")

    made.log(run_id, "acc", 0.4375)
    made.start("newest", 99)
    expect(cell).to_contain_text("0.4375")
    expect(page.get_by_text("61 candidates", exact=True).last).to_be_visible()
    assert cell.evaluate("row => row.getBoundingClientRect().top") == place
    expect(page.get_by_role("grid")).to_be_focused()
    # Only what comes after the stream is open is said aloud; until now the page may have read because it opened.
    made.log(run_id, "acc", 0.5625)
    expect(page.locator("[data-live]")).to_contain_text("New values came at")


def test_an_experiment_that_a_client_makes_appears_in_the_list(page: Page, lab: MakeLab) -> None:
    with page.expect_request(re.compile("/events\\?experiments=all")):  # from here on it hears of changes
        page.goto(lab("there before").path.rsplit("/", 1)[0])
    search = page.get_by_role("searchbox")
    search.focus()
    made = lab("came just now")
    expect(page.get_by_role("link", name="came just now")).to_be_visible()
    made.start("first-one")
    expect(page.get_by_role("row").filter(has_text="came just now")).to_contain_text("1")
    expect(search).to_be_focused()


def test_the_export_holds_the_view(page: Page, small: Lab, tmp_path: Path) -> None:
    page.goto(f"{small.path}?order_by=metrics.acc+DESC&columns=metrics.acc&columns=params.depth")
    page.get_by_role("button", name="More actions").click()
    with page.expect_download() as waiting:
        page.get_by_role("menuitem", name="Export this view as CSV").click()
    waiting.value.save_as(tmp_path / "view.csv")
    with (tmp_path / "view.csv").open(newline="") as file:
        rows = [[row["name"], row["metrics.acc"], row["params.depth"]] for row in csv.DictReader(file)]
    assert rows == [
        ["trial-2", "0.75", "4"],
        ["trial-3", "0.625", "5"],
        ["trial-0", "0.5", "2"],
        ["trial-1", "0.25", "3"],
    ]


def test_curves_of_the_selected_candidates_with_their_numbers(
    page: Page, filled: Filled, client: httpx.Client
) -> None:
    page.goto(f"{filled.experiment_path}?chart=on")
    panel = page.get_by_role("region", name="Curves")
    expect(panel.get_by_label("Metric")).to_have_value("val/accuracy")
    page.get_by_label(f"Select {BEST}").check()
    page.get_by_label("Select forest-s0").check()
    chart = panel.get_by_role("group", name="val/accuracy of 2 candidates")
    expect(chart).to_have_attribute("aria-label", re.compile(f"highest at the end {BEST}"))
    expect(panel.get_by_role("listitem")).to_have_text([re.compile(BEST), re.compile("forest-s0")])

    body = {"candidates": [filled.candidates[BEST]], "keys": ["val/accuracy"]}
    curve = client.post(f"{API}/curves", json=body).json()["curves"][0]
    panel.get_by_role("button", name="Data").click()
    row = page.get_by_role("dialog").get_by_role("row").filter(has_text=BEST)
    expect(row).to_contain_text(str(curve["count"]))
    expect(row).to_contain_text(str(max(curve["y"])))
    expect(row).to_contain_text(str(curve["y"][-1]))
    page.keyboard.press("Escape")

    panel.get_by_label("Metric").select_option("train/loss")
    panel.get_by_text("Relative").click()
    panel.get_by_text("Log", exact=True).click()
    expect(page).to_have_url(re.compile("metric=train%2Floss&axis=relative&scale=log"))
    expect(panel.get_by_role("group", name="train/loss of 2 candidates")).to_be_visible()
    panel.get_by_role("button", name="Hide the curves").click()
    expect(panel).to_have_count(0)


def test_on_a_phone_the_table_scrolls_inside_itself(open_page: OpenPage, filled: Filled) -> None:
    page = open_page(390, 844)
    page.goto(filled.experiment_path)
    expect(page.get_by_role("row").filter(has_text=BEST)).to_be_visible()
    region = page.locator(".region")
    assert region.evaluate("box => box.scrollWidth > box.clientWidth")
    region.evaluate("box => { box.scrollLeft = 400 }")
    name = page.get_by_role("row").filter(has_text=BEST).get_by_role("link")
    expect(name).to_be_in_viewport()
    assert overflow(page) <= 0


def test_on_a_phone_the_value_and_its_distance_to_the_baseline_are_in_sight(
    open_page: OpenPage, answered: Lab, client: httpx.Client
) -> None:
    rows = client.post(f"{API}/experiments/{answered.experiment}/candidates/search", json={}).json()["candidates"]
    knn = next(row["iid"] for row in rows if row["name"] == "knn")
    goal = {"metric": "val/acc", "direction": "maximize", "baseline": knn}
    assert client.put(f"{API}/experiments/{answered.experiment}/goal", json=goal).status_code == 200
    page = open_page(390, 844)
    for rows_shown, value in (("flat", "0.8500"), ("seeds", "0.8400 ± 0.01414")):
        page.goto(f"{answered.path}?rows={rows_shown}")
        cell = page.locator("tbody:not(.pinned) tr[data-iid] td[data-column='metrics.val/acc']").first
        expect(cell).to_contain_text(value)
        expect(cell).to_contain_text("▲")
        expect(cell).to_contain_text("higher than the baseline, better")
        box = cell.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 390
        assert cell.evaluate("cell => cell.scrollWidth <= cell.clientWidth")


def _open_states(page: Page, path: str) -> Iterator[str]:
    page.goto(path, wait_until="networkidle")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("region", name="Selected candidates")).to_be_visible()
    yield "selection"
    page.get_by_role("button", name="Columns", exact=True).click()
    yield "columns"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="How to filter").click()
    yield "help"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Metadata").click()
    yield "metadata"
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    rename = page.get_by_role("button", name="Edit name")
    rename.click()
    yield "name"
    page.keyboard.press("Escape")
    # The slash must not be typed into the field that is about to go.
    expect(rename).to_be_visible()
    write_filter(page, "metrics.acc >> 1")
    expect(page.get_by_role("alert")).not_to_be_empty()
    yield "mistake"
    write_filter(page, "zebra")
    expect(page.get_by_role("heading", name="No candidate matches")).to_be_visible()
    yield "nothing"


@pytest.mark.parametrize(("width", "height", "theme"), [(1440, 900, "light"), (390, 844, "dark")])
def test_no_state_of_the_page_shuts_anybody_out(
    open_page: OpenPage, filled: Filled, watch: Watch, theme: str, width: int, height: int
) -> None:
    watch.allow("status of 400.*/candidates/search")
    page = open_page(width, height, theme)
    found = {state: violations(page) for state in _open_states(page, f"{filled.experiment_path}?chart=on")}
    assert {state: faults for state, faults in found.items() if faults} == {}
