"""The list of experiments: what each has come to, found, sorted, made, edited, deleted and restored."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.axe import violations
from tests.e2e.conftest import Filled, OpenPage, Watch
from tests.e2e.lab import Lab
from tests.e2e.listing import undo


def test_each_says_who_is_best_and_by_how_much(page: Page, filled: Filled, answered: Lab, open_page: OpenPage) -> None:
    page.goto(filled.experiments_path)
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=answered.name, exact=True))
    expect(row).to_contain_text(re.compile(r"0\.8500\s*vit-s1"))
    expect(row).to_contain_text("0.02 ahead of the runner-up")
    expect(row).to_contain_text("highest val/acc, a guess")
    expect(row.locator("svg.spark path")).to_have_attribute("d", re.compile("^M"))
    expect(row).to_contain_text("1 running")
    phone = open_page(390, 844)
    phone.goto(filled.experiments_path)
    row = phone.get_by_role("row").filter(has=phone.get_by_role("link", name=answered.name, exact=True))
    expect(row).to_contain_text("0.02 ahead of the runner-up")


def test_one_is_made_edited_deleted_and_restored_and_the_address_keeps_the_search(
    page: Page, filled: Filled, open_page: OpenPage, watch: Watch
) -> None:
    watch.allow("status of 40[09]")  # a name that is taken
    page.goto(filled.experiments_path)
    page.get_by_role("button", name="New experiment").click()
    dialog = page.get_by_role("dialog", name="New experiment")
    dialog.get_by_label("Name").fill("digits")
    dialog.get_by_role("button", name="Create experiment").click()
    expect(dialog.get_by_role("alert")).to_contain_text("digits")
    dialog.get_by_label("Name").fill("listed by hand")
    dialog.get_by_role("button", name="Create experiment").click()
    expect(page.get_by_role("link", name="listed by hand", exact=True)).to_be_visible()

    page.get_by_role("button", name="Actions for listed by hand").click()
    page.get_by_role("menuitem", name="Edit name and note").click()
    dialog = page.get_by_role("dialog", name="Edit experiment")
    dialog.get_by_label("Name").fill("listed and renamed")
    dialog.get_by_label("Note").fill("Why it was made")
    dialog.get_by_role("button", name="Save").click()
    link = page.get_by_role("link", name="listed and renamed", exact=True)
    expect(page.get_by_role("row").filter(has=link)).to_contain_text("Why it was made")

    page.get_by_role("searchbox", name="Search experiments").fill("and renamed")
    page.get_by_label("Sort by").select_option("name")
    expect(page).to_have_url(re.compile("search=and.renamed&sort=name"))
    expect(page.get_by_role("status").filter(has_text="1 experiment")).to_be_visible()
    other = open_page()
    other.goto(page.url)
    expect(other.get_by_role("searchbox", name="Search experiments")).to_have_value("and renamed")
    expect(other.get_by_label("Sort by")).to_have_value("name")
    expect(other.get_by_role("rowheader")).to_have_count(1)

    page.get_by_role("button", name="Actions for listed and renamed").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(page.get_by_role("heading", name="No experiment matches")).to_be_visible()
    undo(page, "Deleted")
    expect(link).to_be_visible()
    page.get_by_role("button", name="Actions for listed and renamed").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("button", name="Deleted", exact=True).click()
    page.get_by_role("button", name="Actions for listed and renamed").click()
    page.get_by_role("menuitem", name="Restore").click()
    expect(page.get_by_role("heading", name="Nothing deleted")).to_be_visible()
    page.get_by_role("button", name="Deleted", exact=True).click()
    expect(link).to_be_visible()


def test_the_list_is_sorted_and_a_goal_is_changed_from_it(page: Page, filled: Filled) -> None:
    page.goto(filled.experiments_path)
    page.get_by_label("Sort by").select_option("name")
    rows = page.get_by_role("row").filter(has=page.get_by_role("rowheader"))
    with page.expect_response(lambda answer: "sort=newest" in answer.url):
        page.get_by_label("Sort by").select_option("newest")
    row = rows.filter(has=page.get_by_role("link", name="digits", exact=True))
    row.get_by_role("button", name="Actions for digits").click()
    with page.expect_response(lambda answer: answer.url.endswith("/answer")) as read:
        page.get_by_role("menuitem", name="Change the goal").click()
    before = read.value.json()["goal"]
    dialog = page.get_by_role("dialog", name="What is best here?")
    dialog.get_by_label("Of each candidate, take").select_option("last")
    with page.expect_response(lambda answer: answer.url.endswith("/leaders")) as asked:
        dialog.get_by_role("button", name=re.compile("^(Save|Confirm)$")).click()
    assert asked.value.request.post_data_json == {"experiments": [filled.experiment]}
    assert asked.value.json()["leaders"][0]["goal"]["reduction"] == "last"
    with filled.server.client() as client:
        goal = f"/api/v1/projects/1/experiments/{filled.experiment}/goal"
        assert client.request("DELETE", goal).json()["goal"] == before


def test_a_page_that_could_not_be_loaded_is_loaded_when_the_server_is_back(
    page: Page, filled: Filled, answered: Lab, watch: Watch
) -> None:
    watch.allow("ERR_CONNECTION_REFUSED")
    page.clock.install()
    page.goto(filled.experiments_path)
    page.route("**/api/**", lambda route: route.abort("connectionrefused"))
    page.route("**/-/liveness", lambda route: route.abort("connectionrefused"))
    page.get_by_role("link", name=answered.name, exact=True).click()
    expect(page.get_by_role("heading", name="This page could not be loaded")).to_be_visible()
    assert violations(page) == []
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/-/liveness")):
        page.clock.fast_forward(3000)
    page.unroute("**/api/**")
    page.unroute("**/-/liveness")
    page.clock.fast_forward(3000)
    expect(page.get_by_role("heading", name=answered.name)).to_be_visible()
