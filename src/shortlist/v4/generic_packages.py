"""Generic packages: any file under a name, a version and a path. A candidate's artifacts are one of them, too."""

from collections.abc import Callable

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from shortlist.access.actions import Action
from shortlist.http.endpoint import Call, Endpoint, Mode
from shortlist.models import places
from shortlist.packages import rules
from shortlist.packages.types import PackageRef, PackageType
from shortlist.v4.package_transfer import download_at, upload
from shortlist.v4.surface import PROJECT


async def put(call: Call, request: Request) -> Response:
    """Upload a file of a generic package, which is made when it is missing."""
    services = call.services
    limit = (await services.instance.get()).max_generic_file_bytes or services.settings.max_generic_file_bytes
    return await upload(call, request, _place(call), limit, "File is too large")


async def get(call: Call, request: Request) -> Response:
    """Download a file of a generic package."""
    return await download_at(call, request, _place(call))


def _place(call: Call) -> Callable[[Connection], places.Place]:
    ref = rules.check_ref(PackageRef(PackageType.GENERIC, call.path["package_name"], call.path["package_version"]))
    return lambda connection: places.of_generic(connection, call.project, ref, call.path["path"])


_FILE = f"{PROJECT}/packages/generic/{{package_name}}/{{package_version}}/{{path:path}}"

ENDPOINTS = (
    Endpoint(method="PUT", path=_FILE, action=Action.PACKAGE_WRITE, mode=Mode.STREAM, handler=put, tags=("v4",)),
    Endpoint(method="GET", path=_FILE, action=Action.PACKAGE_READ, mode=Mode.STREAM, handler=get, tags=("v4",)),
)
