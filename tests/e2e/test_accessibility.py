"""Every page, light and dark, wide and narrow: no violation of WCAG 2.2 A and AA, no sideways scroll."""

import pytest

from tests.e2e.axe import faults, overflow, ring_contrast, violations
from tests.e2e.conftest import Filled, OpenPage, Watch

# Colours do not depend on the width, nor does the layout on the theme: two of the four show all there is to find.
LOOKS = ((1440, 900, "light"), (390, 844, "dark"))


def _addresses(filled: Filled) -> dict[str, str]:
    return {
        "projects": "/",
        "experiments": filled.experiments_path,
        "experiment": filled.experiment_path,
        "candidate": filled.candidate_path("mlp-64-s1"),
        "table in a file": filled.candidate_path("mlp-64-s1") + "#file=tables/predictions.json",
        "parent": filled.candidate_path("search"),
        "diverging candidate": filled.candidate_path("mlp-diverging"),
        "candidate without metrics": filled.candidate_path("mlp-no-units"),
        "compare": _compare(filled, "mlp-64-s1", "forest-s0", "mlp-diverging"),
        "compare many": _compare(filled, *filled.candidates),
        "models": f"{filled.models_path}",
        "model": f"{filled.models_path}/{filled.model}?compare=1,2",
        "version": f"{filled.models_path}/{filled.model}/versions/1",
        "packages": f"/{filled.project}/-/packages",
        "package": f"/{filled.project}/-/packages/1",
        "charts of an experiment": filled.experiment_path + "?show=charts",
        "not found": "/root/none/-/ml/experiments",
    }


def _compare(filled: Filled, *names: str) -> str:
    return f"/{filled.project}/-/ml/compare?candidates={'.'.join(str(filled.candidates[name]) for name in names)}"


@pytest.mark.parametrize(("width", "height", "theme"), LOOKS)
def test_pages_of_a_project(
    open_page: OpenPage, filled: Filled, watch: Watch, theme: str, width: int, height: int
) -> None:
    watch.allow("status of 404.*/root/none/")
    windows = [open_page(width, height, theme) for _ in range(3)]
    assert faults(windows, _addresses(filled)) == {}


@pytest.mark.parametrize(("width", "height", "theme"), LOOKS)
def test_the_sign_in_page(open_page: OpenPage, theme: str, width: int, height: int) -> None:
    page = open_page(width, height, theme, signed_in=False)
    page.goto("/users/sign_in", wait_until="networkidle")

    assert violations(page) == []
    assert overflow(page) <= 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_focus_is_seen_wherever_tab_stops(open_page: OpenPage, filled: Filled, theme: str) -> None:
    page = open_page(theme=theme)
    page.goto(f"{filled.experiment_path}?chart=on", wait_until="networkidle")
    rings: dict[str, float] = {}
    for _ in range(60):
        page.keyboard.press("Tab")
        focused: str = page.evaluate("document.activeElement.outerHTML.slice(0, 120)")
        if focused in rings or focused.startswith("<body"):
            break
        rings[focused] = ring_contrast(page)
    assert len(rings) > 20
    assert {stop: ratio for stop, ratio in rings.items() if ratio < 3} == {}

    page.keyboard.press("j")
    page.keyboard.press("ArrowRight")
    cell = page.locator("tr.current td.active")
    assert cell.evaluate("cell => getComputedStyle(cell).outlineStyle") == "solid"
    assert ring_contrast(page) >= 3
