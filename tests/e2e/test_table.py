"""The table of candidates: edits in their place with the way back, many at once, columns that stay where they are."""

import re

import httpx
from playwright.sync_api import Page, expect

from tests.e2e.axe import overflow, violations
from tests.e2e.conftest import OpenPage, Watch
from tests.e2e.lab import API, Lab, MakeLab
from tests.e2e.listing import expect_names, go_to, undo


def _candidate(client: httpx.Client, small: Lab, name: str) -> dict[str, str]:
    """Name, note and metadata of the candidate that now or before was called so, from the API."""
    query = {"view": "all", "order_by": ["start_time ASC"]}
    rows = client.post(f"{API}/experiments/{small.experiment}/candidates/search", json=query).json()["candidates"]
    place = int(name.removeprefix("trial-"))
    found = client.get(f"{API}/candidates/{rows[place]['iid']}").json()
    said = {item["key"]: item["value"] for item in found["metadata"] if not item["key"].startswith("mlflow.")}
    return {"name": found["name"], "note": found["note"], **said}


def test_name_note_and_metadata_are_edited_in_their_cells_withundo(
    page: Page, small: Lab, client: httpx.Client
) -> None:
    page.goto(f"{small.path}?columns=note&columns=metrics.acc")
    expect_names(page, "trial-2", "trial-3", "trial-0", "trial-1")
    row = go_to(page, "trial-0")
    page.keyboard.press("F2")
    field = page.get_by_role("textbox", name="Name of trial-0")
    expect(field).to_be_focused()
    assert violations(page) == []
    field.fill("renamed")
    field.press("Enter")
    expect_names(page, "trial-2", "trial-3", "renamed", "trial-1")
    expect(page.get_by_role("grid")).to_be_focused()
    assert _candidate(client, small, "trial-0")["name"] == "renamed"
    undo(page, "Renamed")
    expect_names(page, "trial-2", "trial-3", "trial-0", "trial-1")

    row = go_to(page, "trial-0")
    page.keyboard.press("n")
    field = page.get_by_role("textbox", name="Note of trial-0")
    field.fill("# Odd\nsecond line")
    field.press("Control+Enter")
    expect(row).to_contain_text("# Odd")
    expect(row).not_to_contain_text("second line")
    assert _candidate(client, small, "trial-0")["note"] == "# Odd\nsecond line"
    # Escape leaves it, and what is there is offered whole.
    page.keyboard.press("n")
    expect(field).to_have_value("# Odd\nsecond line")
    field.fill("lost")
    field.press("Escape")
    undo(page, "Saved the note")
    expect(row).not_to_contain_text("# Odd")
    assert _candidate(client, small, "trial-0")["note"] == ""


def test_metadata_is_edited_in_its_cell_withundo(page: Page, small: Lab, client: httpx.Client) -> None:
    page.goto(small.path)
    page.get_by_label("Select trial-0").check()
    page.get_by_role("button", name="Metadata").click()
    page.get_by_label("Key", exact=True).fill("team")
    page.get_by_label("Value", exact=True).fill("red")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.locator(".toast").filter(has_text="Set “team”")).to_be_visible()
    page.goto(f"{small.path}?columns=metrics.acc&columns=metadata.team")
    cell = page.get_by_role("row").filter(has_text="trial-0").get_by_role("gridcell", name="red")
    cell.hover()
    cell.get_by_role("button", name="Edit team of trial-0").click()
    field = page.get_by_role("textbox", name="team of trial-0")
    field.fill("blue")
    # Clicking elsewhere counts as well.
    page.get_by_role("heading", level=1).click()
    expect(page.get_by_role("gridcell", name="blue")).to_be_visible()
    undo(page, "Set “team”")
    expect(page.get_by_role("gridcell", name="red")).to_be_visible()
    go_to(page, "trial-0", right=2)
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="team of trial-0").fill("")
    page.keyboard.press("Enter")
    expect(page.get_by_role("gridcell", name="red")).to_have_count(0)
    assert "team" not in _candidate(client, small, "trial-0")
    undo(page, "Removed “team”")
    expect(page.get_by_role("gridcell", name="red")).to_be_visible()


