"""`shortlist points`: where the points of finished candidates are, and moving them."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from shortlist.cli.options import Config, Data, DatabaseUrl, open_database, settings_of
from shortlist.cli.packages import scope_of

if TYPE_CHECKING:
    from shortlist.db.database import Database

app = typer.Typer(help="Points of metrics: in the database, or cold in the object store.", no_args_is_help=True)

Artifacts = Annotated[str | None, typer.Option(help="file:///FOLDER, s3://BUCKET/PREFIX, gs://…, az://…")]
SomeProject = Annotated[str | None, typer.Argument(help="NAMESPACE/PATH; else every project.")]
OneProject = Annotated[str, typer.Argument(help="NAMESPACE/PATH")]


@app.command("status")
def status(
    full_path: SomeProject = None, data: Data = None, database: DatabaseUrl = None, config: Config = None
) -> None:
    """Say how many points are cold, and what they take in the object store."""
    with open_database(data, database, config) as opened:
        from shortlist.metrics import store_cold

        project_id = _project_id(opened, full_path)
        found = opened.read_now(lambda connection: store_cold.amount(connection, project_id))
        typer.echo(
            f"{full_path or 'All projects'}: {found.candidates} cold candidates with {found.points} points in files "
            f"of {found.size} bytes."
        )
        days = settings_of(config, data=data, database=database).cool_after_days
        typer.echo(
            f"A server moves points {days} days after their candidate's end."
            if days
            else "No server moves points by itself: SHORTLIST_COOL_AFTER_DAYS is 0."
        )


@app.command("cool")
def cool(
    full_path: SomeProject = None,
    days: Annotated[
        int | None, typer.Option(min=0, help="Of candidates that ended so many days ago. Else as the settings say.")
    ] = None,
    data: Data = None,
    database: DatabaseUrl = None,
    artifacts: Artifacts = None,
    config: Config = None,
) -> None:
    """Move the points of finished candidates to the object store, a Parquet file each. Safe beside running servers.

    May be cut off at any time, and begun again.
    """
    with open_database(data, database, config) as opened:
        from shortlist.blobs.store import BlobStore
        from shortlist.clock import now_ms
        from shortlist.errors import InvalidValue
        from shortlist.metrics import cooler
        from shortlist.metrics.cooling import Cooled

        settings = settings_of(config, data=data, database=database, artifacts=artifacts)
        wanted = days if days is not None else settings.cool_after_days or None
        if wanted is None:
            raise InvalidValue("Say with --days how old, since the settings do not.", field="days")
        blobs = BlobStore.open(settings.artifacts_url)
        points = size = 0
        with _progress() as step:

            def told(_project_id: int, iid: int, cooled: Cooled | None) -> None:
                nonlocal points, size
                if cooled is not None:
                    points, size = points + cooled.points, size + cooled.size
                step(f"candidate {iid}: {points} points in {size} bytes")

            try:
                moved = cooler.cool_due(
                    opened,
                    blobs,
                    now_ms() - wanted * cooler.DAY_MS,
                    project_id=_project_id(opened, full_path),
                    told=told,
                )
            finally:
                blobs.close()
        typer.echo(f"Moved {points} points of {moved} candidates to files of {size} bytes.")


@app.command("warm")
def warm(
    full_path: OneProject,
    candidate: Annotated[list[int] | None, typer.Option(help="Of this candidate alone; may be repeated.")] = None,
    data: Data = None,
    database: DatabaseUrl = None,
    artifacts: Artifacts = None,
    config: Config = None,
) -> None:
    """Bring the points of a project's cold candidates back into the database. A sweep then frees their files."""
    with open_database(data, database, config, artifacts) as opened:
        import asyncio

        from shortlist.metrics import cooling, store_cold

        project_id = opened.read_now(lambda connection: scope_of(connection, full_path).project_id)
        cold = opened.read_now(lambda connection: store_cold.cold_candidates(connection, project_id))
        chosen = [iid for iid in cold if candidate is None or iid in candidate]
        points = done = 0
        with _progress() as step:
            for iid in chosen:
                moved = asyncio.run(cooling.warm(opened, project_id, iid))
                points, done = points + (moved or 0), done + (moved is not None)
                step(f"candidate {iid}: {points} points")
        typer.echo(f"Brought back {points} points of {done} candidates.")
        if done < len(chosen):
            typer.echo(f"{len(chosen) - done} are being moved by somebody else; try again in a few minutes.")


def _project_id(opened: "Database", full_path: str | None) -> int | None:
    if full_path is None:
        return None
    return opened.read_now(lambda connection: scope_of(connection, full_path).project_id)


@contextmanager
def _progress() -> "Generator[Callable[[str], None]]":
    """What is done so far, on a terminal and nowhere else."""
    from rich.console import Console

    with Console(stderr=True).status("Moving points …") as line:
        yield line.update
