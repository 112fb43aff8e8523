"""Short notices between the processes of one PostgreSQL, by LISTEN and NOTIFY: hints that come soon or not at all.

Whoever must not miss anything asks the database as well. One thread holds one connection, which is none of the pool's.
"""

import secrets
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from selectors import EVENT_READ, DefaultSelector
from time import monotonic
from typing import TYPE_CHECKING, cast

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from shortlist.db.database import Database
from shortlist.errors import Unavailable

if TYPE_CHECKING:  # it takes long to import, and SQLite needs it not
    import psycopg

_log = structlog.get_logger(__name__)

_CHANNEL = "shortlist"
MOST_BYTES = 7000  # of a notice; PostgreSQL takes 8,000
_PROOF = "proof "  # a process tells itself
_PROOF_SECONDS = 5.0
_AGAIN_SECONDS = 1.0
_AGAIN_BEHIND_POOLER_SECONDS = 600.0


class Notices:
    """`send` tells the other processes; `heard` is called, in a thread of its own, with what they tell.

    It is also called, with an empty text, when the connection stands anew, because something may have been missed.
    A pooler in transaction mode takes LISTEN and delivers nothing: so a connection counts only after it has heard
    what another one sent, and where it hears nothing, the next attempt is ten minutes later.
    """

    def __init__(self, database: Database, heard: Callable[[str], None]) -> None:
        self._database = database
        self._heard = heard
        self._me = secrets.token_hex(8)
        self._stop = threading.Event()
        self._inside, self._outside = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="notices", daemon=True)
        self.listening = threading.Event()

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """From any thread; twice is the same as once."""
        if not self._stop.is_set():
            self._outside.send(b"x")  # first: the thread closes both ends when it sees that it is to stop
            self._stop.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()

    def send(self, notice: str) -> None:
        """Tell it at once; it should be at most `MOST_BYTES` long.

        In a transaction of its own that changes nothing: commits with a notice wait for each other, flushes included.

        Raises:
            Unavailable: the database does not answer.
        """
        sent = select(func.pg_notify(_CHANNEL, f"{self._me} {notice}"))
        self._database.read_now(lambda connection: connection.execute(sent))

    def _run(self) -> None:
        driver_error: type[Exception] = self._database.engine.dialect.loaded_dbapi.Error
        while not self._stop.is_set():
            pause = _AGAIN_SECONDS
            try:
                with self._database.engine.connect() as connection:
                    connection.detach()
                    try:
                        pause = self._listen(cast("psycopg.Connection", connection.connection.dbapi_connection))
                    except driver_error:
                        connection.invalidate()
                        raise
            except (driver_error, SQLAlchemyError, Unavailable) as error:
                _log.info("does not hear of changes elsewhere at once", reason=str(error).partition("\n")[0])
            except Exception:  # noqa: BLE001 - the thread must outlive whatever the driver throws
                _log.exception("does not hear of changes elsewhere at once")
            finally:
                self.listening.clear()
            self._stop.wait(pause)
        self._inside.close()
        self._outside.close()

    def _listen(self, connection: "psycopg.Connection") -> float:
        """Listen until the end or the loss of the connection; how long to wait before the next attempt."""
        connection.autocommit = True
        connection.execute(f"LISTEN {_CHANNEL}")
        proof = f"{_PROOF}{secrets.token_hex(8)}"
        self.send(proof)
        deadline: float | None = monotonic() + _PROOF_SECONDS
        with DefaultSelector() as selector:
            selector.register(connection.fileno(), EVENT_READ)
            selector.register(self._inside, EVENT_READ)
            while not self._stop.is_set():
                if not selector.select(None if deadline is None else max(0.0, deadline - monotonic())):
                    with suppress(self._database.engine.dialect.loaded_dbapi.Error):
                        connection.execute("UNLISTEN *")
                    _log.info("does not hear of changes elsewhere at once", reason="behind a transaction pooler")
                    return _AGAIN_BEHIND_POOLER_SECONDS
                for sender, notice in _received(connection):
                    if not notice.startswith(_PROOF):
                        if sender != self._me:
                            self._heard(notice)
                    elif notice == proof:
                        deadline = None
                        self.listening.set()
                        self._heard("")
        return 0.0


def _received(connection: "psycopg.Connection") -> list[tuple[str, str]]:
    """(sender, notice) of everything that has come; the socket of the connection was ready."""
    found: list[tuple[str, str]] = []
    connection.pgconn.consume_input()
    while (notify := connection.pgconn.notifies()) is not None:
        sender, _, notice = notify.extra.decode().partition(" ")
        found.append((sender, notice))
    return found
