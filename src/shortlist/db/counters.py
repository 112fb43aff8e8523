"""Numbers that count up inside a project: the iids of experiments, candidates and packages."""

from sqlalchemy import Column, Connection, Table

from shortlist.db.dialect import insert
from shortlist.db.metadata import METADATA, BigId, Key

counter = Table(
    "counter",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("name", Key, primary_key=True),
    Column("value", BigId, nullable=False),
)


def take(connection: Connection, project_id: int, name: str, count: int = 1) -> int:
    """Reserve `count` consecutive numbers and return the first. Numbers begin at 1 and are not handed out again.

    On PostgreSQL the row stays locked until commit, so numbers appear in the order in which they were taken.
    """
    statement = insert(connection, counter).values(project_id=project_id, name=name, value=count)
    statement = statement.on_conflict_do_update(
        index_elements=["project_id", "name"], set_={"value": counter.c.value + count}
    ).returning(counter.c.value)
    return connection.execute(statement).scalar_one() - count + 1
