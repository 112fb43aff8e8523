"""The package registry: packages and their files listed, shown, downloaded and deleted."""

from typing import Literal

import msgspec
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from shortlist.access.actions import Action
from shortlist.errors import InvalidValue, NotFound
from shortlist.http.endpoint import Call, Endpoint, Mode
from shortlist.models import places
from shortlist.packages import registry
from shortlist.packages.types import PackageQuery, PackageStatus, PackageType
from shortlist.v4 import package_pipelines
from shortlist.v4 import package_shapes as shapes
from shortlist.v4.operations import read, remove
from shortlist.v4.package_transfer import Wanted, download
from shortlist.v4.paging import Paged, announce
from shortlist.v4.surface import PROJECT

# What GitLab's registry has for other kinds of files, and the states that a package is never in here.
_OTHER_TYPES = ("composer", "conan", "debian", "golang", "helm", "maven", "npm", "nuget", "pypi", "terraform_module")
_MAX_DIGITS = 18


class PackageList(Paged, kw_only=True):
    order_by: Literal["created_at", "name", "version", "type", "project_path"] = "created_at"
    sort: Literal["asc", "desc"] = "asc"
    package_type: str | None = None
    package_name: str = ""
    package_version: str = ""
    include_versionless: bool = False
    status: Literal["default", "hidden", "processing", "error", "pending_destruction", "deprecated"] | None = None


class PackageId(msgspec.Struct):
    package_id: int


class PackageFileList(Paged, kw_only=True):
    package_id: int
    order_by: Literal["id", "created_at", "file_name"] = "id"
    sort: Literal["asc", "desc"] = "asc"


class PackageFileId(PackageId):
    package_file_id: int


def list_packages(call: Call, connection: Connection, request: PackageList) -> list[shapes.PackageShape]:
    """List the packages of a project."""
    request.check()
    query = _query(request)
    if query is None:
        announce(call, request, 0)
        return []
    found, total = registry.page(connection, call.project, query, request.limit, request.offset)
    announce(call, request, total)
    pipelines = package_pipelines.of_packages(connection, call.project, found)
    return [shapes.package(call, item, pipelines.get(item.id)) for item in found]


def _query(request: PackageList) -> PackageQuery | None:
    """None where nothing can match."""
    known = {item.value for item in PackageType}
    if request.package_type and request.package_type not in known:
        if request.package_type in _OTHER_TYPES:
            return None
        raise InvalidValue("package_type does not have a valid value", field="package_type")
    if request.status is not None and request.status not in {item.value for item in PackageStatus}:
        return None
    return PackageQuery(
        type=PackageType(request.package_type) if request.package_type else None,
        search=request.package_name,
        version=request.package_version,
        statuses=frozenset({PackageStatus(request.status or PackageStatus.DEFAULT)}),
        order="created_at" if request.order_by == "project_path" else request.order_by,
        descending=request.sort == "desc",
    )


def get(call: Call, connection: Connection, request: PackageId) -> shapes.PackageShape:
    """Get a package, with its other versions."""
    found = registry.get(connection, call.project, request.package_id)
    pipeline = package_pipelines.of_packages(connection, call.project, [found]).get(found.id)
    return shapes.package(call, found, pipeline, registry.versions(connection, call.project, found))


async def delete(call: Call, request: PackageId) -> None:
    """Delete a package with its files."""

    def work(connection: Connection) -> None:
        package = places.open_package(connection, call.project, request.package_id, "package_id")
        registry.delete(connection, call.project, package)

    await call.services.database.write(work)


def list_files(call: Call, connection: Connection, request: PackageFileList) -> list[shapes.PackageFileShape]:
    """List the files of a package."""
    request.check()
    package = registry.get(connection, call.project, request.package_id)
    found, total = registry.files(
        connection,
        call.project,
        package,
        request.order_by,
        request.limit,
        request.offset,
        descending=request.sort == "desc",
    )
    announce(call, request, total)
    return [shapes.file(item) for item in found]


async def delete_file(call: Call, request: PackageFileId) -> None:
    """Delete a file of a package."""

    def work(connection: Connection) -> None:
        package = places.open_package(connection, call.project, request.package_id, "package_id")
        registry.delete_file(connection, call.project, package, request.package_file_id)

    await call.services.database.write(work)


async def download_file(call: Call, request: Request) -> Response:
    """Download a file of a package by its id."""
    package_id, file_id = (_number(call.path[name]) for name in ("package_id", "package_file_id"))

    def find(connection: Connection) -> Wanted:
        package = registry.get(connection, call.project, package_id)
        return Wanted(package, registry.file(connection, call.project, package, file_id))

    return await download(call, request, find)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS):
        raise NotFound(f"There is no package file {text[:100]!r}.", field="package_file_id")
    return int(text)


_ALL = f"{PROJECT}/packages"
_ONE = f"{_ALL}/{{package_id}}"
_FILE = f"{_ONE}/package_files/{{package_file_id}}"

ENDPOINTS = (
    read(_ALL, Action.PACKAGE_READ, list_packages, PackageList, list[shapes.PackageShape]),
    read(_ONE, Action.PACKAGE_READ, get, PackageId, shapes.PackageShape),
    remove(_ONE, Action.PACKAGE_WRITE, delete, PackageId),
    read(f"{_ONE}/package_files", Action.PACKAGE_READ, list_files, PackageFileList, list[shapes.PackageFileShape]),
    remove(_FILE, Action.PACKAGE_WRITE, delete_file, PackageFileId),
    Endpoint(
        method="GET",
        path=f"{_FILE}/download",
        action=Action.PACKAGE_READ,
        mode=Mode.STREAM,
        handler=download_file,
        tags=("v4",),
    ),
)
