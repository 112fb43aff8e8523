"""The short way to the driver behaves as SQLAlchemy's: in the transaction, with its errors, and heard by listeners."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import IntegrityError, OperationalError

from shortlist.db import driver, engine
from tests.conftest import KINDS
from tests.databases import DatabaseFactory


@pytest.fixture(params=KINDS)
def opened(request: pytest.FixtureRequest, databases: DatabaseFactory, tmp_path: Path) -> Iterator[Engine]:
    made = engine.create(engine.normalise_url(databases.create_empty(request.param, tmp_path)))
    with made.begin() as connection:
        connection.execute(text("CREATE TABLE pet (name TEXT PRIMARY KEY)"))
    yield made
    made.dispose()


def insert(opened: Engine) -> str:
    return f"INSERT INTO pet (name) VALUES ({mark(opened)})"


def mark(opened: Engine) -> str:
    return "?" if opened.dialect.name == "sqlite" else "%s"


def test_what_a_transaction_did_is_undone_with_it(opened: Engine) -> None:
    with opened.connect() as connection, connection.begin() as transaction:
        assert driver.change(connection, insert(opened), ("cat",)) == 1
        assert driver.change_many(connection, insert(opened), [("dog",), ("owl",)]) == 2
        assert driver.rows(connection, "SELECT name FROM pet ORDER BY name", ()) == [("cat",), ("dog",), ("owl",)]
        transaction.rollback()

    with opened.connect() as connection, connection.begin():
        assert driver.rows(connection, "SELECT name FROM pet", ()) == []


def test_an_error_is_of_sqlalchemys_classes(opened: Engine) -> None:
    with (
        pytest.raises(IntegrityError) as caught,
        opened.connect() as connection,
        connection.begin(),
    ):
        driver.change_many(connection, insert(opened), [("cat",), ("cat",)])

    assert not caught.value.connection_invalidated


def test_a_lost_connection_is_not_used_again(databases: DatabaseFactory, tmp_path: Path) -> None:
    opened = engine.create(engine.normalise_url(databases.create_empty("postgresql", tmp_path)))
    try:
        with opened.connect() as connection, connection.begin() as transaction:
            [(lost,)] = driver.rows(connection, "SELECT pg_backend_pid()", ())
            with opened.connect() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": lost})
            with pytest.raises(OperationalError) as caught:
                driver.rows(connection, "SELECT 1", ())
            assert caught.value.connection_invalidated
            assert connection.invalidated
            transaction.rollback()

        with opened.connect() as connection, connection.begin():
            assert driver.rows(connection, "SELECT pg_backend_pid()", ()) != [(lost,)]
    finally:
        opened.dispose()


def test_listeners_hear_of_every_statement(opened: Engine) -> None:
    heard: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        heard.append(statement)

    event.listen(opened, "before_cursor_execute", note)
    with opened.connect() as connection, connection.begin():
        driver.change(connection, insert(opened), ("cat",))
        driver.change_many(connection, insert(opened), [("dog",)])
        assert driver.rows(connection, "SELECT name FROM pet ORDER BY name", ()) == [("cat",), ("dog",)]

    assert [statement.split()[0] for statement in heard if not statement.startswith("BEGIN")] == [
        "INSERT",
        "INSERT",
        "SELECT",
    ]
