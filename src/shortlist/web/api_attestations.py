"""Attestations of model versions, and the key that they are signed with."""

from shortlist.access.actions import Action
from shortlist.attestation import dsse, service
from shortlist.attestation.types import Envelope, KeySet
from shortlist.http.endpoint import Call, Endpoint, Mode
from shortlist.models import lookup
from shortlist.web import operations
from shortlist.web.wire_models import VersionPath


async def attestation(call: Call, request: VersionPath) -> Envelope:
    """Attest a version: an in-toto statement with SLSA provenance, in an envelope that this server has signed."""
    scope, database = call.project, call.services.database
    key = await service.obtain_key(database)
    place, url = (request.model, request.version), f"{call.base_url}/{scope.project.full_path}"
    found = await database.read(
        lambda connection: service.attest(connection, scope, lookup.by_place(connection, scope, place), key, url)
    )
    name = f"model-{request.model}-version-{request.version}.intoto.json"
    call.add_header("content-disposition", f'attachment; filename="{name}"')
    return found


async def keys(call: Call, _request: None) -> KeySet:
    """The public key of this server's attestations, as a JSON Web Key set."""
    return KeySet([dsse.published(await service.obtain_key(call.services.database))])


ENDPOINTS = (
    operations.of_models(
        operations.query_get("/models/{model}/versions/{version}/attestation", attestation, VersionPath, Envelope)
    ),
    Endpoint(
        method="GET",
        path="/.well-known/jwks.json",
        action=Action.SERVER_PUBLIC,
        mode=Mode.ASYNC,
        handler=keys,
        response=KeySet,
        tags=("attestations",),
    ),
)
