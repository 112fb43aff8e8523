"""The schema: what it is, what it should be, and the way from one to the other.

Alembic is imported only where there is something to do; a start-up that finds the schema in order reads one row.
"""

import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Column, Connection, Engine, MetaData, PrimaryKeyConstraint, String, Table, insert, inspect, text
from sqlalchemy.exc import DBAPIError

from shortlist.db import engine as engines
from shortlist.errors import InvalidValue, Unavailable

if TYPE_CHECKING:
    from alembic.config import Config

# The newest revision in `migrations/versions`; a test compares the two.
HEAD = "0027"

_FOLDER = Path(__file__).parent / "migrations"
# The number of PostgreSQL's lock that an upgrade holds; any that nobody else takes.
_LOCK = 0x73686F72746C
_TURN_SECONDS = 0.2

# Alembic's own table, apart from ours so that it is not compared with them.
_VERSION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def current(connection: Connection) -> str | None:
    """The revision that the database has; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the schema to a revision, the newest for none, from whatever it is; does nothing when it is there.

    SQLite does all in one transaction. PostgreSQL has one for each migration, and none for an index of a large table;
    what is broken off goes on from there with the next attempt. Of several at once, one works and the others wait.
    """
    from alembic import command  # noqa: PLC0415

    engine = engines.create(engines.normalise_url(url))
    try:
        with engine.connect() as connection:
            whole = _alone(engine) if connection.dialect.name == "postgresql" else engines.begin_write(connection)
            with whole:
                command.upgrade(config(connection), revision)
    finally:
        engine.dispose()


@contextmanager
def _alone(engine: Engine) -> Generator[None]:
    """Hold a lock of the database in a transaction of its own, which a pooler in transaction mode leaves alone.

    Who waits asks again and again: a statement that waits would hold up an index that is built CONCURRENTLY, which
    waits for all statements that began before it.
    """
    while True:
        with engine.begin() as holder:
            if holder.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}).scalar_one():
                holder.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
                yield
                return
        time.sleep(_TURN_SECONDS)


def prepare(url: str) -> None:
    """What a server does with its database before it starts. SQLite upgrades itself; PostgreSQL must be in order.

    Raises:
        InvalidValue: the database cannot be opened, or its schema is behind or ahead of this program.
    """
    url = engines.normalise_url(url)
    found = _revision(url)
    if found == HEAD:
        return
    if found is not None and found not in known_revisions():
        raise InvalidValue(
            f"The database has schema {found}, which is newer than this program ({HEAD}); upgrade Shortlist.",
            field="database",
        )
    if not url.startswith("sqlite"):
        state = "is empty" if found is None else f"has schema {found} and this program needs {HEAD}"
        raise InvalidValue(f"The database {state}; run `shortlist db upgrade` first.", field="database")
    if found is None:
        create(url)
    else:
        upgrade(url)


def create(url: str) -> None:
    """Make the newest schema in an empty database from the tables: what all migrations make, in a tenth of their time.

    Does nothing where another process was quicker.
    """
    from shortlist.db.schema import METADATA  # noqa: PLC0415 - it imports every domain, and some of them this package

    engine = engines.create(engines.normalise_url(url))
    try:
        with engine.connect() as connection, engines.begin_write(connection):
            if current(connection) is None:
                METADATA.create_all(connection, checkfirst=False)
                _VERSION.create(connection, checkfirst=False)
                connection.execute(insert(_VERSION).values(version_num=HEAD))
    finally:
        engine.dispose()


def known_revisions() -> set[str]:
    """The revisions of this program's tree."""
    return {path.name.partition("_")[0] for path in (_FOLDER / "versions").glob("[0-9]*.py")}


def config(connection: Connection) -> "Config":
    """Alembic's configuration for this tree and an open connection."""
    from alembic.config import Config  # noqa: PLC0415

    made = Config()
    made.set_main_option("script_location", str(_FOLDER))
    made.attributes["connection"] = connection
    return made


def check_reachable(url: str) -> str | None:
    """The revision that the database has.

    Raises:
        InvalidValue: it cannot be opened.
    """
    return _revision(engines.normalise_url(url))


def _revision(url: str) -> str | None:
    engine = engines.create(url)
    try:
        with engine.connect() as connection:
            return current(connection)
    except DBAPIError as error:
        shown = engine.url.render_as_string(hide_password=True).replace("+psycopg", "")
        reason = str(error.orig or "").strip().partition("\n")[0] or "no answer"
        raise InvalidValue(f"Cannot open the database {shown}: {reason}", field="database") from None
    except Unavailable as error:
        raise InvalidValue(str(error), field="database") from None
    finally:
        engine.dispose()
