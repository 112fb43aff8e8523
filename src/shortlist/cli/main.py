"""`shortlist`: the server, and administration from the shell. Imports are inside commands, so that help is quick."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shortlist import __version__

if TYPE_CHECKING:
    from shortlist.db.database import Database
    from shortlist.settings import Settings

app = typer.Typer(
    help="Shortlist: model experiments of your team.", no_args_is_help=True, pretty_exceptions_enable=False
)
db = typer.Typer(help="The database's schema.", no_args_is_help=True)
user = typer.Typer(help="People.", no_args_is_help=True)
token = typer.Typer(help="Personal access tokens.", no_args_is_help=True)
project = typer.Typer(help="Projects.", no_args_is_help=True)
for name, group in (("db", db), ("user", user), ("token", token), ("project", project)):
    app.add_typer(group, name=name)

Config = Annotated[Path | None, typer.Option("--config", help="A TOML file with settings.", dir_okay=False)]
Data = Annotated[Path | None, typer.Option(help="Folder of the embedded database and the artifacts.")]
DatabaseUrl = Annotated[str | None, typer.Option("--database", help="sqlite:///FILE or postgresql://USER@HOST/NAME.")]


@contextmanager
def _refusals() -> Generator[None]:
    """A refusal is one sentence on standard error and exit code 2; anything else is a fault with a traceback."""
    from shortlist.errors import DomainError

    try:
        yield
    except DomainError as error:
        typer.echo(f"shortlist: {error.message}", err=True)
        raise typer.Exit(2) from None


def _settings(config: Path | None, **given: Any) -> "Settings":
    from shortlist.settings import load

    return load(given, os.environ, config)


@contextmanager
def _database(data: Path | None, database: str | None, config: Path | None) -> Generator["Database"]:
    """The database that the settings name, in order, closed at the end."""
    with _refusals():
        from shortlist.db import migrate
        from shortlist.db.database import Database

        settings = _settings(config, data=data, database=database)
        if not settings.database:
            prepare_folder(settings.data)
        migrate.prepare(settings.database_url)
        opened = Database(settings.database_url, readers=1, writers=1)
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


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"shortlist {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Shortlist: model experiments of your team."""


@app.command()
def server(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    data: Data = None,
    database: DatabaseUrl = None,
    artifacts: Annotated[str | None, typer.Option(help="file:///FOLDER, s3://BUCKET/PREFIX, gs://…, az://…")] = None,
    config: Config = None,
) -> None:
    """Run the server."""
    with _refusals():
        from shortlist.cli import serving

        serving.run(_settings(config, host=host, port=port, data=data, database=database, artifacts=artifacts))


@db.command("upgrade")
def db_upgrade(data: Data = None, database: DatabaseUrl = None, config: Config = None) -> None:
    """Bring the schema to what this version needs."""
    with _refusals():
        from shortlist.db import migrate

        settings = _settings(config, data=data, database=database)
        if not settings.database:
            prepare_folder(settings.data)
        migrate.check_reachable(settings.database_url)
        migrate.upgrade(settings.database_url)
        typer.echo(f"The schema is at {migrate.HEAD}.")


@db.command("check")
def db_check(data: Data = None, database: DatabaseUrl = None, config: Config = None) -> None:
    """Say which schema the database has and which this version needs."""
    with _refusals():
        from shortlist.db import migrate

        settings = _settings(config, data=data, database=database)
        found = migrate.check_reachable(settings.database_url)
        typer.echo(f"The database has schema {found or 'none'}; this version needs {migrate.HEAD}.")
        raise typer.Exit(0 if found == migrate.HEAD else 1)


def _ask_password() -> str:
    """From a terminal twice without echo, otherwise the first line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


@user.command("create")
def user_create(
    username: str,
    name: Annotated[str, typer.Option(help="Full name.")] = "",
    administrator: Annotated[bool, typer.Option("--administrator", help="May do everything.")] = False,
    data: Data = None,
    database: DatabaseUrl = None,
    config: Config = None,
) -> None:
    """Create a user; the password is asked for, or read from standard input."""
    with _database(data, database, config) as opened:
        from shortlist.identity import passwords, service

        hashed = passwords.hash_password(passwords.check_strength(_ask_password()))
        made = opened.write_now(
            lambda connection: service.create_user(
                connection, username, name=name, password_hash=hashed, administrator=administrator
            )
        )
        typer.echo(f"Created {made.username}.")


@user.command("list")
def user_list(data: Data = None, database: DatabaseUrl = None, config: Config = None) -> None:
    """List users."""
    with _database(data, database, config) as opened:
        from shortlist.cli import tables
        from shortlist.identity import store

        tables.show_users(opened.read_now(store.users))


@user.command("password")
def user_password(username: str, data: Data = None, database: DatabaseUrl = None, config: Config = None) -> None:
    """Set a user's password; it is asked for, or read from standard input."""
    with _database(data, database, config) as opened:
        from shortlist.identity import passwords, service

        found = opened.read_now(lambda connection: service.find_user(connection, username))
        hashed = passwords.hash_password(passwords.check_strength(_ask_password()))
        opened.write_now(lambda connection: service.set_password(connection, found.id, hashed))
        typer.echo(f"Changed the password of {found.username}.")


