"""Files whose bytes are gone: `shortlist doctor` finds them, `shortlist backup repair` brings them back."""

import json
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from shortlist.cli.main import app
from shortlist.db.engine import normalise_url
from tests.live import LiveServer

PACKAGE = "/api/v4/projects/root%2Fdefault/packages/generic/vision/1.0"
LARGE = bytes(range(256)) * 800


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_lost_files_are_found_and_brought_back(running: LiveServer, database_url: str, tmp_path: Path) -> None:
    here = ("--database", database_url, "--data", str(tmp_path / "data"))

    def shortlist(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(app, [*words, *here], env={"SHORTLIST_PORT": running.url.rpartition(":")[2]})
        assert result.exit_code == code, result.output
        return result.output

    def doctor(*words: str) -> tuple[str, str]:
        result = CliRunner().invoke(app, ["doctor", "--json", *words, *here])
        [found] = [one for one in map(json.loads, result.stdout.splitlines()) if one["subject"] == "contents"]
        return found["level"], found["sentence"]

    with running.client() as client:
        assert doctor() == ("ok", "No file is stored yet.")
        for name, content in (("weights.bin", LARGE), ("other.bin", LARGE[::-1]), ("labels.txt", b"a small one")):
            assert client.put(f"{PACKAGE}/{name}", content=content).status_code == 201
        assert doctor() == ("ok", "3 stored files that were looked at: in place. --files: all.")
        assert doctor("--read") == ("ok", "3 stored files: each in its place, of its size, and what was written.")
        shortlist("backup", "make", str(tmp_path / "backups"))

        elsewhere = doctor("--artifacts", (tmp_path / "elsewhere").as_uri())
        assert elsewhere[0] == "problem"
        assert "2 cannot be read" in elsewhere[1]
        assert elsewhere[1].endswith("It is probably not the store of this database: check SHORTLIST_ARTIFACTS.")

        [large] = [file for file in (tmp_path / "data").rglob("*") if file.is_file() and _bytes_of(file) == LARGE]
        large.unlink()
        engine = create_engine(normalise_url(database_url))
        with engine.begin() as connection:
            assert connection.execute(text("DELETE FROM small_content")).rowcount == 1
        level, sentence = doctor("--files")
        assert level == "problem"
        assert "Of 3 stored files that were looked at, 2 cannot be read: " in sentence
        assert "weights.bin of vision/1.0 in root/default is gone" in sentence
        assert "labels.txt of vision/1.0 in root/default is gone" in sentence
        assert "shortlist backup repair" in sentence
        assert client.get(f"{PACKAGE}/weights.bin").status_code == 503

        said = shortlist("backup", "repair", str(tmp_path / "backups"))
        assert f"Looked at 3 files, and brought back 2 with {len(LARGE) + 11} bytes; 0 more are lost" in said
        assert client.get(f"{PACKAGE}/weights.bin").content == LARGE
        assert client.get(f"{PACKAGE}/labels.txt").content == b"a small one"

        large.write_bytes(LARGE.replace(b"\1", b"\2"))
        assert doctor("--files")[0] == "ok"
        assert "weights.bin of vision/1.0 in root/default has other bytes" in doctor("--read")[1]
        assert "brought back 0" in shortlist("backup", "repair", str(tmp_path / "backups"))
        assert "brought back 1" in shortlist("backup", "repair", "--read", str(tmp_path / "backups"))
        assert client.get(f"{PACKAGE}/weights.bin").content == LARGE

        assert client.put(f"{PACKAGE}/later.bin", content=LARGE * 2).status_code == 201
        [later] = [file for file in (tmp_path / "data").rglob("*") if file.is_file() and _bytes_of(file) == LARGE * 2]
        later.write_bytes(b"half")
        assert f"later.bin of vision/1.0 in root/default has 4 bytes instead of {2 * len(LARGE)}" in doctor()[1]
        said = shortlist("backup", "repair", str(tmp_path / "backups"), code=1)
        assert "1 more are lost, and in no backup here" in said
        assert f"lost: {later.relative_to(tmp_path / 'data' / 'artifacts')} ({2 * len(LARGE)} bytes" in said
        engine.dispose()


def _bytes_of(file: Path) -> bytes:
    return file.read_bytes() if "artifacts" in file.parts else b""
