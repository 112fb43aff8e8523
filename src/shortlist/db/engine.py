"""Engines: what each database must be told before the first statement."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, RootTransaction, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError

from shortlist.db import driver, memory
from shortlist.errors import InvalidValue, Unavailable

# A reader never waits for SQLite's writer in WAL mode; a second process (a backup, the CLI) may hold the lock.
_BUSY_SECONDS = 20
_UNAVAILABLE = "The database is not available at the moment; nothing was changed. Try again."
# Of a connection: whoever begins a transaction says BEGIN itself.
_BEGINS = "shortlist_begins"
# What PostgreSQL says to a change on a standby, as it does for a moment when the primary has failed over.
_READ_ONLY = "25006"
# A server whose machine is gone says nothing any more: within a minute its connections are given up.
_PATIENCE_WITH_NETWORK = {
    "connect_timeout": 10,
    "tcp_user_timeout": 30_000,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}


def normalise_url(url: str) -> str:
    """The SQLAlchemy form of a database URL.

    Raises:
        InvalidValue: neither SQLite nor PostgreSQL, or not a URL.
    """
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            rest = url.removeprefix(prefix)
            return _of_several_hosts(url) if "," in rest.partition("/")[0] else "postgresql+psycopg://" + rest
    if url.startswith(("sqlite:///", "postgresql+psycopg://")):
        return url
    scheme = url.split(":", 1)[0][:40]
    raise InvalidValue(
        f"The database URL must begin with sqlite:/// or postgresql://, not {scheme!r}.", field="database"
    )


def _of_several_hosts(url: str) -> str:
    """libpq's `postgresql://one:5432,two:5432/name` as SQLAlchemy writes it: whichever of them takes changes."""
    # Here, because who has SQLite would wait for it at each start.
    import psycopg  # noqa: PLC0415
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415

    try:
        found: dict[str, Any] = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise InvalidValue(f"The database URL is not valid: {error}", field="database") from None
    user, password, name = (found.pop(key, None) for key in ("user", "password", "dbname"))
    query = {key: str(value) for key, value in ({"target_session_attrs": "read-write"} | found).items()}
    made = URL.create("postgresql+psycopg", user, password, database=name, query=query)
    return made.render_as_string(hide_password=False)


def create(url: str) -> Engine:
    if url.startswith("sqlite"):
        return _create_sqlite(url)
    engine = create_engine(
        url,
        pool_size=8,
        max_overflow=8,
        pool_pre_ping=True,
        # Statements prepared on the server do not survive a pooler in transaction mode.
        connect_args={"prepare_threshold": None, **_PATIENCE_WITH_NETWORK},
        use_insertmanyvalues=True,
        execution_options=memory.options(),
    )
    # A crash takes back what was visible and not flushed yet, with the revision by which it is kept in memory.
    event.listen(engine, "invalidate", lambda *_: memory.of(engine).forget())
    return engine


def _create_sqlite(url: str) -> Engine:
    if make_url(url).database in (None, "", ":memory:"):
        raise InvalidValue("The SQLite database must be a file.", field="database")
    engine = create_engine(
        url,
        pool_size=16,
        max_overflow=16,
        connect_args={"check_same_thread": False, "timeout": _BUSY_SECONDS, "cached_statements": 512},
        execution_options=memory.options(),
    )

    def on_connect(connection: Any, _record: Any) -> None:
        # The driver's own transaction handling starts them late and commits around DDL; ours says BEGIN itself.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            # FULL flushes the log at each commit. NORMAL would lose acknowledged writes when the power fails.
            "synchronous=FULL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-32768",
            "case_sensitive_like=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def on_begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("shortlist_write")
        driver.change(connection, "BEGIN IMMEDIATE" if immediate else "BEGIN", ())

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
    return engine


def connect_to_write(engine: Engine) -> Connection:
    """A connection that a writer keeps. On PostgreSQL its transactions begin as `begin_write` says, and not as the
    driver would: neither with a second round trip nor with READ WRITE, which a standby refuses in words of its own.

    Raises:
        Unavailable: the database does not answer.
    """
    connection = engine.connect()
    return (
        _set(connection, isolation_level="AUTOCOMMIT", **{_BEGINS: True}) if _is_postgresql(connection) else connection
    )


@contextmanager
def begin_write(
    connection: Connection, *, flushed: bool = True, one_statement: bool = False
) -> Generator[RootTransaction]:
    """A transaction that will write. On SQLite it takes the write lock at once, so it cannot fail half-way for it.

    Args:
        flushed: the commit waits for the disk. Without, `flush` does so afterwards, on the connection of a writer on
            PostgreSQL; whoever looks before may see what a crash would take away.
        one_statement: only one will write. On the connection of a writer on PostgreSQL it is the transaction then:
            BEGIN and COMMIT would be round trips of their own, and the driver answers when it is committed.
    """
    connection = connection.execution_options(shortlist_write=True)
    with connection.begin() as transaction:
        if connection.get_execution_options().get(_BEGINS) and not one_statement:
            # One text and so one round trip. What is set goes with the transaction: a pooler shares the session.
            driver.change(connection, "BEGIN" if flushed else "BEGIN; SET LOCAL synchronous_commit = off", ())
        yield transaction


def flush(connection: Connection) -> None:
    """Make durable what transactions of a writer on PostgreSQL have committed: a commit that waits for the disk waits
    for all before it. The message is there because a transaction that writes nothing does not wait."""
    with connection.begin():  # one text and so one round trip
        driver.change(connection, "BEGIN; SELECT pg_logical_emit_message(true, 'shortlist', ''); COMMIT", ())


@contextmanager
def begin_read(connection: Connection) -> Generator[RootTransaction]:
    """A transaction that sees one snapshot. On PostgreSQL it can change nothing, which the driver says with the BEGIN,
    without a round trip.
    """
    if _is_postgresql(connection):
        _set(connection, isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with connection.begin() as transaction:
        yield transaction


def _is_postgresql(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def _set(connection: Connection, **options: Any) -> Connection:
    """Set options of the driver's connection, which says of a lost one in its own words that it is.

    Raises:
        Unavailable: it is lost.
    """
    try:
        return connection.execution_options(**options)
    except connection.dialect.loaded_dbapi.Error as error:
        connection.invalidate(error)
        raise Unavailable(_UNAVAILABLE) from error


def translate(error: DBAPIError) -> Exception:
    """A lost, locked, full or read-only database is `Unavailable`; any other error is a fault of ours."""
    read_only = getattr(error.orig, "sqlstate", None) == _READ_ONLY
    if isinstance(error, OperationalError) or error.connection_invalidated or read_only:
        return Unavailable(_UNAVAILABLE)
    return error
