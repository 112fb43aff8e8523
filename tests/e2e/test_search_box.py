"""The box that filters candidates: completion, conditions as chips, mistakes and their remedies."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.axe import overflow, violations
from tests.e2e.conftest import Filled, OpenPage, Watch
from tests.e2e.lab import Lab
from tests.e2e.listing import NAMES, expect_names, write_filter


def _box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Search and filter candidates")


def _options(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Suggestions").get_by_role("option")


def test_a_filter_is_written_by_keys_alone(page: Page, filled: Filled, watch: Watch) -> None:
    watch.allow("status of 400")  # what is half written is refused
    page.goto(filled.experiment_path)
    page.locator(NAMES).first.wait_for()
    page.keyboard.press("/")
    page.keyboard.type("mod")
    expect(_options(page).first).to_contain_text("params.model")
    expect(_options(page).first).to_contain_text("parameter")
    expect(_box(page)).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(_box(page)).to_have_attribute("aria-activedescendant", re.compile("."))
    active = _box(page).get_attribute("aria-activedescendant")
    assert active is not None
    expect(page.locator(f"[id='{active}']")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(_options(page).first).to_have_text("= is")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(_options(page).filter(has_text="forest")).to_contain_text("3 candidates")
    page.keyboard.type("'mlp-1")
    expect(_options(page)).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(_box(page)).to_have_value("params.model = 'mlp-128' ")
    expect(page.locator(NAMES)).to_have_count(3)
    expect(page.get_by_role("status").filter(has_text="3 of")).to_be_visible()
    page.keyboard.press("Escape")
    expect(_options(page)).to_have_count(0)
    expect(_box(page)).to_have_value("params.model = 'mlp-128' ")
    expect(page).to_have_url(re.compile("filter=params.model"))


def test_words_keys_alone_and_mistakes(page: Page, filled: Filled, watch: Watch) -> None:
    watch.allow("status of 400")
    page.goto(filled.experiment_path)
    _box(page).fill("forest")
    expect(page.locator(NAMES)).to_have_count(3)
    assert all("forest" in name for name in page.locator(NAMES).all_inner_texts())
    _box(page).fill("val/accuracy > 0.92 or missing:learning_rate")
    expect(page.locator(NAMES).filter(has_text="forest")).to_have_count(0)
    expect(page.locator(NAMES).filter(has_text=re.compile("still-running|search"))).not_to_have_count(0)
    before = page.locator(NAMES).all_inner_texts()
    url = page.url.partition("?")[0]

    _box(page).fill("val/accuracy >> 0.92")
    expect(page.get_by_role("alert")).to_contain_text("at character 14")
    expect(page.locator("mark")).to_have_text(">")
    assert page.locator(NAMES).all_inner_texts() == before
    assert page.url.startswith(url)
    assert page.get_by_role("dialog").count() == 0
    page.get_by_role("button", name="Change to val/accuracy > 0.92").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator(NAMES).filter(has_text="mlp-64-s1")).to_have_count(1)

    _box(page).fill("learning_rat = 0.1")
    page.get_by_role("button", name="Change to learning_rate = 0.1").click()
    expect(page.locator(NAMES)).to_have_count(3)


def test_chips_are_the_text(page: Page, filled: Filled) -> None:
    page.goto(f"{filled.experiment_path}?filter=mlp+params.seed+%3D+0+AND+%28status+%3D+'FINISHED'+OR+note+IS+NULL%29")
    chips = page.get_by_role("list", name="Conditions").get_by_role("listitem")
    expect(chips).to_have_text(["mlp", "params.seed = 0", "(status = 'FINISHED' OR note IS NULL)"])
    page.get_by_role("button", name="Edit params.seed = 0").click()
    expect(_box(page)).to_be_focused()
    page.keyboard.type("params.seed = 1")
    expect(chips.nth(1)).to_have_text("params.seed = 1")
    expect(page.locator(NAMES)).to_have_text(["mlp-64-s1", "mlp-128-s1"])
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Remove mlp").click()
    expect(_box(page)).to_have_value("params.seed = 1 AND (status = 'FINISHED' OR note IS NULL)")
    expect(page.locator(NAMES)).to_have_count(3)
    for _ in range(2):
        page.get_by_role("button", name=re.compile("^Remove")).first.click()
    expect(_box(page)).to_have_value("")
    expect(chips).to_have_count(0)
    expect(page).not_to_have_url(re.compile("filter"))


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_the_open_list_is_for_everybody(open_page: OpenPage, filled: Filled, width: int, theme: str) -> None:
    page = open_page(width=width, theme=theme)
    page.goto(f"{filled.experiment_path}?filter=forest")
    _box(page).click()
    page.keyboard.press("End")
    page.keyboard.type(" AND ")
    expect(_options(page).first).to_be_visible()
    page.keyboard.press("ArrowDown")
    assert violations(page) == []
    assert overflow(page) <= 0
    box = page.get_by_role("listbox").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


def test_a_filter_finds_and_a_wrong_one_keeps_the_rows_and_names_the_character(
    page: Page, small: Lab, watch: Watch
) -> None:
    watch.allow("status of 400.*/candidates/search")
    page.goto(small.path)
    write_filter(page, "metrics.acc > 0.6")
    expect_names(page, "trial-2", "trial-3")
    expect(page.get_by_text("2 of 4 candidates", exact=True)).to_be_visible()
    place = page.get_by_role("grid").bounding_box()

    field = page.get_by_label("Search and filter candidates")
    field.fill("metrics.acc >> 0.6")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("at character 13")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("mark")).to_have_text(">")
    expect_names(page, "trial-2", "trial-3")
    assert page.get_by_role("grid").bounding_box() == place

    field.fill("trial-1")
    expect_names(page, "trial-1")
    expect(alert).to_have_count(0)
    field.press("Escape")
    expect_names(page, "trial-2", "trial-3", "trial-0", "trial-1")


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
    expect_names(page, "trial-2")
