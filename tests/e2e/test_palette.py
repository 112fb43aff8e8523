"""The command palette: jumping, searching everywhere, and the actions of a page; the sheet of keys."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.axe import overflow, violations
from tests.e2e.conftest import Filled, OpenPage, Watch


def _box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Search and jump")


def _entries(page: Page, group: str) -> Locator:
    return page.get_by_role("group", name=group).get_by_role("option")


def test_everything_is_a_few_keys_away(page: Page, filled: Filled, watch: Watch) -> None:
    watch.allow("status of 400.*/search")
    page.goto(f"/{filled.project}/-/packages/{1}")
    # The key is listened for by what draws this button; a press before it is lost.
    page.get_by_role("button", name="Search everywhere").wait_for()
    page.keyboard.press("Control+k")
    expect(_box(page)).to_be_focused()
    page.keyboard.type("mlp-64-s1")
    expect(_entries(page, "Candidates")).to_have_count(1)
    expect(_entries(page, "Candidates")).to_contain_text("digits")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(re.escape(filled.candidate_path("mlp-64-s1")) + "$"))

    page.keyboard.press("Control+k")
    expect(_box(page)).to_be_focused()
    page.keyboard.type("digits")
    expect(_entries(page, "Experiments")).to_have_text(re.compile("digits"))
    _box(page).fill("confusion")
    expect(_entries(page, "Files")).to_contain_text(["plots/confusion.png"])
    _box(page).fill("val/accuracy > 0.9 AND model = 'mlp-64'")
    expect(_entries(page, "Candidates")).not_to_have_count(0)
    _box(page).fill("val/accuracy >> 0.9")
    expect(page.get_by_role("alert").filter(has_text="at character 14")).to_be_visible()
    expect(page.locator("mark")).to_have_text(">")
    _box(page).fill("models")
    expect(_entries(page, "Pages").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/-/ml/models$"))


def test_a_slash_searches_everywhere_and_actions_of_the_page_are_listed(page: Page, filled: Filled) -> None:
    page.goto(f"/{filled.project}/-/ml/models/{filled.model}")
    page.get_by_role("heading", level=1).wait_for()
    page.keyboard.press("/")
    expect(_box(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.goto(filled.experiment_path)
    page.locator("tbody tr[data-iid]").first.wait_for()
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Search and filter candidates")).to_be_focused()
    page.keyboard.press("Control+k")
    expect(_box(page)).to_be_focused()
    page.keyboard.type("show these keys")
    expect(_entries(page, "On this page")).to_have_count(0)
    _box(page).fill("search")
    _entries(page, "On this page").get_by_text("Search", exact=True).click()
    expect(page.get_by_role("combobox", name="Search and filter candidates")).to_be_focused()

    page.keyboard.press("Tab")
    page.locator("body").click(position={"x": 2, "y": 400})
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard")
    expect(sheet).to_contain_text("Search everywhere or jump")
    expect(sheet.get_by_role("heading", name="Everywhere")).to_have_count(1)
    # The page's own box has taken the slash.
    expect(sheet.get_by_text("/", exact=True)).to_have_count(1)
    expect(sheet.get_by_role("heading", name="Candidates")).to_be_visible()


def test_what_is_typed_before_the_palette_has_come_is_kept(page: Page, filled: Filled) -> None:
    page.goto(filled.models_path)
    page.get_by_role("heading", level=1).wait_for()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/Palette-*.js", hold)
    with page.expect_request("**/Palette-*.js"):
        page.keyboard.press("Control+k")
    page.keyboard.type("digitz")
    page.keyboard.press("Backspace")
    page.keyboard.type("s")
    held[0].continue_()
    expect(_box(page)).to_have_value("digits")
    expect(_entries(page, "Experiments")).to_have_text(re.compile("digits"))


def test_an_address_that_leads_nowhere_knows_who_asks(page: Page, filled: Filled, watch: Watch) -> None:
    watch.allow("status of 404")
    page.goto(f"{filled.models_path}/999")
    expect(page.get_by_role("heading", name="Nothing here that you can see")).to_be_visible()
    expect(page.get_by_role("link", name="Sign in")).to_have_count(0)


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_the_palette_is_for_everybody(open_page: OpenPage, filled: Filled, width: int, theme: str) -> None:
    page = open_page(width=width, theme=theme)
    page.goto(filled.models_path)
    page.get_by_role("button", name="Search everywhere").click()
    expect(_box(page)).to_be_focused()
    page.keyboard.type("mlp")
    expect(_entries(page, "Candidates").first).to_be_visible()
    assert violations(page) == []
    assert overflow(page) <= 0
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Search everywhere")).to_be_focused()
