"""The migrations: what they make is what the tables say, and the program knows the newest of them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

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


def add(connection: Connection, table: str, **values: Any) -> None:
    """A row, with zeros and empty texts where a value is needed and none is given."""
    for column in inspect(connection).get_columns(table):
        if column["name"] not in values and not column["nullable"] and column["default"] is None:
            values[column["name"]] = "" if column["type"].python_type is str else 0
    names = ", ".join(values)
    given = ", ".join(f":{name}" for name in values)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({given})"), values)


def test_packages_of_versions_that_were_there_before_bear_their_names(empty_url: str) -> None:
    """Revision 0007 on a database that was filled before it: packages get their models' names, bytes are counted."""
    opened = engine.create(engine.normalise_url(empty_url))
    with opened.connect() as connection, engine.begin_write(connection):
        command.upgrade(migrate.config(connection), "0006")
    opened.dispose()
    with connected(empty_url) as connection:
        for project, name in ((1, "tree"), (2, "forest")):
            add(connection, "model", project_id=project, iid=5, name=name)
            for number, deleted_at in ((2, None), (3, 1000)):
                version = {"model_name": name, "semver": f"{number}.0.0-{project}", "deleted_at": deleted_at}
                add(connection, "model_version", project_id=project, model_iid=5, number=number, iid=number, **version)
            packages = (("ml_model_5", "2"), ("ml_model_5", "3"), ("ml_model_7", "1"), ("ml_experiment_5", "2"))
            for number, (old, its_version) in enumerate(packages):
                add(
                    connection,
                    "package",
                    project_id=project,
                    id=number,
                    type="ml_model",
                    name=old,
                    version=its_version,
                )
            for size in (30, 12):
                add(connection, "blob", project_id=project, sha256=bytes([size]), size=size, location=str(size))
    migrate.upgrade(empty_url)

    with connected(empty_url) as connection:
        rows = connection.exec_driver_sql(
            "SELECT project_id, name, version, status FROM package ORDER BY project_id, id"
        )
        assert [tuple(row) for row in rows] == [
            (1, "tree", "2.0.0-1", "default"),
            (1, "ml_model_5", "3", "default"),
            (1, "ml_model_7", "1", "default"),
            (1, "ml_experiment_5", "2", "default"),
            (2, "forest", "2.0.0-2", "default"),
            (2, "ml_model_5", "3", "default"),
            (2, "ml_model_7", "1", "default"),
            (2, "ml_experiment_5", "2", "default"),
        ]
        counted = connection.exec_driver_sql("SELECT project_id, value FROM counter WHERE name = 'package_bytes'")
        assert sorted(tuple(row) for row in counted) == [(1, 42), (2, 42)]
