"""Tables of candidates beside each other: as data for the page, and as SVG, PNG and CSV by address."""

import asyncio
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from shortlist import formulas
from shortlist.access.scope import Scope
from shortlist.charts import tables as ours
from shortlist.comparison import table_files
from shortlist.drawing.tables import svg
from shortlist.http.endpoint import Call
from shortlist.http.services import Services
from shortlist.packages.contents import Storage
from shortlist.web import operations, pictures
from shortlist.web import wire_compare as wire

# More rows than a page shows are in the file.
_MAX_ROWS = 1000


async def read(services: Services, scope: Scope, asked: table_files.Asked) -> ours.ComparedTables:
    """Raises what `table_files.load` raises."""
    storage = Storage(services.database, services.blobs, services.settings.max_file_bytes)
    files = await table_files.load(storage, scope, asked)
    return await asyncio.to_thread(ours.compared, asked.path, asked.column, files)


async def compared(call: Call, request: wire.TablesQuery) -> wire.ComparedTables:
    """Read tables that candidates logged at one path: as they are, as matrices, or as histograms of a column."""
    found = await read(
        call.services, call.project, table_files.Asked(request.candidates, request.path, request.column)
    )
    return wire.ComparedTables(
        title=found.title,
        summary=found.summary,
        kind=found.kind,
        numeric=list(found.numeric),
        edges=list(found.edges),
        panels=[_panel(found, panel) for panel in found.panels],
    )


def _panel(found: ours.ComparedTables, panel: ours.Panel) -> wire.TablePanel:
    table, matrix = panel.table, panel.matrix
    rows: Sequence[Sequence[str]] = () if table is None or found.kind == "histograms" else table.rows
    return wire.TablePanel(
        candidate=panel.iid,
        name=panel.name,
        summary=panel.summary,
        columns=[] if table is None else list(table.columns),
        rows=[list(row) for row in rows[:_MAX_ROWS]],
        omitted=max(0, len(rows) - _MAX_ROWS),
        matrix=None
        if matrix is None
        else wire.TableMatrix(matrix.rows, list(matrix.labels), [list(row) for row in matrix.values]),
        counts=list(panel.counts),
    )


async def exported(call: Call, request: Request) -> Response:
    """Give tables of candidates as SVG, PNG or CSV: `?candidates=1.2&path=eval.csv`.

    `column` shows the histograms of one column; `width` is that of the picture, `download` makes it a file to save.
    """
    given = request.query_params
    suffix = call.target.rpartition(".")[2]
    iids = pictures.iids_of(given.get("candidates", ""))
    found = await read(
        call.services, call.project, table_files.Asked(iids, given.get("path", ""), given.get("column", ""))
    )
    name = f"tables.{suffix}" if suffix == "csv" or "download" in given else None
    if suffix == "csv":
        table = ours.sheet(found)
        return pictures.answer(formulas.as_csv((table.columns, *table.rows)), "text/csv; charset=utf-8", name)
    width, _ = pictures.size_of(given)
    return await pictures.picture(await asyncio.to_thread(svg, found, width), suffix, name)


ENDPOINTS = (
    operations.query("/compare/tables", compared, wire.TablesQuery, wire.ComparedTables),
    *(operations.read_file(f"/tables.{suffix}", exported) for suffix in ("svg", "png", "csv")),
)
