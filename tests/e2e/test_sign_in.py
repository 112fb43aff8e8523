"""The way in and out, and the pages before an experiment."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Filled, OpenPage, Watch
from tests.live import PASSWORD


def _sign_in(page: Page, password: str) -> None:
    page.get_by_label("Username").fill("root")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_a_wrong_password_is_refused_and_the_right_one_leads_to_the_projects(
    open_page: OpenPage, filled: Filled, watch: Watch
) -> None:
    watch.allow("status of 401.*/api/v1/session")
    page = open_page(signed_in=False)
    page.goto("/")
    expect(page).to_have_url(f"{filled.server.url}/users/sign_in")

    _sign_in(page, "wrong")
    expect(page.get_by_role("alert")).to_have_text("The username or the password is wrong.")
    expect(page.get_by_label("Password")).to_be_focused()
    expect(page.get_by_label("Password")).to_have_value("")

    _sign_in(page, PASSWORD)
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()
    expect(page.get_by_role("link", name="root/default")).to_be_visible()


def test_the_form_stands_at_the_asked_page_and_leads_to_it(open_page: OpenPage, filled: Filled, watch: Watch) -> None:
    watch.allow("status of 401")
    page = open_page(signed_in=False)
    page.goto(filled.experiments_path)

    _sign_in(page, PASSWORD)
    expect(page.get_by_role("heading", name="Experiments")).to_be_visible()
    expect(page).to_have_url(filled.server.url + filled.experiments_path)


def test_signing_out_ends_the_session(open_page: OpenPage, filled: Filled, watch: Watch) -> None:
    watch.allow("status of 401")
    page = open_page(signed_in=False)
    page.goto("/users/sign_in")
    _sign_in(page, PASSWORD)
    page.get_by_role("button", name="Signed in as root").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to Shortlist")).to_be_visible()

    page.goto(filled.experiments_path)
    expect(page.get_by_role("heading", name="Sign in to Shortlist")).to_be_visible()


def test_projects_lead_to_experiments(page: Page, filled: Filled) -> None:
    page.goto("/")
    page.get_by_role("link", name="root/default").click()

    expect(page).to_have_url(filled.server.url + filled.experiments_path)
    row = page.get_by_role("row", name="digits")
    expect(row.get_by_role("cell").first).to_contain_text("highest val/accuracy, a guess")
    expect(row.get_by_role("cell", name=str(len(filled.candidates)), exact=True)).to_be_visible()
    expect(row).to_contain_text("1 running")
    expect(row).to_contain_text("2 failed")


def test_the_first_key_skips_to_the_content(page: Page, filled: Filled) -> None:
    page.goto(filled.experiments_path)
    expect(page.get_by_role("row", name="digits")).to_be_visible()
    page.bring_to_front()  # a key goes nowhere in a page that the browser has not given the focus yet
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()

    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_an_experiment_is_made_and_deleted_with_a_way_back(page: Page, filled: Filled) -> None:
    page.goto(filled.experiments_path)
    page.get_by_role("button", name="New experiment").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("written in the browser")
    page.get_by_role("button", name="Create experiment").click()
    row = page.get_by_role("row", name="written in the browser")
    expect(row).to_be_visible()

    row.get_by_role("button", name="Actions for written in the browser").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(row).to_be_hidden()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(row).to_be_visible()

    row.get_by_role("button", name="Actions for written in the browser").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(row).to_be_hidden()
