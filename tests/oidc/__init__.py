"""A real OpenID Connect provider (the npm package oidc-provider) on loopback, and a person who uses its pages."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest

CLIENT = "shortlist"
SECRET = "a secret of the client: 100% safe"
_ROOT = Path(__file__).parents[2]
_ENTRY = _ROOT / ".cache" / "oidc" / "node_modules" / "oidc-provider" / "lib" / "index.js"
_FORM = re.compile(r'<form[^>]*action="([^"]+)"')
_MOST_STEPS = 12


class TestProvider:
    """`people` are made by `knows`; each uses a browser of their own."""

    __test__ = False

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer

    def knows(self, subject: str, /, **claims: object) -> None:
        """Set what the provider says of somebody from now on."""
        httpx.put(f"{self.issuer}/test/claims/{subject}", json=claims, timeout=60).raise_for_status()

    def visit(self, address: str, name: str, *, cancel: bool = False) -> str:
        """Sign in and consent at an address of the provider; returns where it sends the browser at last."""
        with httpx.Client(timeout=60) as browser:
            response = browser.get(address)
            for _ in range(_MOST_STEPS):
                if response.is_redirect:
                    target = urljoin(str(response.url), response.headers["location"])
                    if not target.startswith(self.issuer):
                        return target
                    response = browser.get(target)
                    continue
                assert response.status_code == 200, response.text
                if cancel:
                    response = browser.get(f"{response.url}/abort")
                else:
                    prompt = "login" if "login" in _field(response.text, "prompt") else "consent"
                    form = {"prompt": prompt, "login": name, "password": "any"}
                    response = browser.post(urljoin(str(response.url), _action(response.text)), data=form)
        raise AssertionError("the provider sends nobody back")


def _action(page: str) -> str:
    found = _FORM.search(page)
    assert found is not None, page
    return found.group(1)


def _field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, page
    return found.group(1)


@contextmanager
def running(redirect_uris: list[str]) -> Iterator[TestProvider]:
    """Start the provider; it ends with the test."""
    node = shutil.which("node")
    if node is None or not _ENTRY.exists():
        pytest.fail("The OpenID provider of the tests is not installed: run script/test.")
    process = subprocess.Popen(
        [node, str(Path(__file__).with_name("provider.mjs")), str(_ENTRY), ",".join(redirect_uris)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        issuer = process.stdout.readline().strip()
        assert issuer.startswith("http://127.0.0.1:"), "the provider did not start"
        yield TestProvider(issuer)
    finally:
        process.terminate()
        process.wait(timeout=60)
        if process.stdout is not None:
            process.stdout.close()
