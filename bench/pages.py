"""The page of an experiment with very many candidates, in Chromium. Run by hand.

python -m bench.pages [--small] [--sizes 10000,100000] [--postgres URL]

What a reader waits for: the first row after the address is opened, a sort, a scroll to the end, a scroll by the wheel;
beside it how much of that is the server's, how many elements the page has, what it loads, and from where.
"""

import argparse
import gzip
import http.client
import itertools
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from playwright.sync_api import Browser, Page, Request, sync_playwright

from bench.candidates import fill
from bench.servers import HOST, Running, shortlist, start
from shortlist.db.database import Database

PROJECT = "/root/default/-/ml"
_CHROMIUM = "/usr/bin/chromium"
_RUNS = 5
# Milliseconds from the navigation (or from `window.began_`) until a row that fits is there and painted.
_ROW = """test => new Promise(resolve => {
  const began = window.began_ ?? 0;
  const look = () => {
    const rows = [...document.querySelectorAll('table tbody:not(.pinned) tr[data-iid]')];
    if (rows.some(row => test === null || row.innerText.includes(test)))
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
    else requestAnimationFrame(look);
  };
  look();
})"""
_SETTLED = """() => new Promise(resolve => {
  const began = window.began_ ?? performance.now(), first = document.querySelector('.region');
  const look = () => {
    const box = first.getBoundingClientRect();
    const line = y => document.elementFromPoint(box.left + 200, y)?.closest('tr');
    const ends = [line(box.top + 90), line(box.bottom - 60)];
    if (ends.every(tr => tr?.dataset.iid) && !first.classList.contains('searching'))
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""
# From an event of the reader's until what it brings is painted, so that none of it is the time that driving a browser
# takes.
_WATCH = f"""kind => {{
  window.settled_ = new Promise(resolve => addEventListener(kind, event => {{
    window.began_ = event.timeStamp;
    resolve(({_SETTLED})());
  }}, {{ once: true, capture: true }}));
}}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="1,000 and 10,000 candidates")
    parser.add_argument("--postgres", help="the URL of an empty database")
    parser.add_argument("--sizes", help="how many candidates, with commas")
    options = parser.parse_args()
    sizes = [int(size) for size in (options.sizes or ("1000,10000" if options.small else "10000,100000")).split(",")]
    with tempfile.TemporaryDirectory(prefix="shortlist-pages-") as folder, sync_playwright() as playwright:
        server = start(shortlist(), Path(folder) / "data", options.postgres)
        browser = playwright.chromium.launch(executable_path=_CHROMIUM)
        try:
            url = options.postgres or f"sqlite:///{folder}/data/shortlist.db"
            for size in sizes:
                measure(server, browser, _filled(url, size), size)
            weigh(server, browser)
        finally:
            browser.close()
            server.stop()


def _filled(url: str, size: int) -> int:
    """An experiment, made by another process of the same database: this server knows nothing of it."""
    database = Database(url)
    try:
        began = time.perf_counter()
        iid = fill(database, 1, f"sweep of {size:,}", size)
        print(f"{size:,} candidates written in {time.perf_counter() - began:.0f} s")
        return iid
    finally:
        database.close()


def measure(server: Running, browser: Browser, experiment: int, size: int) -> None:
    path = f"{PROJECT}/experiments/{experiment}"
    load = psutil.getloadavg()[0]
    print(f"\n{size:,} candidates; load of the machine {load:.1f}")
    wall, cpu = _answered(server, path)
    print(f"  the document, first time: {wall:.0f} ms, of which {cpu:.0f} ms processor")
    again = [_answered(server, path) for _ in range(_RUNS)]
    clock, processor = _median(a for a, _ in again), _median(b for _, b in again)
    print(f"  the document, again: {clock:.0f} ms, {processor:.0f} ms processor")
    found = [_first_row(server, browser, path) for _ in range(_RUNS)]
    still, row = _median(a for a, _ in found), _median(b for _, b in found)
    print(f"  on screen: the answer as HTML {still:.0f} ms, first row of the table {row:.0f} ms")
    page = _open(server, browser, f"{path}?chart=off")
    page.evaluate(_ROW, None)
    places = itertools.cycle((0.31, 0.57, 0.83, 0.19, 0.71))
    for name, act in (
        ("sort by a metric", lambda: _sort(page, "val/loss")),
        ("sort by a parameter", lambda: _sort(page, "lr")),
        ("first scroll to the end of another order", lambda: _scroll_anew(page)),
        ("scroll to a place not seen", lambda: _scroll(page, next(places))),
        ("scroll back to the end", lambda: _scroll(page, 1.0)),
        ("PageDown", lambda: _press(page, "PageDown")),
        ("wheel by a page", lambda: _wheel(page)),
        ("Ctrl+End", lambda: _press(page, "Control+End")),
    ):
        print(f"  {name}: {_repeated(server, act)}")
    elements: int = page.evaluate("document.getElementsByTagName('*').length")
    print(f"  elements in the page: {elements:,}")
    page.context.close()
    print(f"  memory of the server: {server.memory_mib():.0f} MiB")


