"""Uploads and downloads of package files by their addresses: generic packages, and those of models."""

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from shortlist.errors import InvalidValue, QuotaExceeded, TooLarge
from shortlist.http.endpoint import Call
from shortlist.http.transfer import Found, found, incoming, send_or_redirect, storage
from shortlist.models.places import Place
from shortlist.packages import registry
from shortlist.packages import service as packages
from shortlist.packages.types import Package, PackageFile, PackageRef, PackageStatus
from shortlist.v4 import package_shapes as shapes


class Wanted(msgspec.Struct, frozen=True):
    """A file to be downloaded, and the package that it is in."""

    package: Package
    file: PackageFile


async def upload(
    call: Call, request: Request, locate: Callable[[Connection], Place], limit: int | None, too_large: str
) -> Response:
    """Store the body as a file. `limit` is in bytes, None for that of the settings alone.

    Answers 201, with the file's record where the query says `select=package_file`.
    """
    status, select = _options(request)

    def target(connection: Connection) -> tuple[PackageRef, str]:
        place = locate(connection).opened()
        registry.check_visible(call.project, place.package)
        return place.target

    try:
        file = await packages.upload(await storage(call, limit), call.project, target, incoming(call, request, status))
    except QuotaExceeded:
        raise
    except TooLarge as error:
        raise InvalidValue(f"{too_large}: {error.message}", field="file") from None
    answer: Any = shapes.uploaded(call, file) if select else {"message": "201 Created"}
    return Response(msgspec.json.encode(answer), 201, media_type="application/json")


def _options(request: Request) -> tuple[PackageStatus | None, bool]:
    status, select = request.query_params.get("status"), request.query_params.get("select")
    if status and status not in set(PackageStatus):
        raise InvalidValue("status does not have a valid value", field="status")
    if select and select != "package_file":
        raise InvalidValue("select does not have a valid value", field="select")
    return PackageStatus(status) if status else None, bool(select)


async def download_at(call: Call, request: Request, locate: Callable[[Connection], Place]) -> Response:
    """A file by its path in a package."""

    def find(connection: Connection) -> Wanted:
        place = locate(connection)
        registry.check_visible(call.project, place.package)
        file = packages.get(connection, call.project, place.package, place.path)
        return Wanted(registry.get(connection, call.project, file.package_id), file)

    return await download(call, request, find)


async def download(call: Call, request: Request, find: Callable[[Connection], Wanted]) -> Response:
    """A file with its checksum in a header; the package notes about when it was last downloaded."""

    def read(connection: Connection) -> tuple[Wanted, Found]:
        wanted = find(connection)
        return wanted, found(connection, wanted.file)

    wanted, file = await call.services.database.read(read)
    response = await send_or_redirect(call, request, file)
    response.headers["x-checksum-sha256"] = wanted.file.sha256.hex()
    if request.method == "GET" and registry.needs_note(wanted.package):
        await call.services.database.write(
            lambda connection: registry.note_download(connection, call.project, wanted.package)
        )
    return response
