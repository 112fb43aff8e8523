"""A candidate's page: what was logged is read, changed and taken back there."""

import re

from playwright.sync_api import Locator, Page, Request, expect

from tests.e2e.axe import overflow
from tests.e2e.conftest import Filled, OpenPage
from tests.e2e.fill import BEST, STEPS


def _panel(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title)


def _mlflow(filled: Filled, call: str, **body: object) -> dict[str, dict[str, dict[str, str]]]:
    with filled.server.client() as client:
        answer = client.post(f"{filled.server.tracking_uri}/api/2.0/mlflow/{call}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _new_candidate(filled: Filled, name: str, **tags: str) -> tuple[str, str]:
    """The external id and the address of a candidate of its own experiment, which a test may change."""
    with filled.server.client() as client:
        listed = client.get(f"/api/v1/projects/1/experiments?search={name}").json()["experiments"]
    found = listed[0]["iid"] if listed else _mlflow(filled, "experiments/create", name=name)["experiment_id"]
    run = _mlflow(
        filled,
        "runs/create",
        experiment_id=str(found),
        run_name=name,
        tags=[{"key": key, "value": value} for key, value in tags.items()],
    )["run"]
    external_id = run["info"]["run_id"]
    with filled.server.client() as client:
        rows = client.post(f"/api/v1/projects/1/experiments/{found}/candidates/search", json={}).json()["candidates"]
    iid = next(row["iid"] for row in rows if row["external_id"] == external_id)
    return external_id, f"/{filled.project}/-/ml/candidates/{iid}"


def test_everything_that_was_logged_is_there(page: Page, filled: Filled) -> None:
    page.goto(filled.candidate_path(BEST))

    expect(page.get_by_role("heading", name=BEST, level=1)).to_be_visible()
    expect(page.get_by_role("main").get_by_text("Finished")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name="digits", exact=True)).to_have_attribute(
        "href", filled.experiment_path
    )
    row = _panel(page, "Metrics").get_by_role("row", name="val/accuracy")
    expect(row.get_by_role("cell")).to_contain_text(["", "0.9552", "0.1474", "0.9556", str(STEPS)])
    expect(row).to_contain_text("best, at step 35")
    expect(_panel(page, "Parameters").get_by_role("row", name="learning_rate")).to_contain_text("0.01")
    expect(_panel(page, "Datasets")).to_contain_text("digits-2026")
    expect(_panel(page, "Datasets")).to_contain_text("training")


def test_the_note_is_text_whatever_it_holds(page: Page, filled: Filled) -> None:
    external_id, address = _new_candidate(filled, "noted")
    note = "# Title\n\n**bold** <img src=x onerror=alert(1)>\n\n- [here](javascript:alert(1)) [there](https://example.com/)"
    _mlflow(filled, "runs/set-tag", run_id=external_id, key="mlflow.note.content", value=note)
    page.goto(address)

    shown = page.locator(".note")
    expect(shown.locator("strong")).to_have_text("bold")
    expect(shown).to_contain_text("<img src=x onerror=alert(1)>")
    expect(shown.locator("img")).to_have_count(0)
    expect(shown.get_by_role("link")).to_have_text(["there"])


def test_a_note_with_a_table_and_a_picture_shows_them(page: Page, filled: Filled) -> None:
    external_id, address = _new_candidate(filled, "tabled")
    note = "| split | accuracy |\n|---|--:|\n| val | **0.91** |\n\n> once more\n\n![gone](gone.png)"
    _mlflow(filled, "runs/set-tag", run_id=external_id, key="mlflow.note.content", value=note)
    page.goto(address)
    expect(page.get_by_role("columnheader", name="accuracy")).to_be_visible()
    expect(page.get_by_role("blockquote")).to_have_text("once more")
    expect(page.get_by_text("[picture: gone]")).to_be_visible()


