"""Files of packages on their way between a request and the store, on whichever surface."""

from starlette.requests import Request
from starlette.responses import Response

from shortlist.http.endpoint import Call
from shortlist.http.file_response import Shown, file_response
from shortlist.packages import service as packages
from shortlist.packages.types import Incoming, PackageFile, PackageStatus


async def storage(call: Call, max_file_bytes: int | None = None) -> packages.Storage:
    """Where files are kept. A limit of one's own can only be less than that of the settings."""
    services = call.services
    limit = (await services.instance.get()).max_file_bytes or services.settings.max_file_bytes
    if max_file_bytes is not None:
        limit = min(limit, max_file_bytes)
    return packages.Storage(services.database, services.blobs, limit)


def incoming(call: Call, request: Request, status: PackageStatus | None = None) -> Incoming:
    """The body of a request on its way into a package."""
    length = call.headers.get("content-length", "")
    announced = int(length) if length.isascii() and length.isdigit() else None
    return Incoming(request.stream(), call.headers.get("content-type"), announced, status)


async def send(call: Call, request: Request, file: PackageFile, shown: Shown = Shown.DOWNLOAD) -> Response:
    """A file as a download, or shown in place where that is safe."""
    services = call.services
    where = packages.Storage(services.database, services.blobs, services.settings.max_file_bytes)
    return await file_response(request, file, lambda start, end: packages.read(where, file, start, end), shown)
