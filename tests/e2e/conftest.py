"""A real server filled by the real MLflow client, and a real browser that fails a test on anything out of order."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from shortlist.web.assets import DIST
from tests.e2e.lab import PROJECT, Lab, MakeLab
from tests.live import PASSWORD, TOKEN, LiveServer, live_server

ROOT = Path(__file__).parents[2]
# Milliseconds until what must come has come, on a machine that is busy with something else.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Filled:
    """The experiment "digits" of tests/e2e/fill.py, with the numbers of its candidates by name."""

    server: LiveServer
    experiment: int
    candidates: dict[str, int]
    model: int
    project: str = PROJECT

    @property
    def experiments_path(self) -> str:
        return f"/{self.project}/-/ml/experiments"

    @property
    def experiment_path(self) -> str:
        return f"{self.experiments_path}/{self.experiment}"

    @property
    def models_path(self) -> str:
        return f"/{self.project}/-/ml/models"

    def candidate_path(self, name: str) -> str:
        return f"/{self.project}/-/ml/candidates/{self.candidates[name]}"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    if not (DIST / ".vite" / "manifest.json").exists():
        pytest.fail("The user interface is not built: run script/test, or `npm run build` in frontend/.")
    with live_server(tmp_path_factory.mktemp("e2e")) as running:
        yield running


@pytest.fixture(scope="session")
def filled(server: LiveServer) -> Filled:
    environment = {
        **os.environ,
        "MLFLOW_TRACKING_URI": server.tracking_uri,
        "MLFLOW_TRACKING_TOKEN": TOKEN,
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
        "PYTHONWARNINGS": "ignore",
    }
    result = subprocess.run(
        [sys.executable, "-m", "tests.e2e.fill"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    with server.client() as client:
        base = f"/api/v1/projects/{PROJECT.replace('/', '%2F')}/experiments"
        experiment = next(item["iid"] for item in client.get(base).json()["experiments"] if item["name"] == "digits")
        found = client.post(f"{base}/{experiment}/candidates/search", json={}).json()
        models = client.get(f"/api/v1/projects/{PROJECT.replace('/', '%2F')}/models").json()["models"]
    return Filled(server, experiment, {row["name"]: row["iid"] for row in found["candidates"]}, models[0]["iid"])


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Not for the whole session: while it is open, its event loop runs in this thread, and other tests need theirs."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.fail("These tests drive Chromium: install the package chromium.")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def session_cookie(server: LiveServer) -> str:
    """The cookie of root's session, from the API: the form has a test of its own."""
    with server.client(None) as client:
        answer = client.post("/api/v1/session", json={"login": "root", "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


@cache
def _keep_messages() -> str:
    """A script after which messages with a way back stay, which on a busy machine go before anybody can click."""
    source = (ROOT / "frontend" / "src" / "state" / "toasts.svelte.ts").read_text()
    milliseconds = re.search(r"MILLISECONDS = (\d+)", source)
    assert milliseconds is not None
    return f"""const later = setTimeout;
        globalThis.setTimeout = (work, time, ...given) =>
            later(work, time === {milliseconds[1]} ? 20 * time : time, ...given);"""


@dataclass
class Watch:
    """What pages did that they must not: errors, broken rules of the content policy, requests to other hosts."""

    origin: str
    faults: list[str] = field(default_factory=list)
    _allowed: list[str] = field(default_factory=list)

    def allow(self, pattern: str) -> None:
        """Faults that match are meant, such as a refusal that the test provokes."""
        self._allowed.append(pattern)

    def follow(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"error in the page: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium reports violations of the content policy here as well.
        if message.type in ("error", "warning"):
            self.faults.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.origin + "/", "data:", "blob:")):
            self.faults.append(f"request to another host: {request.url}")

    def unexpected(self) -> list[str]:
        return [fault for fault in self.faults if not any(re.search(pattern, fault) for pattern in self._allowed)]


@pytest.fixture
def watch(server: LiveServer) -> Iterator[Watch]:
    watching = Watch(server.url)
    yield watching
    assert watching.unexpected() == []


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, server: LiveServer, session_cookie: str, watch: Watch) -> Iterator[OpenPage]:
    """Opens pages: `open_page(width=390, height=844, theme="dark", signed_in=False)`."""
    contexts: list[BrowserContext] = []

    def opened(width: int = 1440, height: int = 900, theme: str = "light", *, signed_in: bool = True) -> Page:
        context = browser.new_context(
            base_url=server.url,
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",
        )
        contexts.append(context)
        if signed_in:
            name, _, value = session_cookie.partition("=")
            context.add_cookies([{"name": name, "value": value, "url": server.url}])
        context.set_default_timeout(PATIENCE)
        context.add_init_script(_keep_messages())
        page = context.new_page()
        watch.follow(page)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """Signed in as root, in a window of 1440 by 900."""
    return open_page()


@pytest.fixture
def client(server: LiveServer) -> Iterator[httpx.Client]:
    with server.client() as opened:
        yield opened


@pytest.fixture
def lab(client: httpx.Client) -> MakeLab:
    return lambda name: Lab(client, name)


@pytest.fixture
def small(lab: MakeLab, request: pytest.FixtureRequest) -> Lab:
    """Four finished candidates, named and ordered by what they reach."""
    made = lab(f"small {request.node.name}")
    for number, reached in enumerate((0.5, 0.25, 0.75, 0.625)):
        run_id = made.start(f"trial-{number}", number, depth=str(number + 2), kind="tree" if number % 2 else "forest")
        made.log(run_id, "acc", reached)
        made.finish(run_id)
    return made


# val/acc at steps 0, 7 and 9: the best is in the middle, the last is lower. val/loss goes down all the way.
REACHED = {"vit-s0": 0.83, "vit-s1": 0.85, "knn": 0.6}


@pytest.fixture
def answered(lab: MakeLab, request: pytest.FixtureRequest) -> Lab:
    """Finished seeds of two models, one candidate that runs and one that diverged; the right answer is vit-s1."""
    made = lab(f"answer {request.node.name}")
    for number, (name, reached) in enumerate(REACHED.items()):
        model, _, seed = name.partition("-s")
        run_id = made.start(name, number, model=model, seed=seed or "0")
        for step, value, loss in ((0, 0.1, 2.0), (7, reached, 0.5), (9, reached - 0.01, 0.4)):
            made.log(run_id, "val/acc", value, step)
            made.log(run_id, "val/loss", loss, step)
        made.finish(run_id)
    made.log(made.start("running", 10), "val/acc", 0.99)
    run_id = made.start("diverged", 11)
    made.log(run_id, "val/acc", "NaN", 12)
    made.finish(run_id)
    return made
