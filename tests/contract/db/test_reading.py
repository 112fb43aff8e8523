"""A reader sees one moment: what is committed while it works belongs to the next reader."""

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, func, select

from shortlist.db.database import Database
from shortlist.errors import Unavailable

ITEM = Table("item", MetaData(), Column("id", Integer, primary_key=True, autoincrement=False))


@pytest.fixture(autouse=True)
def _table(database: Database) -> None:
    database.write_now(ITEM.create)


def _count(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(ITEM)) or 0


def test_two_questions_of_one_reader_have_one_answer(database: Database) -> None:
    def twice(connection: Connection) -> tuple[int, int]:
        before = _count(connection)
        database.write_now(lambda other: other.execute(ITEM.insert(), {"id": 1}))
        return before, _count(connection)

    assert database.read_now(twice) == (0, 0)
    assert database.read_now(_count) == 1


def test_a_connection_that_was_read_with_writes_again(database: Database) -> None:
    for number in range(20):
        database.read_now(_count)
        database.write_now(lambda connection, number=number: connection.execute(ITEM.insert(), {"id": number}))
        with database.engine.connect() as connection, connection.begin():
            connection.execute(ITEM.insert(), {"id": 100 + number})
    assert database.read_now(_count) == 40


def test_postgresql_refuses_a_change_in_a_read(database: Database) -> None:
    if database.dialect == "sqlite":
        pytest.skip("SQLite's readers are kept from changes by who calls them.")
    with pytest.raises(Unavailable):
        database.read_now(lambda connection: connection.execute(ITEM.insert(), {"id": 1}))
