"""Views in the address, and views under a name: one's own, shared, and the one that an experiment opens with."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import overflow, violations
from tests.e2e.conftest import Filled, OpenPage
from tests.e2e.lab import PROJECT

VIEW = (
    "?filter=status+%3D+'FINISHED'&order_by=metrics.%22val%2Floss%22+ASC"
    "&columns=metrics.val%2Floss&columns=params.model&groups=on"
)


@pytest.fixture
def no_views(filled: Filled) -> Iterator[None]:
    """Leaves the experiment without views, as other tests expect it."""
    yield
    base = f"/api/v1/projects/{PROJECT.replace('/', '%2F')}/experiments/{filled.experiment}/views"
    with filled.server.client() as client:
        for view in client.get(base).json()["views"]:
            client.delete(f"{base}/{'shared' if view['shared'] else 'own'}/{view['id']}")


TITLES, NAMES = "thead th .title", "tbody tr[data-iid] th a"


def _open_view(page: Page, filled: Filled) -> tuple[list[str], list[str]]:
    """Goes to the view in the address; returns the titles and the names in its table."""
    page.goto(filled.experiment_path + VIEW)
    expect(page.locator(TITLES).last).to_have_text("model")
    page.locator(NAMES).first.wait_for()
    return page.locator(TITLES).all_inner_texts(), page.locator(NAMES).all_inner_texts()


def _shows(page: Page, table: tuple[list[str], list[str]]) -> None:
    expect(page.locator(TITLES)).to_have_text(table[0])
    expect(page.locator(NAMES)).to_have_text(table[1])


def test_the_address_is_the_view(open_page: OpenPage, filled: Filled) -> None:
    page = open_page()
    shown = _open_view(page, filled)
    page.get_by_role("checkbox", name="Select mlp-64-s1").check()
    expect(page).to_have_url(re.compile("selected="))
    assert [title.strip() for title in shown[0]][-2:] == ["val/loss", "model"]
    other = open_page()
    other.goto(page.url)
    _shows(other, shown)
    expect(other.get_by_role("checkbox", name="Select mlp-64-s1")).to_be_checked()
    expect(other.get_by_role("combobox", name="Search and filter candidates")).to_have_value("status = 'FINISHED'")


@pytest.mark.usefixtures("no_views")
def test_a_view_is_saved_shared_made_the_default_renamed_and_deleted(open_page: OpenPage, filled: Filled) -> None:
    page = open_page()
    shown = _open_view(page, filled)
    page.get_by_role("button", name="Saved views").click()
    page.get_by_label("Save what is shown").fill("Finished by loss")
    expect(page.get_by_role("checkbox", name="Shared with the project")).to_be_checked()
    page.get_by_role("button", name="Save view").click()
    menu = page.get_by_role("button", name="Saved views: Finished by loss")
    menu.click()
    page.get_by_role("button", name="Open the experiment with Finished by loss").click()
    expect(page.get_by_text("default", exact=True)).to_be_visible()

    other = open_page()
    other.goto(filled.experiment_path)
    expect(other).to_have_url(re.compile(re.escape("order_by=metrics.%22val%2Floss%22+ASC")))
    _shows(other, shown)
    other.goto(filled.experiments_path)
    other.get_by_role("link", name="digits", exact=True).click()
    expect(other.get_by_role("button", name="Saved views: Finished by loss")).to_be_visible()
    _shows(other, shown)
    assert parse_qs(urlsplit(other.url).query)["filter"] == ["status = 'FINISHED'"]
    other.get_by_role("button", name="Saved views: Finished by loss").click()
    other.get_by_role("button", name="All candidates").click()
    expect(other).to_have_url(re.compile(r"\?view=active$"))
    expect(other.get_by_role("row").filter(has_text="mlp-diverging")).to_be_visible()

    page.get_by_role("button", name="Rename Finished by loss").click()
    page.get_by_label("New name of Finished by loss").fill("By loss")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Delete By loss")).to_be_visible()
    page.get_by_role("button", name="Delete By loss").click()
    expect(page.get_by_role("button", name="Delete By loss")).to_have_count(0)
    page.get_by_role("button", name="Undo").last.click()
    page.get_by_role("button", name="Saved views: By loss").click()
    expect(page.get_by_role("button", name="Open the experiment with By loss")).to_have_attribute(
        "aria-pressed", "true"
    )


@pytest.mark.usefixtures("no_views")
@pytest.mark.parametrize(("width", "theme"), [(1440, "dark"), (390, "light")])
def test_the_menu_of_views_is_for_everybody(open_page: OpenPage, filled: Filled, width: int, theme: str) -> None:
    page = open_page(width=width, theme=theme)
    page.goto(f"{filled.experiment_path}?filter=forest")
    page.get_by_role("button", name="Saved views").click()
    page.get_by_label("Save what is shown").fill("Forests")
    page.get_by_role("checkbox", name="Shared with the project").uncheck()
    page.get_by_role("button", name="Save view").click()
    page.get_by_role("button", name="Saved views: Forests").click()
    expect(page.get_by_role("heading", name="Yours")).to_be_visible()
    assert violations(page) == []
    assert overflow(page) <= 0


def test_the_box_and_the_table_are_three_tabs_away(page: Page, filled: Filled) -> None:
    page.goto(filled.experiment_path)
    page.locator("tbody tr[data-iid]").first.wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to search")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Search and filter candidates")).to_be_focused()
