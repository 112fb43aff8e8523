"""The artifact proxy and the listing of a run's artifacts. A run's artifacts are the files of its package.

`ENDPOINTS` are relative to `/api/2.0/mlflow-artifacts`, `LIST_ENDPOINTS` to `/api/2.0/mlflow`.
"""

import re
from collections.abc import Sequence

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shortlist.access.actions import Action
from shortlist.access.scope import Scope
from shortlist.errors import InvalidValue, NotFound, NotImplementedHere
from shortlist.http.endpoint import Call, Endpoint, Mode, required
from shortlist.http.file_response import file_response
from shortlist.mlflow import operations, translate
from shortlist.mlflow import wire_artifacts as wire
from shortlist.mlflow.wire_experiments import Empty
from shortlist.packages import rules
from shortlist.packages import service as packages
from shortlist.packages.types import Entry, Incoming, PackageFile, PackageRef
from shortlist.tracking import candidates
from shortlist.tracking.types import CandidateRecord

# The root that we hand out, and the one that a plain MLflow server does.
_OURS = re.compile(r"candidate:(?P<iid>[0-9]{1,18})(?:/(?P<rest>.+))?\Z")
_PLAIN = re.compile(r"(?P<experiment>[0-9]{1,18})/(?P<run>[0-9A-Fa-f-]{32,36})/artifacts(?:/(?P<rest>.+))?\Z")


def _locate(connection: Connection, scope: Scope, path: str) -> tuple[CandidateRecord, str]:
    """The candidate that a proxy path begins with, and the path inside its package.

    Raises:
        InvalidValue: the path has `..` or another trick in it, plain or encoded. NotFound: no such candidate.
    """
    path = rules.check_directory(path)
    ours = _OURS.match(path)
    if ours is not None:
        return candidates.get_by_iid(connection, scope, int(ours["iid"])), ours["rest"] or ""
    plain = _PLAIN.match(path)
    if plain is None:
        raise NotFound(
            f"There is no artifact root at {path[:200]!r}: it begins with candidate:<number>.", field="path"
        )
    record = candidates.get(connection, scope, plain["run"])
    if record.experiment_iid != int(plain["experiment"]):
        raise NotFound(f"The run {plain['run']} is not in the experiment {plain['experiment']}.", field="path")
    return record, plain["rest"] or ""


def _package(record: CandidateRecord) -> PackageRef:
    return packages.candidate_package(record.experiment_iid, record.iid)


async def upload(call: Call, request: Request) -> Response:
    """Upload an artifact; it replaces the one at its path, and can be seen once it is complete."""

    def target(connection: Connection) -> tuple[CandidateRecord, str]:
        record, path = _locate(connection, call.project, rules.check_path(call.path["path"]))
        if record.deleted_at is not None:
            raise InvalidValue(
                f"The run {record.external_id} must be in the 'active' state. Current state is deleted.", field="path"
            )
        return record, rules.check_path(path)

    record, path = await call.services.database.read(target)
    length = call.headers.get("content-length", "")
    body = Incoming(
        request.stream(),
        call.headers.get("content-type"),
        int(length) if length.isascii() and length.isdigit() else None,
    )
    await packages.upload(_storage(call), call.project, _package(record), path, body)
    return JSONResponse({})


async def download(call: Call, request: Request) -> Response:
    """Download an artifact, or one range of its bytes."""

    def find(connection: Connection) -> PackageFile:
        record, path = _locate(connection, call.project, call.path["path"])
        return packages.get(connection, call.project, _package(record), path)

    file = await call.services.database.read(find)
    storage = _storage(call)
    return await file_response(request, file, lambda start, end: packages.read(storage, file, start, end))


async def delete(call: Call, _request: None) -> Empty:
    """Delete an artifact or a directory with everything below it; what is not there is passed over."""

    def work(connection: Connection) -> None:
        record, path = _locate(connection, call.project, call.path["path"])
        packages.delete_tree(connection, call.project, _package(record), path)

    await call.services.database.write(work)
    return Empty()


def list_below(call: Call, connection: Connection, request: wire.ListBelow) -> wire.Listing:
    """List a directory of a run's artifacts, by bare names."""
    if not request.path.strip("/"):
        return wire.Listing()
    record, path = _locate(connection, call.project, request.path)
    return wire.Listing(_infos(packages.list_directory(connection, call.project, _package(record), path), ""))


def list_of_run(call: Call, connection: Connection, request: wire.ListOfRun) -> wire.RunListing:
    """List a directory of a run's artifacts, by paths below the run."""
    record = candidates.get(connection, call.project, required(request.run_id or request.run_uuid, "run_id"))
    directory = rules.check_directory(request.path)
    entries = packages.list_directory(connection, call.project, _package(record), directory)
    return wire.RunListing(translate.artifact_uri(record), _infos(entries, f"{directory}/" if directory else ""))


def _infos(entries: Sequence[Entry], prefix: str) -> list[wire.FileInfo]:
    return [
        wire.FileInfo(prefix + entry.name, entry.is_dir, None if entry.is_dir else entry.size or None)
        for entry in entries
    ]


async def unsupported(_call: Call, _request: None) -> Empty:
    """Multipart uploads and signed addresses: the client uploads and downloads in one piece instead."""
    raise NotImplementedHere("Multipart and presigned transfers are not supported; use a plain PUT or GET.")


def _storage(call: Call) -> packages.Storage:
    services = call.services
    return packages.Storage(services.database, services.blobs, services.settings.max_file_bytes)


def _unsupported(method: str, path: str, action: Action) -> Endpoint:
    return Endpoint(method=method, path=path, action=action, mode=Mode.ASYNC, handler=unsupported, tags=("artifacts",))


_ONE = "/artifacts/{path:path}"

ENDPOINTS = (
    Endpoint(
        method="PUT", path=_ONE, action=Action.EXPERIMENT_WRITE, mode=Mode.STREAM, handler=upload, tags=("artifacts",)
    ),
    Endpoint(
        method="GET", path=_ONE, action=Action.EXPERIMENT_READ, mode=Mode.STREAM, handler=download, tags=("artifacts",)
    ),
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
    *(
        _unsupported("POST", f"/mpu/{step}/{{path:path}}", Action.EXPERIMENT_WRITE)
        for step in ("create", "complete", "abort")
    ),
    _unsupported("GET", "/presigned/{path:path}", Action.EXPERIMENT_READ),
)
LIST_ENDPOINTS = (operations.read("/artifacts/list", list_of_run, wire.ListOfRun, wire.RunListing),)
