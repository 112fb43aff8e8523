"""The bytes of a candidate's files, for the browser."""

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from shortlist.access.actions import Action
from shortlist.errors import NotFound
from shortlist.http.endpoint import Call, Endpoint, Mode
from shortlist.http.transfer import send
from shortlist.packages import service as packages
from shortlist.packages.types import PackageFile
from shortlist.tracking import candidates
from shortlist.web import operations


async def download(call: Call, request: Request) -> Response:
    """Download a file; with `inline=1`, images, text, JSON and CSV are shown in place."""
    iid = call.path["candidate"]
    if not (iid.isascii() and iid.isdigit() and len(iid) <= 18):
        raise NotFound(f"There is no candidate {iid[:100]} in this project.", field="candidate")

    def find(connection: Connection) -> PackageFile:
        record = candidates.get_by_iid(connection, call.project, int(iid))
        package = packages.candidate_package(record.experiment_iid, record.iid)
        return packages.get(connection, call.project, package, call.path["path"])

    file = await call.services.database.read(find)
    return await send(call, request, file, inline=request.query_params.get("inline") == "1")


ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{operations.PROJECT}/candidates/{{candidate}}/files/{{path:path}}",
        action=Action.EXPERIMENT_READ,
        mode=Mode.STREAM,
        handler=download,
        tags=("candidates",),
    ),
)
