"""Files for the browser, whoever they belong to: listed, downloaded, shown, packed, uploaded and deleted."""

import msgspec
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shortlist.errors import InvalidValue, NotFound
from shortlist.http.endpoint import Call, Endpoint, Mode
from shortlist.http.file_response import Shown, stream_response
from shortlist.http.transfer import incoming, look_up, send, storage
from shortlist.packages import rules
from shortlist.packages import service as packages
from shortlist.packages.archive import Member, pack
from shortlist.packages.targets import Below
from shortlist.packages.types import PackageFile, PackageRef
from shortlist.web import operations, translate, wire
from shortlist.web.file_owners import OWNERS, Owner, Root

_MAX_LISTED = 20_000
_MAX_PACKED = 100_000
_SHOWN = {"": Shown.DOWNLOAD, "0": Shown.DOWNLOAD, "1": Shown.INLINE, "page": Shown.PAGE, "page-cdn": Shown.PAGE_CDN}


class _Files:
    """The handlers of one kind of owner."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner

    def _root(self, connection: Connection, call: Call) -> Root:
        return self._owner.find(connection, call.project, call.path)

    def list_files(self, call: Call, connection: Connection, _request: None) -> wire.FileList:
        """List files by path, at most 20,000."""
        root = self._root(connection, call)
        found, truncated = packages.files(connection, call.project, root.place.package, _MAX_LISTED, root.place.path)
        return wire.FileList([translate.file(item, root.below(item.path)) for item in found], truncated)

    async def download(self, call: Call, request: Request) -> Response:
        """Download a file; with `inline=1` it is shown where it cannot run, with `inline=page` HTML in a sandbox."""

        def find(connection: Connection) -> PackageFile:
            place = self._root(connection, call).at(call.path["path"])
            return packages.get(connection, call.project, place.package, place.path)

        shown = _SHOWN.get(request.query_params.get("inline", ""))
        if shown is None:
            raise InvalidValue("A file is shown with inline=1, inline=page or inline=page-cdn.", field="inline")
        return await send(call, request, await look_up(call, find), shown)

    async def pack(self, call: Call, request: Request) -> Response:
        """Download a folder (`path`), or everything, as a zip."""
        folder = rules.check_directory(request.query_params.get("path", ""))

        def find(connection: Connection) -> tuple[str, list[Member]]:
            root = self._root(connection, call)
            place = root.at(folder)
            found, more = packages.files(connection, call.project, place.package, _MAX_PACKED, place.path)
            if more:
                raise InvalidValue(f"There are more than {_MAX_PACKED} files; download its folders.", field="path")
            if not found:
                raise NotFound(f"There is no folder {folder!r}." if folder else "There are no files.", field="path")
            above = len(place.path.rpartition("/")[0])
            members = [Member(item.path[above:].lstrip("/"), item) for item in found]
            return folder.rpartition("/")[2] or root.name, members

        name, members = await call.services.database.read(find)
        return stream_response(await pack(await storage(call), members), "application/zip", f"{name}.zip")

    async def upload(self, call: Call, request: Request) -> Response:
        """Upload a file; it replaces the one at its path."""
        path = rules.check_path(call.path["path"])

        def place(connection: Connection) -> tuple[PackageRef, str]:
            return self._root(connection, call).place.opened().target

        owner = tuple(value for name, value in call.path.items() if name != "path")
        target = Below((self._owner.tag, owner), place, path)
        stored = await packages.upload(await storage(call), call.project, target, incoming(call, request))
        return JSONResponse(msgspec.to_builtins(translate.file(stored, path)))

    async def delete(self, call: Call, _request: None) -> wire.Empty:
        """Delete a file, or a folder with everything in it."""
        path = rules.check_path(call.path["path"])

        def work(connection: Connection) -> None:
            place = self._root(connection, call).at(path).opened()
            if packages.delete_tree(connection, call.project, place.package, place.path) == 0:
                raise NotFound(f"There is no file or folder {path!r}.", field="path")

        await call.services.database.write(work)
        return wire.Empty()


def _endpoints(owner: Owner) -> tuple[Endpoint, ...]:
    handlers = _Files(owner)
    all_files, one = f"{operations.PROJECT}{owner.path}/files", f"{operations.PROJECT}{owner.path}/files/{{path:path}}"
    archive = f"{operations.PROJECT}{owner.path}/archive"
    tags = (owner.tag,)
    return (
        Endpoint(
            method="GET",
            path=all_files,
            action=owner.read,
            mode=Mode.READ,
            handler=handlers.list_files,
            response=wire.FileList,
            tags=tags,
        ),
        Endpoint(method="GET", path=one, action=owner.read, mode=Mode.STREAM, handler=handlers.download, tags=tags),
        Endpoint(method="PUT", path=one, action=owner.write, mode=Mode.STREAM, handler=handlers.upload, tags=tags),
        Endpoint(
            method="DELETE",
            path=one,
            action=owner.write,
            mode=Mode.ASYNC,
            handler=handlers.delete,
            response=wire.Empty,
            tags=tags,
        ),
        Endpoint(method="GET", path=archive, action=owner.read, mode=Mode.STREAM, handler=handlers.pack, tags=tags),
    )


ENDPOINTS = tuple(endpoint for owner in OWNERS for endpoint in _endpoints(owner))
