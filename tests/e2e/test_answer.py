"""The answer on the page of an experiment, on candidates whose right answer is known."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import overflow, violations
from tests.e2e.conftest import OpenPage, Watch
from tests.e2e.lab import Lab, MakeLab
from tests.e2e.listing import NAMES, expect_names, titles


def test_the_answer_is_said_and_the_best_is_first(page: Page, answered: Lab) -> None:
    page.goto(answered.path)
    strip = page.get_by_role("region", name="The answer")
    expect(strip).to_contain_text(re.compile(r"vit-s1 is best: val/acc\s+0\.8500, 0\.02 ahead of\s+vit-s0"))
    expect(strip).to_contain_text("0.8400 ± 0.01414, n = 2: the lead is outside the noise")
    for count in ("3 ranked", "1 running", "1 diverged", "highest val/acc, guessed"):
        expect(strip).to_contain_text(count)
    expect_names(page, "vit-s1", "vit-s0", "knn", "running", "diverged")
    expect(page.locator("tr .rank")).to_have_text(["1", "2", "3", re.compile("not ranked"), re.compile("not ranked")])
    divided = page.locator("tr.divided")
    expect(divided).to_have_count(1)
    expect(divided).to_contain_text("running")
    expect(page.get_by_role("row").filter(has_text="diverged")).to_contain_text("first NaN at step 12")


def test_the_exact_value_is_a_hover_or_a_focus_away_and_a_key_shows_all_in_the_table(page: Page, lab: MakeLab) -> None:
    exact = "0.8123456789012345"
    made = lab("precise")
    for name, value in (("short", 0.5), ("long", float(exact))):
        run_id = made.start(name)
        made.log(run_id, "val/acc", value)
        made.finish(run_id)
    page.goto(made.path)
    expect_names(page, "long", "short")
    strip = page.get_by_role("region", name="The answer")
    strip.get_by_role("link", name="long").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("tooltip")).to_have_text(f"{exact} at step 0")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tooltip")).to_have_text(str(float(exact) - 0.5))
    page.keyboard.press("Tab")
    expect(page.get_by_role("tooltip")).to_have_count(0)

    cell = page.locator("tr[data-iid] td[data-column='metrics.val/acc']").first
    expect(cell).to_contain_text("0.8123")
    page.keyboard.press("e")
    expect(cell).to_contain_text(exact)
    assert cell.evaluate("cell => cell.scrollWidth <= cell.clientWidth")
    page.keyboard.press("e")
    expect(cell).not_to_contain_text(exact)


def test_parameters_stand_by_what_they_explain_and_stay_while_candidates_are_added(page: Page, lab: MakeLab) -> None:
    made = lab("what matters")

    def add(number: int) -> None:
        params = {"a": str(number % 2), "b": str(number % 3), "z": str(number // 4)}
        run_id = made.start(f"trial-{number}", number, **params)
        made.log(run_id, "val/acc", number // 4 + number % 2 / 10)
        made.finish(run_id)

    for number in range(8):
        add(number)
    page.goto(made.path)
    expect(page.locator("tbody tr[data-iid]")).to_have_count(8)
    before = titles(page)
    assert [title for title in before if title in "abz"] == ["z", "a", "b"]
    for number in range(8, 12):
        add(number)
    expect(page.locator("tbody tr[data-iid]")).to_have_count(12)
    assert titles(page) == before


def test_other_metrics_are_read_at_the_best_step(page: Page, answered: Lab) -> None:
    page.goto(answered.path)
    cell = page.locator("tbody tr[data-iid]").first.locator("td[title='0.5 at step 7, last 0.4']")
    expect(cell).to_contain_text("0.5")


def test_a_goal_is_set_and_turns_order_and_sentence(page: Page, answered: Lab, watch: Watch) -> None:
    watch.allow("status of 400.*/goal")
    page.goto(answered.path)
    page.locator("button.goal").click()
    dialog = page.get_by_role("dialog", name="What is best here?")
    dialog.get_by_label("Better is").select_option("lower")
    dialog.get_by_label(re.compile("Rank only those with")).fill("params.model >> 'x'")
    dialog.get_by_role("button", name="Confirm").click()
    expect(dialog.get_by_role("alert")).to_contain_text("at character")
    assert violations(page) == []
    dialog.get_by_label(re.compile("Rank only those with")).fill("params.model = 'vit'")
    dialog.get_by_label("Of each candidate, take").select_option("its last value")
    dialog.get_by_role("button", name="Confirm").click()
    expect(dialog).not_to_be_visible()
    strip = page.get_by_role("region", name="The answer")
    expect(strip).to_contain_text("vit-s0 is best")
    expect(strip).to_contain_text("1 outside the constraints")
    expect(page.locator(NAMES).nth(1)).to_have_text("vit-s1")

    page.locator("button.goal").click()
    dialog.get_by_role("button", name="Guess again").click()
    expect_names(page, "vit-s1", "vit-s0", "knn", "running", "diverged")


def test_a_second_metric_marks_who_is_on_the_front_of_both(page: Page, answered: Lab) -> None:
    page.goto(answered.path)
    page.locator("button.goal").click()
    dialog = page.get_by_role("dialog", name="What is best here?")
    dialog.get_by_label(re.compile("And also")).select_option("val/loss")
    expect(dialog.get_by_label("Better val/loss is")).to_have_value("minimize")
    assert violations(page) == []
    dialog.get_by_role("button", name="Confirm").click()
    said = page.get_by_role("link", name="1 candidate is on the Pareto front of val/acc and val/loss")
    expect(said).to_be_visible()
    expect(page.get_by_text("highest val/acc and lowest val/loss")).to_be_visible()
    marks = page.get_by_title("No candidate is better in both val/acc and val/loss")
    expect(marks).to_have_text(["◆on the Pareto front"])
    expect(page.locator("tbody tr[data-iid]").first.locator("td[data-column]").nth(2)).to_have_attribute(
        "data-column", "metrics.val/loss"
    )
    assert violations(page) == []
    said.click()
    expect(page.get_by_role("heading", name=re.compile("val.acc.*against val.loss"))).to_be_in_viewport()


def test_a_baseline_is_set_by_a_key(page: Page, answered: Lab) -> None:
    page.goto(answered.path)
    expect_names(page, "vit-s1", "vit-s0", "knn", "running", "diverged")
    for key in ("j", "j", "b"):
        page.keyboard.press(key)
    expect(page.get_by_text("Compared with “vit-s0”.")).to_be_visible()
    pinned = page.locator("tbody.pinned tr[data-iid]")
    expect(pinned).to_contain_text("vit-s0")
    assert violations(page) == []
    page.get_by_label("Search and filter candidates").fill("params.model = 'knn'")
    rows = page.locator("tbody:not(.pinned) tr[data-iid]")
    expect(rows).to_have_count(1)
    expect(pinned).to_contain_text("baseline")
    page.goto(answered.path)
    expect(rows.nth(1)).to_contain_text("baseline")
    expect(rows.nth(0)).to_contain_text("▲+0.020")
    expect(rows.nth(0)).to_contain_text("higher than the baseline, better")
    expect(rows.nth(2)).to_contain_text("lower than the baseline, worse")


def test_the_candidate_shows_its_place(page: Page, answered: Lab) -> None:
    page.goto(answered.path)
    page.get_by_role("link", name="vit-s0").last.click()
    expect(page.get_by_text("2 of 3 by highest val/acc")).to_be_visible()


def test_a_value_that_comes_while_the_page_is_open_changes_the_answer(page: Page, answered: Lab) -> None:
    page.goto(answered.path)
    run_id = answered.start("late", 20)
    answered.log(run_id, "val/acc", 0.9, 3)
    answered.finish(run_id)
    strip = page.get_by_role("region", name="The answer")
    expect(strip).to_contain_text("late is best")
    expect(page.locator(NAMES).first).to_have_text("late")


def test_where_nothing_has_finished_the_strip_says_what_is_missing(page: Page, lab: MakeLab) -> None:
    made = lab("nothing finished")
    run_id = made.start("first")
    page.goto(made.path)
    strip = page.get_by_role("region", name="The answer")
    expect(strip).to_contain_text("No metric yet")
    made.log(run_id, "val/acc", 0.5)
    expect(strip).to_contain_text("once it has finished with a value of val/acc")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_the_strip_is_accessible(open_page: OpenPage, answered: Lab, theme: str, width: int, height: int) -> None:
    page = open_page(width, height, theme)
    page.goto(answered.path, wait_until="networkidle")
    assert violations(page) == []
    assert overflow(page) <= 0