def test_many_are_starred_and_moved_with_one_request_each_and_back(page: Page, small: Lab, lab: MakeLab) -> None:
    target = lab(f"{small.name} target")
    writes: list[str] = []
    page.on(
        "request",
        lambda request: (
            writes.append(request.url)
            if "/candidates/" in request.url and request.method == "POST" and "search" not in request.url
            else None
        ),
    )
    page.goto(small.path)
    for name in ("trial-2", "trial-3", "trial-0"):
        page.get_by_label(f"Select {name}").check()
    bar = page.get_by_role("region", name="Selected candidates")
    bar.get_by_role("button", name="Star").click()
    expect(page.locator("tbody [aria-pressed='true']")).to_have_count(3)
    expect(bar.get_by_role("button", name="Take the star")).to_be_visible()
    undo(page, "Starred 3 candidates")
    expect(page.locator("tbody [aria-pressed='true']")).to_have_count(0)

    bar.get_by_role("button", name="Move").click()
    dialog = page.get_by_role("dialog", name="Move 3 candidates")
    search = dialog.get_by_label("To which experiment?")
    expect(search).to_be_focused()
    search.fill(target.name)
    choice = dialog.get_by_role("button", name=re.compile(re.escape(target.name)))
    expect(choice).to_have_count(1)
    assert violations(page) == []
    choice.click()
    expect_names(page, "trial-1")
    assert [url.rpartition("/")[2] for url in writes] == ["star", "star", "move"]
    expect(page.get_by_role("row").filter(has_text="trial-1")).to_be_visible()
    page.goto(target.path)
    expect_names(page, "trial-2", "trial-3", "trial-0")
    # A new experiment by its name, and the way back.
    page.get_by_label("Select trial-3").check()
    bar.get_by_role("button", name="Move").click()
    page.get_by_label("To which experiment?").fill(f"{small.name} brand new")
    page.get_by_role("button", name=re.compile("^Create “")).click()
    expect_names(page, "trial-2", "trial-0")
    undo(page, "Moved 1 candidate")
    expect_names(page, "trial-2", "trial-3", "trial-0")


def test_columns_are_pinned_and_kept_in_the_address_with_their_widths(
    page: Page, small: Lab, open_page: OpenPage
) -> None:
    page.goto(small.path)
    page.get_by_role("button", name="Columns", exact=True).click()
    page.get_by_role("button", name="Pin kind at the left").click()
    page.keyboard.press("Escape")
    titles = page.locator("thead th .title")
    expect(titles.nth(1)).to_have_text("kind")
    expect_names(page, "trial-2", "trial-3", "trial-0", "trial-1")
    go_to(page, "trial-2")
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    for _ in range(4):
        page.keyboard.press("+")
    expect(page).to_have_url(re.compile("pin=params.kind&width="))
    head = page.locator("thead th").nth(2)
    box = head.bounding_box()
    assert box is not None

    other = open_page(600, 700)
    other.goto(page.url)
    expect(other.locator("thead th .title").nth(1)).to_have_text("kind")
    there = other.locator("thead th").nth(2).bounding_box()
    assert there is not None
    assert there["width"] == box["width"]
    region = other.locator(".region")
    region.evaluate("box => { box.scrollLeft = 2000 }")
    assert region.evaluate("box => box.scrollLeft") > 0
    moved = other.locator("thead th").nth(2).bounding_box()
    assert moved is not None
    assert moved["x"] == there["x"]
    assert violations(other) == []
    # In the header `p` lets it scroll again, and a narrow window keeps no more in place than leaves room.
    page.keyboard.press("p")
    expect(page).not_to_have_url(re.compile("pin="))
    phone = open_page(390, 844)
    phone.goto(f"{small.path}?pin=params.kind&pin=metrics.acc&pin=params.depth")
    expect(phone.get_by_role("row").filter(has_text="trial-2")).to_be_visible()
    assert overflow(phone) <= 0


def test_paper_has_the_rows_and_columns_that_fit_and_says_what_is_left_out(page: Page, lab: MakeLab) -> None:
    made = lab("paper")
    for number in range(40):
        run_id = made.start(f"trial-{number:02}", number, **{f"parameter-{key:02}": str(number) for key in range(12)})
        made.log(run_id, "acc", number / 64)
        made.finish(run_id)
    page.goto(made.path)
    expect(page.locator("tbody tr[data-iid]").first).to_contain_text("trial-39")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 960, "height": 700})
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("tbody tr[data-iid]")).to_have_count(40)
    said = page.get_by_text("Not on this paper")
    expect(said).to_contain_text("parameter-11")
    last = page.locator("thead th").last.bounding_box()
    assert last is not None
    assert last["x"] + last["width"] <= 960
    assert overflow(page) <= 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(said).to_have_count(0)
    pdf = page.pdf(prefer_css_page_size=True)
    assert b"/MediaBox [0 0 792 612]" in pdf


def test_ones_own_stars_are_found_by_the_search_box(page: Page, small: Lab, watch: Watch) -> None:
    watch.allow("status of 400.*/candidates/search")  # what is half written is refused
    page.goto(small.path)
    expect_names(page, "trial-2", "trial-3", "trial-0", "trial-1")
    page.get_by_role("grid").focus()
    page.keyboard.press("s")
    expect(page.locator("tbody [aria-pressed='true']")).to_have_count(1)
    page.keyboard.press("/")
    field = page.get_by_label("Search and filter candidates")
    field.press_sequentially("starred = t")
    page.get_by_role("option", name=re.compile("^true")).click()
    expect_names(page, "trial-2")
    expect(page).to_have_url(re.compile(r"filter=starred\+%3D\+true"))
    # Without its star it is no longer among them.
    page.get_by_role("button", name="Star trial-2").click()
    expect(page.get_by_role("heading", name="No candidate matches")).to_be_visible()
