"""What clients ask the server about itself. Paths are from the root."""

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from shortlist import __version__
from shortlist.access.actions import Action
from shortlist.http.endpoint import Call, Endpoint, Mode

# The tracking protocol that is spoken here; clients compare it to decide what to send.
MLFLOW_VERSION = "3.17.0"


class Features(msgspec.Struct, frozen=True):
    gateway: bool = False


class ServerInfo(msgspec.Struct):
    store_type: str = "SqlStore"
    server: str = f"shortlist {__version__}"
    workspaces_enabled: bool = False
    multipart_uploads_enabled: bool = False
    multipart_downloads_enabled: bool = False
    artifact_serving_enabled: bool = True
    trace_archival_enabled: bool = False
    presigned_upload_run_id_supported: bool = False
    presigned_upload_model_id_supported: bool = False
    features_enabled: Features = Features()


async def health(_call: Call, _request: Request) -> Response:
    """Whether the server answers."""
    return PlainTextResponse("OK")


async def version(_call: Call, _request: Request) -> Response:
    """The version of MLflow's protocol that the server speaks."""
    return PlainTextResponse(MLFLOW_VERSION)


async def server_info(call: Call, _request: None) -> ServerInfo:
    """What the server can do beyond the tracking protocol."""
    # Uploads in parts always work. They are worth their requests where the bytes need not come through here.
    services = call.services
    return ServerInfo(
        multipart_uploads_enabled=services.uploads.direct,
        multipart_downloads_enabled=services.settings.direct_transfers and services.blobs.signs,
    )


PROBES = (
    Endpoint(method="GET", path="/health", action=Action.SERVER_PUBLIC, mode=Mode.STREAM, handler=health),
    Endpoint(method="GET", path="/version", action=Action.SERVER_PUBLIC, mode=Mode.STREAM, handler=version),
)
INFO = (
    Endpoint(method="GET", path="/server-info", action=Action.SERVER_PUBLIC, mode=Mode.ASYNC, handler=server_info),
)