def test_name_and_note_change_in_place_and_back(page: Page, filled: Filled) -> None:
    _, address = _new_candidate(filled, "renamed")
    page.goto(address)
    page.get_by_role("button", name="Edit name").click()
    page.get_by_label("Name", exact=True).fill("a better name")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="a better name", level=1)).to_be_visible()
    expect(page.get_by_role("navigation", name="Breadcrumbs")).to_contain_text("a better name")
    expect(page.get_by_role("button", name="Edit name")).to_be_focused()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_role("heading", name="renamed", level=1)).to_be_visible()

    page.get_by_role("button", name="Add a note").click()
    page.get_by_label("Note").fill("Worth a second look.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".note")).to_have_text("Worth a second look.")
    page.reload()
    expect(page.locator(".note")).to_have_text("Worth a second look.")


def test_metadata_is_added_changed_and_removed_with_a_way_back(page: Page, filled: Filled) -> None:
    _, address = _new_candidate(filled, "labelled", team="vision")
    page.goto(address)
    panel = _panel(page, "Metadata")
    tags = page.get_by_role("definition").filter(has=page.get_by_role("link", name="All metadata"))
    expect(tags.get_by_role("listitem")).to_have_text(["team: vision"])
    panel.get_by_role("button", name="Add to metadata").click()
    panel.get_by_label("Key").fill("stage")
    panel.get_by_label("Value").fill("trial")
    page.keyboard.press("Enter")
    expect(panel.get_by_role("row", name="stage")).to_contain_text("trial")
    expect(tags.get_by_role("listitem")).to_have_text(["stage: trial", "team: vision"])

    panel.get_by_role("button", name="Change team").click()
    panel.get_by_label("Value of team").fill("speech")
    page.keyboard.press("Enter")
    expect(panel.get_by_role("row", name="team")).to_contain_text("speech")

    panel.get_by_role("button", name="Remove stage").click()
    expect(panel.get_by_role("row", name="stage")).to_have_count(0)
    page.get_by_role("status").filter(has_text="Removed").get_by_role("button", name="Undo", exact=True).last.click()
    expect(panel.get_by_role("row", name="stage")).to_contain_text("trial")


def test_parameters_and_metrics_are_mended_by_hand(page: Page, filled: Filled) -> None:
    _, address = _new_candidate(filled, "mended")
    page.goto(address)
    params = _panel(page, "Parameters")
    params.get_by_role("button", name="Add to parameters").click()
    params.get_by_label("Key").fill("depth")
    params.get_by_label("Value").fill("8")
    page.keyboard.press("Enter")
    expect(params.get_by_role("row", name="depth")).to_contain_text("8")
    params.get_by_role("button", name="Change depth").click()
    params.get_by_label("Value of depth").fill("9")
    page.keyboard.press("Enter")
    expect(params.get_by_role("row", name="depth")).to_contain_text("9")

    metrics = _panel(page, "Metrics")
    metrics.get_by_role("button", name="Add to metrics").click()
    metrics.get_by_label("Metric", exact=True).fill("latency_ms")
    metrics.get_by_label("Value").fill("much")
    page.keyboard.press("Enter")
    expect(metrics.get_by_role("alert")).to_contain_text("no number")
    metrics.get_by_label("Value").fill("11.5")
    page.keyboard.press("Enter")
    expect(metrics.get_by_role("row", name="latency_ms")).to_contain_text("11.5")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Mark as failed").click()
    expect(page.locator("header.head")).to_contain_text("Failed")
    params.get_by_role("button", name="Remove depth").click()
    page.get_by_role("status").filter(has_text="Removed").get_by_role("button", name="Undo", exact=True).last.click()
    expect(params.get_by_role("row", name="depth")).to_contain_text("9")


def test_deleting_offers_the_way_back(page: Page, filled: Filled) -> None:
    _, address = _new_candidate(filled, "discarded")
    page.goto(address)
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Delete candidate").click()

    expect(page.get_by_text("This candidate is deleted.")).to_be_visible()
    expect(page.get_by_role("button", name="Edit name")).to_have_count(0)
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("This candidate is deleted.")).to_have_count(0)
    expect(page.get_by_role("button", name="Edit name")).to_be_visible()


def test_curves_are_drawn_when_seen_and_read_by_keyboard(page: Page, filled: Filled) -> None:
    page.goto(filled.candidate_path(BEST))
    card = page.get_by_role("article", name="val/accuracy")
    card.scroll_into_view_if_needed()
    chart = card.get_by_role("group", name="val/accuracy: 40 points, last 0.9552 at step 39, lowest")
    expect(chart.locator("canvas")).to_be_visible()

    chart.focus()
    page.keyboard.press("ArrowRight")
    expect(card.get_by_role("status")).to_have_text("step 0: 0.14738")
    page.keyboard.press("t")
    dialog = page.get_by_role("dialog", name="val/accuracy")
    expect(dialog.get_by_role("row")).to_have_count(STEPS + 1)
    expect(dialog.get_by_role("row").last).to_contain_text("0.955")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_zoom_asks_for_the_detail_of_its_range(page: Page, filled: Filled) -> None:
    page.goto(filled.candidate_path(BEST))
    card = page.get_by_role("article", name="train/loss")
    card.scroll_into_view_if_needed()
    expect(card.locator("canvas")).to_be_visible()
    page.wait_for_load_state("networkidle")  # nothing moves it any more
    area = card.locator(".u-over").bounding_box()
    assert area is not None

    # The curves of the other cards may be asked for meanwhile, all of them whole.
    with page.expect_request(lambda request: (request.post_data_json or {}).get("start") is not None) as asked:
        page.mouse.move(area["x"] + area["width"] * 0.25, area["y"] + 50)
        page.mouse.down()
        page.mouse.move(area["x"] + area["width"] * 0.5, area["y"] + 50, steps=4)
        page.mouse.up()
    query = asked.value.post_data_json
    assert query is not None
    assert 7 < query["start"] < 12
    assert 17 < query["end"] < 22

    page.get_by_role("button", name="Whole range").click()
    expect(page.get_by_role("button", name="Whole range")).to_have_count(0)


