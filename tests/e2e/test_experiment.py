"""An experiment's page: its table, filter, columns, selection and curves, by pointer and by keyboard."""

import csv
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.axe import overflow, violations
from tests.e2e.conftest import PROJECT, Filled, OpenPage, Watch
from tests.live import LiveServer

API = f"/api/v1/projects/{PROJECT.replace('/', '%2F')}"
BEST = "mlp-64-s1"


class Lab:
    """Experiments of a test's own, filled as an MLflow client would."""

    def __init__(self, client: httpx.Client, name: str) -> None:
        self._client = client
        self.name = name
        self.experiment = int(self._post("experiments/create", name=name)["experiment_id"])
        self.path = f"/{PROJECT}/-/ml/experiments/{self.experiment}"

    def _post(self, path: str, **body: Any) -> Any:
        answer = self._client.post(f"/api/v4/projects/root%2Fdefault/ml/mlflow/api/2.0/mlflow/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def start(self, name: str, order: int = 0, **params: str) -> str:
        """A running candidate; of two, the one with the greater `order` started later."""
        body = {"experiment_id": str(self.experiment), "run_name": name, "start_time": 1_700_000_000_000 + order}
        run_id = self._post("runs/create", **body)["run"]["info"]["run_id"]
        if params:
            given = [{"key": key, "value": value} for key, value in params.items()]
            self._post("runs/log-batch", run_id=run_id, params=given)
        return run_id

    def log(self, run_id: str, key: str, value: float | str, step: int = 0) -> None:
        self._post(
            "runs/log-metric", run_id=run_id, key=key, value=value, step=step, timestamp=int(time.time() * 1000)
        )

    def finish(self, run_id: str) -> None:
        self._post("runs/update", run_id=run_id, status="FINISHED", end_time=1_700_000_900_000)

    def metadata(self, run_id: str) -> dict[str, str]:
        return {tag["key"]: tag["value"] for tag in self._run(run_id)["data"]["tags"]}

    def artifacts(self, run_id: str) -> str:
        """Where the candidate's files are, below the address of the artifact proxy."""
        return self._run(run_id)["info"]["artifact_uri"].partition("mlflow-artifacts:")[2].lstrip("/")

    def _run(self, run_id: str) -> Any:
        answer = self._client.get("/api/v4/projects/root%2Fdefault/ml/mlflow/api/2.0/mlflow/runs/get?run_id=" + run_id)
        return answer.json()["run"]


@pytest.fixture
def client(server: LiveServer) -> Iterator[httpx.Client]:
    with server.client() as opened:
        yield opened


MakeLab = Callable[[str], Lab]


@pytest.fixture
def lab(client: httpx.Client) -> MakeLab:
    return lambda name: Lab(client, name)


@pytest.fixture
def small(lab: MakeLab, request: pytest.FixtureRequest) -> Lab:
    """Four finished candidates, named and ordered by what they reach."""
    made = lab(f"small {request.node.name}")
    for number, reached in enumerate((0.5, 0.25, 0.75, 0.625)):
        run_id = made.start(f"trial-{number}", number, depth=str(number + 2), kind="tree" if number % 2 else "forest")
        made.log(run_id, "acc", reached)
        made.finish(run_id)
    return made


def _titles(page: Page) -> list[str]:
    return [title.strip() for title in page.locator("thead th .title").all_inner_texts()]


def _expect_titles(page: Page, *titles: str) -> None:
    expect(page.locator("thead th .title")).to_have_text(list(titles))


def _head(page: Page, title: str) -> Locator:
    return page.locator("thead th").filter(has=page.locator(".title", has_text=re.compile(f"^{re.escape(title)}$")))


def _expect_names(page: Page, *names: str) -> None:
    expect(page.locator("tbody tr[data-iid] th a")).to_have_text(list(names))


def _filter(page: Page, text: str) -> None:
    page.keyboard.press("/")
    field = page.get_by_label("Search and filter candidates")
    expect(field).to_be_focused()
    field.fill(text)


def test_the_table_shows_what_tells_candidates_apart(page: Page, filled: Filled) -> None:
    page.goto(filled.experiment_path)
    grid = page.get_by_role("grid", name="Candidates of digits")
    expect(grid).to_have_attribute("aria-rowcount", "16")
    expect(page.get_by_text("15 candidates", exact=True).first).to_be_visible()

    for title in ("Status", "val/accuracy", "val/loss", "train/loss"):
        expect(_head(page, title)).to_be_attached()
    expect(_head(page, "optimizer")).to_have_count(0)
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


def test_order_by_a_column_and_by_a_second(page: Page, small: Lab) -> None:
    page.goto(small.path)
    _expect_names(page, "trial-2", "trial-3", "trial-0", "trial-1")

    _head(page, "acc").get_by_role("button").click()
    _expect_names(page, "trial-2", "trial-3", "trial-0", "trial-1")
    expect(_head(page, "acc")).to_have_attribute("aria-sort", "descending")
    _head(page, "acc").get_by_role("button").click()
    _expect_names(page, "trial-1", "trial-0", "trial-3", "trial-2")
    expect(_head(page, "acc")).to_have_attribute("aria-sort", "ascending")

    _head(page, "kind").get_by_role("button").click()
    _head(page, "acc").get_by_role("button").click(modifiers=["Shift"])
    _expect_names(page, "trial-2", "trial-0", "trial-3", "trial-1")
    expect(page).to_have_url(re.compile(r"order_by=params\.kind\+ASC&order_by=metrics\.acc\+DESC"))


def test_the_address_is_the_view(open_page: OpenPage, small: Lab) -> None:
    page = open_page()
    page.goto(small.path)
    _head(page, "acc").get_by_role("button").click()
    _filter(page, "params.depth != '5'")
    _expect_names(page, "trial-2", "trial-0", "trial-1")
    page.get_by_role("button", name="Columns", exact=True).click()
    page.get_by_role("checkbox", name="Duration").uncheck()
    page.keyboard.press("Escape")
    page.get_by_label("Select trial-0").check()
    expect(page).to_have_url(re.compile("selected="))

    other = open_page()
    other.goto(page.url)
    _expect_names(other, "trial-2", "trial-0", "trial-1")
    _expect_titles(other, *_titles(page))
    expect(_head(other, "Duration")).to_have_count(0)
    expect(other.get_by_label("Select trial-0")).to_be_checked()
    expect(other.get_by_label("Search and filter candidates")).to_have_value("params.depth != '5'")


def test_a_filter_finds_and_a_wrong_one_keeps_the_rows_and_names_the_character(
    page: Page, small: Lab, watch: Watch
) -> None:
    watch.allow("status of 400.*/candidates/search")
    page.goto(small.path)
    _filter(page, "metrics.acc > 0.6")
    _expect_names(page, "trial-2", "trial-3")
    expect(page.get_by_text("2 of 4 candidates", exact=True)).to_be_visible()

    field = page.get_by_label("Search and filter candidates")
    field.fill("metrics.acc >> 0.6")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("at character 13")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("mark")).to_have_text(">")
    _expect_names(page, "trial-2", "trial-3")

    field.fill("trial-1")
    _expect_names(page, "trial-1")
    expect(alert).to_have_count(0)
    field.press("Escape")
    _expect_names(page, "trial-2", "trial-3", "trial-0", "trial-1")


