"""The table of candidates as a file to save: what a page of the experiment shows, all of its rows."""

from collections.abc import AsyncGenerator, Callable, Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from shortlist.access.actions import Action
from shortlist.errors import InvalidValue
from shortlist.http.body import RequestDecoder
from shortlist.http.endpoint import Call, Endpoint, Mode
from shortlist.http.file_response import stream_response
from shortlist.ranking import service as ranking
from shortlist.web import operations, sheets, views, wire
from shortlist.web.sheets import Cell, Column, Kind

_PAGE = 2_000
# Of a Parquet file, which is made in memory.
_MOST_CELLS = 5_000_000
_GROUPS = {"metric": "metrics", "param": "params", "metadata": "metadata", "ci": "ci"}
_FORMATS = {
    "csv": ("text/csv; charset=utf-8", sheets.as_csv),
    "json": ("application/json", sheets.as_json),
    "md": ("text/markdown; charset=utf-8", sheets.as_markdown),
    "parquet": ("application/vnd.apache.parquet", sheets.as_parquet),
}


class ExportQuery(msgspec.Struct):
    """What `POST …/candidates/search` takes, without its pages; `columns` and `order_by` once for each.

    `columns` also takes `status`, `start_time`, `duration` (milliseconds) and `created_by`; without it there is a
    column for all that candidates of the experiment have. Metrics of a ranked candidate are those at its best step.
    """

    experiment: int
    filter: str = ""
    order_by: list[str] = []
    view: wire.View = "active"
    columns: list[str] | None = None
    ranked: bool = False


_FACTS: dict[str, tuple[Kind, Callable[[wire.CandidateRow], Cell]]] = {
    "status": (Kind.TEXT, lambda row: row.status),
    "start_time": (Kind.TIME, lambda row: row.start_time),
    "duration": (Kind.WHOLE, lambda row: None if row.end_time is None else row.end_time - row.start_time),
    "created_by": (Kind.TEXT, lambda row: row.created_by),
}
_NAMES = (
    Column("iid", Kind.WHOLE, lambda row: row.iid),
    Column("name", Kind.TEXT, lambda row: row.name),
    Column("external_id", Kind.TEXT, lambda row: row.external_id),
)
_STANDING = (
    Column("rank", Kind.WHOLE, lambda row: row.standing and row.standing.rank),
    Column("step", Kind.WHOLE, lambda row: row.standing and row.standing.step),
    Column("unranked", Kind.TEXT, lambda row: row.standing and row.standing.unranked),
)
_ON_FRONT = Column("pareto", Kind.FLAG, lambda row: row.standing is not None and row.standing.pareto)
_decoder = RequestDecoder(ExportQuery, "{experiment}")


async def exported(call: Call, request: Request) -> Response:
    """Give the candidates of an experiment as a file: `candidates.csv?filter=…&ranked=true&columns=metrics.loss`."""
    asked: ExportQuery = _decoder.from_query(request.scope["query_string"], call.path)
    suffix = request.url.path.rpartition(".")[2]
    scope, database = call.project, call.services.database
    experiment = await database.read(lambda connection: views.experiment(connection, scope, asked.experiment))
    named = asked.columns
    if named is None:
        known = await database.read(lambda connection: views.columns(connection, scope, asked.experiment))
        named = [*_FACTS, *(f"{_GROUPS[column.kind]}.{column.key}" for column in known.columns)]
    standing: tuple[Column, ...] = ()
    if asked.ranked:
        goal = await database.read(lambda connection: ranking.goal(connection, scope, asked.experiment))
        standing = (*_STANDING, _ON_FRONT) if goal is not None and goal.second is not None else _STANDING
    columns = [*_NAMES, *standing, *(_column(name) for name in dict.fromkeys(named))]
    query = wire.CandidateQuery(
        experiment=asked.experiment,
        filter=asked.filter,
        order_by=asked.order_by,
        view=asked.view,
        max_results=_PAGE,
        columns=named,
        ranked=asked.ranked,
    )
    # What is not good about the search is said before the file begins.
    first = await views.candidate_page(call.services, scope, query)
    if suffix == "parquet" and first.total * len(columns) > _MOST_CELLS:
        raise InvalidValue(
            f"A Parquet file has at most {_MOST_CELLS} cells. Name fewer columns, narrow the filter, or take CSV.",
            field="columns",
        )
    content_type, write = _FORMATS[suffix]
    return stream_response(write(columns, _pages(call, query, first)), content_type, f"{experiment.name}.{suffix}")


async def _pages(
    call: Call, query: wire.CandidateQuery, page: wire.CandidatePage
) -> AsyncGenerator[Sequence[wire.CandidateRow]]:
    yield page.candidates
    while page.next_page_token is not None:
        query = msgspec.structs.replace(query, page_token=page.next_page_token)
        page = await views.candidate_page(call.services, call.project, query)
        yield page.candidates


def _column(name: str) -> Column:
    if name in _FACTS:
        return Column(name, *_FACTS[name])
    group, dot, key = name.partition(".")
    if not dot or group not in _GROUPS.values():
        raise InvalidValue(f"There is no column '{name}'.", field="columns")
    if group == "metrics":
        return Column(name, Kind.NUMBER, lambda row: _metric(row, key))
    return Column(name, Kind.TEXT, lambda row: getattr(row, group).get(key))


def _metric(row: wire.CandidateRow, key: str) -> float | None:
    """At the step that ranks the candidate, where it is ranked and has one by then; else the last."""
    at_step = {} if row.standing is None or row.standing.rank is None else row.standing.at_step
    found = at_step.get(key, row.metrics.get(key))
    return None if found is None else float(found)


ENDPOINTS = tuple(
    Endpoint(
        method="GET",
        path=f"{operations.PROJECT}/experiments/{{experiment}}/candidates.{suffix}",
        action=Action.EXPERIMENT_READ,
        mode=Mode.STREAM,
        handler=exported,
        request=ExportQuery,
        tags=("experiments",),
    )
    for suffix in _FORMATS
)
