"""Accessibility checks: by axe-core, and what it does not look at."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any

from playwright.sync_api import Page

from tests.e2e.conftest import ROOT

_SOURCE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
_RUN = "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})"


# The ring around the focus or around what holds it, and what lies behind it: each as red, green, blue from 0 to 255.
_RING = """async () => {
  // Without motion every transition takes one frame.
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  const pixel = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const read = color => {
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = color;
    pixel.fillRect(0, 0, 1, 1);
    return [...pixel.getImageData(0, 0, 1, 1).data];
  };
  const style = element => getComputedStyle(element);
  let ringed = document.activeElement;
  while (ringed && style(ringed).outlineStyle === 'none') ringed = ringed.parentElement;
  if (!ringed || parseFloat(style(ringed).outlineWidth) < 2) return null;
  let behind = parseFloat(style(ringed).outlineOffset) < 0 ? ringed : ringed.parentElement;
  while (behind && read(style(behind).backgroundColor)[3] < 255) behind = behind.parentElement;
  return [style(ringed).outlineColor, style(behind ?? document.documentElement).backgroundColor]
    .map(color => read(color).slice(0, 3));
}"""


def ring_contrast(page: Page) -> float:
    """The contrast between the ring that shows the focus and what lies behind it, from 1 to 21; 0 without a ring."""
    found: list[list[int]] | None = page.evaluate(_RING)
    if found is None:
        return 0
    dark, light = sorted(_luminance(colour) for colour in found)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Sequence[int]) -> float:
    """WCAG's relative luminance of an sRGB colour."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (c / 255 for c in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


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


def at_rest(windows: Sequence[Page], addresses: Mapping[str, str]) -> Iterator[tuple[str, Page]]:
    """The pages at addresses by their names, each when it has come to rest.

    The windows take turns: the next pages come to rest while one is looked at.
    """
    turns = [(address, page) for address, page in zip(addresses.values(), cycle(windows), strict=False)]
    ahead = len(windows) - 1
    for address, page in turns[:ahead]:
        page.goto(address, wait_until="commit")
    for number, name in enumerate(addresses):
        for address, page in turns[number + ahead : number + ahead + 1]:
            page.goto(address, wait_until="commit")
        turns[number][1].wait_for_load_state("networkidle")
        yield name, turns[number][1]


def faults(windows: Sequence[Page], addresses: Mapping[str, str]) -> dict[str, list[str]]:
    """Violations and sideways scrolls of the pages at addresses, by their names; pages without any are left out."""
    found: dict[str, list[str]] = {}
    for name, page in at_rest(windows, addresses):
        # A button that a sticky bar covers where the page happens to stand is not a small one.
        page.evaluate("scrollTo(0, 0)")
        found[name] = violations(page)
        if overflow(page) > 0:
            found[name].append(f"scrolls sideways by {overflow(page)} pixels")
    return {name: wrong for name, wrong in found.items() if wrong}
