"""What a database says about itself, for those who look after it."""

import msgspec
from sqlalchemy import Connection, text

from shortlist.clock import now_ms
from shortlist.errors import Unavailable

# The least of what the server, the account and the database allow; -1 is no limit.
_ALLOWED = """
SELECT least(
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
    (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user),
    (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database())
)
"""


def write(connection: Connection) -> None:
    """Do what only a database that accepts changes can do, inside a writing transaction.

    PostgreSQL is asked instead of written to: server processes that look every few seconds would queue for one row.

    Raises:
        Unavailable, sqlalchemy.exc.OperationalError: it does not accept changes.
    """
    if connection.dialect.name == "sqlite":
        connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
    elif connection.execute(text("SHOW transaction_read_only")).scalar_one() == "on":
        raise Unavailable("The database takes no changes: it is a standby, or set to read only.")


def version(connection: Connection) -> str:
    if connection.dialect.name == "sqlite":
        return f"SQLite {connection.execute(text('SELECT sqlite_version()')).scalar_one()}"
    found = str(connection.execute(text("SHOW server_version")).scalar_one())
    return f"PostgreSQL {found.partition(' ')[0]}"


def clock_ms(connection: Connection) -> int:
    """The database server's clock; an embedded database has that of this machine."""
    if connection.dialect.name == "sqlite":
        return now_ms()
    statement = text("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")
    return int(connection.execute(statement).scalar_one())


class Setup(msgspec.Struct, frozen=True):
    """How PostgreSQL is set up for us. `allowed`: the connections that this account may have to this database."""

    version: int
    encoding: str
    durable: dict[str, str]  # settings without which a crash loses what was committed
    used: int
    allowed: int


def setup(connection: Connection) -> Setup | None:
    """None for an embedded database."""
    if connection.dialect.name == "sqlite":
        return None
    names = ("fsync", "full_page_writes", "synchronous_commit")
    durable = {name: str(connection.execute(text(f"SHOW {name}")).scalar_one()) for name in names}
    used = text("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")
    version = text("SELECT current_setting('server_version_num')::int / 10000")
    return Setup(
        version=int(connection.execute(version).scalar_one()),
        encoding=str(connection.execute(text("SHOW server_encoding")).scalar_one()),
        durable=durable,
        used=int(connection.execute(used).scalar_one()),
        allowed=int(connection.execute(text(_ALLOWED)).scalar_one()),
    )


def has_extension(connection: Connection, name: str) -> bool:
    """Whether PostgreSQL has an extension in this database."""
    found = text("SELECT count(*) FROM pg_extension WHERE extname = :name")
    return bool(connection.execute(found, {"name": name}).scalar_one())


def size_bytes(connection: Connection) -> int:
    """What the database takes on its disk."""
    if connection.dialect.name == "sqlite":
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        return int(pages) * int(connection.execute(text("PRAGMA page_size")).scalar_one())
    return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def damage(connection: Connection) -> str | None:
    """What SQLite finds wrong with the structure of its file, looking at most of it; None where nothing."""
    if connection.dialect.name != "sqlite":
        return None
    found = str(connection.execute(text("PRAGMA quick_check(1)")).scalar_one())
    return None if found == "ok" else found
