"""What merge requests and pipelines produced."""

from shortlist.http.endpoint import Call
from shortlist.reports.types import ReportQuery, Subject
from shortlist.web import operations, reports
from shortlist.web import wire_reports as wire


async def merge_request(call: Call, request: wire.ReportQuery) -> wire.Report:
    """Report the candidates of a merge request, ranked and compared with the target branch's best."""
    return await _report(call, request, "merge_request")


async def pipeline(call: Call, request: wire.ReportQuery) -> wire.Report:
    """Report the candidates of a pipeline, ranked and compared with the target branch's best."""
    return await _report(call, request, "pipeline")


async def _report(call: Call, request: wire.ReportQuery, subject: Subject) -> wire.Report:
    query = ReportQuery(
        subject=subject,
        number=request.number[: reports.MAX_NUMBER],
        ci_project=request.ci_project,
        target=request.target,
    )
    return await reports.report(call.services, call.project, query, call.base_url)


ENDPOINTS = (
    operations.query_get("/merge_requests/{number}", merge_request, wire.ReportQuery, wire.Report),
    operations.query_get("/pipelines/{number}", pipeline, wire.ReportQuery, wire.Report),
)
