"""Seed groups and trees in the table of candidates, by keyboard."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.axe import overflow, violations
from tests.e2e.conftest import Filled, OpenPage
from tests.e2e.lab import Lab


def rows(page: Page, *expected: str | re.Pattern[str]) -> None:
    expect(page.locator("tbody tr[data-iid] th :is(a, .group)")).to_have_text(list(expected))


def test_g_groups_seeds_with_mean_deviation_and_n(page: Page, answered: Lab, open_page: OpenPage) -> None:
    page.goto(answered.path)
    rows(page, "vit-s1", "vit-s0", "knn", "running", "diverged")
    page.keyboard.press("g")
    rows(page, "vit", "knn", "running", "diverged")
    group = page.locator("tbody tr[data-iid]").first
    expect(group).to_contain_text("n = 2")
    expect(group).to_contain_text("0.8400 ± 0.01414")
    expect(page.locator("tr.divided")).to_contain_text("running")
    expect(page.get_by_role("status").filter(has_text="4 rows of 5 candidates")).to_be_visible()
    expect(page.get_by_role("region", name="Curves")).to_contain_text("vit (n = 2)")

    # Another order keeps the groups, by what they show.
    header = page.locator("thead th").filter(has_text="val/acc").get_by_role("button")
    header.click()
    header.click()
    rows(page, "knn", "vit", "running", "diverged")
    header.click()
    rows(page, "vit", "knn", "running", "diverged")
    expect(page).not_to_have_url(re.compile("order_by"))

    page.get_by_role("treegrid").focus()
    page.keyboard.press("Control+Home")
    page.keyboard.press("Enter")
    rows(page, "vit", "vit-s1", "vit-s0", "knn", "running", "diverged")
    expect(group).to_have_attribute("aria-expanded", "true")
    assert violations(page) == []
    page.keyboard.press("x")
    expect(page.get_by_role("region", name="Selected candidates")).to_contain_text("2 candidates selected")
    page.keyboard.press("x")

    other = open_page(390, 844)
    other.goto(page.url)
    rows(other, "vit", "vit-s1", "vit-s0", "knn", "running", "diverged")
    assert overflow(other) == 0
    page.keyboard.press("o")
    rows(page, "vit", "knn", "running", "diverged")
    page.keyboard.press("g")
    rows(page, "vit-s1", "vit-s0", "knn", "running", "diverged")


def test_children_are_shown_below_their_parent(page: Page, filled: Filled) -> None:
    page.goto(f"{filled.experiment_path}?rows=tree")
    unfold = page.get_by_role("button", name=re.compile(r"^Show the \d+ below"))
    expect(unfold).to_have_count(1)
    expect(page.locator(".branch")).to_have_count(0)
    unfold.click()
    expect(page.locator("tr[aria-level='2'] .branch")).not_to_have_count(0)
    expect(page.locator("tr[aria-expanded='true'] + tr[aria-level='2']")).to_have_count(1)
    assert violations(page) == []
    page.get_by_role("button", name="Rows: Parents and children").click()
    page.get_by_role("menuitemradio", name="Candidates", exact=True).click()
    expect(page).to_have_url(re.compile("rows=flat"))
