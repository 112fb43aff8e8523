"""`shortlist server --workers N`: several server processes that share a port, watched by one that serves nothing.

Each worker is a whole server: they meet in the database alone. The watcher starts one anew that ends by itself, renews
all of them one by one on SIGHUP, and stops them on SIGTERM.
"""

import multiprocessing
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import FrameType

import msgspec

from shortlist import logs
from shortlist.cli import serving
from shortlist.cli.options import prepare_folder
from shortlist.db import migrate
from shortlist.errors import DomainError, InvalidValue
from shortlist.http.server import Listening, reserve_port
from shortlist.logs import get_logger
from shortlist.settings import Settings

_log = get_logger(__name__)

_START_SECONDS = 60.0
_STOP_SECONDS = 30.0
# A worker that ends sooner than this did not start; the next attempt waits.
_QUICK_SECONDS = 5.0
_PAUSE_SECONDS = 1.0

_spawn = multiprocessing.get_context("spawn")


class _Worker:
    """One process, and whether it accepts connections."""

    def __init__(self, number: int, settings: Settings, siblings: Path) -> None:
        self.number = number
        self.began = time.monotonic()
        self._accepting = _spawn.Event()
        self.process: SpawnProcess = _spawn.Process(
            target=_work, args=(settings, number, siblings, self._accepting.set), name=f"shortlist-{number}"
        )
        self.process.start()

    def wait_until_accepting(self) -> bool:
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            if self._accepting.wait(0.05):
                return True
            if not self.process.is_alive():
                return False
        return False

    def stop(self) -> int:
        """SIGTERM, and its exit code; killed if it does not end."""
        if self.process.is_alive():
            self.process.terminate()
        self.process.join(_STOP_SECONDS)
        if self.process.is_alive():
            _log.warning("worker killed: it did not stop", worker=self.number)
            self.process.kill()
            self.process.join()
        # One that was told before it was ready to be told has ended by the signal itself.
        return 0 if self.process.exitcode in (0, -signal.SIGTERM) else 1


def run(settings: Settings) -> int:
    """Serve with `settings.workers` processes until a signal; the exit code.

    Raises:
        InvalidValue, Unavailable: a setting that does not work, in one sentence.
    """
    if settings.database_url.startswith("sqlite"):
        raise InvalidValue(
            "SQLite has one writer, so more workers would only wait for each other; use PostgreSQL for them.",
            field="workers",
        )
    logs.configure(settings)
    port = reserve_port(settings.host, settings.port)
    Listening.of(settings, port)
    prepare_folder(settings.data)
    migrate.prepare(settings.database_url)
    with tempfile.TemporaryDirectory(prefix="shortlist-workers-") as folder:
        return _Watcher(msgspec.structs.replace(settings, port=port), Path(folder)).run()


class _Watcher:
    def __init__(self, settings: Settings, siblings: Path) -> None:
        self._settings = settings
        self._siblings = siblings
        self._workers: dict[int, _Worker] = {}
        self._stopping = False
        self._renewing = False
        self._woken, self._wake = os.pipe()

    def run(self) -> int:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._signalled)
        # The first alone: it makes what an empty database needs.
        for number in range(self._settings.workers):
            self._start(number)
            if number == 0 and not self._workers[0].wait_until_accepting():
                return self._workers[0].stop() or 1
        while not self._stopping:
            wait([*(worker.process.sentinel for worker in self._workers.values()), self._woken])
            if self._renewing:
                self._renew()
            self._replace_ended()
        return max([worker.stop() for worker in self._stopped()], default=0)

    def _signalled(self, number: int, _frame: FrameType | None) -> None:
        self._stopping = self._stopping or number != signal.SIGHUP
        self._renewing = self._renewing or number == signal.SIGHUP
        os.write(self._wake, b"!")

    def _start(self, number: int) -> None:
        self._workers[number] = _Worker(number, self._settings, self._siblings)

    def _stopped(self) -> list[_Worker]:
        """All of them, told to stop at once."""
        for worker in self._workers.values():
            worker.process.terminate()
        return list(self._workers.values())

    def _renew(self) -> None:
        """Start each anew before the one in its place stops, so that somebody accepts all the while."""
        self._renewing = False
        os.read(self._woken, 4096)
        for number, old in list(self._workers.items()):
            if self._stopping:
                return
            self._start(number)
            if self._workers[number].wait_until_accepting():
                old.stop()
                _log.info("worker renewed", worker=number)
            else:
                self._workers[number].stop()
                self._workers[number] = old
                _log.error("worker not renewed: the new one does not start", worker=number)
                return

    def _replace_ended(self) -> None:
        for number, worker in list(self._workers.items()):
            if worker.process.is_alive() or self._stopping:
                continue
            _log.error("worker ended; another is started", worker=number, exit_code=worker.process.exitcode)
            if time.monotonic() - worker.began < _QUICK_SECONDS:
                time.sleep(_PAUSE_SECONDS)
            self._start(number)


def _work(settings: Settings, number: int, siblings: Path, accepting: Callable[[], None]) -> None:
    """The main function of a worker's process."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        serving.run_worker(settings, number, siblings, accepting)
    except DomainError as error:
        _log.error("worker cannot start", worker=number, error=error.message)
        raise SystemExit(2) from None


def _end_with_parent() -> None:
    """Without the watcher nobody would ever stop this process."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
