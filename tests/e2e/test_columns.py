"""The columns of the table of candidates: order by them, which there are, where, and how wide."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.lab import Lab
from tests.e2e.listing import expect_names, expect_titles, head


def test_order_by_a_column_and_by_a_second(page: Page, small: Lab) -> None:
    page.goto(small.path)
    expect_names(page, "trial-2", "trial-3", "trial-0", "trial-1")

    head(page, "acc").get_by_role("button").click()
    expect_names(page, "trial-2", "trial-3", "trial-0", "trial-1")
    expect(head(page, "acc")).to_have_attribute("aria-sort", "descending")
    head(page, "acc").get_by_role("button").click()
    expect_names(page, "trial-1", "trial-0", "trial-3", "trial-2")
    expect(head(page, "acc")).to_have_attribute("aria-sort", "ascending")

    head(page, "kind").get_by_role("button").click()
    head(page, "acc").get_by_role("button").click(modifiers=["Shift"])
    expect_names(page, "trial-2", "trial-0", "trial-3", "trial-1")
    expect(page).to_have_url(re.compile(r"order_by=params\.kind\+ASC&order_by=metrics\.acc\+DESC"))


def test_the_header_says_that_the_goal_orders(page: Page, small: Lab) -> None:
    page.goto(small.path)
    expect_names(page, "trial-2", "trial-3", "trial-0", "trial-1")
    expect(head(page, "acc")).to_have_attribute("aria-sort", "descending")
    expect(page.locator("thead [aria-sort]")).to_have_count(1)
    head(page, "depth").get_by_role("button").click()
    expect_names(page, "trial-0", "trial-1", "trial-2", "trial-3")
    expect(head(page, "depth")).to_have_attribute("aria-sort", "ascending")
    expect(page.locator("thead [aria-sort]")).to_have_count(1)

    page.goto(small.path)
    page.get_by_role("button", name="highest acc").click()
    goal = page.get_by_role("dialog", name="What is best here?")
    goal.get_by_label("Better is").select_option("lower")
    goal.get_by_role("button", name="Confirm").click()
    expect_names(page, "trial-1", "trial-0", "trial-3", "trial-2")
    expect(head(page, "acc")).to_have_attribute("aria-sort", "ascending")


def test_columns_are_found_shown_hidden_moved_and_reset(page: Page, small: Lab) -> None:
    page.goto(small.path)
    before = ("Name", "Status", "acc", "depth", "kind", "Started", "Duration")
    expect_titles(page, *before)
    page.get_by_role("button", name="Columns", exact=True).click()

    page.get_by_label("Find a column").fill("by")
    page.get_by_role("checkbox", name="By").check()
    expect(head(page, "By")).to_be_attached()
    page.get_by_label("Find a column").fill("")
    page.get_by_role("checkbox", name=re.compile("^kind")).uncheck()
    expect(head(page, "kind")).to_have_count(0)

    handle = page.get_by_role("button", name=re.compile("^Move depth"))
    handle.press("ArrowUp")
    handle.press("ArrowUp")
    expect(handle).to_be_focused()
    expect_titles(page, "Name", "depth", "Status", "acc", "Started", "Duration", "By")

    page.get_by_role("button", name="Reset").click()
    expect_titles(page, *before)


def test_a_column_is_dragged_and_made_wider(page: Page, small: Lab) -> None:
    page.goto(small.path, wait_until="networkidle")  # nothing moves the table any more
    expect_names(page, "trial-2", "trial-3", "trial-0", "trial-1")
    head(page, "kind").drag_to(head(page, "Status"), target_position={"x": 8, "y": 20})
    expect_titles(page, "Name", "kind", "Status", "acc", "depth", "Started", "Duration")

    moved = head(page, "acc")
    before = moved.bounding_box()
    assert before is not None
    page.mouse.move(before["x"] + before["width"], before["y"] + 20)
    page.mouse.down()
    page.mouse.move(before["x"] + before["width"] + 60, before["y"] + 20, steps=3)
    page.mouse.up()
    after = moved.bounding_box()
    assert after is not None
    assert after["width"] == pytest.approx(before["width"] + 60, abs=2)

    page.reload()
    expect_names(page, "trial-2", "trial-3", "trial-0", "trial-1")
    kept = head(page, "acc").bounding_box()
    assert kept is not None
    assert kept["width"] == pytest.approx(after["width"], abs=2)


def test_the_header_by_keyboard(page: Page, small: Lab) -> None:
    page.goto(small.path)
    expect_names(page, "trial-2", "trial-3", "trial-0", "trial-1")
    page.get_by_role("grid").focus()
    for key in ("ArrowUp", "ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(head(page, "acc")).to_have_attribute("aria-sort", "descending")
    expect_names(page, "trial-2", "trial-3", "trial-0", "trial-1")

    page.keyboard.press("Shift+ArrowRight")
    expect_titles(page, "Name", "Status", "depth", "acc", "kind", "Started", "Duration")
    active = page.get_by_role("grid").get_attribute("aria-activedescendant")
    assert page.locator(f"[id='{active}']").inner_text().strip().endswith("acc")
