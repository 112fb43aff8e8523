"""`shortlist doctor`."""

from typing import TYPE_CHECKING, Annotated

import typer

from shortlist.cli.options import Config, Data, DatabaseUrl, refusals, settings_of

if TYPE_CHECKING:
    from shortlist.health.files import Look
    from shortlist.health.types import Finding
    from shortlist.settings import Settings

_COLOURS = {"ok": typer.colors.GREEN, "warning": typer.colors.YELLOW, "problem": typer.colors.RED}


def doctor(
    data: Data = None,
    database: DatabaseUrl = None,
    artifacts: Annotated[str | None, typer.Option(help="file:///FOLDER, s3://BUCKET/PREFIX, gs://…, az://…")] = None,
    files: Annotated[bool, typer.Option("--files", help="Look at each stored file, not at a sample.")] = False,
    read: Annotated[bool, typer.Option("--read", help="Read every byte of each stored file, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    config: Config = None,
) -> None:
    """Examine the whole installation and explain what is wrong with it; exit code 1 where something is."""
    with refusals():
        import asyncio

        from shortlist.health.files import Look

        settings = settings_of(config, data=data, database=database, artifacts=artifacts)
        look = Look.BYTES if read else Look.EACH if files else Look.SAMPLE
        problems, warnings = asyncio.run(_show(settings, look, as_json=as_json))
    if not as_json:
        typer.echo("")
        typer.echo(_summary(problems, warnings))
    raise typer.Exit(1 if problems else 0)


async def _show(settings: "Settings", look: "Look", *, as_json: bool) -> tuple[int, int]:
    from rich.console import Console

    from shortlist.health.doctor import examine
    from shortlist.health.types import Level

    counts = dict.fromkeys(Level, 0)
    with Console(stderr=True).status("Looking at the installation") as status:

        def looked(count: int) -> None:
            status.update(f"Looking at stored files: {count}")

        async for finding in examine(settings, look, looked):
            counts[finding.level] += 1
            typer.echo(_as_json(finding) if as_json else _as_line(finding))
    return counts[Level.PROBLEM], counts[Level.WARNING]


def _as_json(finding: "Finding") -> str:
    import msgspec

    return msgspec.json.encode(finding).decode()


def _as_line(finding: "Finding") -> str:
    level = typer.style(f"{finding.level.value:8}", fg=_COLOURS[finding.level.value])
    return f"{level} {finding.subject:11} {finding.sentence}"


def _summary(problems: int, warnings: int) -> str:
    if not problems and not warnings:
        return "All is well."
    found = [
        f"{count} {word}{'' if count == 1 else 's'}" for count, word in ((problems, "problem"), (warnings, "warning"))
    ]
    return f"Found {' and '.join(found)}."