def _repeated(server: Running, act: Callable[[], float]) -> str:
    before = server.cpu_seconds()
    found = [act() for _ in range(_RUNS)]
    cpu = (server.cpu_seconds() - before) / _RUNS * 1000
    return f"{statistics.median(found):.0f} ms (from {min(found):.0f} to {max(found):.0f}), {cpu:.0f} ms processor"


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)


def _answered(server: Running, path: str) -> tuple[float, float]:
    """Milliseconds of clock and of the server's processor for one document."""
    connection = http.client.HTTPConnection(HOST, server.port, timeout=120)
    cpu, began = server.cpu_seconds(), time.perf_counter()
    connection.request("GET", path, headers={"Authorization": f"Bearer {server.token}"})
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, body[:300]
    wall = time.perf_counter() - began
    connection.close()
    return wall * 1000, (server.cpu_seconds() - cpu) * 1000


def _open(server: Running, browser: Browser, path: str) -> Page:
    context = browser.new_context(
        base_url=f"http://{HOST}:{server.port}",
        viewport={"width": 1440, "height": 900},
        extra_http_headers={"authorization": f"Bearer {server.token}"},
    )
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(path, wait_until="commit")
    return page


def _first_row(server: Running, browser: Browser, path: str) -> tuple[float, float]:
    """Milliseconds from the navigation to the first paint, which has the answer, and to the first row."""
    page = _open(server, browser, path)
    row: float = page.evaluate(_ROW, None)
    paint: float = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    page.context.close()
    return paint, row


def _begin(page: Page, event: str) -> None:
    page.wait_for_timeout(300)
    page.evaluate(_WATCH, event)


def _settled(page: Page) -> float:
    return page.evaluate("window.settled_")


def _sort(page: Page, title: str) -> float:
    page.evaluate("document.querySelector('.region').scrollTop = 0")
    _begin(page, "click")
    page.locator("thead th", has_text=title).first.locator("button, .title").first.click()
    return _settled(page)


def _scroll_anew(page: Page) -> float:
    """The end of an order that nobody has been to: the server makes the whole of it."""
    _sort(page, "lr")
    return _scroll(page, 1.0)


def _scroll(page: Page, share: float) -> float:
    page.evaluate("document.querySelector('.region').scrollTop = 0")
    page.wait_for_timeout(300)
    page.evaluate(
        """share => {
          window.began_ = performance.now();
          const box = document.querySelector('.region');
          box.scrollTop = share * box.scrollHeight;
        }""",
        share,
    )
    return page.evaluate(_SETTLED)


def _press(page: Page, key: str) -> float:
    page.locator("table[role=grid]").focus()
    if key == "Control+End":
        page.keyboard.press("Control+Home")
        page.evaluate(_SETTLED)
    *held, last = key.split("+")
    for modifier in held:
        page.keyboard.down(modifier)
    _begin(page, "keydown")
    page.keyboard.press(last)
    for modifier in held:
        page.keyboard.up(modifier)
    return _settled(page)


def _wheel(page: Page) -> float:
    box = page.locator(".region").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 300, box["y"] + 300)
    _begin(page, "wheel")
    page.mouse.wheel(0, 600)
    return _settled(page)


def weigh(server: Running, browser: Browser) -> None:
    """What the first load brings, compressed, and whether anything came from elsewhere."""
    seen: list[Request] = []
    context = browser.new_context(extra_http_headers={"authorization": f"Bearer {server.token}"})
    page = context.new_page()
    page.on("request", lambda request: seen.append(request))  # noqa: PLW0108 - it sets an attribute of its listener
    page.goto(f"http://{HOST}:{server.port}{PROJECT}/experiments/1", wait_until="networkidle")
    kinds: dict[str, int] = {}
    for request in seen:
        response = request.response()
        if response is not None and request.resource_type in ("script", "stylesheet"):
            kinds[request.resource_type] = kinds.get(request.resource_type, 0) + len(gzip.compress(response.body()))
    elsewhere = [request.url for request in seen if urlsplit(request.url).netloc != f"{HOST}:{server.port}"]
    sizes = ", ".join(f"{kind} {size / 1000:.1f} kB" for kind, size in kinds.items())
    print(f"\nfirst load, compressed: {sizes}, together {sum(kinds.values()) / 1000:.1f} kB")
    print(f"requests to other places: {elsewhere or 'none'}")
    context.close()


if __name__ == "__main__":
    main()
