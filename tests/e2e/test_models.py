"""Models in the browser: promoting a candidate, versions, aliases, comparing, uploading."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Filled


def test_a_candidate_is_promoted_and_the_promotion_taken_back(page: Page, filled: Filled) -> None:
    page.goto(filled.candidate_path("mlp-128-s0"))
    page.get_by_role("button", name="Promote", exact=True).click()
    dialog = page.get_by_role("dialog", name="Promote “mlp-128-s0”")
    # The model that changed last is proposed, with what follows its highest version.
    expect(dialog.get_by_label("Model", exact=True)).to_have_value("digit-reader")
    expect(dialog.get_by_text("It has 2 versions; the latest is 2.0.0.")).to_be_visible()
    expect(dialog.get_by_label("Version", exact=True)).to_have_value("2.1.0")
    expect(dialog.get_by_label("Why this one")).to_have_value("Number 4 of 11 by highest val/accuracy.")
    dialog.get_by_role("button", name="2.0.1 patch").click()
    dialog.get_by_role("button", name="champion").click()
    expect(dialog.get_by_text("champion moves here from 2.0.0.")).to_be_visible()
    dialog.get_by_role("button", name="Promote to digit-reader").click()

    expect(page.get_by_role("heading", level=1, name="digit-reader 2.0.1")).to_be_visible()
    expect(page.get_by_role("link", name="mlp-128-s0")).to_be_visible()
    expect(page.get_by_role("row", name="val/accuracy")).to_contain_text("step 39")
    page.get_by_role("link", name="mlp-128-s0").click()
    expect(page.get_by_role("link", name="digit-reader 2.0.1")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("digit-reader 2.0.1 is gone again.")).to_be_visible()
    with filled.server.client() as client:
        found = client.get("/api/v1/projects/root%2Fdefault/models").json()["models"][0]
        assert (found["versions"], found["latest"]["version"]) == (2, "2.0.0")
        version = client.get(f"/api/v1/projects/root%2Fdefault/models/{filled.model}/versions/2").json()
        assert version["aliases"] == ["champion"]

    # A model that was made for it goes with it.
    page.get_by_role("button", name="Promote", exact=True).click()
    dialog.get_by_label("Model", exact=True).fill("made for it")
    expect(dialog.get_by_text("A new model is created.")).to_be_visible()
    dialog.get_by_role("button", name="Promote to made for it").click()
    expect(page.get_by_role("heading", level=1, name="made for it 1.0.0")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("made for it 1.0.0 is gone again.")).to_be_visible()
    with filled.server.client() as client:
        models = client.get("/api/v1/projects/root%2Fdefault/models").json()["models"]
        assert "made for it" not in [model["name"] for model in models]


def test_the_menu_of_a_row_promotes_and_sets_the_baseline(page: Page, filled: Filled) -> None:
    page.goto(filled.experiment_path)
    row = page.get_by_role("row", name="mlp-64-s0")
    row.hover()
    row.get_by_role("button", name="Actions for mlp-64-s0").click()
    page.get_by_role("menuitem", name="Promote to a model").click()
    dialog = page.get_by_role("dialog", name="Promote “mlp-64-s0”")
    expect(dialog.get_by_label("Model", exact=True)).to_have_value("digit-reader")
    dialog.get_by_role("button", name="Cancel").click()

    for item, text in (
        ("Compare others with it", "Compared with “forest-s0”."),
        ("No baseline", "No baseline any more."),
    ):
        page.get_by_role("row", name="forest-s0").last.click(button="right")
        page.get_by_role("menuitem", name=item).click()
        expect(page.get_by_text(text)).to_be_visible()
    with filled.server.client() as client:
        goal = f"/api/v1/projects/root%2Fdefault/experiments/{filled.experiment}/goal"
        assert client.delete(goal).status_code == 200


def test_versions_are_compared_and_an_alias_is_taken_back(page: Page, filled: Filled) -> None:
    page.goto(filled.experiments_path)
    page.get_by_role("navigation", name="Project").get_by_role("link", name="Models").click()
    row = page.get_by_role("row", name="digit-reader")
    expect(row).to_contain_text("champion")
    page.get_by_role("link", name="digit-reader", exact=True).click()

    page.get_by_role("checkbox", name="Compare version 1.0.0").check()
    page.get_by_role("checkbox", name="Compare version 2.0.0").check()
    page.get_by_role("button", name="Compare 2").click()
    compared = page.get_by_role("region", name="2 versions compared")
    expect(compared.get_by_role("row", name="val/accuracy")).to_contain_text("best")
    expect(compared.get_by_role("row", name="seed")).to_be_visible()
    expect(compared.get_by_role("row", name="model")).to_have_count(0)
    expect(page).to_have_url(f"{filled.server.url}{filled.models_path}/{filled.model}?compare=1,2")

    page.get_by_role("button", name="Remove the alias champion").click()
    expect(page.get_by_text("“champion” points at no version any more.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Remove the alias champion")).to_be_visible()


def test_a_long_list_of_versions_is_filtered_and_leads_to_their_jobs(page: Page, filled: Filled) -> None:
    base = "/api/v1/projects/root%2Fdefault"
    with filled.server.client() as client:
        run = client.get(f"{base}/candidates/{filled.candidates['forest-s1']}").json()["external_id"]
        tags = [{"key": key, "value": "4711"} for key in ("gitlab.CI_JOB_ID", "gitlab.CI_PIPELINE_ID")]
        client.post(f"{filled.server.tracking_uri}/api/2.0/mlflow/runs/log-batch", json={"run_id": run, "tags": tags})
        model = client.post(f"{base}/models", json={"name": "many"}).json()["iid"]
        for number in range(16):
            body = {"candidate": filled.candidates["forest-s1" if number == 3 else "forest-s0"]}
            client.post(f"{base}/models/{model}/versions", json=body)
    page.goto(f"{filled.models_path}/{model}")
    rows = page.get_by_role("region", name="Versions").get_by_role("row").filter(has=page.get_by_role("rowheader"))
    expect(rows).to_have_count(16)
    page.get_by_label("Filter versions").fill("4711")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("forest-s1")
    expect(rows).to_contain_text("reported by the client")
    expect(rows.get_by_role("link", name="#4711")).to_have_attribute("href", re.compile("/-/pipelines/4711"))

    # The page of a candidate names the newest, and the others when asked.
    page.goto(filled.candidate_path("forest-s0"))
    expect(page.get_by_role("link", name=re.compile("^many "))).to_have_count(5)
    page.get_by_role("button", name="and 10 more").click()
    expect(page.get_by_role("link", name=re.compile("^many "))).to_have_count(15)
    with filled.server.client() as client:
        assert client.delete(f"{base}/models/{model}").status_code == 200


def test_a_version_is_made_of_uploaded_files_and_deleted(page: Page, filled: Filled, tmp_path: Path) -> None:
    (tmp_path / "weights.txt").write_text("0.1 0.2")
    page.goto(filled.models_path)
    page.get_by_role("button", name="New model").click()
    page.get_by_label("Name").fill("uploaded")
    page.get_by_role("button", name="Create model").click()
    page.get_by_role("button", name="New version").click()
    dialog = page.get_by_role("dialog", name="New version of uploaded")
    expect(dialog.get_by_label("Version", exact=True)).to_have_value("1.0.0")
    dialog.get_by_label("Files to upload").set_input_files(tmp_path / "weights.txt")
    dialog.get_by_role("button", name="Create version").click()

    expect(page.get_by_role("heading", level=1, name="uploaded 1.0.0")).to_be_visible()
    expect(page.get_by_text("0.1 0.2")).to_be_visible()
    page.get_by_role("button", name="Aliases").click()
    page.get_by_role("dialog").get_by_role("button", name="champion").click()
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved the aliases.")).to_be_visible()
    page.get_by_role("button", name="Undo").filter(visible=True).last.click()
    expect(page.get_by_role("heading", level=1, name="uploaded 1.0.0")).to_be_visible()
    page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link", name="uploaded").click()
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Delete model").click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("Deleted the model “uploaded”.")).to_be_visible()
    expect(page.get_by_role("link", name="digit-reader", exact=True)).to_be_visible()
