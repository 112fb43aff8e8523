"""`shortlist backup`: copies of the whole installation, checked and restored."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from shortlist.cli.options import Config, Data, DatabaseUrl, open_database, prepare_folder, refusals, settings_of

if TYPE_CHECKING:
    from shortlist.backup.archive import Archive
    from shortlist.backup.types import Progress

app = typer.Typer(help="Copies of the whole installation.", no_args_is_help=True)

Place = Annotated[str, typer.Argument(help="A folder, or s3://BUCKET/PREFIX, gs://…, az://…")]
Artifacts = Annotated[str | None, typer.Option(help="file:///FOLDER, s3://BUCKET/PREFIX, gs://…, az://…")]
Name = Annotated[str | None, typer.Option("--name", help="Which backup; else the newest.")]


@app.command("make")
def make(
    destination: Place,
    data: Data = None,
    database: DatabaseUrl = None,
    artifacts: Artifacts = None,
    config: Config = None,
) -> None:
    """Copy a running installation: every row of one moment, and the files that no earlier backup here has.

    May be cut off at any time; the next attempt goes on with the files where this one stopped.
    """
    with open_database(data, database, config) as opened, _archive(destination) as archive, _progress() as progress:
        import asyncio

        from shortlist.backup import make as making
        from shortlist.blobs.store import BlobStore

        settings = settings_of(config, data=data, database=database, artifacts=artifacts)
        blobs = BlobStore.open(settings.artifacts_url)
        try:
            made = asyncio.run(making.make(opened, blobs, archive, progress))
        finally:
            blobs.close()
    rows = sum(copy.rows for copy in made.manifest.tables.values())
    size = sum(copy.size for copy in made.manifest.tables.values())
    typer.echo(
        f"Made {made.name}: {rows} rows in {size} bytes, {made.manifest.contents} files of "
        f"{made.manifest.content_bytes} bytes, of which {made.copied} with {made.copied_bytes} bytes were new."
    )


@app.command("list")
def list_(destination: Place) -> None:
    """List the finished backups of a place, oldest first."""
    with refusals(), _archive(destination) as archive:
        import asyncio

        async def show() -> None:
            for name in await archive.names():
                manifest = await archive.manifest(name)
                rows = sum(copy.rows for copy in manifest.tables.values())
                typer.echo(f"{name}  schema {manifest.schema}  {rows} rows  {manifest.content_bytes} bytes of files")

        asyncio.run(show())


@app.command("verify")
def verify(destination: Place, name: Name = None) -> None:
    """Read every byte of a backup and compare it with its checksums; exit code 1 where something is wrong."""
    with refusals(), _archive(destination) as archive, _progress() as progress:
        import asyncio

        from shortlist.backup import make as making

        async def look() -> tuple[str, list[str]]:
            chosen = await archive.choose(name)
            return chosen, await making.verify(archive, chosen, progress)

        chosen, wrong = asyncio.run(look())
    for sentence in wrong:
        typer.echo(sentence)
    typer.echo(f"{chosen} is {'damaged' if wrong else 'complete and unchanged'}.")
    raise typer.Exit(1 if wrong else 0)


@app.command("restore")
def restore(
    source: Place,
    name: Name = None,
    data: Data = None,
    database: DatabaseUrl = None,
    artifacts: Artifacts = None,
    config: Config = None,
) -> None:
    """Fill an empty installation from a backup, of either kind of database. No server may run on it yet."""
    with refusals(), _archive(source) as archive, _progress() as progress:
        import asyncio

        from shortlist.backup import restore as restoring
        from shortlist.blobs.store import BlobStore

        settings = settings_of(config, data=data, database=database, artifacts=artifacts)
        if not settings.database:
            prepare_folder(settings.data)
        chosen = asyncio.run(archive.choose(name))
        blobs = BlobStore.open(settings.artifacts_url)
        try:
            manifest = restoring.restore(settings.database_url, blobs, archive, chosen, progress)
        finally:
            blobs.close()
    rows = sum(copy.rows for copy in manifest.tables.values())
    typer.echo(f"Restored {chosen}: {rows} rows, {manifest.contents} files of {manifest.content_bytes} bytes.")


@app.command("repair")
def repair(
    source: Place,
    read: Annotated[
        bool, typer.Option("--read", help="Read what is there, too, and replace what is damaged.")
    ] = False,
    data: Data = None,
    database: DatabaseUrl = None,
    artifacts: Artifacts = None,
    config: Config = None,
) -> None:
    """Bring back files that the store has lost, from whichever backup has them. Beside running servers.

    Changes nothing but the bytes of lost files. Exit code 1 where some are in no backup here.
    """
    with (
        open_database(data, database, config, artifacts) as opened,
        _archive(source) as archive,
        _progress() as progress,
    ):
        import asyncio

        from shortlist.backup import repair as repairing
        from shortlist.blobs.store import BlobStore

        settings = settings_of(config, data=data, database=database, artifacts=artifacts)
        blobs = BlobStore.open(settings.artifacts_url)
        try:
            found = asyncio.run(repairing.repair(opened, blobs, archive, read=read, progress=progress))
        finally:
            blobs.close()
    typer.echo(
        f"Looked at {found.looked_at} files, and brought back {found.brought_back} with {found.size} bytes; "
        f"{len(found.lost)} more are lost, and in no backup here."
    )
    for content in found.lost:
        typer.echo(f"lost: {content.location} ({content.size} bytes, SHA-256 {content.sha256.hex()})")
    raise typer.Exit(1 if found.lost else 0)


@contextmanager
def _archive(place: str) -> "Generator[Archive]":
    with refusals():
        from shortlist.backup.archive import Archive

        opened = Archive.open(place)
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def _progress() -> "Generator[Progress]":
    """Bars on a terminal, and nothing elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks = {what: bars.add_task(what, total=None, visible=False) for what in ("tables", "contents")}

        def show(what: str, done: int, total: int) -> None:
            bars.update(tasks[what], completed=done, total=total, visible=True)

        yield show
