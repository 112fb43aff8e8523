"""`shortlist server`: check what can be checked, start, and say how to use it."""

from collections.abc import Callable
from pathlib import Path

import typer

from shortlist import logs, numeric
from shortlist.access.roles import TokenScope
from shortlist.app import Application, Sibling, build
from shortlist.bootstrap import ADMINISTRATOR
from shortlist.cli.options import prepare_folder
from shortlist.http.server import Listening, reserve_port, serve
from shortlist.identity import service as identity
from shortlist.settings import Settings

_TOKEN_FILE = "root-token"  # noqa: S105 - the name of a file


def run(settings: Settings) -> None:
    """Serve until a signal.

    Raises:
        InvalidValue, Unavailable: a setting that does not work, in one sentence.
    """
    logs.configure(settings)
    port = reserve_port(settings.host, settings.port)
    where = Listening.of(settings, port)
    prepare_folder(settings.data)
    application = build(settings)
    token = _token(settings, application)
    _serve(application, where, lambda: _introduce(settings, application, port, token))


def run_worker(settings: Settings, number: int, siblings: Path, accepting: Callable[[], None]) -> None:
    """Serve as one of several processes that share a port, which their watcher has chosen.

    Raises:
        InvalidValue, Unavailable: a setting that does not work, in one sentence.
    """
    logs.configure(settings)
    application = build(settings, Sibling(number, siblings))
    token = _token(settings, application) if number == 0 else None

    def ready() -> None:
        if number == 0 and application.first_start.created:
            _introduce(settings, application, settings.port, token)
        elif number == 0:
            typer.echo(f"Shortlist is at   {_address(settings, settings.port)}")
        accepting()

    _serve(application, Listening.of(settings, settings.port), ready)


def _serve(application: Application, where: Listening, ready: Callable[[], None]) -> None:
    def accepting() -> None:
        ready()
        numeric.import_soon()

    try:
        serve(application.asgi, where, ready=accepting, stopping=application.stop_accepting)
    finally:
        application.close()


def _introduce(settings: Settings, application: Application, port: int, token: str | None) -> None:
    """The address, how to sign in, and the two lines for the MLflow client."""
    address = _address(settings, port)
    password = application.first_start.root_password
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


def _token(settings: Settings, application: Application) -> str | None:
    """The token to show: the one from the settings, or the one that the first start made and keeps in the data folder.

    It lies in a file that only its owner can read, beside the database that it opens.
    """
    if settings.root_token:
        return settings.root_token
    file = settings.data / _TOKEN_FILE
    if application.first_start.created:
        _write_secret(file, _issue(application))
    return file.read_text().strip() if file.exists() else None


def _issue(application: Application) -> str:
    database = application.services.database
    root = database.read_now(lambda connection: identity.find_user(connection, ADMINISTRATOR))
    _, secret = database.write_now(
        lambda connection: identity.issue_token(connection, root.id, "first start", [TokenScope.API])
    )
    return secret


def _write_secret(file: Path, secret: str) -> None:
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(secret + "\n")
