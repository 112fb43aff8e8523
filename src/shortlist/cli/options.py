"""What commands have in common: options, refusals, and the database that the settings name."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from shortlist.db.database import Database
    from shortlist.settings import Settings

Config = Annotated[Path | None, typer.Option("--config", help="A TOML file with settings.", dir_okay=False)]
Data = Annotated[Path | None, typer.Option(help="Folder of the embedded database and the artifacts.")]
DatabaseUrl = Annotated[str | None, typer.Option("--database", help="sqlite:///FILE or postgresql://USER@HOST/NAME.")]


@contextmanager
def refusals() -> Generator[None]:
    """A refusal is one sentence on standard error and exit code 2; anything else is a fault with a traceback."""
    from shortlist.errors import DomainError

    try:
        yield
    except DomainError as error:
        typer.echo(f"shortlist: {error.message}", err=True)
        raise typer.Exit(2) from None


def settings_of(config: Path | None, **given: Any) -> "Settings":
    from shortlist.settings import load

    return load(given, os.environ, config)


@contextmanager
def open_database(
    data: Path | None, database: str | None, config: Path | None, artifacts: str | None = None
) -> Generator["Database"]:
    """The database that the settings name, in order, closed at the end."""
    with refusals():
        from shortlist.blobs.store import BlobStore
        from shortlist.db import migrate
        from shortlist.db.database import Database
        from shortlist.metrics import cold

        settings = settings_of(config, data=data, database=database, artifacts=artifacts)
        if not settings.database:
            prepare_folder(settings.data)
        migrate.prepare(settings.database_url)
        opened = Database(settings.database_url, readers=1, writers=1)
        cold.attach(opened, lambda: BlobStore.open(settings.artifacts_url))
        try:
            yield opened
        finally:
            opened.close()


def prepare_folder(folder: Path) -> None:
    """Make the data folder.

    Raises:
        InvalidValue: it cannot be made, or not be written to.
    """
    from shortlist.errors import InvalidValue

    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise InvalidValue(f"Cannot write to the data folder {folder}: {error.strerror}.", field="data") from None


def ask_password() -> str:
    """From a terminal twice without echo, otherwise the first line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")
