"""The browser's operations that make candidates from a CSV file: what it would do, and doing it with progress."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence

import msgspec
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from shortlist.access.actions import Action
from shortlist.errors import DomainError
from shortlist.http.body import RequestDecoder, read_body
from shortlist.http.endpoint import Call, Endpoint, Mode
from shortlist.importing import cells, service
from shortlist.importing.types import KEYED, Draft, Role, Row, Target
from shortlist.tracking import experiments
from shortlist.web import operations
from shortlist.web import wire_creation as wire

_SHOWN_LINES = 8
_PATH = "/experiments/{experiment}/imports"
_decoder = RequestDecoder(wire.ImportRequest, _PATH)


async def preview(call: Call, request: wire.ImportQuery) -> wire.ImportPreview:
    """Tell what an import of a CSV file would do, and do nothing."""
    drafted = await asyncio.to_thread(service.draft, request.text, _targets(request.targets))

    def read(connection: Connection) -> int:
        experiments.get(connection, call.project, request.experiment)
        return service.present(connection, call.project, request.experiment, drafted)

    present = await call.services.database.read(read)
    return await asyncio.to_thread(_preview, drafted, present)


def _preview(drafted: Draft, present: int) -> wire.ImportPreview:
    sheet = drafted.sheet
    columns = [
        wire.ImportColumn(
            header,
            wire.ImportTarget(target.role.value, target.key),
            sum(not cells.is_missing(line.cells[place]) for line in sheet.lines),
        )
        for place, (header, target) in enumerate(zip(sheet.headers, drafted.targets, strict=True))
    ]
    return wire.ImportPreview(
        delimiter=sheet.delimiter,
        columns=columns,
        lines=[wire.ImportLine(line.number, line.cells) for line in sheet.lines[:_SHOWN_LINES]],
        rows=len(drafted.rows),
        present=present,
        faults=[wire.ImportFault(item.line, item.message, item.column, item.header) for item in drafted.faults],
        fault_count=drafted.fault_count,
    )


async def run(call: Call, request: Request) -> Response:
    """Import a CSV file of results; the answer is a line of JSON (ImportProgress) after each part that is written."""
    limit = call.services.settings.max_body_bytes
    asked: wire.ImportRequest = _decoder.from_json(await read_body(request.receive, call.headers, limit), call.path)
    drafted = await asyncio.to_thread(service.draft, asked.text, _targets(asked.targets))
    parts = service.batches(drafted)
    # What is not good about the file or the experiment is said before the answer begins.
    first = await _write(call, asked, drafted, next(parts), 0)
    return StreamingResponse(
        _progress(call, asked, drafted, parts, first), 200, {"cache-control": "no-store"}, "application/x-ndjson"
    )


async def _progress(
    call: Call, asked: wire.ImportRequest, drafted: Draft, parts: Iterator[list[Row]], report: wire.ImportProgress
) -> AsyncGenerator[bytes]:
    yield _line(report)
    for part in parts:
        try:
            report = await _write(call, asked, drafted, part, report.done)
        except DomainError as error:
            yield _line(wire.ImportProgress(report.done, report.rows, [], 0, error.message))
            return
        yield _line(report)


def _line(report: wire.ImportProgress) -> bytes:
    return msgspec.json.encode(report) + b"\n"


async def _write(
    call: Call, asked: wire.ImportRequest, drafted: Draft, part: Sequence[Row], done: int
) -> wire.ImportProgress:
    scope = call.project
    written = await call.services.database.write(
        lambda connection: service.write(connection, scope, asked.experiment, drafted, part, asked.file_name)
    )
    if written.points:
        call.services.folder.notify(scope.project_id, written.points)
    return wire.ImportProgress(done + len(part), len(drafted.rows), written.created, written.present)


def _targets(given: Sequence[wire.ImportTarget]) -> list[Target]:
    return [Target(role, item.key.strip() if role in KEYED else "") for item in given for role in [Role(item.role)]]


ENDPOINTS = (
    operations.write("POST", _PATH + "/preview", preview, wire.ImportQuery, wire.ImportPreview),
    Endpoint(
        method="POST",
        path=operations.PROJECT + _PATH,
        action=Action.EXPERIMENT_WRITE,
        mode=Mode.STREAM,
        handler=run,
        request=wire.ImportRequest,
        response=wire.ImportProgress,
        tags=("experiments",),
    ),
)
