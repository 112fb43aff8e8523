"""Upgrades of databases that have rows: what earlier versions wrote is there after every step."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Boolean,
    Connection,
    Double,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    create_engine,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import OperationalError
from typer.testing import CliRunner

from shortlist.cli.main import app
from shortlist.db import migrate, upgrade_plan
from shortlist.db.engine import normalise_url
from tests.conftest import KINDS
from tests.databases import DatabaseFactory

REVISIONS = sorted(migrate.known_revisions())


def reflected(connection: Connection) -> MetaData:
    found = MetaData()
    found.reflect(connection)
    return found


def fill(connection: Connection, number: int) -> None:
    """Put a row that differs by `number` into each table, in the order of what refers to what."""
    for table in reflected(connection).sorted_tables:
        if table.name != "alembic_version":
            connection.execute(table.insert().values(row(table, number)))


def row(table: Table, number: int) -> dict[str, Any]:
    return {column.name: value(column.type, number) for column in table.columns}


def value(kind: Any, number: int) -> Any:
    match kind:
        case Boolean():
            return False
        case Double() | Float() | Numeric():
            return number / 7
        case Integer():
            return 1000 + number
        case LargeBinary():
            return bytes([number]) * 16
        case _:
            return f"row {number}"


def counts(connection: Connection) -> dict[str, int]:
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in reflected(connection).sorted_tables
        if table.name != "alembic_version"
    }


@pytest.mark.parametrize("kind", KINDS)
def test_rows_of_every_earlier_version_survive_every_step(
    kind: str, databases: DatabaseFactory, tmp_path: Path
) -> None:
    url = databases.create_empty(kind, tmp_path)
    engine = create_engine(normalise_url(url))
    expected: dict[str, int] = {}
    for number, revision in enumerate(REVISIONS):
        migrate.upgrade(url, revision)
        with engine.begin() as connection:
            tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
            before = counts(connection)
            assert {name: before[name] for name in expected if before[name] < expected[name]} == {}, revision
            fill(connection, number)
            expected = {name: before[name] + 1 for name in tables}
    migrate.upgrade(url)
    with engine.begin() as connection:
        assert migrate.current(connection) == migrate.HEAD
        assert counts(connection) == expected
        assert expected["candidate"] == len(REVISIONS)
    engine.dispose()
    databases.drop(url)


@pytest.mark.parametrize("kind", ["postgresql"])
def test_of_two_upgrades_at_once_one_works_and_both_succeed(
    kind: str, databases: DatabaseFactory, tmp_path: Path
) -> None:
    url = databases.create_empty(kind, tmp_path)
    command = [sys.executable, "-m", "shortlist", "db", "upgrade", "--database", url]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(2)
    ]
    for process in running:
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, output
        assert output.strip().endswith(f"The schema is at {migrate.HEAD}."), output
    databases.drop(url)


@pytest.mark.parametrize("kind", KINDS)
def test_a_check_tells_what_an_upgrade_will_do(kind: str, databases: DatabaseFactory, tmp_path: Path) -> None:
    url = databases.create_empty(kind, tmp_path)
    empty = CliRunner().invoke(app, ["db", "check", "--database", url])
    assert empty.exit_code == 1
    assert "empty" in empty.output
    migrate.upgrade(url, "0005")
    behind = CliRunner().invoke(app, ["db", "check", "--database", url])
    assert behind.exit_code == 1
    assert "0008" in behind.output
    for said in (
        "adds columns to metric_latest",
        "the rows of metric_latest, metric_series",
        "creates star",
        "while servers go on writing on PostgreSQL, of logged_model_metric",
        "0 s in all",
    ):
        assert said in behind.output
    migrate.upgrade(url)
    current = CliRunner().invoke(app, ["db", "check", "--database", url])
    assert current.exit_code == 0, current.output
    assert "nothing to do" in current.output
    databases.drop(url)


@pytest.mark.parametrize("kind", KINDS)
def test_a_check_counts_the_rows_that_an_upgrade_reads(kind: str, databases: DatabaseFactory, tmp_path: Path) -> None:
    url = databases.create_empty(kind, tmp_path)
    migrate.upgrade(url, "0021")
    engine = create_engine(normalise_url(url))
    with engine.begin() as connection:
        fill(connection, 0)
        connection.execute(text("ANALYZE"))
    engine.dispose()
    first = upgrade_plan.plan(url).steps[0]
    assert first.changed == {"candidate": 1, "logged_model": 1, "logged_model_metric": 1}
    assert first.seconds == pytest.approx(3 / 300_000)
    databases.drop(url)


def valid(connection: Connection, index: str) -> bool | None:
    statement = text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")
    return connection.execute(statement, {"name": index}).scalar_one_or_none()


def test_writes_go_on_while_postgresql_builds_an_index_that_was_broken_off_before(
    databases: DatabaseFactory, tmp_path: Path
) -> None:
    url = databases.create_empty("postgresql", tmp_path)
    migrate.upgrade(url, "0021")
    impatient = f"{url}{'&' if '?' in url else '?'}options=-c%20lock_timeout%3D200"
    engine = create_engine(normalise_url(url))
    with engine.begin() as connection:
        fill(connection, 0)
        candidate = reflected(connection).tables["candidate"]
    of_first = {"project_id": 1000, "experiment_iid": 1000}
    with ThreadPoolExecutor(1) as pool, engine.connect() as slow, engine.connect() as writer:
        slow.execute(candidate.insert().values(row(candidate, 1) | of_first))
        with pytest.raises(OperationalError, match="lock timeout"):
            migrate.upgrade(impatient)
        assert valid(writer, "ix_candidate_deleted") is False
        assert migrate.current(writer) == "0021"
        writer.commit()

        upgrade = pool.submit(migrate.upgrade, url)
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            " AND query LIKE '%INDEX%'"
        )
        while not upgrade.done() and writer.execute(waiting).scalar_one() == 0:
            writer.rollback()
        writer.rollback()
        writer.execute(text("SET lock_timeout = '2s'"))
        writer.execute(candidate.insert().values(row(candidate, 2) | of_first))
        writer.commit()
        assert not upgrade.done(), "it waits for the slow transaction, and the writer did not wait for it"
        slow.commit()
        upgrade.result()
    with engine.connect() as connection:
        for index in ("ix_candidate_deleted", "ix_logged_model_candidate", "ix_logged_model_metric_candidate"):
            assert valid(connection, index) is True
        assert migrate.current(connection) == migrate.HEAD
        assert counts(connection)["candidate"] == 3
    engine.dispose()
    databases.drop(url)
