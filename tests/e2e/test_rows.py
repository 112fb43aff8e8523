"""The rows of the table of candidates: walked, selected, changed many at once, and read as they are scrolled to."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.lab import Lab, MakeLab
from tests.e2e.listing import expect_names
from tests.live import LiveServer


def test_the_grid_is_reached_and_walked_by_keyboard(page: Page, small: Lab) -> None:
    page.goto(small.path)
    expect_names(page, "trial-2", "trial-3", "trial-0", "trial-1")
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
    expect_names(page, "trial-3", "trial-0")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect_names(page, "trial-2", "trial-3", "trial-0", "trial-1")

    page.get_by_label("Select trial-3").check()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect_names(page, "trial-2", "trial-0", "trial-1")
    page.get_by_role("button", name="Show: Active", exact=True).click()
    page.get_by_role("menuitemradio", name="Deleted", exact=True).click()
    expect_names(page, "trial-3")
    expect(page).to_have_url(re.compile("view=deleted"))
    page.get_by_label("Select trial-3").check()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("heading", name="Nothing deleted")).to_be_visible()


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