@token.command("create")
def token_create(
    username: str,
    name: Annotated[str, typer.Option(help="What the token is for.")] = "from the command line",
    scope: Annotated[list[str] | None, typer.Option(help="api (default) or read_api; may be repeated.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Days until it expires; without, it does not.")] = None,
    data: Data = None,
    database: DatabaseUrl = None,
    config: Config = None,
) -> None:
    """Create a personal access token and print it. It is not stored, so it cannot be shown again."""
    with _database(data, database, config) as opened:
        from shortlist.access.roles import TokenScope
        from shortlist.clock import now_ms
        from shortlist.errors import InvalidValue
        from shortlist.identity import service

        try:
            scopes = [TokenScope(word) for word in scope or ["api"]]
        except ValueError as error:
            raise InvalidValue(f"Unknown scope: {error}.", field="scope") from None
        expires_at = None if days is None else now_ms() + days * 86_400_000
        found = opened.read_now(lambda connection: service.find_user(connection, username))
        _, secret = opened.write_now(
            lambda connection: service.issue_token(connection, found.id, name, scopes, expires_at=expires_at)
        )
        typer.echo(secret)


@token.command("list")
def token_list(username: str, data: Data = None, database: DatabaseUrl = None, config: Config = None) -> None:
    """List a user's tokens, without their secrets."""
    with _database(data, database, config) as opened:
        from shortlist.cli import tables
        from shortlist.identity import service, store

        found = opened.read_now(lambda connection: service.find_user(connection, username))
        tables.show_tokens(opened.read_now(lambda connection: store.tokens(connection, found.id)))


@token.command("revoke")
def token_revoke(token_id: int, data: Data = None, database: DatabaseUrl = None, config: Config = None) -> None:
    """Revoke a token by its id."""
    with _database(data, database, config) as opened:
        from shortlist.clock import now_ms
        from shortlist.errors import NotFound
        from shortlist.identity import store

        if not opened.write_now(lambda connection: store.revoke_token(connection, token_id, now_ms())):
            raise NotFound(f"There is no active token with id {token_id}.", field="token")
        typer.echo(f"Revoked token {token_id}.")


@project.command("create")
def project_create(
    full_path: Annotated[str, typer.Argument(help="USERNAME/PATH")],
    name: Annotated[str, typer.Option(help="Name to show.")] = "",
    visibility: Annotated[str, typer.Option(help="private, internal or public.")] = "private",
    data: Data = None,
    database: DatabaseUrl = None,
    config: Config = None,
) -> None:
    """Create a project in a user's namespace."""
    with _database(data, database, config) as opened:
        from shortlist.access.roles import Visibility
        from shortlist.errors import InvalidValue
        from shortlist.identity import service as identity
        from shortlist.projects import service

        username, _, path = full_path.partition("/")
        if visibility not in list(Visibility):
            raise InvalidValue(f"Unknown visibility {visibility!r}.", field="visibility")
        owner = opened.read_now(lambda connection: identity.find_user(connection, username))
        made = opened.write_now(
            lambda connection: service.create(connection, owner, path, name=name, visibility=Visibility(visibility))
        )
        typer.echo(f"Created {made.full_path} with id {made.id}.")


@project.command("list")
def project_list(data: Data = None, database: DatabaseUrl = None, config: Config = None) -> None:
    """List projects."""
    with _database(data, database, config) as opened:
        from shortlist.access.scope import Actor
        from shortlist.cli import tables
        from shortlist.projects import service

        everything = Actor(user_id=0, username="", name="", administrator=True)
        tables.show_projects(opened.read_now(lambda connection: service.visible(connection, everything)))
