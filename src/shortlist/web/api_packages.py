"""The browser's operations on packages."""

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from shortlist.access.actions import Action
from shortlist.errors import NotFound
from shortlist.http.endpoint import Call, Endpoint, Mode
from shortlist.http.transfer import send
from shortlist.packages import registry
from shortlist.packages import service as packages
from shortlist.packages.types import PackageFile
from shortlist.web import operations, wire, wire_packages
from shortlist.web import packages as shown

_ONE = "/packages/{package}"


def list_packages(
    call: Call, connection: Connection, request: wire_packages.PackageQuery
) -> wire_packages.PackageList:
    """List packages, the newest first, with what the project keeps and may keep."""
    return shown.package_list(connection, call.project, request)


def get(call: Call, connection: Connection, request: wire_packages.PackagePath) -> wire_packages.PackagePage:
    """Get a package with its files and what it belongs to."""
    return shown.package_page(connection, call.project, request.package)


async def delete(call: Call, request: wire_packages.PackagePath) -> wire.Empty:
    """Delete a package with its files."""

    def work(connection: Connection) -> None:
        registry.delete(connection, call.project, registry.get(connection, call.project, request.package))

    await call.services.database.write(work)
    return wire.Empty()


async def download(call: Call, request: Request) -> Response:
    """Download a file of a package; with `inline=1`, images, text, JSON and CSV are shown in place."""
    number = call.path["package"]
    if not (number.isascii() and number.isdigit() and len(number) <= 18):
        raise NotFound("There is no such package in this project.", field="package")

    def find(connection: Connection) -> PackageFile:
        package = registry.get(connection, call.project, int(number))
        return packages.get(connection, call.project, package.ref, call.path["path"])

    file = await call.services.database.read(find)
    return await send(call, request, file, inline=request.query_params.get("inline") == "1")


ENDPOINTS = (
    *(
        operations.of_packages(endpoint)
        for endpoint in (
            operations.read("/packages", list_packages, wire_packages.PackageQuery, wire_packages.PackageList),
            operations.read(_ONE, get, wire_packages.PackagePath, wire_packages.PackagePage),
            operations.write("DELETE", _ONE, delete, wire_packages.PackagePath, wire.Empty),
        )
    ),
    Endpoint(
        method="GET",
        path=f"{operations.PROJECT}{_ONE}/files/{{path:path}}",
        action=Action.PACKAGE_READ,
        mode=Mode.STREAM,
        handler=download,
        tags=("packages",),
    ),
)