def test_smoothing_is_off_until_it_is_asked_for(page: Page, filled: Filled) -> None:
    page.goto(filled.candidate_path(BEST))
    smoothing = page.get_by_label("Smoothing")
    expect(smoothing).to_have_value("0")

    smoothing.focus()
    page.keyboard.press("End")
    chart = page.get_by_role("article", name="train/loss").locator(".chart")
    expect(chart.locator("canvas")).to_be_visible()
    chart.focus()
    page.keyboard.press("PageDown")
    expect(page.get_by_role("article", name="train/loss")).to_contain_text("smoothed")


def test_what_is_not_a_number_is_said(page: Page, filled: Filled) -> None:
    page.goto(filled.candidate_path("mlp-diverging"))

    row = _panel(page, "Metrics").get_by_role("row", name="train/loss")
    expect(row.get_by_text("NaN")).to_have_count(2)
    expect(page.get_by_role("article", name="train/loss")).to_contain_text("some are NaN")
    expect(page.get_by_role("article")).to_have_count(1)  # a single point is no curve


def test_files_are_seen_in_place(page: Page, filled: Filled) -> None:
    page.goto(f"{filled.candidate_path(BEST)}#file=tables/predictions.json")
    panel = _panel(page, "Files")
    expect(panel.get_by_role("columnheader")).to_have_text(["image", "truth", "guess", "sure"])
    expect(panel.get_by_role("row", name="9.png")).to_contain_text("0.51")

    panel.get_by_role("link", name="scores.csv").click()
    expect(panel.get_by_role("cell", name="zero, or O")).to_be_visible()
    assert page.url.endswith("#file=scores.csv")
    panel.get_by_role("link", name="confusion.png").click()
    expect(panel.get_by_text(re.compile("200 . 200 pixels"))).to_be_visible()
    panel.get_by_role("link", name="config.json").click()
    expect(panel.get_by_text("dropout: null")).to_be_visible()
    panel.get_by_role("button", name="As text").click()
    expect(panel.locator("pre")).to_contain_text('{"model": {"layers": [64]')
    panel.get_by_role("link", name="summary.md").click()
    expect(panel.get_by_role("heading", name="Summary", exact=True)).to_be_visible()
    expect(panel.get_by_text("<script>alert(1)</script>")).to_be_visible()
    panel.get_by_role("link", name="weights.bin").click()
    expect(panel.get_by_text("This kind of file is not known here.")).to_be_visible()
    with page.expect_download() as download:
        panel.get_by_role("link", name="Download", exact=True).click()
    assert download.value.suggested_filename == "weights.bin"


def test_a_file_that_is_gone_is_said(page: Page, filled: Filled) -> None:
    page.goto(f"{filled.candidate_path(BEST)}#file=no/such.png")

    expect(_panel(page, "Files")).to_contain_text("There is no file “no/such.png”.")


def test_parent_and_children_lead_to_each_other(page: Page, filled: Filled) -> None:
    page.goto(filled.candidate_path("search"))
    _panel(page, "Children").get_by_role("link", name="search-1").click()

    expect(page.get_by_role("heading", name="search-1", level=1)).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="search", exact=True).click()
    expect(page.get_by_role("heading", name="search", level=1)).to_be_visible()


def test_an_empty_candidate_teaches_what_to_log(page: Page, filled: Filled) -> None:
    page.goto(filled.candidate_path("mlp-no-units"))

    expect(_panel(page, "Metrics")).to_contain_text("mlflow.log_metric(")
    expect(_panel(page, "Files")).to_contain_text("mlflow.log_artifact(")


def test_a_running_candidate_refreshes_quietly(page: Page, filled: Filled) -> None:
    external_id, address = _new_candidate(filled, "live")
    page.goto(address)
    expect(_panel(page, "Metrics")).to_contain_text("No metrics yet")
    for step in range(3):
        point = {"key": "loss", "value": 1.5 - step, "timestamp": 1000 + step, "step": step}
        _mlflow(filled, "runs/log-metric", run_id=external_id, **point)

    row = _panel(page, "Metrics").get_by_role("row", name="loss")
    expect(row).to_contain_text("\N{MINUS SIGN}0.5000")
    expect(page.get_by_role("article", name="loss")).to_contain_text("3 points")


