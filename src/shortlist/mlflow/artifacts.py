"""The artifact proxy and the listings of artifacts, which are the files of packages.

`ENDPOINTS` are relative to `/api/2.0/mlflow-artifacts`, `LIST_ENDPOINTS` to `/api/2.0/mlflow`.
"""

from collections.abc import Sequence

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from shortlist.access.actions import Action
from shortlist.errors import InvalidValue, NotFound, TooLarge
from shortlist.http.endpoint import Call, Endpoint, Mode, required
from shortlist.http.transfer import incoming, look_up, send, send_or_redirect, storage
from shortlist.mlflow import operations
from shortlist.mlflow import wire_artifacts as wire
from shortlist.mlflow.wire_experiments import Empty
from shortlist.models import places
from shortlist.models.places import Place, locate, of_candidate
from shortlist.packages import rules
from shortlist.packages import service as packages
from shortlist.packages.types import Entry, PackageFile, PackageRef
from shortlist.tracking import candidates, roots


async def upload(call: Call, request: Request) -> Empty:
    """Upload an artifact; it replaces the one at its path, and can be seen once it is complete."""
    target = places.target(call.project, call.path["path"])
    await packages.upload(await storage(call), call.project, target, incoming(call, request))
    return Empty()


async def download(call: Call, request: Request) -> Response:
    """Download an artifact, or one range of its bytes."""

    def find(connection: Connection) -> PackageFile:
        return file_at(connection, call, locate(connection, call.project, call.path["path"]))

    return await send_or_redirect(call, request, await look_up(call, find))


def file_at(connection: Connection, call: Call, place: Place) -> PackageFile:
    return packages.get(connection, call.project, place.package, place.path)


async def download_of_run(call: Call, request: Request) -> Response:
    """Download an artifact of a run by its id, as MLflow's pages do."""
    given = request.query_params
    external_id = required(given.get("run_id") or given.get("run_uuid"), "run_id")
    path = required(given.get("path"), "path")

    def find(connection: Connection) -> PackageFile:
        return file_at(connection, call, of_candidate(candidates.get(connection, call.project, external_id), path))

    return await send(call, request, await look_up(call, find))


async def upload_to_run(call: Call, request: Request) -> Empty:
    """Upload a small artifact of a run by its id, as MLflow's pages do."""
    given = request.query_params
    external_id = required(given.get("run_id") or given.get("run_uuid"), "run_id")
    path = rules.check_path(required(given.get("path"), "path"))

    def target(connection: Connection) -> tuple[PackageRef, str]:
        return of_candidate(candidates.get_active(connection, call.project, external_id), path).target

    limited = await storage(call, _MAX_SMALL_UPLOAD)
    try:
        await packages.upload(limited, call.project, target, incoming(call, request))
    except TooLarge as error:
        # MLflow's answer to its own pages; the artifact proxy takes larger files.
        raise InvalidValue(f"Artifact size is too large. {error.message}", field="body") from None
    return Empty()


async def delete(call: Call, _request: None) -> Empty:
    """Delete an artifact or a directory with everything below it; what is not there is passed over."""

    def work(connection: Connection) -> None:
        try:
            place = locate(connection, call.project, call.path["path"])
        except NotFound:
            return
        packages.delete_tree(connection, call.project, place.package, place.path)

    await call.services.database.write(work)
    return Empty()


def list_below(call: Call, connection: Connection, request: wire.ListBelow) -> wire.Listing:
    """List a directory of artifacts, by bare names; one that is not there is empty."""
    if not request.path.strip("/"):
        return wire.Listing()
    try:
        place = locate(connection, call.project, request.path)
    except NotFound:
        return wire.Listing()
    return wire.Listing(_infos(packages.list_directory(connection, call.project, place.package, place.path), ""))


def list_of_run(call: Call, connection: Connection, request: wire.ListOfRun) -> wire.RunListing:
    """List a directory of a run's artifacts, by paths below the run."""
    record = candidates.get(connection, call.project, required(request.run_id or request.run_uuid, "run_id"))
    place = of_candidate(record, rules.check_directory(request.path))
    return wire.RunListing(roots.of_candidate(record.iid), infos_below(call, connection, place))


def infos_below(call: Call, connection: Connection, place: Place) -> list[wire.FileInfo]:
    """What is directly in a directory, by paths below the root of its package."""
    entries = packages.list_directory(connection, call.project, place.package, place.path)
    return _infos(entries, f"{place.path}/" if place.path else "")


def _infos(entries: Sequence[Entry], prefix: str) -> list[wire.FileInfo]:
    return [
        wire.FileInfo(prefix + entry.name, entry.is_dir, None if entry.is_dir else entry.size or None)
        for entry in entries
    ]


_MAX_SMALL_UPLOAD = 10 * 1024 * 1024
_ONE = "/artifacts/{path:path}"

ENDPOINTS = (
    operations.stream("PUT", _ONE, Action.EXPERIMENT_WRITE, upload),
    operations.stream("GET", _ONE, Action.EXPERIMENT_READ, download),
    Endpoint(
        method="DELETE",
        path=_ONE,
        action=Action.EXPERIMENT_WRITE,
        mode=Mode.ASYNC,
        handler=delete,
        response=Empty,
        tags=("artifacts",),
    ),
    operations.read("/artifacts", list_below, wire.ListBelow, wire.Listing),
)
LIST_ENDPOINTS = (operations.read("/artifacts/list", list_of_run, wire.ListOfRun, wire.RunListing),)
AJAX_ENDPOINTS = (operations.stream("POST", "/upload-artifact", Action.EXPERIMENT_WRITE, upload_to_run),)
# At the root of the address, without a version of the API.
FILES = (operations.stream("GET", "/get-artifact", Action.EXPERIMENT_READ, download_of_run),)
