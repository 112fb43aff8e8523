"""Files of packages on their way between a request and the store, on whichever surface."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from shortlist.blobs.blocks import Buffer
from shortlist.blobs.store import PART_BYTES
from shortlist.clock import now_ms
from shortlist.http.body import Chunks, Patience, announced_size
from shortlist.http.endpoint import Call
from shortlist.http.file_response import Reader, Shown, file_response, not_modified
from shortlist.http.receiving import PIECE_BYTES
from shortlist.packages import contents
from shortlist.packages import service as packages
from shortlist.packages.contents import Storage
from shortlist.packages.signing import DOWNLOAD_MS, UPLOAD_MS, FileTicket, UploadTicket
from shortlist.packages.types import Incoming, PackageFile, PackageStatus, Upload

# Where signed addresses of this server are. What follows is the ticket, and for a part its number.
SIGNED_PARTS = "/-/transfers/uploads/{ticket}/{number}"
SIGNED_FILES = "/-/transfers/files/{ticket}"

# Below this, going to the store for it takes longer than sending it.
_REDIRECT_BYTES = 8 * 1024 * 1024
# Headers with a credential that clients would send on to the store. Authorization is kept back by all of them.
_SENT_ON = ("private-token", "job-token", "deploy-token", "cookie")


async def storage(call: Call, max_file_bytes: int | None = None) -> Storage:
    """Where files are kept. A limit of one's own can only be less than that of the settings."""
    services = call.services
    limit = (await services.instance.get()).max_file_bytes or services.settings.max_file_bytes
    if max_file_bytes is not None:
        limit = min(limit, max_file_bytes)
    return Storage(services.database, services.blobs, limit, services.mover.small_bytes, services.small_uploads)


def incoming(call: Call, request: Request, status: PackageStatus | None = None) -> Incoming:
    """The body of a request on its way into a package."""
    size = announced_size(call.headers)
    return Incoming(_counted(request, call.headers), call.headers.get("content-type"), size, status)


async def _counted(request: Request, headers: Mapping[str, str]) -> AsyncGenerator[Buffer]:
    """The body, of which the store holds less than a part at a time while it comes slowly; its connection, a piece."""
    size = 0
    async for chunk in Chunks(request.receive, headers):
        size += len(chunk)
        if isinstance(request.receive, Patience):
            piece = PIECE_BYTES if isinstance(chunk, memoryview) else 0
            request.receive.hold(size % PART_BYTES + piece)
        yield chunk


class Found(NamedTuple):
    """A file that was looked up, and its bytes where the same transaction could read them."""

    file: PackageFile
    content: bytes | None = None


def found(connection: Connection, file: PackageFile) -> Found:
    """A file with its bytes where it is a small one: to come for them later would cost a second transaction."""
    return Found(file, contents.read_small(connection, file))


async def look_up(call: Call, find: Callable[[Connection], PackageFile]) -> Found:
    return await call.services.database.read(lambda connection: found(connection, find(connection)))


async def send(call: Call, request: Request, wanted: Found, shown: Shown = Shown.DOWNLOAD) -> Response:
    """A file as a download, or shown in place where that is safe."""
    file = wanted.file
    services = call.services
    where = Storage(services.database, services.blobs, services.settings.max_file_bytes)

    async def opened(start: int, end: int) -> AsyncGenerator[bytes]:
        return await packages.read(where, file, start, end)

    async def local() -> Path | None:
        return await packages.local_file(where, file)

    return await file_response(request, file, Reader(opened, local), shown, wanted.content)


async def send_or_redirect(call: Call, request: Request, wanted: Found) -> Response:
    """The same for programs, which are sent to the store for a large file, where the settings let them go there.

    Pages are not: what the store answers has none of the headers that keep a file from acting as a page.
    """
    file = wanted.file
    address = await _direct_address(call, request, file)
    if address is None:
        return await send(call, request, wanted)
    headers = {"location": address, "cache-control": "no-store", "x-checksum-sha256": file.sha256.hex()}
    return Response(None, 302, headers)


async def _direct_address(call: Call, request: Request, file: PackageFile) -> str | None:
    if not call.services.settings.direct_transfers or request.method != "GET" or file.size < _REDIRECT_BYTES:
        return None
    if any(name in call.headers for name in _SENT_ON) or not_modified(request, file):
        return None
    if "if-range" in call.headers:  # the store has tags of its own, or looks at the range alone
        return None
    return await contents.signed_address(call.services.blobs, file.location, DOWNLOAD_MS // 1000)


async def signed_address(call: Call, file: PackageFile) -> str:
    """Where anybody who has the address can download a file for a while: at the store, or here."""
    if call.services.settings.direct_transfers:
        address = await contents.signed_address(call.services.blobs, file.location, DOWNLOAD_MS // 1000)
        if address is not None:
            return address
    ticket = FileTicket(call.project.project_id, file.id, now_ms() + DOWNLOAD_MS)
    return call.base_url + SIGNED_FILES.format(ticket=await call.services.signer.sign(ticket))


async def part_addresses(call: Call, upload: Upload, numbers: Sequence[int]) -> list[str]:
    """Where to PUT parts of an upload: at the store, or here."""
    addresses = await call.services.uploads.addresses(upload, numbers, UPLOAD_MS // 1000)
    if addresses is not None:
        return addresses
    ticket = UploadTicket(call.project.project_id, upload.id, now_ms() + UPLOAD_MS)
    token = await call.services.signer.sign(ticket)
    return [call.base_url + SIGNED_PARTS.format(ticket=token, number=number) for number in numbers]
