"""What the pages cost: many curves in a browser, a long curve, a page left open, and a thousand open pages. By hand.

python -m bench.drawing [--small] [--chromium /usr/bin/chromium]
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bench.client import API, NOW, Request, call, drive, new_experiment, new_run
from bench.servers import HOST, Running, shortlist, start

CURVES = 100
PROJECT = "/root/default/-/ml"
# From a click until the browser has painted what it asked for.
_DRAWN = """([selector, act]) => new Promise(done => {
  const began = performance.now();
  const before = document.querySelector(selector);
  const look = () => {
    const found = document.querySelector(selector);
    if (found !== null && found !== before)
      requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
    else requestAnimationFrame(look);
  };
  look();
  if (act !== null) document.querySelector(act).click();
})"""
# From a key until a frame has been painted after it.
_PAINTED = """() => new Promise(done => addEventListener('keydown', () => {
  const began = performance.now();
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
}, { once: true, capture: true }))"""
_FRAMES = """() => { window.frames_ = []; let last = performance.now();
  const tick = now => { window.frames_.push(now - last); last = now; requestAnimationFrame(tick); };
  requestAnimationFrame(tick); }"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a tenth of the data")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    share = 10 if options.small else 1
    with tempfile.TemporaryDirectory(prefix="shortlist-drawing-") as folder:
        server = start(shortlist(), Path(folder) / "data")
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=options.chromium)
                many_curves(server, browser, 10_000 // share)
                long_curves(server, browser, 10_000_000 // share)
                left_open(server, browser, 10_000 // share)
                browser.close()
            asyncio.run(open_pages(server, 1_000 // share))
        finally:
            server.stop()


def many_curves(server: Running, browser: Browser, points: int) -> None:
    """A hundred curves in one chart: drawn, zoomed, and followed by the cursor."""
    experiment = new_experiment(server)
    runs = [new_run(server, experiment) for _ in range(CURVES)]
    streams = [
        [_batch(run, first, 1000) for run in runs[at::4] for first in range(0, points, 1000)] for at in range(4)
    ]
    drive(server, streams)
    page = _open(server, browser, f"{PROJECT}/experiments/{experiment}?chart=off")
    page.locator("table input[type=checkbox]").first.check()
    page.get_by_role("button", name="Curves", exact=True).wait_for()
    page.wait_for_timeout(1000)
    first = _timed(page, ".u-over", page.get_by_role("button", name="Curves", exact=True).click)
    again = []
    for _ in range(3):
        page.get_by_role("button", name="Curves", exact=True).click()
        again.append(_timed(page, ".u-over", page.get_by_role("button", name="Curves", exact=True).click))
    lines = page.locator("section[aria-label=Curves] li").count()
    box = page.locator(".u-over").bounding_box()
    assert box is not None
    page.evaluate(_FRAMES)
    for step in range(60):
        page.mouse.move(box["x"] + 5 + step * (box["width"] - 10) / 60, box["y"] + 60 + step)
    frames = sorted(page.evaluate("window.frames_"))

    def drag() -> None:
        page.mouse.move(box["x"] + 40, box["y"] + 50)
        page.mouse.down()
        page.mouse.move(box["x"] + 120, box["y"] + 50)
        page.mouse.up()

    zoom = _timed(page, ".u-over", drag)
    page.locator("[aria-roledescription=chart]").first.focus()
    page.evaluate(f"() => {{ window.painted_ = ({_PAINTED})(); }}")
    pan = _timed(page, ".u-over", lambda: page.keyboard.press("Shift+ArrowRight"))
    painted = page.evaluate("window.painted_")
    median, most = frames[len(frames) // 2], frames[int(len(frames) * 0.95)]
    print(
        f"{lines} curves of {points:,} points: first drawn {first:.0f} ms after the click, again in "
        f"{sorted(again)[1]:.0f} ms, zoom with new detail {zoom:.0f} ms, pan {painted:.0f} ms, with "
        f"new detail {pan:.0f} ms, frames under the cursor: median {median:.0f} ms, 95 % within {most:.0f} ms"
    )
    page.context.close()


def long_curves(server: Running, browser: Browser, points: int) -> None:
    """A candidate's page whose curve is long, beside one whose curve is short."""
    for count in (1000, points):
        experiment = new_experiment(server)
        run = new_run(server, experiment)
        for part in range(0, count, 500_000):
            starts = range(part, min(count, part + 500_000), 1000)
            drive(server, [[_batch(run, first, 1000) for first in starts]])
        uri = call(server, "GET", f"{API}runs/get?run_id={run}")["run"]["info"]["artifact_uri"]
        iid = int(str(uri).rsplit(":", 1)[1])
        times: list[float] = []
        for _ in range(3):
            page = _open(server, browser, f"{PROJECT}/candidates/{iid}", wait=False)
            page.locator(".u-over").first.wait_for(timeout=60_000)
            times.append(page.evaluate("performance.now()"))
            page.context.close()
        print(f"a curve of {count:,} points: on screen {sorted(times)[1]:.0f} ms after the page's address was opened")


def left_open(server: Running, browser: Browser, changes: int) -> None:
    """A page that hears of many changes."""
    experiment = new_experiment(server)
    run = new_run(server, experiment)
    drive(server, [[_batch(run, 0, 10)]])
    page = _open(server, browser, f"{PROJECT}/experiments/{experiment}?chart=on")
    page.locator(".u-over").wait_for()
    inspector = page.context.new_cdp_session(page)
    inspector.send("HeapProfiler.enable")

    def heap() -> tuple[float, int, int]:
        inspector.send("HeapProfiler.collectGarbage")
        counted = inspector.send("Memory.getDOMCounters")
        used = page.evaluate("performance.memory.usedJSHeapSize") / 2**20
        return used, counted["nodes"], counted["jsEventListeners"]

    for step in range(20):
        drive(server, [[_batch(run, 10 + step, 1)]])
        page.wait_for_timeout(100)
    before = heap()
    for step in range(changes // 100):
        drive(server, [[_batch(run, 100 + step * 100 + at, 1) for at in range(100)]])
        page.wait_for_timeout(1200)
    after = heap()
    print(
        f"a page that heard of {changes:,} changes: {before[0]:.1f} MiB, {before[1]:,} nodes and "
        f"{before[2]:,} listeners before, {after[0]:.1f} MiB, {after[1]:,} nodes and {after[2]:,} listeners after"
    )
    page.context.close()


async def open_pages(server: Running, pages: int) -> None:
    """Many open streams of events: what they cost while nothing happens, and how soon all hear of a change."""
    experiment = new_experiment(server)
    run = new_run(server, experiment)
    before, streams = server.memory_mib(), []
    for _ in range(pages):
        reader, writer = await asyncio.open_connection(HOST, server.port)
        head = f"GET /api/v1/projects/1/events?experiments={experiment} HTTP/1.1\r\nHost: {HOST}:{server.port}\r\n"
        writer.write(f"{head}Authorization: Bearer {server.token}\r\n\r\n".encode())
        streams.append((reader, writer))
    for reader, _ in streams:
        await asyncio.wait_for(reader.readuntil(b"event: ready"), 60)
    during, cpu = server.memory_mib(), server.cpu_seconds()
    await asyncio.sleep(20)
    idle = (server.cpu_seconds() - cpu) / 20
    cpu = server.cpu_seconds()
    loop = asyncio.get_running_loop()
    began = loop.time()
    hearing = [asyncio.create_task(_hear(reader)) for reader, _ in streams]
    await asyncio.to_thread(drive, server, [[_batch(run, 0, 1)]])
    heard = sorted(await asyncio.wait_for(asyncio.gather(*hearing), 60))
    print(
        f"{pages:,} open pages: {during - before:.0f} MiB more, {idle:.1%} of a core while nothing happens; a change "
        f"was heard by half within {heard[len(heard) // 2] - began:.2f} s and by all within "
        f"{heard[-1] - began:.2f} s, for {server.cpu_seconds() - cpu:.2f} s of processor"
    )
    for _, writer in streams:
        writer.close()


async def _hear(reader: asyncio.StreamReader) -> float:
    await reader.readuntil(b"event: changed")
    return asyncio.get_running_loop().time()


def _open(server: Running, browser: Browser, path: str, *, wait: bool = True) -> Page:
    origin = f"http://{HOST}:{server.port}"
    context = browser.new_context(
        base_url=origin,
        viewport={"width": 1440, "height": 900},
        extra_http_headers={"authorization": f"Bearer {server.token}"},
    )
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(path, wait_until="load" if wait else "commit")
    return page


def _timed(page: Page, selector: str, act: object) -> float:
    """Milliseconds from before `act` until a new element of `selector` is painted."""
    page.evaluate(f"selector => {{ window.drawn_ = ({_DRAWN})([selector, null]); }}", selector)
    act()  # type: ignore[operator]
    return page.evaluate("window.drawn_")


def _batch(run: str, first: int, points: int) -> Request:
    metrics = [
        {"key": "loss", "value": 1 / (1 + step) + (step * 7919 % 1000) / 1e4, "timestamp": NOW + step, "step": step}
        for step in range(first, first + points)
    ]
    return "POST", API + "runs/log-batch", {"run_id": run, "metrics": metrics}


if __name__ == "__main__":
    main()
