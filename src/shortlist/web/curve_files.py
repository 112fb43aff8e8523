"""Curves by address, as SVG, PNG and CSV: what the pages draw, for places that run no script of ours."""

import asyncio
import csv
import io
import math
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
from sqlalchemy import Connection
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from shortlist.access.scope import Scope
from shortlist.charts.bands import Band, Wanted, bands
from shortlist.comparison import service as comparing
from shortlist.comparison.markdown import shown
from shortlist.drawing.curves import Chart, Line, svg
from shortlist.drawing.looks import looks
from shortlist.errors import InvalidValue
from shortlist.formulas import guarded
from shortlist.http.endpoint import Call
from shortlist.metrics import service as metrics
from shortlist.metrics.types import Axis
from shortlist.web import operations, pictures

_POINTS, _SHEET_POINTS = 600, 10_000
_AXES: Mapping[str, Axis] = {"step": "step", "relative": "relative", "wall": "wall"}
_LABELS = {"step": "step", "relative": "seconds since the start", "wall": "seconds since 1970"}
# A picture says spans and moments as people do.
_ALONG: Mapping[str, Literal["span", "moment"]] = {"relative": "span", "wall": "moment"}
_DRAWN = {"relative": "since the start", "wall": "UTC"}


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a query asks for: curves, their differences to one of them, or the means of seed groups."""

    iids: Sequence[int]
    key: str
    axis: Axis
    against: str | None
    minus: int | None
    groups: bool
    by: Sequence[str]
    start: float | None
    end: float | None
    points: int

    @property
    def scale(self) -> float:
        """Times are milliseconds inside, and seconds in what people read."""
        return 1000.0 if self.axis in ("relative", "wall") else 1.0

    @property
    def title(self) -> str:
        return f"{self.key} by {', '.join(self.by)}" if self.by else self.key

    @property
    def x_label(self) -> str:
        return self.against or _LABELS[self.axis]


async def curves(call: Call, request: Request) -> Response:
    """Give curves as SVG, PNG or CSV: `?candidates=1.2&metric=val/acc`.

    `axis` is step, relative or wall, or `against` names another metric; `start` and `end` limit it (in milliseconds
    where it is time). `minus=1` gives the differences to a candidate, `groups=on` the mean and the deviation of seed
    groups or, with `by=KEY` once or more, of those with the same parameters;
    `smooth=0.6` draws an average over each curve; `scale=log` and `outliers=off` shape the vertical axis, `title`,
    `width` and `height` the picture;
    `download` makes it a file to save.
    """
    given = request.query_params
    suffix = call.target.rpartition(".")[2]
    asked = _asked(given, _SHEET_POINTS if suffix == "csv" else _POINTS)
    size = pictures.size_of(given)
    name = f"curves.{suffix}" if suffix == "csv" or "download" in given else None
    if suffix == "csv":
        text = await call.services.database.read(lambda connection: _sheet(connection, call.project, asked))
        return pictures.answer(text, "text/csv; charset=utf-8", name)
    lines = await call.services.database.read(lambda connection: _lines(connection, call.project, asked))
    chart = Chart(
        title=given.get("title", asked.title)[:200],
        summary=_summary(asked, lines),
        x_label=_DRAWN.get(asked.axis, asked.x_label),
        lines=lines,
        along=_ALONG.get(asked.axis, "number"),
        log=given.get("scale") == "log",
        clip=given.get("outliers") == "off",
        smooth=0.0 if asked.groups else _weight(given),
        width=size[0],
        height=size[1],
    )
    return await pictures.picture(await asyncio.to_thread(svg, chart), suffix, name)


def _asked(given: QueryParams, points: int) -> _Asked:
    iids = pictures.iids_of(given.get("candidates", ""))
    key, word, against = given.get("metric", ""), given.get("axis", "step"), given.get("against") or None
    if not key:
        raise InvalidValue("Name the metric to draw.", field="metric")
    if word not in _AXES:
        raise InvalidValue("The axis is step, relative or wall.", field="axis")
    groups = given.get("groups") == "on"
    minus = given.get("minus", "")
    return _Asked(
        iids=iids,
        key=key,
        # Seeds meet at steps; times and other metrics they have each for themselves.
        axis="step" if groups else "metric" if against else _AXES[word],
        against=None if groups else against,
        minus=pictures.iids_of(minus, "minus")[0] if minus else None,
        groups=groups,
        by=given.getlist("by"),
        start=_number(given, "start"),
        end=_number(given, "end"),
        points=points,
    )


def _number(given: QueryParams, field: str) -> float | None:
    try:
        return float(given[field]) if given.get(field) else None
    except ValueError:
        raise InvalidValue(f"{field} is not a number.", field=field) from None


def _weight(given: QueryParams) -> float:
    weight = _number(given, "smooth") or 0.0
    if not 0 <= weight < 1:
        raise InvalidValue("The weight of smoothing is at least 0 and less than 1.", field="smooth")
    return weight


def _names(connection: Connection, scope: Scope, asked: _Asked) -> dict[int, str]:
    iids = list(asked.iids) if asked.minus is None else [asked.minus, *asked.iids]
    return {record.iid: record.name for record in comparing.records(connection, scope, iids)}


def _read(connection: Connection, scope: Scope, asked: _Asked) -> list[metrics.Curve]:
    wanted = metrics.CurveRequest(
        candidate_iids=asked.iids,
        keys=[asked.key],
        points=asked.points,
        axis=asked.axis,
        x_key=asked.against,
        start=asked.start,
        end=asked.end,
        minus=asked.minus,
    )
    return metrics.curves(connection, scope, wanted)


def _bands(connection: Connection, scope: Scope, asked: _Asked) -> list[Band]:
    wanted = Wanted(iids=asked.iids, key=asked.key, points=asked.points, start=asked.start, end=asked.end, by=asked.by)
    return bands(connection, scope, wanted)


def _lines(connection: Connection, scope: Scope, asked: _Asked) -> list[Line]:
    names = _names(connection, scope, asked)
    if asked.groups:
        found = _bands(connection, scope, asked)
        oldest = sorted(min(band.iids) for band in found)
        return [
            Line(
                _band_name(asked, band, names, brief=True),
                band.x.tolist(),
                band.mean.tolist(),
                [0.0 if math.isnan(deviation) else deviation for deviation in band.deviation.tolist()],
                oldest.index(min(band.iids)),
            )
            for band in found
        ]
    known = dict(zip(names, looks(list(names)), strict=True))
    return [
        Line(
            names[curve.candidate_iid],
            (curve.x / asked.scale).tolist(),
            curve.y.tolist(),
            look=known[curve.candidate_iid],
        )
        for curve in _read(connection, scope, asked)
    ]


def _sheet(connection: Connection, scope: Scope, asked: _Asked) -> str:
    """A row for each point, every value with all its digits; of longer curves each stretch's extremes."""
    names = _names(connection, scope, asked)
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    if asked.groups:
        writer.writerow(["group", "step", f"mean {asked.key}", "deviation", "candidates"])
        for band in _bands(connection, scope, asked):
            name = guarded(_band_name(asked, band, names))
            columns = (band.x.tolist(), band.mean.tolist(), band.deviation.tolist(), band.n.astype(int).tolist())
            writer.writerows(
                [name, step, mean, "" if math.isnan(deviation) else deviation, n]
                for step, mean, deviation, n in zip(*columns, strict=True)
            )
        return written.getvalue()
    value = asked.key if asked.minus is None else f"{asked.key} less that of {names[asked.minus]}"
    writer.writerow(["candidate", "name", guarded(asked.x_label), guarded(value)])
    for curve in _read(connection, scope, asked):
        name = guarded(names[curve.candidate_iid])
        rows = zip((curve.x / asked.scale).tolist(), curve.y.tolist(), strict=True)
        writer.writerows([curve.candidate_iid, name, x, y] for x, y in rows)
    return written.getvalue()


