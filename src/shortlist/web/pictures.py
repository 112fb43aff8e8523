"""Curves and comparisons for places that run no script of ours: SVG, PNG and Markdown by address."""

import asyncio
import re
from collections.abc import Mapping

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from shortlist.access.actions import Action
from shortlist.comparison import service as comparing
from shortlist.comparison.markdown import markdown, shown
from shortlist.drawing.curves import Chart, Line, svg
from shortlist.drawing.png import png
from shortlist.errors import InvalidValue
from shortlist.http.endpoint import Call, Endpoint, Mode
from shortlist.metrics import service as metrics
from shortlist.metrics.types import Axis
from shortlist.web import compare, operations

MAX_LINES = 48  # as many as a colour and a dash tell apart
_POINTS = 600
_LARGEST = 4000
_AXES: Mapping[str, tuple[Axis, str]] = {
    "step": ("step", "step"),
    "relative": ("relative", "seconds since the start"),
    "wall": ("wall", "seconds since 1970"),
}
# A picture loads nothing and runs nothing, whatever its texts say.
_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "cache-control": "private, no-cache",
}


async def curves_picture(call: Call, request: Request) -> Response:
    """Draw curves as SVG or PNG: `?candidates=1.2&metric=val/acc`, `axis`, `scale=log`, `title`, `width`, `height`."""
    given = request.query_params
    iids = _iids(given.get("candidates", ""))
    key, word = given.get("metric", ""), given.get("axis", "step")
    if not key:
        raise InvalidValue("Name the metric to draw.", field="metric")
    if word not in _AXES:
        raise InvalidValue("The axis is step, relative or wall.", field="axis")
    axis, x_label = _AXES[word]

    def read(connection: Connection) -> list[Line]:
        names = {record.iid: record.name for record in comparing.records(connection, call.project, iids)}
        wanted = metrics.CurveRequest(candidate_iids=iids, keys=[key], points=_POINTS, axis=axis)
        scale = 1 if axis == "step" else 1000
        found = metrics.curves(connection, call.project, wanted)
        return [Line(names[curve.candidate_iid], (curve.x / scale).tolist(), curve.y.tolist()) for curve in found]

    lines = await call.services.database.read(read)
    width, height = size_of(given)
    chart = Chart(
        title=given.get("title", key)[:200],
        summary=_summary(key, lines),
        x_label=x_label,
        lines=lines,
        log=given.get("scale") == "log",
        width=width,
        height=height,
    )
    suffix = call.target.rpartition(".")[2]
    name = f"curves.{suffix}" if "download" in given else None
    return await picture(await asyncio.to_thread(svg, chart), suffix, name)


async def picture(drawn: str, suffix: str, name: str | None) -> Response:
    """An SVG document as it is, or as PNG; with a name, as a file to save."""
    if suffix == "svg":
        return answer(drawn, "image/svg+xml", name)
    return answer(await asyncio.to_thread(png, drawn), "image/png", name)


def answer(content: str | bytes, media_type: str, name: str | None) -> Response:
    headers = _HEADERS if name is None else {**_HEADERS, "content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


def size_of(given: Mapping[str, str]) -> tuple[int, int]:
    """Width and height in pixels, as a query gives them. Raises InvalidValue: too small or too large."""
    return _size(given.get("width", "720"), "width"), _size(given.get("height", "360"), "height")


async def comparison_markdown(call: Call, request: Request) -> Response:
    """Write a comparison as Markdown: `?candidates=1.2`, the first of which is the baseline."""
    iids = _iids(request.query_params.get("candidates", ""))
    found, environment = await compare.read(call.services, call.project, iids)
    text = markdown(found, environment, comparing.names(found))
    return Response(text, media_type="text/markdown; charset=utf-8", headers=_HEADERS)


def _iids(text: str) -> list[int]:
    words = [word for word in re.split(r"[.,]", text) if word]
    if not 1 <= len(words) <= MAX_LINES or not all(re.fullmatch(r"[0-9]{1,15}", word) for word in words):
        raise InvalidValue(f"Name between 1 and {MAX_LINES} candidates by number.", field="candidates")
    return [int(word) for word in words]


def _size(text: str, field: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 240 <= int(text) <= _LARGEST:
        raise InvalidValue(f"The {field} is between 240 and {_LARGEST} pixels.", field=field)
    return int(text)


def _summary(key: str, lines: list[Line]) -> str:
    ends = ", ".join(f"{line.label} ends at {shown(line.y[-1])}" for line in lines[:8])
    return f"{key} of {len(lines)} candidates{': ' + ends if ends else ''}."


ENDPOINTS = (
    *(
        Endpoint(
            method="GET",
            path=f"{operations.PROJECT}/curves.{suffix}",
            action=Action.EXPERIMENT_READ,
            mode=Mode.STREAM,
            handler=curves_picture,
            tags=(f"curves.{suffix}",),
        )
        for suffix in ("svg", "png")
    ),
    Endpoint(
        method="GET",
        path=f"{operations.PROJECT}/compare.md",
        action=Action.EXPERIMENT_READ,
        mode=Mode.STREAM,
        handler=comparison_markdown,
        tags=("compare.md",),
    ),
)
