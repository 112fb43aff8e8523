"""The box that filters candidates: completion, conditions as chips, mistakes and their remedies."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.axe import overflow, violations
from tests.e2e.conftest import Filled, OpenPage, Watch


def _box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Search and filter candidates")


def _names(page: Page) -> Locator:
    return page.locator("tbody tr[data-iid] th a")


def _options(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Suggestions").get_by_role("option")


def test_a_filter_is_written_by_keys_alone(page: Page, filled: Filled, watch: Watch) -> None:
    watch.allow("status of 400")  # what is half written is refused
    page.goto(filled.experiment_path)
    _names(page).first.wait_for()
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
    expect(_names(page)).to_have_count(3)
    expect(page.get_by_role("status").filter(has_text="3 of")).to_be_visible()
    page.keyboard.press("Escape")
    expect(_options(page)).to_have_count(0)
    expect(_box(page)).to_have_value("params.model = 'mlp-128' ")
    expect(page).to_have_url(re.compile("filter=params.model"))


def test_words_keys_alone_and_mistakes(page: Page, filled: Filled, watch: Watch) -> None:
    watch.allow("status of 400")
    page.goto(filled.experiment_path)
    _box(page).fill("forest")
    expect(_names(page)).to_have_count(3)
    assert all("forest" in name for name in _names(page).all_inner_texts())
    _box(page).fill("val/accuracy > 0.92 or missing:learning_rate")
    expect(_names(page).filter(has_text="forest")).to_have_count(0)
    expect(_names(page).filter(has_text=re.compile("still-running|search"))).not_to_have_count(0)
    before = _names(page).all_inner_texts()
    url = page.url.partition("?")[0]

    _box(page).fill("val/accuracy >> 0.92")
    expect(page.get_by_role("alert")).to_contain_text("at character 14")
    expect(page.locator("mark")).to_have_text(">")
    assert _names(page).all_inner_texts() == before
    assert page.url.startswith(url)
    assert page.get_by_role("dialog").count() == 0
    page.get_by_role("button", name="Change to val/accuracy > 0.92").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(_names(page).filter(has_text="mlp-64-s1")).to_have_count(1)

    _box(page).fill("learning_rat = 0.1")
    page.get_by_role("button", name="Change to learning_rate = 0.1").click()
    expect(_names(page)).to_have_count(3)


def test_chips_are_the_text(page: Page, filled: Filled) -> None:
    page.goto(f"{filled.experiment_path}?filter=mlp+params.seed+%3D+0+AND+%28status+%3D+'FINISHED'+OR+note+IS+NULL%29")
    chips = page.get_by_role("list", name="Conditions").get_by_role("listitem")
    expect(chips).to_have_text(["mlp", "params.seed = 0", "(status = 'FINISHED' OR note IS NULL)"])
    page.get_by_role("button", name="Edit params.seed = 0").click()
    expect(_box(page)).to_be_focused()
    page.keyboard.type("params.seed = 1")
    expect(chips.nth(1)).to_have_text("params.seed = 1")
    expect(_names(page)).to_have_text(["mlp-64-s1", "mlp-128-s1"])
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Remove mlp").click()
    expect(_box(page)).to_have_value("params.seed = 1 AND (status = 'FINISHED' OR note IS NULL)")
    expect(_names(page)).to_have_count(3)
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
