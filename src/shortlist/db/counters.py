"""Numbers that count up inside a project: the iids of experiments, candidates and packages."""

from collections.abc import Mapping

from sqlalchemy import ClauseElement, Column, Connection, Table, bindparam, select

from shortlist.db.bulk import add_columns
from shortlist.db.dialect import insert_for
from shortlist.db.metadata import METADATA, BigId, Key
from shortlist.db.prepared import Prepared

counter = Table(
    "counter",
    METADATA,
    Column("project_id", BigId, primary_key=True, autoincrement=False),
    Column("name", Key, primary_key=True),
    Column("value", BigId, nullable=False),
)


def _take(dialect: str) -> ClauseElement:
    statement = insert_for(dialect, counter).values(
        {name: bindparam(name) for name in ("project_id", "name", "value")}
    )
    return statement.on_conflict_do_update(
        index_elements=["project_id", "name"], set_={"value": counter.c.value + statement.excluded.value}
    ).returning(counter.c.value)


_TAKE = Prepared(_take)
_READ = Prepared(
    lambda _: select(counter.c.value).where(
        counter.c.project_id == bindparam("project_id"), counter.c.name == bindparam("name")
    )
)


def read(connection: Connection, project_id: int, name: str) -> int:
    """The last number that was handed out; 0 before the first."""
    row = _READ.row(connection, project_id=project_id, name=name)
    return 0 if row is None else row[0]


def lock(connection: Connection, project_id: int, name: str) -> None:
    """Let no other transaction take a number before this one ends."""
    take(connection, project_id, name, 0)


def take(connection: Connection, project_id: int, name: str, count: int = 1) -> int:
    """Reserve `count` consecutive numbers and return the first. Numbers begin at 1 and are not handed out again.

    On PostgreSQL the row stays locked until commit, so numbers appear in the order in which they were taken.
    """
    [(value,)] = _TAKE.rows(connection, project_id=project_id, name=name, value=count)
    return value - count + 1


def add(connection: Connection, project_id: int, amounts: Mapping[str, int]) -> None:
    """Add to several numbers at once."""
    columns = {"name": list(amounts), "value": list(amounts.values())}
    add_columns(connection, counter, {"project_id": project_id}, columns)
