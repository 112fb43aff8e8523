"""Accessibility checks by axe-core."""

from typing import Any

from playwright.sync_api import Page

from tests.e2e.conftest import ROOT

_SOURCE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
_RUN = "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})"


def violations(page: Page) -> list[str]:
    """One line for each element that breaks a rule of WCAG 2.2 A or AA."""
    # Through the inspector, so that the page's content policy neither stops it nor has to be opened for it.
    inspector = page.context.new_cdp_session(page)
    inspector.send("Runtime.evaluate", {"expression": _SOURCE.read_text()})
    inspector.detach()
    result: dict[str, Any] = page.evaluate(_RUN, _TAGS)
    return [
        f"{rule['id']}: {node['target']} {node['any'][0]['message'] if node['any'] else rule['help']}"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]


def overflow(page: Page) -> int:
    """By how many pixels the page can be scrolled sideways."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
