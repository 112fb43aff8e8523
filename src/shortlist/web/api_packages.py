"""The browser's operations on packages."""

from msgspec.structs import asdict, replace
from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.http.endpoint import Call, Endpoint, Mode
from shortlist.models import places
from shortlist.packages import quotas, registry
from shortlist.packages.types import PackageSettings
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
        package = places.open_package(connection, call.project, request.package, "package")
        registry.delete(connection, call.project, package)

    await call.services.database.write(work)
    return wire.Empty()


def get_settings(call: Call, connection: Connection, _request: None) -> wire_packages.PackageSettings:
    """Get a project's rules for packages."""
    return _shown(quotas.settings(connection, call.project))


async def change_settings(call: Call, request: wire_packages.PackageSettingsChange) -> wire_packages.PackageSettings:
    """Change a project's rules for packages."""
    given = {name: value for name, value in asdict(request).items() if value is not None}

    def work(connection: Connection) -> wire_packages.PackageSettings:
        new = replace(quotas.settings(connection, call.project), **given)
        quotas.change(connection, call.author, call.project, new)
        return _shown(new)

    return await call.services.database.write(work)


def _shown(settings: PackageSettings) -> wire_packages.PackageSettings:
    return wire_packages.PackageSettings(
        settings.duplicates_allowed, settings.duplicate_exceptions, settings.size_limit
    )


_SETTINGS = f"{operations.PROJECT}/packages/settings"

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
        path=_SETTINGS,
        action=Action.PACKAGE_READ,
        mode=Mode.READ,
        handler=get_settings,
        response=wire_packages.PackageSettings,
        tags=("packages",),
    ),
    Endpoint(
        method="PATCH",
        path=_SETTINGS,
        action=Action.PROJECT_WRITE,
        mode=Mode.ASYNC,
        handler=change_settings,
        request=wire_packages.PackageSettingsChange,
        response=wire_packages.PackageSettings,
        tags=("packages",),
    ),
)
