"""Candidates beside each other: for the page and the API behind it, and as Markdown, CSV, SVG and PNG by address."""

import asyncio
from collections.abc import Sequence

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from shortlist import formulas
from shortlist.access.scope import Scope
from shortlist.comparison import rules, service
from shortlist.comparison import types as ours
from shortlist.comparison.markdown import markdown
from shortlist.comparison.sheet import sheet
from shortlist.drawing.comparison import svg
from shortlist.http.endpoint import Call
from shortlist.http.services import Services
from shortlist.packages.contents import Storage
from shortlist.search import fresh
from shortlist.web import operations, pictures, translate
from shortlist.web import wire_compare as wire


async def comparison(services: Services, scope: Scope, iids: Sequence[int]) -> wire.Comparison:
    """The comparison as the page shows it. Raises what `read` raises."""
    return _shown(*await read(services, scope, iids))


async def read(
    services: Services, scope: Scope, iids: Sequence[int]
) -> tuple[ours.Comparison, Sequence[ours.TextRow]]:
    """The comparison with every acknowledged point counted, and the environments. Raises what `service.records`
    raises, and Unavailable where a file cannot be read."""

    def experiments(connection: Connection) -> list[int]:
        return list(dict.fromkeys(item.experiment_iid for item in service.records(connection, scope, iids)))

    involved = await services.database.read(experiments)
    found = await fresh.folded(
        services.database,
        services.folder,
        scope,
        involved,
        lambda connection: service.compare(connection, scope, iids),
    )
    storage = Storage(services.database, services.blobs, services.settings.max_file_bytes)
    return found, await service.environments(storage, found)


def _shown(found: ours.Comparison, environment: Sequence[ours.TextRow]) -> wire.Comparison:
    names = service.names(found)
    return wire.Comparison(
        verdict=rules.verdict(found.answer, found.metrics, names),
        answer=translate.answer(found.answer, dict(names)),
        experiments=[wire.ComparedExperiment(iid, name) for iid, name in found.experiments],
        candidates=[_candidate(item) for item in found.candidates],
        metrics=[_metric(row) for row in found.metrics],
        omitted=found.omitted,
        params=_texts(found.params),
        metadata=_texts(found.metadata),
        datasets=_texts(found.datasets),
        code=_texts(found.code),
        code_url=found.code_url,
        environment=_texts(environment),
        images=[wire.LoggedImage(item.candidate_iid, item.series, item.step, item.path) for item in found.images],
        tables=[wire.TableFile(iid, path) for iid, path in found.tables],
        diffs=[wire.DiffFile(iid, path) for iid, path in found.diffs],
    )


def _candidate(item: ours.Compared) -> wire.ComparedCandidate:
    record, score = item.record, item.score
    return wire.ComparedCandidate(
        iid=record.iid,
        name=record.name,
        status=record.status.value,
        start_time=record.start_time,
        end_time=record.end_time,
        created_by=record.user_name,
        deleted=record.deleted_at is not None,
        experiment=record.experiment_iid,
        rank=item.rank,
        unranked=None if score is None or score.unranked is None else score.unranked.value,
    )


def _metric(row: ours.MetricRow) -> wire.ComparedMetric:
    direction = None if row.direction is None else row.direction.value
    return wire.ComparedMetric(row.key, direction, [_cell(cell) for cell in row.cells], row.best)


def _cell(cell: ours.Cell) -> wire.MetricCell:
    return wire.MetricCell(
        value=None if cell.value is None else translate.value(cell.value),
        step=cell.step,
        last=None if cell.last is None else translate.value(cell.last),
        delta=cell.delta,
        better=cell.better,
    )


def _texts(rows: Sequence[ours.TextRow]) -> list[wire.ComparedText]:
    return [wire.ComparedText(row.key, list(row.values), row.same) for row in rows]


async def compare(call: Call, request: wire.CompareQuery) -> wire.Comparison:
    """Compare candidates: metrics with deltas, what differs in parameters, data, code and environment."""
    return await comparison(call.services, call.project, request.candidates)


async def exported(call: Call, request: Request) -> Response:
    """Give a comparison as Markdown, CSV, SVG or PNG: `?candidates=1.2`, the first of which is the baseline.

    `width` is that of the picture, which sums up more than 8 candidates; `download` makes it a file to save.
    """
    given = request.query_params
    suffix = call.target.rpartition(".")[2]
    iids = pictures.iids_of(given.get("candidates", ""), most=service.MAX_CANDIDATES)
    width, _ = pictures.size_of(given)
    found, environment = await read(call.services, call.project, iids)
    names = service.names(found)
    name = f"comparison.{suffix}" if suffix == "csv" or "download" in given else None
    match suffix:
        case "md":
            return pictures.answer(markdown(found, environment, names), "text/markdown; charset=utf-8", name)
        case "csv":
            return pictures.answer(formulas.as_csv(sheet(found, environment, names)), "text/csv; charset=utf-8", name)
        case _:
            drawn = await asyncio.to_thread(svg, found, environment, names, width)
            return await pictures.picture(drawn, suffix, name)


ENDPOINTS = (
    operations.query("/compare", compare, wire.CompareQuery, wire.Comparison),
    *(operations.read_file(f"/compare.{suffix}", exported) for suffix in ("md", "csv", "svg", "png")),
)
