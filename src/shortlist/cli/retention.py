"""`shortlist retention`: which candidates of a project are deleted by themselves."""

from typing import TYPE_CHECKING, Annotated

import typer

from shortlist.cli.options import Config, Data, DatabaseUrl, open_database, settings_of
from shortlist.cli.packages import FullPath, scope_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from shortlist.retention.types import Plan, Rule

app = typer.Typer(help="Candidates that are deleted by themselves.", no_args_is_help=True)


@app.command("show")
def show(full_path: FullPath, data: Data = None, database: DatabaseUrl = None, config: Config = None) -> None:
    """Show a project's rule, and what it would delete now."""
    with open_database(data, database, config) as opened:
        from shortlist.clock import now_ms
        from shortlist.retention import service

        def look(connection: "Connection") -> "tuple[Rule | None, Plan | None]":
            scope = scope_of(connection, full_path)
            found = service.rule(connection, scope)
            return found, None if found is None else service.plan(connection, scope, found, now_ms())

        rule, plan = opened.read_now(look)
        if rule is None or plan is None:
            typer.echo(f"{full_path} keeps every candidate.")
            return
        typer.echo(
            f"{full_path} deletes candidates {_days(rule.delete_after_days)} after their end, but for the best "
            f"{rule.keep_best} of each experiment, those marked with shortlist.keep"
            f"{', those that somebody starred' if rule.keep_starred else ''}"
            f"{', and those that a model version was made from' if rule.keep_promoted else ''}."
        )
        for item in plan.deleted:
            typer.echo(f"would delete  {item.iid}  {item.name}  (experiment {item.experiment_iid})")
        typer.echo(
            f"It would delete {len(plan.deleted)}, and keeps of what is old enough {plan.kept_best} as the best, "
            f"{plan.kept_promoted} as promoted, {plan.kept_starred} as starred, {plan.kept_marked} as marked."
        )


@app.command("set")
def set_(
    full_path: FullPath,
    days: Annotated[int, typer.Option(help="Delete candidates so many days after their end.")],
    keep_best: Annotated[int, typer.Option(help="Keep so many of each experiment, by its goal.")] = 10,
    keep_promoted: Annotated[bool, typer.Option(help="Keep those that a model version was made from.")] = True,
    keep_starred: Annotated[bool, typer.Option(help="Keep those that anybody starred.")] = True,
    data: Data = None,
    database: DatabaseUrl = None,
    config: Config = None,
) -> None:
    """Set a project's rule. A running server applies it within the day; `show` says what it would delete."""
    with open_database(data, database, config) as opened:
        from shortlist.access.scope import SERVER
        from shortlist.retention import service
        from shortlist.retention.types import Rule

        wanted = Rule(
            delete_after_days=days, keep_best=keep_best, keep_promoted=keep_promoted, keep_starred=keep_starred
        )
        opened.write_now(
            lambda connection: service.set_rule(connection, SERVER, scope_of(connection, full_path), wanted)
        )
        typer.echo(f"{full_path} deletes candidates {_days(days)} after their end.")


@app.command("end")
def end(full_path: FullPath, data: Data = None, database: DatabaseUrl = None, config: Config = None) -> None:
    """Keep every candidate of a project from now on."""
    with open_database(data, database, config) as opened:
        from shortlist.access.scope import SERVER
        from shortlist.retention import service

        opened.write_now(
            lambda connection: service.set_rule(connection, SERVER, scope_of(connection, full_path), None)
        )
        typer.echo(f"{full_path} keeps every candidate.")


@app.command("apply")
def apply(full_path: FullPath, data: Data = None, database: DatabaseUrl = None, config: Config = None) -> None:
    """Delete now what a project's rule deletes."""
    with open_database(data, database, config) as opened:
        from shortlist.retention import keeper

        project_id = opened.read_now(lambda connection: scope_of(connection, full_path).project_id)
        typer.echo(f"Deleted {keeper.apply(opened, project_id)} candidates; they can be restored.")


@app.command("purge")
def purge(
    full_path: Annotated[str | None, typer.Argument(help="NAMESPACE/PATH; else every project.")] = None,
    days: Annotated[
        int | None, typer.Option(min=0, help="What was deleted so many days ago. Else as the settings say.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many there are.")] = False,
    data: Data = None,
    database: DatabaseUrl = None,
    config: Config = None,
) -> None:
    """Remove for good what was deleted before the grace period: candidates, logged models and experiments.

    Safe beside running servers. May be cut off at any time, and begun again. A sweep then frees the files.
    """
    with open_database(data, database, config) as opened:
        from rich.console import Console
        from rich.progress import Progress

        from shortlist.clock import now_ms
        from shortlist.errors import InvalidValue
        from shortlist.retention import purge, service

        wanted = days
        if wanted is None:
            wanted = settings_of(config, data=data, database=database).purge_after_days or None
        if wanted is None:
            raise InvalidValue("Say with --days how long ago, since the settings do not.", field="days")
        project_id = None
        if full_path is not None:
            path = full_path
            project_id = opened.read_now(lambda connection: scope_of(connection, path).project_id)
        before = now_ms() - wanted * service.DAY_MS
        found = purge.expired(opened, before, project_id)
        if not dry_run:
            with Progress(console=Console(stderr=True), transient=True) as bar:
                task = bar.add_task("Removing for good", total=found.total)
                found = purge.purge(opened, before, project_id, told=lambda done: bar.advance(task, done))
        typer.echo(
            f"{'Would remove' if dry_run else 'Removed'} {found.candidates} candidates, {found.logged_models} logged "
            f"models and {found.experiments} experiments for good, deleted more than {wanted} days ago."
        )


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"
