"""`shortlist packages`: the sweep, and what a project may keep."""

from typing import TYPE_CHECKING, Annotated

import typer

from shortlist.cli.options import Config, Data, DatabaseUrl, open_database, settings_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from shortlist.access.scope import Scope
    from shortlist.packages.types import PackageSettings, Usage

app = typer.Typer(help="Packages and the bytes behind them.", no_args_is_help=True)

FullPath = Annotated[str, typer.Argument(help="NAMESPACE/PATH")]


@app.command("sweep")
def sweep(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be freed, and free nothing.")] = False,
    hours: Annotated[
        int | None,
        typer.Option(help="Free what was deleted longer ago than this; at least 1. Else as the settings say."),
    ] = None,
    data: Data = None,
    database: DatabaseUrl = None,
    artifacts: Annotated[str | None, typer.Option(help="file:///FOLDER, s3://BUCKET/PREFIX, gs://…, az://…")] = None,
    config: Config = None,
) -> None:
    """Free the bytes of files that were deleted, and of uploads that were cut off. Safe beside a running server."""
    with open_database(data, database, config) as opened:
        import asyncio

        from shortlist.blobs.store import BlobStore
        from shortlist.cli import tables
        from shortlist.packages import sweep as sweeping
        from shortlist.packages.contents import Storage

        settings = settings_of(config, data=data, database=database, artifacts=artifacts)
        age_ms = (settings.keep_deleted_hours if hours is None else hours) * 3_600_000
        blobs = BlobStore.open(settings.artifacts_url)
        try:
            storage = Storage(opened, blobs, settings.max_file_bytes)
            with tables.working("Sweeping"):
                freed = asyncio.run(sweeping.sweep(storage, age_ms=age_ms, dry_run=dry_run))
        finally:
            blobs.close()
        verb = "Would free" if dry_run else "Freed"
        typer.echo(
            f"{verb} {freed.bytes} bytes: {freed.contents} contents of {freed.files} deleted files, "
            f"and {freed.strays} uploads that were cut off."
        )


@app.command("usage")
def usage(full_path: FullPath, data: Data = None, database: DatabaseUrl = None, config: Config = None) -> None:
    """Say how much a project keeps and may keep."""
    with open_database(data, database, config) as opened:
        from shortlist.packages import quotas

        def work(connection: "Connection") -> "Usage":
            return quotas.usage(connection, scope_of(connection, full_path))

        found = opened.read_now(work)
        limit = "as much as there is room for" if found.limit is None else f"{found.limit} bytes"
        typer.echo(f"{full_path} keeps {found.kept} bytes and may keep {limit}.")


@app.command("limit")
def limit(
    full_path: FullPath,
    size: Annotated[str, typer.Argument(help="Bytes, or a number with K, M, G or T (1024 each); none: no limit.")],
    data: Data = None,
    database: DatabaseUrl = None,
    config: Config = None,
) -> None:
    """Set how much a project may keep. What it keeps already stays."""
    with open_database(data, database, config) as opened:
        from shortlist.access.scope import SERVER
        from shortlist.packages import quotas

        wanted = quotas.parse_size(size)
        opened.write_now(
            lambda connection: quotas.set_limit(connection, SERVER, scope_of(connection, full_path), wanted)
        )
        typer.echo(f"{full_path} may keep {'any amount' if wanted is None else f'{wanted} bytes'}.")


@app.command("duplicates")
def duplicates(
    full_path: FullPath,
    allow: Annotated[
        bool | None, typer.Option("--allow/--deny", help="Whether an upload may replace a file of a generic package.")
    ] = None,
    exceptions: Annotated[
        str | None,
        typer.Option(help="A regular expression for names and versions whose files may be replaced all the same."),
    ] = None,
    data: Data = None,
    database: DatabaseUrl = None,
    config: Config = None,
) -> None:
    """Say or set whether a project's generic packages may have duplicates."""
    with open_database(data, database, config) as opened:
        from msgspec.structs import replace

        from shortlist.access.scope import SERVER
        from shortlist.packages import quotas

        given = {"duplicates_allowed": allow, "duplicate_exceptions": exceptions}
        changed = {name: value for name, value in given.items() if value is not None}

        def work(connection: "Connection") -> "PackageSettings":
            scope = scope_of(connection, full_path)
            new = replace(quotas.settings(connection, scope), **changed)
            quotas.change(connection, SERVER, scope, new)
            return new

        found = opened.write_now(work)
        verb = "may" if found.duplicates_allowed else "may not"
        but = f", but for {found.duplicate_exceptions}" if found.duplicate_exceptions else ""
        typer.echo(f"Uploads {verb} replace files of generic packages in {full_path}{but}.")


def scope_of(connection: "Connection", full_path: str) -> "Scope":
    from shortlist.access.actions import Action
    from shortlist.access.scope import SERVER, Scope
    from shortlist.projects import service

    project = service.get(connection, SERVER.actor, full_path)
    return Scope(SERVER.actor, Action.PROJECT_WRITE, service.facts(project))
