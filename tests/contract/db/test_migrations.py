"""The migrations: what they make is what the tables say, and the program knows the newest of them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from shortlist.db import engine, migrate
from shortlist.db.schema import METADATA
from shortlist.errors import InvalidValue
from tests.conftest import KINDS
from tests.databases import DatabaseFactory


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    opened = engine.create(engine.normalise_url(url))
    try:
        with opened.begin() as connection:
            yield connection
    finally:
        opened.dispose()


def schema(connection: Connection) -> dict[str, dict[str, list[str]]]:
    """Every table with its columns, keys, indexes and checks, in an order that does not depend on how it was made."""
    inspector = inspect(connection)
    read = {
        "columns": inspector.get_columns,
        "indexes": inspector.get_indexes,
        "foreign keys": inspector.get_foreign_keys,
        "unique": inspector.get_unique_constraints,
        "checks": inspector.get_check_constraints,
        "primary key": lambda table: [inspector.get_pk_constraint(table)],
    }
    return {
        table: {what: sorted(described(item) for item in get(table)) for what, get in read.items()}
        for table in inspector.get_table_names()
    }


def described(item: Mapping[str, Any]) -> str:
    return str(sorted((key, shown(value)) for key, value in item.items()))


def shown(value: object) -> str:
    if isinstance(value, dict):
        return described(cast("dict[str, Any]", value))
    return str(value)


@pytest.fixture(params=KINDS)
def empty_url(request: pytest.FixtureRequest, databases: DatabaseFactory, tmp_path: Path) -> str:
    return databases.create_empty(request.param, tmp_path)


def test_the_migrations_make_what_the_tables_say(empty_url: str) -> None:
    migrate.upgrade(empty_url)

    with connected(empty_url) as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        assert migrate.current(connection) == migrate.HEAD


def test_an_empty_database_gets_at_once_what_the_migrations_make(
    empty_url: str, databases: DatabaseFactory, tmp_path: Path
) -> None:
    kind = "sqlite" if empty_url.startswith("sqlite") else "postgresql"
    (tmp_path / "migrated").mkdir()
    migrated_url = databases.create_empty(kind, tmp_path / "migrated")
    migrate.create(empty_url)
    migrate.create(empty_url)
    migrate.upgrade(migrated_url)

    with connected(empty_url) as created, connected(migrated_url) as migrated:
        assert schema(created) == schema(migrated)
        assert migrate.current(created) == migrate.HEAD


def test_upgrading_twice_changes_nothing(empty_url: str) -> None:
    migrate.upgrade(empty_url)
    migrate.upgrade(empty_url)

    assert migrate.check_reachable(empty_url) == migrate.HEAD


def test_the_program_names_the_newest_revision_of_one_line(tmp_path: Path) -> None:
    with connected(f"sqlite:///{tmp_path / 'any.db'}") as connection:
        script = ScriptDirectory.from_config(migrate.config(connection))

    assert script.get_heads() == [migrate.HEAD]


def test_an_embedded_database_upgrades_itself_and_a_server_database_refuses(empty_url: str) -> None:
    if empty_url.startswith("sqlite"):
        migrate.prepare(empty_url)
        assert migrate.check_reachable(empty_url) == migrate.HEAD
    else:
        with pytest.raises(InvalidValue, match="shortlist db upgrade"):
            migrate.prepare(empty_url)


def test_a_newer_database_is_refused(empty_url: str) -> None:
    migrate.upgrade(empty_url)
    with connected(empty_url) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(InvalidValue, match="newer than this program"):
        migrate.prepare(empty_url)
