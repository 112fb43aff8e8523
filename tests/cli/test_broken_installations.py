"""What `shortlist doctor` says of each thing that can be wrong, and what to do about it."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import Connection, create_engine, make_url, text

from shortlist.clock import now_ms
from shortlist.db import probe
from shortlist.db.database import Database
from shortlist.db.engine import normalise_url
from shortlist.health import parts, postgresql, tls
from shortlist.health.types import Finding, Level
from shortlist.settings import load
from tests.cli.test_tls import certificate

_NOBODY = 65534


class _Usage(NamedTuple):
    total: int
    used: int
    free: int


def said(findings: Iterator[Finding] | list[Finding], level: Level = Level.PROBLEM) -> str:
    return " ".join(found.sentence for found in findings if found.level is level)


@contextlib.contextmanager
def as_somebody() -> Iterator[Path]:
    """A folder of somebody else's, as somebody who is not root."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(_NOBODY)
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_a_folder_that_cannot_be_written_is_said() -> None:
    create_engine("sqlite://").dispose()  # imports the driver, which somebody may not read
    with as_somebody() as folder:
        settings = load({"data": folder}, {}, None)
        assert f"cannot write to the data folder {folder} (Permission denied)" in said(list(parts.files(settings)))
        assert "may this account read and write there?" in said(list(parts.schema(settings)))


def test_a_disk_that_is_full_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load({"data": tmp_path}, {}, None)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: _Usage(10 * 2**30, 10 * 2**30, 2**20))
    assert "1 MiB are free of 10,240 MiB" in said(list(parts.files(settings)))
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: _Usage(10 * 2**30, 9 * 2**30, 2**30))
    assert "1,024 MiB are free" in said(list(parts.files(settings)), Level.WARNING)
    here = tuple(os.statvfs(tmp_path))
    monkeypatch.setattr(os, "statvfs", lambda _folder: os.statvfs_result((*here[:5], 100_000, 12, 12, *here[8:])))
    assert "12 more files fit" in said(list(parts.files(settings)))


def test_files_that_are_no_database_are_said(tmp_path: Path) -> None:
    (tmp_path / "shortlist.db").write_bytes(b"of another program " * 100)
    settings = load({"data": tmp_path}, {}, None)
    assert "The file is something else, or damaged." in said(list(parts.schema(settings)))


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_an_account_or_database_that_is_not_there_is_said(database_url: str) -> None:
    there = make_url(database_url)
    settings = load({"database": there.set(database="nowhere").render_as_string(hide_password=False)}, {}, None)
    assert "Make it with `createdb`" in said(list(parts.schema(settings)))


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_too_few_connections_are_said(database: Database, database_url: str) -> None:
    name = make_url(database_url).database

    def look(workers: int) -> str:
        return said(database.read_now(lambda connection: list(postgresql.findings(connection, workers))))

    admin = create_engine(normalise_url(database_url), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'ALTER DATABASE "{name}" CONNECTION LIMIT 20'))
        assert "20 connections are allowed" in look(2)
        assert "2 server processes open up to 34" in look(2)
        assert "20 connections" not in look(1)
    admin.dispose()


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_database_that_loses_what_it_acknowledged_is_said(database: Database) -> None:
    def read(connection: Connection) -> list[Finding]:
        connection.execute(text("SET LOCAL synchronous_commit = off"))
        return list(postgresql.findings(connection, 1))

    assert "synchronous_commit off: what was acknowledged can be lost" in said(database.read_now(read))


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_an_old_version_and_a_wrong_encoding_are_said(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    found = database.read_now(probe.setup)
    assert found is not None
    old = probe.Setup(11, "LATIN1", found.durable, found.used, found.allowed)
    monkeypatch.setattr(probe, "setup", lambda _connection: old)
    findings = database.read_now(lambda connection: list(postgresql.findings(connection, 1)))
    assert "PostgreSQL 11 is older than any" in said(findings, Level.WARNING)
    assert "Its encoding is LATIN1" in said(findings)


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_clock_that_is_off_is_said(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    for seconds, level in ((-90, Level.PROBLEM), (7, Level.WARNING), (0, Level.OK)):
        monkeypatch.setattr(parts, "now_ms", lambda seconds=seconds: now_ms() + 1000 * seconds)
        [clock] = [one for one in parts.database(database, 1) if one.subject == "clock"]
        assert clock.level is level, clock
        assert level is Level.OK or f"differ by {abs(seconds)}" in clock.sentence, clock


def test_a_certificate_that_ends_is_said(tmp_path: Path) -> None:
    def of(days: int) -> Finding:
        file, key = certificate(tmp_path, days=days)
        [found] = tls.certificate(load({"tls_certificate": str(file), "tls_key": str(key)}, {}, None))
        return found

    assert (of(90).level, of(3).level, of(-1).level) == (Level.OK, Level.WARNING, Level.PROBLEM)
    assert "which is past" in of(-1).sentence
    (tmp_path / "nothing.pem").write_text("nothing")
    settings = load({"tls_certificate": str(tmp_path / "nothing.pem"), "tls_key": "x"}, {}, None)
    assert "is no certificate that can be read" in said(list(tls.certificate(settings)))
