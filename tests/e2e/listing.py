"""The table of candidates, as tests look at it and use it."""

import re

from playwright.sync_api import Locator, Page, expect

NAMES = "tbody tr[data-iid] th a"


def expect_names(page: Page, *names: str) -> None:
    expect(page.locator(NAMES)).to_have_text(list(names))


def titles(page: Page) -> list[str]:
    return [title.strip() for title in page.locator("thead th .title").all_inner_texts()]


def expect_titles(page: Page, *expected: str) -> None:
    expect(page.locator("thead th .title")).to_have_text(list(expected))


def head(page: Page, title: str) -> Locator:
    return page.locator("thead th").filter(has=page.locator(".title", has_text=re.compile(f"^{re.escape(title)}$")))


def write_filter(page: Page, text: str) -> None:
    field = page.get_by_label("Search and filter candidates")
    field.wait_for()  # the key is listened for by what draws the field; a press before it is lost
    page.keyboard.press("/")
    expect(field).to_be_focused()
    field.fill(text)


def go_to(page: Page, name: str, right: int = 0) -> Locator:
    """Puts the cursor on a row, and so many cells to the right of its name."""
    page.get_by_role("grid").focus()
    for _ in range(8):
        if page.locator("tr.current").filter(has_text=name).count():
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Home")
    for _ in range(right):
        page.keyboard.press("ArrowRight")
    return page.get_by_role("row").filter(has_text=name)


def undo(page: Page, said: str) -> None:
    toast = page.locator(".toast").filter(has_text=said)
    toast.get_by_role("button", name="Undo").click()
