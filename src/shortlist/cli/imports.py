"""`shortlist import`: candidates from results that were written down elsewhere."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shortlist.cli.options import Config, Data, DatabaseUrl, open_database

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from shortlist.access.scope import Scope
    from shortlist.db.database import Database
    from shortlist.importing.types import Draft, Target

app = typer.Typer(help="Candidates from results that were written down elsewhere.", no_args_is_help=True)


@app.callback()
def imports() -> None:
    """Candidates from results that were written down elsewhere."""


@app.command("csv")
def import_csv(
    full_path: Annotated[str, typer.Argument(help="NAMESPACE/PATH of the project.")],
    file: Annotated[Path, typer.Argument(help="A CSV file: names of columns, then a line for each candidate.")],
    experiment: Annotated[str, typer.Option(help="Name of the experiment; it is made where there is none.")],
    column: Annotated[
        list[str] | None,
        typer.Option(
            help="COLUMN=ROLE or COLUMN=ROLE:KEY, where the guess is wrong; a column is its name or its number; "
            "roles are name, param, metric, metadata, note, status, start_time, end_time, ignored."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be imported, and write nothing.")] = False,
    data: Data = None,
    database: DatabaseUrl = None,
    config: Config = None,
) -> None:
    """Import results from a CSV file. The same file again adds only what is missing."""
    with open_database(data, database, config) as opened:
        from shortlist.cli.packages import scope_of
        from shortlist.errors import InvalidValue
        from shortlist.importing import service, sheet

        try:
            text = sheet.decode(file.read_bytes())
        except OSError as error:
            raise InvalidValue(f"Cannot read {file}: {error.strerror}.", field="file") from None
        drafted = service.draft(text)
        if column:
            drafted = service.draft(text, _targets(drafted, column))
        _describe(drafted)
        if drafted.faults:
            raise typer.Exit(1)
        if dry_run:
            typer.echo(f"Would import {len(drafted.rows)} rows into “{experiment}”.")
            return
        scope = opened.read_now(lambda connection: scope_of(connection, full_path))
        created, present = _write(opened, scope, drafted, experiment, file.name)
        there = f"; {present} were there already" if present else ""
        typer.echo(f"Imported {created} candidates into “{experiment}”{there}.")


def _targets(drafted: "Draft", given: "Sequence[str]") -> "list[Target]":
    from shortlist.errors import InvalidValue
    from shortlist.importing.guess import key_of
    from shortlist.importing.types import KEYED, Role, Target

    chosen = list(drafted.targets)
    for text in given:
        header, _, wanted = text.rpartition("=")
        role, _, key = wanted.partition(":")
        place = _place(drafted.sheet.headers, header)
        if place is None or role not in set(Role):
            raise InvalidValue(f"{text!r} is not COLUMN=ROLE or COLUMN=ROLE:KEY of this file.", field="column")
        kind = Role(role)
        chosen[place] = Target(kind, key or key_of(drafted.sheet.headers[place]) if kind in KEYED else "")
    return chosen


def _place(headers: "Sequence[str]", column: str) -> int | None:
    """Where the column of this name is, or the one of this number, counted from 1."""
    from shortlist.errors import InvalidValue

    if headers.count(column) > 1:
        raise InvalidValue(f"Several columns are called {column!r}: say which by its number, from 1.", field="column")
    if column in headers:
        return headers.index(column)
    is_number = column.isascii() and column.isdigit() and len(column) < 10
    return int(column) - 1 if is_number and 0 < int(column) <= len(headers) else None


def _describe(drafted: "Draft") -> None:
    for header, target in zip(drafted.sheet.headers, drafted.targets, strict=True):
        typer.echo(f"{header or '(no name)'}: {target.role.value}{f' {target.key}' if target.key else ''}")
    for fault in drafted.faults:
        where = f"line {fault.line}" + (f", column {fault.column} ({fault.header})" if fault.column else "")
        typer.echo(f"{where}: {fault.message}", err=True)
    if drafted.fault_count > len(drafted.faults):
        typer.echo(f"… and {drafted.fault_count - len(drafted.faults)} more.", err=True)


def _write(opened: "Database", scope: "Scope", drafted: "Draft", name: str, file_name: str) -> tuple[int, int]:
    """How many candidates were created, and how many rows were there already."""
    from rich.progress import track

    from shortlist.importing import service
    from shortlist.importing.types import Written

    iid = opened.write_now(lambda connection: _experiment(connection, scope, name))
    created = present = 0
    for part in track(list(service.batches(drafted)), "Importing", transient=True):

        def work(connection: "Connection", part: "Sequence[service.Row]" = part) -> Written:
            return service.write(connection, scope, iid, drafted, part, file_name)

        written = opened.write_now(work)
        created, present = created + len(written.created), present + written.present
    return created, present


def _experiment(connection: "Connection", scope: "Scope", name: str) -> int:
    from shortlist.errors import NotFound
    from shortlist.tracking import experiments

    try:
        return experiments.get_by_name(connection, scope, name).iid
    except NotFound:
        return experiments.create(connection, scope, name, {}).iid