def test_a_wrong_filter_in_the_address_is_explained(page: Page, small: Lab, watch: Watch) -> None:
    watch.allow("status of 400.*/candidates/search")
    page.goto(f"{small.path}?filter=metrics.acc+%3E%3E+1")
    expect(page.get_by_role("alert")).to_contain_text("at character 13")
    expect(page.locator("tbody tr[data-iid]")).to_have_count(4)


def test_where_nothing_matches_the_filter_can_be_cleared(page: Page, small: Lab) -> None:
    page.goto(f"{small.path}?filter=zebra")
    expect(page.get_by_role("heading", name="No candidate matches")).to_be_visible()
    page.get_by_role("button", name="Clear the filter").last.click()
    expect(page.locator("tbody tr[data-iid]")).to_have_count(4)
    expect(page).to_have_url(re.compile(r"/experiments/\d+$"))


def test_an_example_from_the_help_fills_the_box(page: Page, small: Lab) -> None:
    page.goto(small.path)
    page.get_by_role("button", name="How to filter").click()
    page.get_by_role("button", name=re.compile("a parameter")).click()
    expect(page.get_by_label("Search and filter candidates")).to_have_value("params.depth = '4'")
    _expect_names(page, "trial-2")


def test_columns_are_found_shown_hidden_moved_and_reset(page: Page, small: Lab) -> None:
    page.goto(small.path)
    before = ("Name", "Status", "acc", "depth", "kind", "Started", "Duration")
    _expect_titles(page, *before)
    page.get_by_role("button", name="Columns", exact=True).click()

    page.get_by_label("Find a column").fill("by")
    page.get_by_role("checkbox", name="By").check()
    expect(_head(page, "By")).to_be_attached()
    page.get_by_label("Find a column").fill("")
    page.get_by_role("checkbox", name=re.compile("^kind")).uncheck()
    expect(_head(page, "kind")).to_have_count(0)

    handle = page.get_by_role("button", name=re.compile("^Move depth"))
    handle.press("ArrowUp")
    handle.press("ArrowUp")
    expect(handle).to_be_focused()
    _expect_titles(page, "Name", "depth", "Status", "acc", "Started", "Duration", "By")

    page.get_by_role("button", name="Reset").click()
    _expect_titles(page, *before)


