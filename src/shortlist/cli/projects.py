"""`shortlist project`: projects and their members."""

from typing import TYPE_CHECKING, Annotated

import typer

from shortlist.cli import publishers
from shortlist.cli.options import Config, Data, DatabaseUrl, open_database

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from shortlist.projects.types import Project

app = typer.Typer(help="Projects.", no_args_is_help=True)
app.add_typer(publishers.app, name="publisher")

FullPath = Annotated[str, typer.Argument(help="NAMESPACE/PATH")]


@app.command("create")
def create(
    full_path: FullPath,
    name: Annotated[str, typer.Option(help="Name to show.")] = "",
    visibility: Annotated[str, typer.Option(help="private, internal or public.")] = "private",
    data: Data = None,
    database: DatabaseUrl = None,
    config: Config = None,
) -> None:
    """Create a project in a user's namespace or a group."""
    with open_database(data, database, config) as opened:
        from shortlist.access.roles import Visibility
        from shortlist.access.scope import SERVER
        from shortlist.errors import InvalidValue, NotFound
        from shortlist.identity import service as identity
        from shortlist.projects import groups, service
        from shortlist.projects.types import NewProject

        namespace, _, path = full_path.rpartition("/")
        if visibility not in list(Visibility):
            raise InvalidValue(f"Unknown visibility {visibility!r}.", field="visibility")
        new = NewProject(path=path, name=name, visibility=Visibility(visibility))

        def work(connection: "Connection") -> "Project":
            try:
                home = groups.home_for_project(connection, SERVER.actor, namespace)
            except NotFound:
                home = service.ensure_user_namespace(connection, identity.find_user(connection, namespace))
            return service.create_in(connection, SERVER, home, new)

        made = opened.write_now(work)
        typer.echo(f"Created {made.full_path} with id {made.id}.")


@app.command("list")
def list_projects(data: Data = None, database: DatabaseUrl = None, config: Config = None) -> None:
    """List projects."""
    with open_database(data, database, config) as opened:
        from shortlist.access.scope import SERVER
        from shortlist.cli import tables
        from shortlist.projects import service

        tables.show_projects(opened.read_now(lambda connection: service.visible(connection, SERVER.actor)))


@app.command("member")
def member(
    full_path: FullPath,
    username: str,
    role: Annotated[str, typer.Option(help="guest, planner, reporter, developer, maintainer, owner, or none.")],
    data: Data = None,
    database: DatabaseUrl = None,
    config: Config = None,
) -> None:
    """Give a user a role in a project, another one, or none any more."""
    with open_database(data, database, config) as opened:
        from shortlist.access.roles import Role
        from shortlist.access.scope import SERVER
        from shortlist.errors import InvalidValue
        from shortlist.identity import service as identity
        from shortlist.projects import members, service

        if role != "none" and role.upper() not in Role.__members__:
            raise InvalidValue(f"Unknown role {role!r}.", field="role")

        def work(connection: "Connection") -> None:
            place = service.facts(service.get(connection, SERVER.actor, full_path))
            user = identity.find_user(connection, username)
            if role == "none":
                members.remove(connection, SERVER, place, user.id)
            elif any(item.user_id == user.id for item in members.direct(connection, place)):
                members.change(connection, SERVER, place, user.id, Role[role.upper()])
            else:
                members.add(connection, SERVER, place, user.id, Role[role.upper()])

        opened.write_now(work)
        typer.echo(f"{username} is {'no member any more' if role == 'none' else role} in {full_path}.")


@app.command("delete")
def delete(full_path: FullPath, data: Data = None, database: DatabaseUrl = None, config: Config = None) -> None:
    """Delete a project; `shortlist project restore` brings it back until the grace period ends."""
    with open_database(data, database, config) as opened:
        from shortlist.access.scope import SERVER
        from shortlist.projects import service

        opened.write_now(
            lambda connection: service.delete(connection, SERVER, service.get(connection, SERVER.actor, full_path))
        )
        typer.echo(f"Deleted {full_path}; it can be restored for 7 days.")


@app.command("restore")
def restore(full_path: FullPath, data: Data = None, database: DatabaseUrl = None, config: Config = None) -> None:
    """Restore a deleted project."""
    with open_database(data, database, config) as opened:
        from shortlist.access.scope import SERVER
        from shortlist.projects import service

        opened.write_now(
            lambda connection: service.restore(connection, SERVER, service.get(connection, SERVER.actor, full_path))
        )
        typer.echo(f"Restored {full_path}.")


@app.command("purge")
def purge(data: Data = None, database: DatabaseUrl = None, config: Config = None) -> None:
    """Remove for good the deleted projects whose grace period is over."""
    with open_database(data, database, config) as opened:
        from shortlist.projects import service

        done = service.purge_expired(opened)
        typer.echo(f"Removed {done} projects.")