def test_thousands_of_everything_stay_usable(open_page: OpenPage, filled: Filled) -> None:
    external_id, address = _new_candidate(filled, "large")
    for start in range(0, 600, 100):
        params = [{"key": f"block{n}.width", "value": str(n)} for n in range(start, start + 100)]
        _mlflow(filled, "runs/log-batch", run_id=external_id, params=params)
    metrics = [
        {"key": f"layer{n}/norm", "value": n + step, "timestamp": 1000 + step, "step": step}
        for n in range(400)
        for step in range(2)
    ]
    _mlflow(filled, "runs/log-batch", run_id=external_id, metrics=metrics)
    page = open_page(390, 844)
    page.goto(address)

    page.get_by_label("Search metrics and curves").fill("layer39")
    expect(_panel(page, "Metrics").get_by_role("status")).to_have_text("11 metrics")
    page.get_by_label("Filter parameters").fill("block599")
    expect(_panel(page, "Parameters").get_by_role("row")).to_have_count(2)
    page.get_by_label("Filter parameters").fill("")
    _panel(page, "Parameters").get_by_role("button", name="Show more").click()
    expect(_panel(page, "Parameters").get_by_role("row")).to_have_count(141)
    assert page.evaluate("document.querySelectorAll('*').length") < 3000
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_refresh_without_news_draws_nothing_again(page: Page, filled: Filled) -> None:
    external_id, address = _new_candidate(filled, "quiet")
    for step in range(2):
        point = {"key": "loss", "value": 1.5 - step, "timestamp": 1000 + step, "step": step}
        _mlflow(filled, "runs/log-metric", run_id=external_id, **point)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    expect(page.get_by_role("article", name="loss").locator("canvas")).to_be_visible()
    before = len([url for url in asked if url.endswith("/curves")])

    _mlflow(filled, "runs/set-tag", run_id=external_id, key="team", value="vision")
    expect(_panel(page, "Metadata").get_by_role("row", name="team")).to_be_visible(timeout=15_000)
    assert len([url for url in asked if url.endswith("/curves")]) == before


def test_charts_that_are_scrolled_away_cost_nothing(page: Page, filled: Filled) -> None:
    external_id, address = _new_candidate(filled, "tall")
    keys = [f"norm{number:02}" for number in range(24)]

    def log(*steps: int) -> None:
        metrics = [
            {"key": key, "value": step / 4, "timestamp": 1000 + step, "step": step} for key in keys for step in steps
        ]
        _mlflow(filled, "runs/log-batch", run_id=external_id, metrics=metrics)

    log(0, 1)
    asked: list[str] = []
    page.on("request", lambda request: asked.extend(_curves_in(request)))
    with page.expect_request(re.compile("/events\\?")):  # from here on it hears of changes
        page.goto(address)
    first, last = (page.get_by_role("article", name=key) for key in (keys[0], keys[-1]))
    first.scroll_into_view_if_needed()
    expect(first.locator("canvas")).to_be_visible()
    last.scroll_into_view_if_needed()
    expect(last.locator("canvas")).to_be_visible()
    expect(first.locator("canvas")).to_have_count(0)

    asked.clear()
    with page.expect_request(lambda request: keys[-1] in _curves_in(request)):
        log(2)
    expect(first.locator(".caption")).to_contain_text("3 points")
    assert keys[0] not in asked
    with page.expect_request(lambda request: keys[0] in _curves_in(request)):
        first.scroll_into_view_if_needed()
    expect(first.locator("canvas")).to_be_visible()


def _curves_in(request: Request) -> list[str]:
    """The metrics whose curves a request asks for."""
    query = request.post_data_json if request.url.endswith("/curves") else None
    return query["keys"] if query else []


def test_exact_values_and_times_are_a_key_away_and_stay(page: Page, filled: Filled) -> None:
    page.goto(filled.candidate_path(BEST))
    moment = page.locator("main time").first
    exact_moment = moment.get_attribute("title")
    value = _panel(page, "Metrics").get_by_role("row", name="val/accuracy").locator("[title]").first
    exact_value = (value.get_attribute("title") or "").split(" at step ")[0]
    expect(moment).not_to_have_text(exact_moment or "")

    page.keyboard.press("e")
    expect(moment).to_have_text(exact_moment or "")
    expect(value).to_have_text(exact_value)
    page.reload()
    expect(moment).to_have_text(exact_moment or "")
    assert overflow(page) <= 0

    page.get_by_role("button", name="Theme and exact values").click()
    page.get_by_role("menuitemcheckbox", name="Exact values and times").click()
    expect(moment).not_to_have_text(exact_moment or "")