def test_a_column_is_dragged_and_made_wider(page: Page, small: Lab) -> None:
    page.goto(small.path, wait_until="networkidle")  # nothing moves the table any more
    _expect_names(page, "trial-2", "trial-3", "trial-0", "trial-1")
    _head(page, "kind").drag_to(_head(page, "Status"), target_position={"x": 8, "y": 20})
    _expect_titles(page, "Name", "kind", "Status", "acc", "depth", "Started", "Duration")

    head = _head(page, "acc")
    before = head.bounding_box()
    assert before is not None
    page.mouse.move(before["x"] + before["width"], before["y"] + 20)
    page.mouse.down()
    page.mouse.move(before["x"] + before["width"] + 60, before["y"] + 20, steps=3)
    page.mouse.up()
    after = head.bounding_box()
    assert after is not None
    assert after["width"] == pytest.approx(before["width"] + 60, abs=2)

    page.reload()
    _expect_names(page, "trial-2", "trial-3", "trial-0", "trial-1")
    kept = _head(page, "acc").bounding_box()
    assert kept is not None
    assert kept["width"] == pytest.approx(after["width"], abs=2)


def test_the_header_by_keyboard(page: Page, small: Lab) -> None:
    page.goto(small.path)
    _expect_names(page, "trial-2", "trial-3", "trial-0", "trial-1")
    page.get_by_role("grid").focus()
    for key in ("ArrowUp", "ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(_head(page, "acc")).to_have_attribute("aria-sort", "descending")
    _expect_names(page, "trial-2", "trial-3", "trial-0", "trial-1")

    page.keyboard.press("Shift+ArrowRight")
    _expect_titles(page, "Name", "Status", "depth", "acc", "kind", "Started", "Duration")
    active = page.get_by_role("grid").get_attribute("aria-activedescendant")
    assert page.locator(f"[id='{active}']").inner_text().strip().endswith("acc")


def test_the_grid_is_reached_and_walked_by_keyboard(page: Page, small: Lab) -> None:
    page.goto(small.path)
    _expect_names(page, "trial-2", "trial-3", "trial-0", "trial-1")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.get_by_role("grid")).to_be_focused()
    expect(page.locator("tr.current")).to_contain_text("trial-3")
    page.keyboard.press("k")
    expect(page.locator("tr.current")).to_contain_text("trial-2")
    page.keyboard.press("Control+End")
    expect(page.locator("tr.current")).to_contain_text("trial-1")

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_contain_text("Next candidate")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/-/ml/candidates/\d+$"))
    page.go_back()
    expect(page.locator("tr.current")).to_contain_text("trial-1")


def test_a_click_on_a_row_opens_the_candidate(page: Page, small: Lab) -> None:
    page.goto(small.path)
    page.get_by_role("row").filter(has_text="trial-2").get_by_text("forest").click()
    expect(page).to_have_url(re.compile(r"/-/ml/candidates/\d+$"))
    expect(page.get_by_role("heading", name="trial-2")).to_be_visible()


