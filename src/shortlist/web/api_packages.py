"""The browser's operations on packages."""

from sqlalchemy import Connection

from shortlist.http.endpoint import Call
from shortlist.packages import registry
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


ENDPOINTS = tuple(
    operations.of_packages(endpoint)
    for endpoint in (
        operations.read("/packages", list_packages, wire_packages.PackageQuery, wire_packages.PackageList),
        operations.read(_ONE, get, wire_packages.PackagePath, wire_packages.PackagePage),
        operations.write("DELETE", _ONE, delete, wire_packages.PackagePath, wire.Empty),
    )
)
