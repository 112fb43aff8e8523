"""Curves of a page that stays open: new points come without moving cursor or focus, a lost connection says so."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Watch
from tests.e2e.lab import MakeLab


def test_points_arrive_in_table_and_chart_and_a_lost_connection_recovers(
    page: Page, lab: MakeLab, watch: Watch
) -> None:
    made = lab("training")
    run_id = made.start("alone")
    for step, value in enumerate((0.25, 0.5, 0.625)):
        made.log(run_id, "acc", value, step)
    with page.expect_request(re.compile("/events\\?")):  # from here on it hears of changes
        page.goto(f"{made.path}?chart=on")
    panel = page.get_by_role("region", name="Curves")
    chart = panel.locator("[aria-roledescription=chart]")
    expect(chart).to_have_attribute("aria-label", re.compile("alone ends at 0.625"))
    expect(page.locator("[data-live]")).to_be_attached()
    chart.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(panel.locator(".where")).to_contain_text("step 1")

    made.log(run_id, "acc", 0.75, 3)
    expect(page.locator("tr[data-iid]").first).to_contain_text("0.75")
    expect(chart).to_have_attribute("aria-label", re.compile("alone ends at 0.75"))
    expect(chart).to_be_focused()
    expect(panel.locator(".where")).to_contain_text("step 1")

    # A part that is being chosen outlasts what comes meanwhile.
    box = chart.locator(".u-over").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.1 * box["width"], box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 40)
    made.log(run_id, "acc", 0.8125, 4)
    expect(page.locator("tr[data-iid]").first).to_contain_text("0.8125")
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 40)
    page.mouse.up()
    whole = panel.get_by_role("button", name="Whole range")
    whole.click()
    expect(whole).to_have_count(0)
    expect(chart).to_have_attribute("aria-label", re.compile("alone ends at 0.8125"))

    watch.allow("ERR_INTERNET_DISCONNECTED|ERR_NETWORK|Failed to load resource")
    lost = page.get_by_text("The connection is lost.")
    page.context.set_offline(True)
    expect(lost).to_be_visible()
    made.log(run_id, "acc", 0.875, 5)
    page.context.set_offline(False)
    expect(lost).to_be_hidden()
    expect(page.locator("tr[data-iid]").first).to_contain_text("0.875")
    expect(chart).to_have_attribute("aria-label", re.compile("alone ends at 0.875"))