def test_select_ranges_and_set_metadata_with_a_way_back(page: Page, lab: MakeLab) -> None:
    made = lab("bulk metadata")
    runs = [made.start(f"trial-{number}", number) for number in range(4)]
    page.goto(made.path)
    expect(page.locator("tbody tr[data-iid]")).to_have_count(4)
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.get_by_label("Select trial-1").click(modifiers=["Shift"])
    bar = page.get_by_role("region", name="Selected candidates")
    expect(bar).to_contain_text("3 candidates selected")

    bar.get_by_role("button", name="Metadata").click()
    dialog = page.get_by_role("dialog", name="Metadata of 3 candidates")
    dialog.get_by_label("Key").fill("stage")
    dialog.get_by_label("Value").fill("final")
    dialog.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_text("Set “stage” of 3 candidates.")).to_be_visible()
    assert [made.metadata(run_id).get("stage") for run_id in runs] == [None, "final", "final", "final"]

    with page.expect_response(lambda response: response.request.method == "PATCH"):
        page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_role("button", name="Undo", exact=True)).to_have_count(0)
    expect(bar).to_contain_text("3 candidates selected")
    assert [made.metadata(run_id).get("stage") for run_id in runs] == [None] * 4
    page.get_by_role("grid").focus()
    page.keyboard.press("Escape")
    expect(bar).to_have_count(0)


def test_delete_undo_and_restore_candidates(page: Page, small: Lab) -> None:
    page.goto(small.path)
    page.get_by_label("Select trial-1").check()
    page.get_by_label("Select trial-2").check()
    page.get_by_role("button", name="Delete", exact=True).click()
    _expect_names(page, "trial-3", "trial-0")
    page.get_by_role("button", name="Undo", exact=True).click()
    _expect_names(page, "trial-2", "trial-3", "trial-0", "trial-1")

    page.get_by_label("Select trial-3").check()
    page.get_by_role("button", name="Delete", exact=True).click()
    _expect_names(page, "trial-2", "trial-0", "trial-1")
    page.get_by_role("button", name="Show: Active", exact=True).click()
    page.get_by_role("menuitemradio", name="Deleted", exact=True).click()
    _expect_names(page, "trial-3")
    expect(page).to_have_url(re.compile("view=deleted"))
    page.get_by_label("Select trial-3").check()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("heading", name="Nothing deleted")).to_be_visible()


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
    expect(_head(page, "acc")).to_be_visible()


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


@pytest.fixture(scope="module")
def many(server: LiveServer) -> tuple[str, int]:
    """The path of an experiment with 1,500 candidates, and how many they are."""
    count = 1500
    with server.client() as client:
        made = Lab(client, "many")
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda number: made.start(f"trial-{number:04}", number), range(count)))
        return made.path, count


def test_a_long_list_is_read_as_it_is_scrolled(page: Page, many: tuple[str, int]) -> None:
    path, count = many
    page.goto(path)
    grid = page.get_by_role("grid")
    expect(grid).to_have_attribute("aria-rowcount", str(count + 1))
    expect(page.locator("tbody tr[data-iid] th a").first).to_have_text("trial-1499")
    page.locator(".region").evaluate("box => { box.scrollTop = box.scrollHeight }")
    last = page.get_by_role("row").filter(has_text="trial-0000")
    expect(last).to_be_visible()
    expect(last).to_have_attribute("aria-rowindex", str(count + 1))
    assert page.locator("*").count() < 3000
    head, first = page.locator("thead").bounding_box(), page.locator(".region").bounding_box()
    assert head is not None
    assert first is not None
    assert head["y"] == pytest.approx(first["y"], abs=2)

    row = page.get_by_role("row").filter(has_text="trial-0009")
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", name="trial-0009")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("row").filter(has_text="trial-0009")).to_be_visible()


def test_going_back_to_an_ordered_list_finds_the_same_rows(page: Page, many: tuple[str, int]) -> None:
    path, _ = many
    # The end of another order is read before anybody goes there.
    with page.expect_request(lambda request: '"start":1400' in (request.post_data or "")):
        page.goto(f"{path}?order_by=name+ASC")
    expect(page.get_by_role("row").filter(has_text="trial-0000")).to_be_visible()
    page.locator(".region").evaluate("box => { box.scrollTop = 32 * 700 }")
    page.get_by_role("row").filter(has_text="trial-0705").get_by_role("link").click()
    expect(page.get_by_role("heading", name="trial-0705")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("row").filter(has_text="trial-0705")).to_be_in_viewport()


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
    _filter(page, "metrics.acc >> 1")
    expect(page.get_by_role("alert")).not_to_be_empty()
    yield "mistake"
    _filter(page, "zebra")
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
