"""What merge requests and pipelines produced."""

import msgspec

from shortlist.connected import lookups
from shortlist.errors import InvalidValue, NotFound, Unavailable
from shortlist.http.endpoint import Call
from shortlist.outbound import OutboundError
from shortlist.reports import comments
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


async def comment(call: Call, request: wire.CommentRequest) -> wire.CommentDone:
    """Post a merge request's report as its one comment at the connected GitLab, or renew that."""
    gitlab, services, scope = call.services.gitlab, call.services, call.project
    if gitlab is None:
        raise NotFound("This server is connected to no GitLab; an administrator sets SHORTLIST_GITLAB_URL.")
    query = ReportQuery(
        subject="merge_request",
        number=request.number[: reports.MAX_NUMBER],
        ci_project=request.ci_project,
        target=request.target,
    )
    projects = await services.database.read(
        lambda connection: lookups.known_projects(connection, scope.project_id, gitlab.url)
    )
    found = await reports.report(services, scope, query, call.base_url)
    where = [name for name in found.projects if name.lower() in projects]
    if request.ci_project:
        where = [name for name in where if name.lower() == request.ci_project.lower()]
    # Comments are written with the server's own token, so only where a job has shown that it belongs here.
    if len(where) != 1:
        raise InvalidValue(
            "Name the one CI project whose merge request this is; a job of it must have signed in here.",
            field="ci_project",
        )
    query = msgspec.structs.replace(query, ci_project=where[0])
    found = await reports.report(services, scope, query, call.base_url)
    try:
        return wire.CommentDone(await comments.put_at_gitlab(gitlab, where[0], query.number, found.markdown))
    except OutboundError as error:
        raise Unavailable(f"GitLab did not take the comment: {error.reason}.") from None


ENDPOINTS = (
    operations.write("POST", "/merge_requests/{number}/comment", comment, wire.CommentRequest, wire.CommentDone),
    operations.query_get("/merge_requests/{number}", merge_request, wire.ReportQuery, wire.Report),
    operations.query_get("/pipelines/{number}", pipeline, wire.ReportQuery, wire.Report),
)
