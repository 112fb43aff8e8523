"""Artifacts in parts and by signed addresses. `ENDPOINTS` are relative to `/api/2.0/mlflow-artifacts`.

MLflow's client uploads so what is large, where the server says that it can or where its user insists.
"""

from typing import Any

from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.blobs.types import StoredPart
from shortlist.errors import InvalidValue
from shortlist.http.endpoint import AsyncHandler, Call, Endpoint, Mode
from shortlist.http.transfer import part_addresses, signed_address, storage
from shortlist.mlflow import wire_artifacts as wire
from shortlist.mlflow.artifacts import file_at
from shortlist.mlflow.wire_experiments import Empty
from shortlist.models.places import Place, locate
from shortlist.packages import rules
from shortlist.packages.types import PackageFile


async def begin(call: Call, request: wire.UploadBegin) -> wire.UploadBegun:
    """Begin an upload in parts, or go on with one: addresses to send the parts to, in any order and at once."""
    place = await _target(call, request.path)
    uploads = call.services.uploads
    if request.upload_id:
        upload = await uploads.find(call.project, request.upload_id, place.package, place.path)
        there = await uploads.parts(call.project, upload)
    else:
        upload = await uploads.begin(call.project, place.package, place.path, request.num_parts)
        there = []
    missing = sorted(set(range(1, upload.part_count + 1)) - {part.number for part in there})
    addresses = await part_addresses(call, upload, missing)
    return wire.UploadBegun(
        upload_id=upload.id,
        credentials=[wire.Credential(url, number) for url, number in zip(addresses, missing, strict=True)],
        parts=[wire.SentPart(part.number, f'"{part.etag}"') for part in there],
    )


async def complete(call: Call, request: wire.UploadComplete) -> Empty:
    """Make a file of the parts that were sent; it can be seen when this is answered."""
    place = await _target(call, request.path)
    uploads = call.services.uploads
    upload = await uploads.find(call.project, request.upload_id, place.package, place.path)
    sent = [StoredPart(part.part_number, part.etag.strip('"'), 0) for part in request.parts]
    await uploads.complete(await storage(call), call.project, upload, sent)
    return Empty()


async def abort(call: Call, request: wire.UploadAbort) -> Empty:
    """End an upload in parts and free what has arrived; what is not there is passed over."""
    place = await _target(call, request.path)
    await call.services.uploads.abort(call.project, request.upload_id, place.package, place.path)
    return Empty()


async def presign(call: Call, _request: None) -> wire.SignedDownload:
    """Get an address from which an artifact can be downloaded for an hour without credentials."""

    def find(connection: Connection) -> PackageFile:
        return file_at(connection, call, locate(connection, call.project, call.path["path"]))

    file = await call.services.database.read(find)
    return wire.SignedDownload(await signed_address(call, file), file.size)


async def _target(call: Call, local_path: str) -> Place:
    """Where a file is to go: its bare name, in the directory that the address names."""
    name = local_path.replace("\\", "/").rpartition("/")[2]
    if not name:
        raise InvalidValue("The path names no file.", field="path")
    path = rules.check_path(f"{call.path['directory'].removesuffix('/')}/{name}")

    def target(connection: Connection) -> Place:
        place = locate(connection, call.project, path).opened()
        rules.check_path(place.path)
        return place

    return await call.services.database.read(target)


def _step(step: str, handler: AsyncHandler, request: type[Any], response: type[Any]) -> Endpoint:
    return Endpoint(
        method="POST",
        path=f"/mpu/{step}/{{directory:path}}",
        action=Action.EXPERIMENT_WRITE,
        mode=Mode.ASYNC,
        handler=handler,
        request=request,
        response=response,
        tags=("artifacts",),
    )


ENDPOINTS = (
    _step("create", begin, wire.UploadBegin, wire.UploadBegun),
    _step("complete", complete, wire.UploadComplete, Empty),
    _step("abort", abort, wire.UploadAbort, Empty),
    Endpoint(
        method="GET",
        path="/presigned/{path:path}",
        action=Action.EXPERIMENT_READ,
        mode=Mode.ASYNC,
        handler=presign,
        response=wire.SignedDownload,
        tags=("artifacts",),
    ),
)