def _band_name(asked: _Asked, band: Band, names: Mapping[int, str], *, brief: bool = False) -> str:
    """Of groups by chosen parameters their values, "model mlp, lr 0.1 (n = 6)" or, where the title has the keys,
    "mlp, 0.1"; of seed groups what names share."""
    if not asked.by:
        return group_name([names[iid] for iid in band.iids])
    if brief:
        return ", ".join(band.params.get(key, "\u2013") for key in asked.by)
    parts = [f"{key} {band.params[key]}" if key in band.params else f"without {key}" for key in asked.by]
    return f"{', '.join(parts)} (n = {len(band.iids)})"


def group_name(names: Sequence[str]) -> str:
    """What the names of the members begin with, and how many they are: "mlp-64 (n = 3)"."""
    if len(names) < 2:
        return names[0] if names else ""
    length = next((at for at, letters in enumerate(zip(*names, strict=False)) if len(set(letters)) > 1), None)
    common = (min(names, key=len) if length is None else names[0][:length]).rstrip("-_ .")
    for word in ("seed", "s"):
        bare = common.removesuffix(word)
        if bare != common and bare.endswith(("-", "_", " ", ".")):
            common = bare.rstrip("-_ .")
            break
    return f"{common or names[0]} (n = {len(names)})"


def _summary(asked: _Asked, lines: Sequence[Line]) -> str:
    ends = ", ".join(f"{line.label} ends at {shown(line.y[-1])}" for line in lines[:8])
    word = "groups" if asked.groups else "candidates"
    return f"{asked.key} of {len(lines)} {word}{': ' + ends if ends else ''}."


ENDPOINTS = tuple(operations.read_file(f"/curves.{suffix}", curves) for suffix in ("svg", "png", "csv"))
