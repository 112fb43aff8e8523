"""`shortlist compare`: candidates beside each other, on the terminal or as Markdown."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from shortlist.cli.options import Config, Data, DatabaseUrl, open_database, settings_of
from shortlist.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.text import Text
    from sqlalchemy import Connection

    from shortlist.access.scope import Scope
    from shortlist.comparison.courses import Plot
    from shortlist.comparison.types import Cell, Comparison, TextRow
    from shortlist.db.database import Database

_POINTS, _PLOTTED = 24, 2000  # of a sparkline at most, of a plot
_KEYS, _LEAST = 16, 8  # room for names of metrics, the least for a sparkline


def compare(
    full_path: Annotated[str, typer.Argument(help="NAMESPACE/PATH of the project.")],
    candidates: Annotated[list[int], typer.Argument(help="Numbers of candidates; the first is the baseline.")],
    markdown: Annotated[bool, typer.Option("--markdown", help="Write Markdown instead of a table.")] = False,
    plot: Annotated[
        list[str] | None, typer.Option(metavar="METRIC", help="Draw the curves of a metric on one scale; repeatable.")
    ] = None,
    data: Data = None,
    database: DatabaseUrl = None,
    config: Config = None,
) -> None:
    """Compare candidates: metrics with deltas, sparklines, and what differs."""
    with open_database(data, database, config) as opened:
        from shortlist.blobs.store import BlobStore
        from shortlist.comparison import courses, service
        from shortlist.comparison.markdown import markdown as as_markdown
        from shortlist.packages.contents import Storage

        settings = settings_of(config, data=data, database=database)
        scope, found = _read(opened, full_path, candidates)
        storage = Storage(opened, BlobStore.open(settings.artifacts_url), settings.max_file_bytes)
        environment = asyncio.run(service.environments(storage, found))
        plots = opened.read_now(lambda connection: _plots(connection, scope, found, plot or []))
        if markdown:
            typer.echo(as_markdown(found, environment, service.names(found)), nl=False)
            for item in plots:
                typer.echo(f"\n{courses.markdown(item)}", nl=False)
        else:
            points = _room(len(found.candidates))
            lines = opened.read_now(lambda connection: _sparklines(connection, scope, found, points))
            _show(found, environment, lines)
            _draw(plots)


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


def _room(columns: int) -> int:
    """How many bars fit into a column of the terminal."""
    from rich.console import Console

    return max(_LEAST, min(_POINTS, (Console().width - _KEYS) // columns - 2))


def _sparklines(
    connection: "Connection", scope: "Scope", found: "Comparison", points: int
) -> "Mapping[tuple[int, str], str]":
    """The course of each metric by candidate and key, where it has more than one point."""
    from shortlist.comparison.markdown import sparkline
    from shortlist.metrics import service as metrics

    request = metrics.CurveRequest(
        candidate_iids=[item.record.iid for item in found.candidates],
        keys=[row.key for row in found.metrics[:50]],
        points=points,
    )
    curves = metrics.curves(connection, scope, request)
    return {(curve.candidate_iid, curve.key): sparkline(curve.y.tolist()) for curve in curves if curve.count > 1}


def _plots(connection: "Connection", scope: "Scope", found: "Comparison", keys: list[str]) -> "list[Plot]":
    """The curves of each metric that any of the candidates has."""
    from shortlist.comparison import courses, service
    from shortlist.metrics import service as metrics

    names = service.names(found)
    iids = [item.record.iid for item in found.candidates]
    request = metrics.CurveRequest(candidate_iids=iids, keys=keys, points=_PLOTTED)
    curves = metrics.curves(connection, scope, request)
    plots: list[Plot] = []
    for key in dict.fromkeys(keys):
        of_key = [curve for curve in curves if curve.key == key]
        plot = courses.plot(key, [(names[c.candidate_iid], c.x.tolist(), c.y.tolist()) for c in of_key])
        if plot is None:
            raise NotFound(f"None of these candidates has points of {key}.", field="plot")
        plots.append(plot)
    return plots


def _draw(plots: "Sequence[Plot]") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from shortlist.comparison.courses import said
    from shortlist.comparison.markdown import one_line, shown

    console = Console()
    for plot in plots:
        console.print(Text(f"\n{one_line(plot.sentence)}", style="bold"))
        table = Table("", "", "lowest", "highest", "last", box=None, pad_edge=False)
        for course in plot.courses:
            cells = (course.bars, said(course.lowest), said(course.highest), shown(course.last))
            table.add_row(Text(one_line(course.name)), *(Text(cell) for cell in cells))
        console.print(table)


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
        text.append(f"\n{delta_text(cell)}", style={True: "green", False: "red", None: "dim"}[cell.better])
    if sparkline:
        text.append(f"\n{sparkline}", style="dim")
    return text
