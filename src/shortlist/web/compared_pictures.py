"""Pictures of candidates beside each other by address: as SVG, PNG, and CSV of what there is."""

import asyncio
import re

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from shortlist import formulas
from shortlist.comparison import picture_files
from shortlist.comparison.picture_files import Asked, Pictures
from shortlist.drawing.pictures import Cell, Row, svg
from shortlist.errors import InvalidValue
from shortlist.http.endpoint import Call
from shortlist.packages.contents import Storage
from shortlist.web import operations, pictures


async def exported(call: Call, request: Request) -> Response:
    """Give pictures that candidates logged as SVG, PNG or CSV: `?candidates=1.2&step=30`.

    Each has the last picture that it logged by `step`, without it the last of all. `series` once or more names which
    pictures; else they are the first six. `width` is that of the whole, `download` makes it a file to save. CSV names
    the pictures of all steps.
    """
    given = request.query_params
    suffix = call.target.rpartition(".")[2]
    asked = Asked(pictures.iids_of(given.get("candidates", "")), given.getlist("series"), _step(given))
    name = f"pictures.{suffix}" if suffix == "csv" or "download" in given else None
    services, scope = call.services, call.project
    if suffix == "csv":
        logged = await services.database.read(lambda connection: picture_files.logged(connection, scope, asked))
        head = ("candidate", "name", "picture", "step", "file")
        rows = [
            (item.record.iid, item.record.name, image.series, image.step, image.path)
            for item in logged
            for image, _ in item.pictures
        ]
        return pictures.answer(formulas.as_csv([head, *rows]), "text/csv; charset=utf-8", name)
    width, _ = pictures.size_of(given)
    storage = Storage(services.database, services.blobs, services.settings.max_file_bytes)
    found = await picture_files.load(storage, scope, asked)
    return await pictures.picture(await asyncio.to_thread(_drawn, found, asked.step, width), suffix, name)


def _step(given: QueryParams) -> int | None:
    text = given.get("step", "")
    if not text:
        return None
    if not re.fullmatch(r"-?[0-9]{1,15}", text):
        raise InvalidValue("The step is not a whole number.", field="step")
    return int(text)


def _drawn(found: Pictures, step: int | None, width: int) -> str:
    names = [name for name, _ in found.rows]
    count = len(found.candidates)
    at = "" if step is None else f" at step {step:,}: of each the last that was logged by then"
    more = f" {found.omitted} more are left out." if found.omitted else ""
    summary = f"{', '.join(names) or 'No picture'} of {count} candidate{'' if count == 1 else 's'}{at}.{more}"
    title = names[0] if len(names) == 1 else "Pictures" if step is None else f"Pictures at step {step:,}"
    heads = [(record.iid, record.name) for record in found.candidates]
    rows = [Row(name, [_cell(item, step) for item in row]) for name, row in found.rows]
    return svg(title, summary, heads, rows, width)


def _cell(item: picture_files.Picture, step: int | None) -> Cell:
    if item.image is None:
        return Cell(None, "none" if step is None else f"none by step {step:,}", "")
    caption = "" if item.image.step is None else f"step {item.image.step:,}"
    return Cell(item.content, "too large to be drawn" if item.content is None else "", caption)


ENDPOINTS = tuple(operations.read_file(f"/pictures.{suffix}", exported) for suffix in ("svg", "png", "csv"))
