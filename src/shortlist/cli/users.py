"""`shortlist user`: people."""

from typing import TYPE_CHECKING, Annotated

import typer

from shortlist.cli.options import Config, Data, DatabaseUrl, ask_password, open_database

if TYPE_CHECKING:
    from sqlalchemy import Connection

app = typer.Typer(help="People.", no_args_is_help=True)

Username = Annotated[str, typer.Argument(help="The username.")]


@app.command("create")
def create(
    username: str,
    name: Annotated[str, typer.Option(help="Full name.")] = "",
    email: Annotated[str | None, typer.Option(help="Email address.")] = None,
    administrator: Annotated[bool, typer.Option("--administrator", help="May do everything.")] = False,
    data: Data = None,
    database: DatabaseUrl = None,
    config: Config = None,
) -> None:
    """Create a user; the password is asked for, or read from standard input."""
    with open_database(data, database, config) as opened:
        from shortlist.access.scope import SERVER
        from shortlist.identity import accounts, passwords
        from shortlist.projects import service as projects

        hashed = passwords.hash_password(passwords.check_strength(ask_password()))
        new = accounts.NewAccount(
            username=username, name=name, email=email, password_hash=hashed, administrator=administrator
        )

        def work(connection: "Connection") -> str:
            made = accounts.create(connection, SERVER, new)
            projects.ensure_user_namespace(connection, made)
            return made.username

        typer.echo(f"Created {opened.write_now(work)}.")


@app.command("list")
def list_users(data: Data = None, database: DatabaseUrl = None, config: Config = None) -> None:
    """List users."""
    with open_database(data, database, config) as opened:
        from shortlist.cli import tables
        from shortlist.identity import store

        tables.show_users(opened.read_now(store.users))


@app.command("password")
def password(username: Username, data: Data = None, database: DatabaseUrl = None, config: Config = None) -> None:
    """Set a user's password, which ends their sessions; it is asked for, or read from standard input."""
    with open_database(data, database, config) as opened:
        from shortlist.access.scope import SERVER
        from shortlist.identity import accounts, passwords, service

        found = opened.read_now(lambda connection: service.find_user(connection, username))
        hashed = passwords.hash_password(passwords.check_strength(ask_password()))
        new = accounts.AccountChange(password_hash=hashed)
        opened.write_now(lambda connection: accounts.change(connection, SERVER, found, new))
        typer.echo(f"Changed the password of {found.username}.")


@app.command("block")
def block(username: Username, data: Data = None, database: DatabaseUrl = None, config: Config = None) -> None:
    """Block a user: their sessions end, and their tokens stop working."""
    with open_database(data, database, config) as opened:
        from shortlist.access.scope import SERVER
        from shortlist.identity import accounts, service

        found = opened.read_now(lambda connection: service.find_user(connection, username))
        opened.write_now(lambda connection: accounts.block(connection, SERVER, found))
        typer.echo(f"Blocked {found.username}.")


@app.command("unblock")
def unblock(username: Username, data: Data = None, database: DatabaseUrl = None, config: Config = None) -> None:
    """Let a blocked user work again."""
    with open_database(data, database, config) as opened:
        from shortlist.access.scope import SERVER
        from shortlist.identity import accounts, service

        found = opened.read_now(lambda connection: service.find_user(connection, username))
        opened.write_now(lambda connection: accounts.unblock(connection, SERVER, found))
        typer.echo(f"Unblocked {found.username}.")


@app.command("delete")
def delete(
    username: Username,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: Data = None,
    database: DatabaseUrl = None,
    config: Config = None,
) -> None:
    """Delete a user for good; their work stays under their name."""
    with open_database(data, database, config) as opened:
        from shortlist.access.scope import SERVER
        from shortlist.identity import accounts, service
        from shortlist.projects import store_members

        found = opened.read_now(lambda connection: service.find_user(connection, username))
        if not yes:
            typer.confirm(f"Delete {found.username} for good?", abort=True)

        def work(connection: "Connection") -> None:
            accounts.remove(connection, SERVER, found)
            store_members.remove_everywhere(connection, found.id)

        opened.write_now(work)
        typer.echo(f"Deleted {found.username}.")


@app.command("remove-second-factor")
def remove_second_factor(
    username: Username, data: Data = None, database: DatabaseUrl = None, config: Config = None
) -> None:
    """Let a user who lost their authenticator and recovery codes sign in with the password alone."""
    with open_database(data, database, config) as opened:
        from shortlist.access.scope import SERVER
        from shortlist.identity import second_factor, service

        found = opened.read_now(lambda connection: service.find_user(connection, username))
        opened.write_now(lambda connection: second_factor.remove(connection, SERVER, found))
        typer.echo(f"{found.username} signs in with the password alone now.")


@app.command("administrator")
def administrator(
    username: Username,
    revoke: Annotated[bool, typer.Option("--revoke", help="Take the right away.")] = False,
    data: Data = None,
    database: DatabaseUrl = None,
    config: Config = None,
) -> None:
    """Make a user an administrator, or no longer one."""
    with open_database(data, database, config) as opened:
        from shortlist.access.scope import SERVER
        from shortlist.identity import accounts, service

        found = opened.read_now(lambda connection: service.find_user(connection, username))
        new = accounts.AccountChange(administrator=not revoke)
        opened.write_now(lambda connection: accounts.change(connection, SERVER, found, new))
        typer.echo(f"{found.username} is {'no longer ' if revoke else ''}an administrator.")
