"""Files of candidates (`candidate:<number>`) and of model versions, at the addresses of GitLab's model packages."""

from collections.abc import Callable

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from shortlist.access.actions import Action
from shortlist.http.endpoint import Call, Endpoint, Mode
from shortlist.models import places
from shortlist.v4.package_transfer import download_at, upload
from shortlist.v4.surface import PROJECT


async def put(call: Call, request: Request) -> Response:
    """Upload a file of a candidate or a model version."""
    return await upload(call, request, _place(call), None, "Artifact file is too large")


async def get(call: Call, request: Request) -> Response:
    """Download a file of a candidate or a model version."""
    return await download_at(call, request, _place(call))


def _place(call: Call) -> Callable[[Connection], places.Place]:
    return lambda connection: places.of_ml_model(
        connection, call.project, call.path["model_version_id"], call.path["path"]
    )


_FILE = f"{PROJECT}/packages/ml_models/{{model_version_id}}/files/{{path:path}}"

ENDPOINTS = (
    Endpoint(method="PUT", path=_FILE, action=Action.PACKAGE_WRITE, mode=Mode.STREAM, handler=put, tags=("v4",)),
    Endpoint(method="GET", path=_FILE, action=Action.PACKAGE_READ, mode=Mode.STREAM, handler=get, tags=("v4",)),
)
