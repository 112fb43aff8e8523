"""`shortlist user|token|project`: the shell does what the API does, through the same services."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shortlist.cli.main import app

PASSWORD = "a long enough one\n"


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run a command in a folder of its own and insist on its exit code."""
    monkeypatch.setenv("SHORTLIST_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")

    def run(line: str, stdin: str = "", code: int = 0) -> str:
        result = CliRunner().invoke(app, line.split(), input=stdin)
        assert result.exit_code == code, result.output
        return result.output

    return run


def test_a_user_from_creation_to_deletion(shell: Callable[..., str]) -> None:
    shell("user create root --administrator", PASSWORD)
    assert "Created nina" in shell("user create nina --email nina@example.com", PASSWORD)
    assert "taken" in shell("user create nina", PASSWORD, code=2)
    assert "at least" not in shell("user password nina", "another long one\n")
    shell("user password nina", "short\n", code=2)
    shell("user block nina")
    assert "blocked" in shell("user list")
    shell("user unblock nina")
    shell("user unblock nina", code=2)
    assert "last administrator" in shell("user administrator root --revoke", code=2)
    shell("user administrator nina")
    shell("user administrator root --revoke")
    assert "no second factor" in shell("user remove-second-factor nina", code=2)
    shell("user delete root --yes")
    assert "deleted" in shell("user list")


def test_a_token_is_shown_once_rotated_and_revoked(shell: Callable[..., str]) -> None:
    shell("user create nina", PASSWORD)
    first = shell("token create nina --scope read_api --days 30").strip()
    assert first.startswith("slpat-")
    assert first not in shell("token list nina")
    second = shell("token rotate 1").strip()
    assert second.startswith("slpat-")
    assert second != first
    shell("token revoke 2")
    shell("token revoke 2", code=2)
    assert "no token" in shell("token rotate 99", code=2)
    assert "scope" in shell("token create nina --scope everything", code=2)


def test_a_project_and_its_members(shell: Callable[..., str]) -> None:
    for name in ("nina", "otto"):
        shell(f"user create {name}", PASSWORD)
    assert re.search(r"Created nina/vision with id \d+", shell("project create nina/vision --visibility internal"))
    shell("project create nobody/vision", code=2)
    for role in ("reporter", "maintainer", "none"):
        assert role.split("n")[0] in shell(f"project member nina/vision otto --role {role}")
    shell("project member nina/vision otto --role king", code=2)
    shell("project delete nina/vision")
    assert "nina/vision" not in shell("project list")
    shell("project restore nina/vision")
    assert "nina/vision" in shell("project list")
    assert "Removed 0" in shell("project purge")


def test_packages_are_swept_and_limited(shell: Callable[..., str]) -> None:
    shell("user create root --administrator", PASSWORD)
    shell("project create root/vision")
    assert "Would free 0 bytes" in shell("packages sweep --dry-run")
    assert "Freed 0 bytes" in shell("packages sweep --hours 1")
    assert "at least one hour" in shell("packages sweep --hours 0", code=2)
    assert "may keep 5368709120 bytes" in shell("packages limit root/vision 5G")
    assert "keeps 0 bytes and may keep 5368709120 bytes" in shell("packages usage root/vision")
    assert "any amount" in shell("packages limit root/vision none")
    shell("packages limit root/vision much", code=2)


def test_duplicates_of_packages(shell: Callable[..., str]) -> None:
    shell("user create root --administrator", PASSWORD)
    shell("project create root/vision")
    assert "Uploads may replace" in shell("packages duplicates root/vision")
    assert "may not replace" in shell("packages duplicates root/vision --deny")
    assert "in root/vision, but for nightly.*" in shell("packages duplicates root/vision --exceptions nightly.*")
    assert "no regular expression" in shell("packages duplicates root/vision --exceptions [", code=2)
    assert "may replace" in shell("packages duplicates root/vision --allow")
