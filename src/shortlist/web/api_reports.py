"""What merge requests and pipelines produced."""

from sqlalchemy import Connection

from shortlist.http.endpoint import Call
from shortlist.reports import markdown, service
from shortlist.reports.types import ExperimentReport, Produced, Report, ReportQuery, Subject
from shortlist.search import fresh
from shortlist.web import operations, translate
from shortlist.web import wire_ci as wire
from shortlist.web.ci import shown


async def merge_request(call: Call, request: wire.ReportQuery) -> wire.Report:
    """Report the candidates of a merge request, ranked and compared with the target branch's best."""
    return await _report(call, request, "merge_request")


async def pipeline(call: Call, request: wire.ReportQuery) -> wire.Report:
    """Report the candidates of a pipeline, ranked and compared with the target branch's best."""
    return await _report(call, request, "pipeline")


async def _report(call: Call, request: wire.ReportQuery, subject: Subject) -> wire.Report:
    query = ReportQuery(
        subject=subject, number=request.number[:250], ci_project=request.ci_project, target=request.target
    )
    scope, services = call.project, call.services
    experiments = await services.database.read(lambda connection: service.experiments_of(connection, scope, query))

    def read(connection: Connection) -> Report:
        return service.report(connection, scope, query)

    found = await fresh.folded(services.database, services.folder, scope, experiments, read)
    return wire.Report(
        target=found.target,
        title=found.title,
        experiments=[_experiment(item) for item in found.experiments],
        markdown=markdown.text(found, f"{call.base_url}/{scope.project.full_path}"),
    )


def _experiment(item: ExperimentReport) -> wire.ReportExperiment:
    return wire.ReportExperiment(
        iid=item.iid,
        name=item.name,
        metric="" if item.goal is None else item.goal.metric,
        ranked=item.ranked,
        produced=[_produced(row) for row in item.produced],
        target=None if item.target is None else _produced(item.target),
    )


def _produced(row: Produced) -> wire.ReportRow:
    return wire.ReportRow(
        iid=row.score.iid,
        name=row.name,
        rank=row.rank,
        value=None if row.score.value is None else translate.value(row.score.value),
        delta=row.delta,
        ci=shown(row.origin),
    )


ENDPOINTS = (
    operations.query_get("/merge_requests/{number}", merge_request, wire.ReportQuery, wire.Report),
    operations.query_get("/pipelines/{number}", pipeline, wire.ReportQuery, wire.Report),
)
