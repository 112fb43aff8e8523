"""Charts of an experiment: as data for the page, and as SVG, PNG and CSV by address, with the same rights."""

import asyncio
import math
import re

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from shortlist import formulas
from shortlist.access.scope import Scope
from shortlist.charts import service
from shortlist.charts import types as ours
from shortlist.charts.bands import Band, Wanted, bands
from shortlist.drawing.charts import svg
from shortlist.errors import InvalidValue, NotFound
from shortlist.http.endpoint import Call
from shortlist.http.services import Services
from shortlist.search import fresh
from shortlist.web import operations, pictures, translate
from shortlist.web import wire_charts as wire

_FORMATS = ("svg", "png", "csv")
_MAX_POINTS = 10_000
_SCALES = {"": None, "log": True, "linear": False}


async def read(services: Services, scope: Scope, experiment: int, asked: ours.Request) -> ours.Chart:
    """A chart with every acknowledged point counted. Raises what `service.draw` raises."""
    return await fresh.folded(
        services.database,
        services.folder,
        scope,
        [experiment],
        lambda connection: service.draw(connection, scope, experiment, asked),
    )


async def chart(call: Call, request: wire.ChartQuery) -> wire.Chart:
    """Read a chart of an experiment: best so far, importance, scatter, parallel, front, correlation, contour."""
    asked = ours.Request(
        kind=ours.Kind(request.kind),
        filter=request.filter,
        x=request.x,
        y=request.y,
        colour=request.colour,
        axes=request.axes,
    )
    return _shown(await read(call.services, call.project, request.experiment, asked))


def group_bands(call: Call, connection: Connection, request: wire.BandQuery) -> wire.BandList:
    """Read the mean, the deviation and the number of members of each group of candidates, step by step."""
    if not 2 <= request.points <= _MAX_POINTS:
        raise InvalidValue(f"The number of points must be between 2 and {_MAX_POINTS}.", field="points")
    wanted = Wanted(
        iids=request.candidates,
        key=request.key,
        points=request.points,
        start=request.start,
        end=request.end,
        by=request.by,
    )
    found = bands(connection, call.project, wanted)
    return wire.BandList([_band(band) for band in found])


def _band(band: Band) -> wire.Band:
    return wire.Band(
        params=dict(band.params),
        candidates=list(band.iids),
        left_out=list(band.left_out),
        x=band.x.tolist(),
        mean=[translate.value(number) for number in band.mean.tolist()],
        deviation=[number if math.isfinite(number) else None for number in band.deviation.tolist()],
        n=[int(number) for number in band.n.tolist()],
    )


def _shown(found: ours.Chart) -> wire.Chart:
    return wire.Chart(
        kind=found.kind.value,
        title=found.title,
        summary=found.summary,
        method=found.method,
        columns=[_column(column) for column in found.columns],
        marks=[
            wire.ChartMark(
                mark.iid, mark.name, mark.found, mark.special, None if mark.unranked is None else mark.unranked.value
            )
            for mark in found.marks
        ],
        omitted=found.omitted,
    )


def _column(column: ours.Column) -> wire.ChartColumn:
    return wire.ChartColumn(
        label=column.label,
        field=column.field,
        log=column.log,
        low=column.low,
        categories=None if column.texts is None else list(column.categories),
        values=[_value(column, place) for place in range(len(column.numbers))],
    )


def _value(column: ours.Column, place: int) -> float | str | None:
    value = column.value(place)
    return translate.value(value) if isinstance(value, float) else value


async def exported(call: Call, request: Request) -> Response:
    """Give a chart as a file: `history.svg`, `scatter.png?x=params.lr&x_scale=log`, `importance.csv?filter=…`.

    The query has what the JSON operation takes (`axes` once for each), `x_scale`, `y_scale`, `width`, `height`, and
    `download` for a file to save.
    """
    kind, _, suffix = call.path["chart"].partition(".")
    if kind not in {item.value for item in ours.Kind} or suffix not in _FORMATS:
        raise NotFound("There is no such chart.")
    experiment = call.path["experiment"]
    if not re.fullmatch(r"[0-9]{1,15}", experiment):
        raise NotFound("There is no such experiment.")
    given = request.query_params
    asked = ours.Request(
        kind=ours.Kind(kind),
        filter=given.get("filter", ""),
        x=given.get("x", ""),
        y=given.get("y", ""),
        colour=given.get("colour", ""),
        axes=given.getlist("axes"),
    )
    size = pictures.size_of(given)
    logs = (_log(given.get("x_scale", ""), "x_scale"), _log(given.get("y_scale", ""), "y_scale"))
    found = await read(call.services, call.project, int(experiment), asked)
    name = f"{kind}.{suffix}" if suffix == "csv" or "download" in given else None
    if suffix == "csv":
        return pictures.answer(csv_of(found), "text/csv; charset=utf-8", name)
    drawn = await asyncio.to_thread(svg, found, *size, logs)
    return await pictures.picture(drawn, suffix, name)


def _log(text: str, field: str) -> bool | None:
    if text not in _SCALES:
        raise InvalidValue("A scale is log or linear.", field=field)
    return _SCALES[text]


def csv_of(found: ours.Chart) -> str:
    """The table of a chart, every value with all its digits."""
    facts = ["candidate", "name", "state"] if found.marks else []
    rows: list[list[object]] = [[*facts, *(column.label for column in found.columns)]]
    for place in range(len(found.columns[0].numbers) if found.columns else 0):
        values: list[object] = [column.value(place) for column in found.columns]
        if found.marks:
            mark = found.marks[place]
            values = [mark.iid, mark.name, mark.unranked.value if mark.unranked else "counted", *values]
        rows.append(values)
    return formulas.as_csv(rows)


ENDPOINTS = (
    operations.query("/experiments/{experiment}/charts", chart, wire.ChartQuery, wire.Chart),
    operations.query_read("/bands", group_bands, wire.BandQuery, wire.BandList),
    operations.read_file("/experiments/{experiment}/charts/{chart}", exported),
)
