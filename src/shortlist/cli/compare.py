"""`shortlist compare`: candidates beside each other, on the terminal or as Markdown."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from shortlist.cli.options import Config, Data, DatabaseUrl, open_database, settings_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.text import Text
    from sqlalchemy import Connection

    from shortlist.access.scope import Scope
    from shortlist.comparison.types import Cell, Comparison, TextRow
    from shortlist.db.database import Database

_POINTS = 24  # of a sparkline


def compare(
    full_path: Annotated[str, typer.Argument(help="NAMESPACE/PATH of the project.")],
    candidates: Annotated[list[int], typer.Argument(help="Numbers of candidates; the first is the baseline.")],
    markdown: Annotated[bool, typer.Option("--markdown", help="Write Markdown instead of a table.")] = False,
    data: Data = None,
    database: DatabaseUrl = None,
    config: Config = None,
) -> None:
    """Compare candidates: metrics with deltas, sparklines, and what differs."""
    with open_database(data, database, config) as opened:
        from shortlist.blobs.store import BlobStore
        from shortlist.comparison import service
        from shortlist.comparison.markdown import markdown as as_markdown
        from shortlist.packages.contents import Storage

        settings = settings_of(config, data=data, database=database)
        scope, found = _read(opened, full_path, candidates)
        storage = Storage(opened, BlobStore.open(settings.artifacts_url), settings.max_file_bytes)
        environment = asyncio.run(service.environments(storage, found))
        if markdown:
            typer.echo(as_markdown(found, environment, service.names(found)), nl=False)
        else:
            _show(found, environment, opened.read_now(lambda connection: _sparklines(connection, scope, found)))


def _read(opened: "Database", full_path: str, candidates: list[int]) -> "tuple[Scope, Comparison]":
    from shortlist.access.actions import Action
    from shortlist.access.scope import SERVER, Scope
    from shortlist.comparison import service
    from shortlist.metrics.folder import fold_completely
    from shortlist.projects import service as projects

    def scope_of(connection: "Connection") -> "Scope":
        facts = projects.facts(projects.get(connection, SERVER.actor, full_path))
        return Scope(actor=SERVER.actor, action=Action.EXPERIMENT_READ, project=facts)

    scope = opened.read_now(scope_of)
    records = opened.read_now(lambda connection: service.records(connection, scope, candidates))
    experiments = list(dict.fromkeys(record.experiment_iid for record in records))
    # What was logged a moment ago may not be folded yet.
    fold_completely(opened, scope.project_id, experiments)
    return scope, opened.read_now(lambda connection: service.compare(connection, scope, candidates))


def _sparklines(connection: "Connection", scope: "Scope", found: "Comparison") -> "Mapping[tuple[int, str], str]":
    """The course of each metric by candidate and key, where it has more than one point."""
    from shortlist.comparison.markdown import sparkline
    from shortlist.metrics import service as metrics

    request = metrics.CurveRequest(
        candidate_iids=[item.record.iid for item in found.candidates],
        keys=[row.key for row in found.metrics[:50]],
        points=_POINTS,
    )
    curves = metrics.curves(connection, scope, request)
    return {(curve.candidate_iid, curve.key): sparkline(curve.y.tolist()) for curve in curves if curve.count > 1}


def _show(found: "Comparison", environment: "Sequence[TextRow]", sparklines: "Mapping[tuple[int, str], str]") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from shortlist.comparison import rules, service
    from shortlist.comparison.markdown import one_line

    console = Console()
    names = {iid: one_line(name) for iid, name in service.names(found).items()}
    iids = [item.record.iid for item in found.candidates]
    console.print(Text(rules.verdict(found.answer, found.metrics, names), style="bold"))
    table = Table("", box=None, pad_edge=False)
    for iid in iids:
        table.add_column(Text(names[iid]))
    for row in found.metrics:
        cells = (
            _metric(cell, sparklines.get((iid, row.key), ""), best=row.best == iid)
            for iid, cell in zip(iids, row.cells, strict=True)
        )
        table.add_row(Text(row.key, style="bold"), *cells)
    named = [*found.params, *found.datasets, *found.code, *environment]
    for text_row in (row for row in named if not row.same):
        table.add_row(Text(one_line(text_row.key)), *(Text(one_line(value or "")) for value in text_row.values))
    console.print(table)
    equal = [row for row in found.params if row.same]
    if equal:
        said = ", ".join(f"{row.key} {row.values[0]}" for row in equal)
        console.print(Text(one_line(f"{len(equal)} equal: {said}"), style="dim"))


def _metric(cell: "Cell", sparkline: str, *, best: bool) -> "Text":
    """A value with its mark and its distance from the baseline, the course of the metric below."""
    from rich.text import Text

    from shortlist.comparison.markdown import delta_text, shown

    text = Text()
    if cell.value is not None:
        text.append(shown(cell.value), style="bold green" if best else "")
    if best:
        text.append(" best", style="green")
    if cell.delta is not None:
        text.append(f" {delta_text(cell)}", style={True: "green", False: "red", None: "dim"}[cell.better])
    if sparkline:
        text.append(f"\n{sparkline}", style="dim")
    return text
