"""`shortlist server`: check what can be checked, start, and say how to use it.

The first operations answer while the rest of the application is imported.
"""

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from shortlist import logs
from shortlist.cli.options import prepare_folder
from shortlist.identity import passwords
from shortlist.identity.passwords import Hashed
from shortlist.settings import Settings

if TYPE_CHECKING:
    from shortlist.app import Application, Sibling
    from shortlist.http.server import Listening
    from shortlist.opening import Opened

_TOKEN_FILE = "root-token"  # noqa: S105 - the name of a file


def run(settings: Settings) -> None:
    """Serve until a signal.

    Raises:
        InvalidValue, Unavailable: a setting that does not work, in one sentence.
    """
    password = _first_password(settings)
    from shortlist.http.server import Listening, reserve_port
    from shortlist.opening import open_server

    logs.configure(settings)
    port = reserve_port(settings.host, settings.port)
    where = Listening.of(settings, port)
    prepare_folder(settings.data)
    opened = open_server(settings, password)
    token = _token(settings, opened)
    _serve(opened, where, lambda: _introduce(settings, opened, port, token))


def _first_password(settings: Settings) -> Future[Hashed] | None:
    """Hashed beside the imports, which takes a third of a second, for a database that is a file yet to be made."""
    scheme, _, file = settings.database_url.partition(":///")
    if scheme != "sqlite" or Path(file).exists():
        return None
    worker = ThreadPoolExecutor(1, "first-password")
    made = worker.submit(passwords.first, settings.root_password)
    worker.shutdown(wait=False)
    return made


def run_worker(settings: Settings, number: int, siblings: Path, accepting: Callable[[], None]) -> None:
    """Serve as one of several processes that share a port, which their watcher has chosen.

    Raises:
        InvalidValue, Unavailable: a setting that does not work, in one sentence.
    """
    from shortlist.app import Sibling
    from shortlist.http.server import Listening
    from shortlist.opening import open_server

    logs.configure(settings)
    opened = open_server(settings)
    token = _token(settings, opened) if number == 0 else None

    def ready() -> None:
        if number == 0 and opened.first_start.created:
            _introduce(settings, opened, settings.port, token)
        elif number == 0:
            typer.echo(f"Shortlist is at   {_address(settings, settings.port)}")
        accepting()

    _serve(opened, Listening.of(settings, settings.port), ready, Sibling(number, siblings))


class _Rest:
    """Makes the application of an opened server in a thread. Where that fails, the process ends as by a signal."""

    def __init__(self, opened: "Opened", sibling: "Sibling | None") -> None:
        self._opened = opened
        self._sibling = sibling
        self._application: Application | None = None
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._make, name="rest-of-start")

    def begin(self) -> None:
        self._thread.start()

    def _make(self) -> None:
        try:
            from shortlist import numeric
            from shortlist.app import finish
            from shortlist.http.server import keep_what_is_there

            self._application = finish(self._opened, self._sibling)
            numeric.import_soon()
            keep_what_is_there()
        except Exception as error:  # noqa: BLE001 - raised in `close`
            self._error = error
            os.kill(os.getpid(), signal.SIGTERM)

    def close(self) -> None:
        """Raises what kept the application from being made."""
        if self._thread.ident is not None:
            self._thread.join()
        (self._application or self._opened).close()
        if self._error is not None:
            raise self._error


def _serve(opened: "Opened", where: "Listening", ready: Callable[[], None], sibling: "Sibling | None" = None) -> None:
    from shortlist.http.server import serve

    rest = _Rest(opened, sibling)

    def accepting() -> None:
        rest.begin()
        ready()

    try:
        serve(opened.asgi, where, ready=accepting, stopping=opened.stop_accepting)
    finally:
        rest.close()


def _introduce(settings: Settings, opened: "Opened", port: int, token: str | None) -> None:
    """The address, how to sign in, and the two lines for the MLflow client."""
    from shortlist.bootstrap import ADMINISTRATOR

    address = _address(settings, port)
    password = opened.first_start.root_password
    typer.echo(f"Shortlist is at   {address}")
    typer.echo(f"Its data is in    {settings.data.resolve()}")
    if password is not None:
        typer.echo(f"Sign in as        {ADMINISTRATOR}, password {password}   (shown this once)")
    else:
        typer.echo(f"Sign in as        {ADMINISTRATOR} (a new password: shortlist user password {ADMINISTRATOR})")
    typer.echo("")
    typer.echo(f"export MLFLOW_TRACKING_URI={address}")
    typer.echo(f"export MLFLOW_TRACKING_TOKEN={token or '<a token: shortlist token create ' + ADMINISTRATOR + '>'}")
    typer.echo("")


def _address(settings: Settings, port: int) -> str:
    scheme = "https" if settings.tls_certificate else "http"
    shown = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 - compared, not bound
    return settings.external_url.rstrip("/") or f"{scheme}://{f'[{shown}]' if ':' in shown else shown}:{port}"


def _token(settings: Settings, opened: "Opened") -> str | None:
    """The token to show: the one from the settings, or the one that the first start made and keeps in the data folder.

    It lies in a file that only its owner can read, beside the database that it opens.
    """
    if settings.root_token:
        return settings.root_token
    file = settings.data / _TOKEN_FILE
    if opened.first_start.created:
        _write_secret(file, _issue(opened))
    return file.read_text().strip() if file.exists() else None


def _issue(opened: "Opened") -> str:
    from shortlist.access.roles import TokenScope
    from shortlist.bootstrap import ADMINISTRATOR
    from shortlist.identity import service as identity

    database = opened.services.database
    root = database.read_now(lambda connection: identity.find_user(connection, ADMINISTRATOR))
    _, secret = database.write_now(
        lambda connection: identity.issue_token(connection, root.id, "first start", [TokenScope.API])
    )
    return secret


def _write_secret(file: Path, secret: str) -> None:
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(secret + "\n")
