"""Charts of an experiment's page: what they say is what the API says, by pointer, by keyboard and by address."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from tests.e2e.axe import overflow, violations
from tests.e2e.conftest import Filled, OpenPage
from tests.e2e.fill import STEPS
from tests.e2e.lab import API


def _asked(filled: Filled, kind: str, **query: Any) -> dict[str, Any]:
    with filled.server.client() as client:
        return client.post(f"{API}/experiments/{filled.experiment}/charts", json={"kind": kind, **query}).json()


def _card(page: Page, kind: str) -> Locator:
    card = page.locator(f"[data-chart={kind}]")
    card.scroll_into_view_if_needed()
    return card


def test_every_chart_has_a_sentence_and_a_table_with_the_numbers_of_the_api(page: Page, filled: Filled) -> None:
    page.goto(filled.experiment_path)
    page.get_by_text("Charts", exact=True).click()
    expect(page).to_have_url(re.compile("[?&]show=charts"))
    for kind in ("history", "importance", "parallel", "scatter", "pareto", "contour", "correlation"):
        card = _card(page, kind)
        found = _asked(filled, kind)
        expect(card.get_by_role("heading", level=3)).to_have_text(found["title"])
        expect(card.locator(".summary")).to_have_text(found["summary"])
        card.get_by_role("button", name=re.compile("^Data")).click()
        rows = page.get_by_role("dialog").locator("tbody tr")
        expect(rows).to_have_count(len(found["columns"][0]["values"]))
        first = rows.first.locator("td").all_inner_texts()
        shown = [column["values"][0] for column in found["columns"]]
        assert [_read(text) for text in first if text][-1 * len(shown) :] or not shown
        for value in shown:
            if isinstance(value, float):
                assert value in [_read(text) for text in first]
        page.keyboard.press("Escape")


def _read(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text


def test_the_keyboard_walks_the_points_and_a_range_on_an_axis_filters(page: Page, filled: Filled) -> None:
    page.goto(f"{filled.experiment_path}?show=charts&axes=params.model&axes=max(metrics.%22val/accuracy%22)")
    history = _card(page, "history").locator("svg[aria-roledescription=chart]")
    history.focus()
    page.keyboard.press("Home")
    found = _asked(filled, "history")
    expect(_card(page, "history").get_by_role("status")).to_contain_text(found["marks"][0]["name"])
    _walks_the_cells(page, filled)
    axis = _card(page, "parallel").get_by_role("button", name=re.compile("Range of val.accuracy, highest: all"))
    axis.focus()
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    expect(page.get_by_role("button", name=re.compile("Range of val.accuracy, highest: 0"))).to_be_visible()
    filter_box = page.get_by_label("Search and filter candidates")
    expect(filter_box).to_have_value(re.compile(r'^max\(metrics\."val/accuracy"\) >= '))
    filter_text = filter_box.input_value()
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query).get("filter") == [filter_text])
    with filled.server.client() as client:
        rows = client.post(
            f"{API}/experiments/{filled.experiment}/candidates/search", json={"filter": filter_text}
        ).json()
    expect(page.get_by_text(re.compile(rf"^{rows['total']} of \d+ candidates$"))).to_be_visible()
    page.get_by_role("button", name="Clear the ranges").click()
    expect(page.get_by_label("Search and filter candidates")).to_have_value("")


def _walks_the_cells(page: Page, filled: Filled) -> None:
    correlation = _card(page, "correlation")
    correlation.locator("[aria-roledescription=chart]").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "End", "Home"):
        page.keyboard.press(key)
    fields, first = _asked(filled, "correlation")["columns"][:2]
    cursor = correlation.get_by_role("status")
    expect(cursor).to_have_text(f"{fields['values'][1]} and {fields['values'][0]}: {first['values'][1]}")
    expect(correlation.locator("tbody tr").nth(1).locator("td").first).to_have_attribute("data-here", "")
    page.keyboard.press("Escape")
    expect(cursor).to_have_text("")

    contour = _card(page, "contour")
    contour.locator("[aria-roledescription=chart]").focus()
    page.keyboard.press("ArrowDown")
    x, y, mean = _asked(filled, "contour")["columns"][:3]
    means = dict(zip(zip(x["values"], y["values"], strict=True), mean["values"], strict=True))
    # The last group is the highest up the axis.
    found = means.get((x["categories"][0], y["categories"][-1]))
    said = "nobody" if found is None else f"mean {found}"
    expect(contour.get_by_role("status")).to_contain_text(said)


def test_the_address_holds_the_view_and_pages_are_accessible(open_page: OpenPage, filled: Filled) -> None:
    address = f"{filled.experiment_path}?show=charts&x=params.learning_rate&y=score&colour=params.model"
    for width, theme in ((1440, "light"), (390, "dark")):
        page = open_page(width=width, theme=theme)
        page.goto(address)
        for kind in ("history", "importance", "parallel", "pareto", "contour", "correlation", "scatter"):
            expect(_card(page, kind).get_by_role("heading", level=3)).to_be_visible()
        expect(_card(page, "scatter").get_by_label("Colour")).to_have_value("params.model")
        assert violations(page) == []
        assert overflow(page) == 0


def test_seeds_are_one_line_with_a_band_as_the_api_says(page: Page, filled: Filled) -> None:
    page.goto(f"{filled.experiment_path}?chart=on&metric=val%2Faccuracy&groups=on&smooth=0.6")
    panel = page.get_by_role("region", name="Curves")
    expect(panel.get_by_text("mlp-64 (n = 3)").first).to_be_attached()
    with filled.server.client() as client:
        members = [filled.candidates[f"mlp-64-s{seed}"] for seed in range(3)]
        band = client.post(f"{API}/bands", json={"candidates": members, "key": "val/accuracy"}).json()["bands"][0]
    panel.get_by_role("button", name="Data").click()
    row = page.get_by_role("dialog").get_by_role("row").filter(has_text="mlp-64 (n = 3)")
    expect(row).to_contain_text(json.dumps(max(band["mean"])))


def test_candidates_with_the_same_parameters_are_one_line_as_the_api_says(page: Page, filled: Filled) -> None:
    page.goto(f"{filled.experiment_path}?chart=on&metric=val%2Faccuracy")
    panel = page.get_by_role("region", name="Curves")
    panel.get_by_role("button", name="More").click()
    page.get_by_role("checkbox", name="model", exact=True).check()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("[?&]by=model(&|$)"))
    with filled.server.client() as client:
        query = {"candidates": sorted(filled.candidates.values()), "key": "val/accuracy", "by": ["model"]}
        bands = client.post(f"{API}/bands", json=query).json()["bands"]
    means = {band["params"]["model"]: band["mean"][-1] for band in bands if "model" in band["params"]}
    diverging = filled.candidates["mlp-diverging"]
    assert [band["left_out"] for band in bands if band["params"] == {"model": "mlp-64"}] == [[diverging]]
    for model in ("mlp-64", "mlp-128", "forest"):
        line = panel.get_by_role("listitem").filter(has_text=f"model {model} (n = 3)")
        expect(line.locator(".value")).to_have_attribute("title", str(means[model]))
    expect(panel.get_by_text("1 candidate that failed or diverged left out.").first).to_be_visible()


def test_single_values_are_bars_with_the_values_of_the_api(page: Page, filled: Filled) -> None:
    page.goto(f"{filled.experiment_path}?chart=on&metric=latency_ms")
    panel = page.get_by_role("region", name="Curves")
    bar = panel.get_by_role("listitem").filter(has_text="mlp-64-s1")
    expect(bar.locator(".value")).to_have_attribute("title", "5.25")
    expect(panel.locator("[aria-roledescription=chart]")).to_have_count(0)
    assert violations(page) == []


def test_one_candidate_is_marked_in_the_table_and_its_curve_and_the_cursor_reads_what_the_api_says(
    page: Page, filled: Filled
) -> None:
    page.goto(f"{filled.experiment_path}?chart=on&metric=val%2Faccuracy")
    panel = page.get_by_role("region", name="Curves")
    chart = panel.locator("[aria-roledescription=chart]")
    expect(panel.locator(".u-over")).to_be_visible()
    first, second = (panel.get_by_role("listitem").nth(place).get_by_role("link").inner_text() for place in (0, 1))
    chart.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    iid = filled.candidates[second]
    expect(page.locator("tr.pointed")).to_have_attribute("data-iid", str(iid))
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    with filled.server.client() as client:
        query = {"candidates": [filled.candidates[second]], "keys": ["val/accuracy"]}
        curve = client.post(f"{API}/curves", json=query).json()["curves"][0]
    value = panel.get_by_role("listitem").nth(1).locator(".value")
    expect(value).to_have_attribute("title", str(curve["y"][2]))
    expect(panel.get_by_role("status")).to_contain_text(f"{second}, step {curve['x'][2]:.0f}: ")
    # The other way round: the row that the pointer is at stands out in the chart.
    page.keyboard.press("Tab")
    page.locator(f"tr[data-iid='{filled.candidates[first]}']").hover()
    expect(panel.locator(".end:not(.dim)")).to_have_text(first)


def test_curves_stand_side_by_side_by_a_parameter_and_each_is_a_chart_of_its_own(page: Page, filled: Filled) -> None:
    page.goto(f"{filled.experiment_path}?show=charts&facet=model&facet_metric=val%2Faccuracy#facets")
    section = page.get_by_role("region", name="Curves side by side")
    expect(section.get_by_role("article", name="model mlp-64")).to_be_visible()
    facet = section.get_by_role("article", name="model mlp-64")
    facet.get_by_role("button", name=re.compile("^Save or embed")).click()
    with page.expect_download() as saved:
        page.get_by_role("menuitem", name="Save as CSV").click()
    assert saved.value.suggested_filename == "curves.csv"
    names = {line.split(",")[1] for line in saved.value.path().read_text().splitlines()[1:]}
    assert names == {"mlp-64-s0", "mlp-64-s1", "mlp-64-s2", "mlp-diverging"}
    section.get_by_label("By").select_option("metric")
    expect(section.get_by_role("article", name="val/accuracy")).to_be_visible()
    expect(page).not_to_have_url(re.compile("facet="))
    assert violations(page) == []


def test_charts_that_nobody_sees_ask_for_nothing(page: Page, filled: Filled) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.goto(f"{filled.experiment_path}?chart=off")
    expect(page.get_by_role("grid")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert [path for path in asked if path.endswith(("/curves", "/charts", "/bands"))] == []
    page.set_viewport_size({"width": 1440, "height": 500})
    page.goto(f"{filled.experiment_path}?show=charts")
    expect(page.locator("[data-chart=history] h3")).to_be_visible()
    drawn = page.locator("article[data-chart] h3").count()
    # One that comes into view may be asked for and not drawn yet.
    assert drawn <= len([path for path in asked if path.endswith("/charts")]) < 6
    assert not any(path.endswith("/curves") for path in asked)


def _asks_for_a_part(request: Request) -> bool:
    return request.url.endswith("/curves") and (request.post_data_json or {}).get("start") is not None


def _part(request: Request) -> tuple[float, float]:
    asked = request.post_data_json or {}
    return asked["start"], asked["end"]


def test_a_part_of_the_curves_is_moved_and_stretched_and_its_detail_read(page: Page, filled: Filled) -> None:
    page.goto(f"{filled.experiment_path}?chart=on")
    panel = page.get_by_role("region", name="Curves")
    chart = panel.locator("[aria-roledescription=chart]")
    page.wait_for_load_state("networkidle")  # nothing moves it any more
    chart.hover()
    box = chart.locator(".u-over").bounding_box()
    assert box is not None
    left, top, width = box["x"], box["y"] + box["height"] / 2, box["width"]

    def asked_for(act: Callable[[], None], expected: Callable[[float, float], bool]) -> tuple[float, float]:
        # The part before it is asked for again when points may have come, and those on the way while it is dragged.
        def is_it(request: Request) -> bool:
            return _asks_for_a_part(request) and expected(*_part(request))

        with page.expect_request(is_it) as asked:
            act()
        return _part(asked.value)

    def drag(start: float, end: float) -> None:
        page.mouse.move(left + start * width, top)
        page.mouse.down()
        page.mouse.move(left + (start + end) / 2 * width, top)
        page.mouse.move(left + end * width, top)
        page.mouse.up()

    def near(*part: float) -> Callable[[float, float], bool]:
        room = (part[1] - part[0]) * 0.02
        return lambda *found: found == pytest.approx(part, abs=room)

    last = STEPS - 1
    low, high = asked_for(lambda: drag(0.25, 0.75), near(last / 4, last * 3 / 4))
    size = high - low
    expect(panel.get_by_role("button", name="Whole range")).to_be_visible()
    page.keyboard.down("Shift")
    moved = asked_for(lambda: drag(0.6, 0.4), near(low + size / 5, high + size / 5))
    page.keyboard.up("Shift")
    chart.focus()
    back = (moved[0] - size / 4, moved[1] - size / 4)
    asked_for(lambda: page.keyboard.press("Shift+ArrowLeft"), near(*back))
    asked_for(lambda: page.keyboard.press("+"), lambda start, end: end - start == pytest.approx(size / 2))
    page.keyboard.press("Escape")
    expect(panel.get_by_role("button", name="Whole range")).to_have_count(0)


def test_a_part_is_drawn_from_the_points_that_are_there_while_its_detail_is_on_the_way(
    page: Page, filled: Filled
) -> None:
    page.goto(f"{filled.experiment_path}?chart=on")
    panel = page.get_by_role("region", name="Curves")
    page.wait_for_load_state("networkidle")
    box = panel.locator("[aria-roledescription=chart] .u-over").bounding_box()
    assert box is not None
    left, top, width = box["x"], box["y"] + box["height"] / 2, box["width"]
    page.route("**/curves", lambda _: None)
    with page.expect_request(_asks_for_a_part):
        page.mouse.move(left + width / 2, top)
        page.mouse.down()
        page.mouse.move(left + width * 0.75, top)
        page.mouse.move(left + width - 2, top)
        page.mouse.up()
    page.mouse.move(left + width * 0.7, top)
    page.mouse.move(left + width * 0.6, top)
    # Of the whole axis it would be the step 23.
    expect(panel.locator(".where")).to_contain_text("step 31")


def test_two_fingers_stretch_the_curves(open_page: OpenPage, filled: Filled) -> None:
    page = open_page(390, 844)
    page.goto(f"{filled.experiment_path}?chart=on")
    panel = page.get_by_role("region", name="Curves")
    over = panel.locator("[aria-roledescription=chart] .u-over")
    expect(over).to_be_visible()
    page.wait_for_load_state("networkidle")  # nothing moves it any more
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box is not None
    devtools = page.context.new_cdp_session(page)

    def touch(kind: str, *parts: float) -> None:
        points = [
            {"x": box["x"] + part * box["width"], "y": box["y"] + 60, "id": number}
            for number, part in enumerate(parts)
        ]
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    with page.expect_request(_asks_for_a_part):
        touch("touchStart", 0.4, 0.6)
        touch("touchMove", 0.3, 0.7)
        touch("touchMove", 0.2, 0.8)
        touch("touchEnd")
    expect(panel.get_by_role("button", name="Whole range")).to_be_visible()
    with page.expect_request(_asks_for_a_part):
        touch("touchStart", 0.7)
        touch("touchMove", 0.5)
        touch("touchMove", 0.4)
        touch("touchEnd")
    assert overflow(page) == 0


def test_nothing_moves_for_those_who_want_no_motion(page: Page, filled: Filled) -> None:
    page.goto(f"{filled.experiment_path}?chart=on&show=charts")
    expect(_card(page, "history").locator(".summary")).to_be_visible()
    moving = """() => document.getAnimations({subtree: true})
        .map(item => item.effect.getComputedTiming()).filter(timing => timing.activeDuration > 1).length"""
    seen = page.locator("[data-chart], [aria-roledescription=chart]").evaluate_all(
        """charts => charts.flatMap(chart => [chart, ...chart.querySelectorAll('*')]).flatMap(element => {
            const style = getComputedStyle(element);
            const times = `${style.transitionDuration}, ${style.animationDuration}`;
            return times.split(', ').map(parseFloat);
        })"""
    )
    assert seen
    assert max(seen) <= 0.001
    _card(page, "history").locator("svg[aria-roledescription=chart]").focus()
    page.keyboard.press("End")
    assert page.evaluate(moving) == 0


def test_a_link_opens_the_same_part_of_the_axis(page: Page, filled: Filled) -> None:
    both = [filled.candidates[name] for name in ("mlp-64-s0", "mlp-64-s1")]
    page.goto(f"/{filled.project}/-/ml/compare?candidates={both[0]}.{both[1]}&metric=val%2Faccuracy&outliers=off")
    chart = page.get_by_role("group", name=re.compile("^val.accuracy of 2 candidates"))
    _zoom(page, chart)
    assert "outliers=off" in page.url
    page.get_by_role("button", name=re.compile("^Data.of Difference to")).click()
    with filled.server.client() as client:
        start, end = (float(parse_qs(urlsplit(page.url).query)[name][0]) for name in ("start", "end"))
        query = {"candidates": both[1:], "keys": ["val/accuracy"], "minus": both[0], "start": start, "end": end}
        values = client.post(f"{API}/curves", json=query).json()["curves"][0]["y"]
    row = page.get_by_role("dialog").get_by_role("row").nth(1)
    for value in (min(values), max(values), values[-1]):
        expect(row).to_contain_text(json.dumps(value))

    page.goto(f"{filled.candidate_path('mlp-64-s0')}?scale=log&smooth=0.5")
    chart = page.get_by_role("group", name=re.compile("^val.accuracy:")).locator("visible=true")
    _zoom(page, chart.first)
    assert "smooth=0.5" in page.url
    expect(page.get_by_role("checkbox", name="Log")).to_be_checked()

    page.goto(f"{filled.experiment_path}?chart=on&metric=val%2Faccuracy")
    _zoom(page, page.get_by_role("region", name="Curves").locator("[aria-roledescription=chart]"))


def _zoom(page: Page, chart: Locator) -> None:
    """Stretches the axis by keyboard; the address says what is shown, and opens it again."""
    expect(chart.locator(".u-over")).to_be_visible()
    chart.focus()
    page.keyboard.press("+")
    expect(page).to_have_url(re.compile(r"[?&]start=[\d.]+&end=[\d.]+"))
    expect(page.get_by_role("button", name="Whole range")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Whole range")).to_be_visible()
