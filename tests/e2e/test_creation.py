"""Candidates that people make in the browser: by a form, and from a CSV file that is mapped first."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.axe import violations
from tests.e2e.conftest import Filled

CSV = "name,lr,val/accuracy,remark\nfirst,0.1,0.91,ok\nsecond,0.2,91%,\nthird,0.3,0.93,\n"


def _experiment(filled: Filled, name: str) -> str:
    with filled.server.client() as client:
        made = client.post("/api/v1/projects/1/experiments", json={"name": name}).json()
    return f"{filled.experiments_path}/{made['iid']}"


def test_a_candidate_is_made_by_form_and_taken_back(page: Page, filled: Filled, tmp_path: Path) -> None:
    plot = tmp_path / "plot.txt"
    plot.write_text("a file")
    page.goto(_experiment(filled, "by form"))
    page.get_by_role("button", name="Fill in a form").click()
    dialog = page.get_by_role("dialog", name="New candidate in by form")
    dialog.get_by_label("Name (made up if empty)").fill("typed")
    dialog.get_by_label("Name of parameter 1").fill("lr")
    page.keyboard.press("Enter")
    page.keyboard.type("0.1")
    dialog.get_by_label("Name of metric 1").fill("acc")
    dialog.get_by_label("Value of acc").fill("91%")
    dialog.get_by_role("button", name="Create candidate").click()
    expect(dialog.get_by_text("“acc” needs a number")).to_be_visible()
    assert violations(page) == []

    dialog.get_by_label("Value of acc").fill("0.91")
    dialog.get_by_label("Files to upload").set_input_files(plot)
    dialog.get_by_role("button", name="Create candidate").click()
    expect(page.get_by_role("heading", name="typed", level=1)).to_be_visible()
    expect(page.get_by_role("region", name="Parameters")).to_contain_text("0.1")
    expect(page.get_by_role("region", name="Metrics")).to_contain_text("0.91")
    expect(page.get_by_role("region", name="Files")).to_contain_text("plot.txt")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("This candidate is deleted.")).to_be_visible()


def test_a_file_is_mapped_mended_imported_and_taken_back(page: Page, filled: Filled, tmp_path: Path) -> None:
    file = tmp_path / "results.csv"
    file.write_text(CSV)
    page.goto(_experiment(filled, "from a file"))
    page.get_by_role("button", name="Import a CSV file").click()
    dialog = page.get_by_role("dialog", name="Import results into from a file")
    dialog.get_by_label("File to read").set_input_files(file)
    dialog.get_by_label("What val/accuracy is").select_option("metric")
    expect(dialog.get_by_text("line 3, column 3 “val/accuracy”")).to_be_visible()
    expect(dialog.get_by_role("button", name=re.compile("^Import 3"))).to_be_disabled()
    assert violations(page) == []

    dialog.get_by_role("button", name="Another file").click()
    file.write_text(CSV.replace("91%", "0.92"))
    dialog.get_by_label("File to read").set_input_files(file)
    expect(dialog.get_by_label("What val/accuracy is")).to_have_value("metric")
    dialog.get_by_role("button", name="Import 3 candidates").click()
    expect(page.get_by_role("link", name="third").first).to_be_visible()
    expect(page.get_by_text("val/accuracy").first).to_be_visible()

    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("Took back 3 candidates.")).to_be_visible()
