"""SQL that reads and writes whole tables, whatever they are."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from sqlalchemy import Connection, MetaData, Table, func, inspect, select, text

from shortlist.db.database import Database
from shortlist.db.schema import METADATA
from shortlist.metrics import cold, store_cold
from shortlist.metrics.tables import metric_file
from shortlist.packages.locations import PREFIX
from shortlist.packages.tables import blob, small_content

Row = Sequence[Any]

_BATCH_ROWS = 200


class Content(msgspec.Struct, frozen=True):
    """A stored content of a project: its SHA-256, how many bytes, and its key in the store."""

    sha256: bytes
    size: int
    location: str


@contextmanager
def snapshot(database: Database) -> Generator[Connection]:
    """A connection that sees the database as it is now, however long that takes, and holds up nobody."""
    with database.engine.connect() as connection:
        if database.dialect == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


def copied_tables() -> list[Table]:
    """Every table but that of small contents, which are copied as contents; those that others refer to first."""
    return [table for table in METADATA.sorted_tables if table is not small_content]


def missing_tables(connection: Connection) -> set[str]:
    """Tables that the database has and that would not be copied."""
    known = {table.name for table in METADATA.sorted_tables} | {"alembic_version"}
    return set(inspect(connection).get_table_names()) - known


def rows(connection: Connection, table: Table) -> Iterator[list[Row]]:
    """The rows of a table, in batches."""
    result = connection.execution_options(yield_per=_BATCH_ROWS).execute(select(table))
    for batch in result.partitions():
        yield [tuple(row) for row in batch]


def is_empty(connection: Connection) -> bool:
    """Whether the database has nobody in it."""
    accounts = METADATA.tables["user_account"]
    if not inspect(connection).has_table(accounts.name):
        return True
    return connection.execute(select(func.count()).select_from(accounts)).scalar_one() == 0


def load(connection: Connection, name: str, columns: Sequence[str], batches: Iterable[Sequence[Row]]) -> int:
    """Fill an empty table; how many rows. Rows may refer to rows of the same table that come later."""
    quoted = ", ".join(f'"{column}"' for column in columns)
    count = 0
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f'COPY "{name}" ({quoted}) FROM STDIN') as copy:
            for row in (row for batch in batches for row in batch):
                copy.write_row(row)
                count += 1
        return count
    marks = ", ".join("?" for _ in columns)
    for batch in batches:
        connection.exec_driver_sql(f'INSERT INTO "{name}" ({quoted}) VALUES ({marks})', [tuple(row) for row in batch])  # noqa: S608
        count += len(batch)
    return count


def begin_load(connection: Connection) -> None:
    """Let rows refer to rows that come later, and clear what the migrations themselves put in."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    found = MetaData()
    found.reflect(connection)
    for table in reversed(found.sorted_tables):
        if table.name in METADATA.tables:
            connection.execute(table.delete())


def end_load(connection: Connection) -> None:
    """Let identities go on after the highest that was loaded."""
    if connection.dialect.name != "postgresql":
        return
    known = set(inspect(connection).get_table_names())
    for table in METADATA.sorted_tables:
        column = table.autoincrement_column
        if column is None or table.name not in known:
            continue
        sequence = connection.execute(func.pg_get_serial_sequence(table.name, column.name).select()).scalar()
        highest = connection.execute(select(func.max(column))).scalar()
        if sequence is not None and highest is not None:
            connection.execute(func.setval(sequence, highest).select())


def content(table: str, row: Row, columns: Sequence[str]) -> Content | None:
    """What a row of one of the `CONTENT_TABLES`, as it was copied, says to be in the object store."""
    named = dict(zip(columns, row, strict=True))
    if table == blob.name:
        return Content(bytes(named["sha256"]), named["size"], named["location"])
    if named["state"] == store_cold.LEFT or not named["size"]:
        return None
    return Content(bytes(named["sha256"]), named["size"], cold.location(named["project_id"], bytes(named["id"])))


# Tables whose rows name objects, and where these lie.
CONTENT_TABLES = (blob.name, metric_file.name)
CONTENT_PREFIXES = (PREFIX, cold.PREFIX)
