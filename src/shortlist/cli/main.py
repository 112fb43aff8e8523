"""`shortlist`: the server, and administration from the shell. Imports are inside commands, so that help is quick."""

import gc
from typing import Annotated

import typer

from shortlist import __version__
from shortlist.cli import (
    attestations,
    backup,
    imports,
    instance,
    packages,
    points,
    projects,
    reports,
    retention,
    tokens,
    users,
)
from shortlist.cli.compare import compare
from shortlist.cli.doctor import doctor
from shortlist.cli.options import Config, Data, DatabaseUrl, prepare_folder, refusals, settings_of

app = typer.Typer(
    help="Shortlist: model experiments of your team.", no_args_is_help=True, pretty_exceptions_enable=False
)
db = typer.Typer(help="The database's schema.", no_args_is_help=True)
for name, group in (
    ("db", db),
    ("user", users.app),
    ("token", tokens.app),
    ("project", projects.app),
    ("packages", packages.app),
    ("import", imports.app),
    ("points", points.app),
    ("backup", backup.app),
    ("retention", retention.app),
    ("settings", instance.app),
):
    app.add_typer(group, name=name)
app.command("report")(reports.report)
app.command("verify")(attestations.verify)


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
    workers: Annotated[int | None, typer.Option(help="Processes that share the port; needs PostgreSQL.")] = None,
    config: Config = None,
) -> None:
    """Run the server."""
    # Nothing that a start makes is garbage; `http.server.keep_what_is_there` turns the collector on again.
    gc.disable()
    with refusals():
        settings = settings_of(
            config, host=host, port=port, data=data, database=database, artifacts=artifacts, workers=workers
        )
        if settings.workers > 1:
            from shortlist.cli import workers as watching

            raise typer.Exit(watching.run(settings))
        from shortlist.cli import serving

        serving.run(settings)


app.command("compare")(compare)
app.command("doctor")(doctor)


@db.command("upgrade")
def db_upgrade(data: Data = None, database: DatabaseUrl = None, config: Config = None) -> None:
    """Bring the schema to what this version needs."""
    with refusals():
        from shortlist.db import migrate

        settings = settings_of(config, data=data, database=database)
        if not settings.database:
            prepare_folder(settings.data)
        migrate.check_reachable(settings.database_url)
        migrate.upgrade(settings.database_url)
        typer.echo(f"The schema is at {migrate.HEAD}.")


@db.command("check")
def db_check(data: Data = None, database: DatabaseUrl = None, config: Config = None) -> None:
    """Say what an upgrade would do, and do nothing; exit code 1 where one is needed."""
    with refusals():
        from shortlist.db import migrate, upgrade_plan

        settings = settings_of(config, data=data, database=database)
        plan = upgrade_plan.plan(settings.database_url)
        if plan.found == migrate.HEAD:
            typer.echo(f"The database has schema {plan.found}, which this version needs: there is nothing to do.")
            return
        if plan.found is None:
            typer.echo(f"The database is empty; `shortlist db upgrade` makes schema {migrate.HEAD}.")
            raise typer.Exit(1)
        if not plan.steps:
            typer.echo(f"The database has schema {plan.found}, which is newer than this version ({migrate.HEAD}).")
            raise typer.Exit(1)
        typer.echo(f"The database has schema {plan.found}; this version needs {migrate.HEAD}. An upgrade does:")
        for step in plan.steps:
            changed = ", ".join(f"{name} (about {rows} rows)" for name, rows in step.changed.items())
            typer.echo(f"  {step.revision}  {step.what}{f': changes {changed}' if changed else ': only adds'}")
            for action in step.actions:
                typer.echo(f"        {action}")
        seconds = sum(step.seconds for step in plan.steps)
        typer.echo(
            f"Indexes and rows take about {seconds:.0f} s in all, at the rates of the project's benchmark machine:"
            " try it on a copy."
        )
        typer.echo("Make a backup first: shortlist backup make.")
        raise typer.Exit(1)


@db.command("distribute")
def db_distribute(
    database: DatabaseUrl = None,
    blocking: Annotated[
        bool, typer.Option("--blocking", help="For clusters without logical decoding: changes wait until it is done.")
    ] = False,
    config: Config = None,
) -> None:
    """Spread the tables of a database on Citus over its workers, by project. What is spread already stays."""
    with refusals():
        from shortlist.db import distribution

        settings = settings_of(config, database=database)
        found = distribution.distribute(
            settings.database_url, lambda name, how: typer.echo(f"{name}: {how}"), blocking=blocking
        )
        spread = sum(how == "distributed" for how in found.tables.values())
        typer.echo(f"{found.version}: {spread} tables are spread over {found.workers} workers, by project.")
        typer.echo("Now restart the servers one after another: connections from before lack a setting that this made.")
