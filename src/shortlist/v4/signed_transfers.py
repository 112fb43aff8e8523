"""Signed addresses of this server: parts of uploads in, files out, without credentials beside the address."""

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from shortlist.access.actions import Action
from shortlist.errors import InvalidValue, NotFound
from shortlist.http.endpoint import Call, Endpoint, Mode
from shortlist.http.transfer import SIGNED_FILES, SIGNED_PARTS, incoming, look_up, send, storage
from shortlist.packages import registry
from shortlist.packages.signing import FileTicket, UploadTicket
from shortlist.packages.types import PackageFile


async def put_part(call: Call, request: Request) -> Response:
    """Upload a part of a file to the signed address that was given for it."""
    ticket = await call.services.signer.open(call.path["ticket"], UploadTicket)
    number = call.path["number"]
    if not (number.isascii() and number.isdigit() and len(number) <= 6):
        raise InvalidValue("A part's number is a whole number.", field="number")
    body = incoming(call, request)
    etag = await call.services.uploads.put_part(
        await storage(call), ticket.project_id, ticket.upload_id, int(number), body
    )
    return Response(None, 200, {"etag": f'"{etag}"'})


async def get_file(call: Call, request: Request) -> Response:
    """Download a file from a signed address, or one range of its bytes."""
    ticket = await call.services.signer.open(call.path["ticket"], FileTicket)

    def find(connection: Connection) -> PackageFile:
        found = registry.file_of_ticket(connection, ticket.project_id, ticket.file_id)
        if found is None:
            raise NotFound("The file was deleted.")
        return found

    return await send(call, request, await look_up(call, find))


ENDPOINTS = (
    Endpoint(
        method="PUT",
        path=SIGNED_PARTS,
        action=Action.SERVER_PUBLIC,
        mode=Mode.STREAM,
        handler=put_part,
        tags=("transfers",),
    ),
    Endpoint(
        method="GET",
        path=SIGNED_FILES,
        action=Action.SERVER_PUBLIC,
        mode=Mode.STREAM,
        handler=get_file,
        tags=("transfers",),
    ),
)
