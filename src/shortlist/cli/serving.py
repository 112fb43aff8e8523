"""`shortlist server`: check what can be checked, start, and say how to use it."""

from pathlib import Path

import typer

from shortlist import logs
from shortlist.access.roles import TokenScope
from shortlist.app import Application, build
from shortlist.bootstrap import ADMINISTRATOR
from shortlist.cli.options import prepare_folder
from shortlist.http.server import reserve_port, serve
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
    prepare_folder(settings.data)
    application = build(settings)
    try:
        token = _token(settings, application)
        serve(
            application.asgi,
            settings.host,
            port,
            ready=lambda: _introduce(settings, application, port, token),
            stopping=application.services.hub.close,
        )
    finally:
        application.close()


def _introduce(settings: Settings, application: Application, port: int, token: str | None) -> None:
    """The address, how to sign in, and the two lines for the MLflow client."""
    shown = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 - compared, not bound
    address = settings.external_url.rstrip("/") or f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"
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
