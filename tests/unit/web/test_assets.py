"""The tags by which a page brings its program."""

import json
import re
from pathlib import Path

import pytest

from shortlist.web import session
from shortlist.web.assets import Assets
from shortlist.web.page_data import PageData

MANIFEST = {
    "src/main.ts": {"file": "main-1.js", "css": ["main-1.css"], "imports": ["_shared.js"]},
    "src/early.ts": {"file": "early-1.js"},
    "_shared.js": {"file": "shared-1.js"},
    "_form.js": {"file": "form-1.js", "css": ["form-1.css"], "imports": ["_shared.js"]},
    "src/pages/SignIn.svelte": {"file": "SignIn-1.js", "imports": ["src/main.ts", "_form.js"]},
    "src/components/Deep.svelte": {"file": "Deep-1.js"},
}


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    (tmp_path / ".vite").mkdir()
    (tmp_path / ".vite" / "manifest.json").write_text(json.dumps(MANIFEST))
    for chunk in MANIFEST.values():
        (tmp_path / str(chunk["file"])).write_text("//")
    return Assets(tmp_path)


def brought(assets: Assets, page: str) -> list[str]:
    text = assets.page(PageData(page, session.anonymous()), "A page").decode()
    return re.findall(r'/-/assets/([\w-]+\.(?:js|css))"', text)


def test_a_page_of_the_program_brings_the_program(assets: Assets) -> None:
    assert brought(assets, "experiment") == ["early-1.js", "main-1.css", "shared-1.js", "main-1.js"]


def test_a_part_comes_with_its_own_page_and_runs_first(assets: Assets) -> None:
    found = ["early-1.js", "main-1.css", "form-1.css", "shared-1.js", "form-1.js", "SignIn-1.js", "main-1.js"]
    assert brought(assets, "sign_in") == found


def test_without_a_build_the_page_says_how_to_make_one(tmp_path: Path) -> None:
    text = Assets(tmp_path).page(PageData("sign_in", session.anonymous()), "A page").decode()
    assert "script/build" in text
