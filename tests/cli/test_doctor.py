"""`shortlist doctor` on installations that are in order, and on broken ones."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner, Result

from shortlist.cli.main import app
from shortlist.clock import now_ms
from shortlist.connected.tables import ci_lookup
from shortlist.db.database import Database
from shortlist.ids import uuid7_bytes
from shortlist.metrics.tables import metric_log
from tests.forge import TOKEN, GitLab, served
from tests.live import live_server


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        for name in os.environ:
            if name.startswith("SHORTLIST_"):
                patch.delenv(name)
        yield


def examine(*options: str, **settings: str) -> tuple[Result, dict[str, set[str]]]:
    """The result, and the levels by subject."""
    environment = {f"SHORTLIST_{name.upper()}": value for name, value in settings.items()}
    result = CliRunner().invoke(app, ["doctor", "--json", *options], env=environment)
    found: dict[str, set[str]] = {}
    for line in result.stdout.splitlines():
        finding = json.loads(line)
        found.setdefault(finding["subject"], set()).add(finding["level"])
        assert finding["sentence"].endswith((".", "?")), finding
    return result, found


def test_a_healthy_installation_is_well(tmp_path: Path) -> None:
    with live_server(tmp_path) as server:
        port = server.url.rpartition(":")[2]
        tmp_path.chmod(0o700)
        result = CliRunner().invoke(app, ["doctor", "--data", str(tmp_path)], env={"SHORTLIST_PORT": port})
    assert result.exit_code == 0, result.stdout
    assert "problem" not in result.stdout
    assert "All is well." in result.stdout, result.stdout
    for subject in (
        "settings",
        "disk",
        "files",
        "schema",
        "database",
        "clock",
        "fold",
        "sweep",
        "issuers",
        "gitlab",
        "store",
        "address",
    ):
        assert subject in result.stdout


@pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"])
def test_what_is_wrong_is_said(database: Database, database_url: str, tmp_path: Path) -> None:
    old = bytes(6) + uuid7_bytes()[6:]
    row = {"project_id": 1, "experiment_iid": 0, "candidate_iid": 1, "id": old, "points": 1, "keys": 1, "payload": b""}
    database.write_now(lambda connection: connection.execute(metric_log.insert(), row))
    artifacts = tmp_path / "artifacts"
    artifacts.write_text("a file in the place of the folder")

    result, found = examine(
        "--database",
        database_url,
        data=str(tmp_path),
        artifacts=(artifacts / "below").as_uri(),
        external_url="http://127.0.0.1:1",
        allowed_hosts="*",
        port="1",
    )
    assert result.exit_code == 1
    assert "warning" in found["fold"]
    assert found["store"] == {"problem"}
    assert found["address"] == {"problem"}
    assert found["settings"] == {"warning"}
    assert found["database"] == {"ok"}


@pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"])
def test_a_schema_that_is_behind_or_ahead_is_a_problem(database_url: str, tmp_path: Path) -> None:
    engine = create_engine(database_url)
    for revision in ("0001", "9999"):
        with engine.begin() as connection:
            connection.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))
        result, found = examine("--database", database_url, data=str(tmp_path), port="1")
        assert result.exit_code == 1
        assert found["schema"] == {"problem"}
    engine.dispose()


def test_a_database_that_does_not_answer_is_a_problem(tmp_path: Path) -> None:
    url = "postgresql://nobody:hunter2@127.0.0.1:1/none?connect_timeout=1"
    result, found = examine("--database", url, data=str(tmp_path), port="1")
    assert result.exit_code == 1
    assert found["database"] == {"problem"}
    assert "hunter2" not in result.stdout


def test_a_database_that_others_can_read_is_a_warning(tmp_path: Path) -> None:
    with live_server(tmp_path):
        pass
    tmp_path.chmod(0o755)
    (tmp_path / "shortlist.db").chmod(0o644)
    _, found = examine("--data", str(tmp_path), port="1")
    assert found["files"] == {"warning"}
    tmp_path.chmod(0o700)
    _, found = examine("--data", str(tmp_path), port="1")
    assert found["files"] == {"ok"}


def test_the_connected_gitlab_is_asked(database: Database, database_url: str, tmp_path: Path) -> None:
    def of_gitlab(url: str, token: str = TOKEN) -> list[tuple[str, str]]:
        result, _ = examine(
            "--database", database_url, data=str(tmp_path), port="1", gitlab_url=url, gitlab_token=token
        )
        found = [json.loads(line) for line in result.stdout.splitlines()]
        return [(item["level"], item["sentence"]) for item in found if item["subject"] == "gitlab"]

    with served(GitLab()) as gitlab:
        well = of_gitlab(gitlab.url)
        assert well == [
            ("ok", f"{gitlab.url} (version 18.5.1-ee) accepts the token."),
            ("ok", "No look-up was answered yet; 0 are wanted."),
        ]
        answered = {"project_id": 1, "kind": "job", "ci_project": "a/b", "failures": 0, "due_at": None, "looked": "{}"}
        rows = [
            {**answered, "number": "1", "fault": "", "fetched_at": now_ms() - 90_500},
            {**answered, "number": "2", "fault": "it answered 404", "fetched_at": None},
        ]
        database.write_now(lambda connection: connection.execute(ci_lookup.insert(), rows))
        level, sentence = of_gitlab(gitlab.url)[1]
        assert level == "ok"
        assert re.fullmatch(r"It last answered a look-up 9\d seconds ago; 1 of 2 have failed of late\.", sentence)
        [(level, sentence), _] = of_gitlab(gitlab.url, "not-to-be-said")
        assert (level, "refuses the token" in sentence) == ("problem", True)
        assert "not-to-be-said" not in sentence
        gitlab.faults["*"] = "no json"
        assert "does not answer as GitLab does (its answer is not JSON)" in of_gitlab(gitlab.url)[0][1]
    assert "cannot be reached" in of_gitlab(gitlab.url)[0][1]
    assert of_gitlab(gitlab.url, "")[0][0] == "warning"
