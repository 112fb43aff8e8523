"""`shortlist token`: personal access tokens."""

from typing import TYPE_CHECKING, Annotated

import typer

from shortlist.cli.options import Config, Data, DatabaseUrl, open_database

if TYPE_CHECKING:
    from sqlalchemy import Connection

app = typer.Typer(help="Personal access tokens.", no_args_is_help=True)


@app.command("create")
def create(
    username: str,
    name: Annotated[str, typer.Option(help="What the token is for.")] = "from the command line",
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="api (default), read_api, read_package_registry or write_package_registry; may be repeated."
        ),
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Days until it expires; without, it does not.")] = None,
    data: Data = None,
    database: DatabaseUrl = None,
    config: Config = None,
) -> None:
    """Create a personal access token and print it. It is not stored, so it cannot be shown again."""
    with open_database(data, database, config) as opened:
        from shortlist.clock import now_ms
        from shortlist.identity import service, tokens

        scopes = tokens.parse_scopes(scope or ["api"])
        expires_at = None if days is None else now_ms() + days * 86_400_000
        found = opened.read_now(lambda connection: service.find_user(connection, username))
        _, secret = opened.write_now(
            lambda connection: service.issue_token(connection, found.id, name, scopes, expires_at=expires_at)
        )
        typer.echo(secret)


@app.command("list")
def list_tokens(username: str, data: Data = None, database: DatabaseUrl = None, config: Config = None) -> None:
    """List a user's tokens, without their secrets."""
    with open_database(data, database, config) as opened:
        from shortlist.cli import tables
        from shortlist.identity import service, store

        found = opened.read_now(lambda connection: service.find_user(connection, username))
        tables.show_tokens(opened.read_now(lambda connection: store.tokens(connection, found.id)))


@app.command("rotate")
def rotate(token_id: int, data: Data = None, database: DatabaseUrl = None, config: Config = None) -> None:
    """Revoke a token and print a new one of the same name and scopes."""
    with open_database(data, database, config) as opened:
        from shortlist.access.scope import SERVER
        from shortlist.identity import tokens

        def work(connection: "Connection") -> str:
            return tokens.rotate(connection, SERVER, tokens.get(connection, token_id))[1]

        typer.echo(opened.write_now(work))


@app.command("revoke")
def revoke(token_id: int, data: Data = None, database: DatabaseUrl = None, config: Config = None) -> None:
    """Revoke a token by its id."""
    with open_database(data, database, config) as opened:
        from shortlist.access.scope import SERVER
        from shortlist.errors import NotFound
        from shortlist.identity import tokens

        def work(connection: "Connection") -> None:
            token = tokens.get(connection, token_id)
            if token.revoked_at is not None:
                raise NotFound(f"There is no active token with id {token_id}.", field="token")
            tokens.revoke(connection, SERVER, token)

        opened.write_now(work)
        typer.echo(f"Revoked token {token_id}.")
