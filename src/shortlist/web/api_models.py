"""The browser's operations on registered models and their versions."""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.errors import InvalidValue
from shortlist.http.endpoint import Call
from shortlist.models import lookup, models, origins, rules, versions, wellknown
from shortlist.models.types import ModelRecord, NewVersion, VersionRecord
from shortlist.tracking import candidates
from shortlist.web import models as shown
from shortlist.web import operations, wire
from shortlist.web import wire_models as our_wire

_MODEL = "/models/{model}"
_VERSION = f"{_MODEL}/versions/{{version}}"


def list_models(call: Call, connection: Connection, request: our_wire.ModelQuery) -> our_wire.ModelList:
    """List registered models, the one that changed last first; prompts are left out."""
    return shown.model_list(connection, call.project, request)


def get(call: Call, connection: Connection, request: our_wire.ModelPath) -> our_wire.ModelPage:
    """Get a model with its newest versions."""
    return shown.model_page(connection, call.project, request.model)


async def create(call: Call, request: our_wire.ModelCreate) -> our_wire.Model:
    """Create a model without versions."""

    def work(connection: Connection) -> our_wire.Model:
        record = models.create(connection, call.project, request.name, request.description, {})
        return shown.model(connection, call.project, record.iid)

    return await call.services.database.write(work)


async def change(call: Call, request: our_wire.ModelChange) -> our_wire.ModelPage:
    """Change a model's name, description or metadata."""

    def work(connection: Connection) -> our_wire.ModelPage:
        scope = call.project
        record = models.get_by_iid(connection, scope, request.model)
        if request.name is not None and request.name != record.name:
            record = models.rename(connection, scope, record.name, request.name)
        if request.description is not None:
            models.describe(connection, scope, record.name, request.description)
        _change_metadata(connection, scope, record, request.metadata)
        return shown.model_page(connection, scope, request.model)

    return await call.services.database.write(work)


def _change_metadata(
    connection: Connection, scope: Scope, record: ModelRecord, pairs: Mapping[str, str | None]
) -> None:
    for key, value in pairs.items():
        if value is None:
            models.delete_metadata(connection, scope, record.name, key)
        else:
            models.set_metadata(connection, scope, record.name, key, value)


async def delete(call: Call, request: our_wire.ModelPath) -> wire.Empty:
    """Delete a model with its versions for good; files of candidates stay."""

    def work(connection: Connection) -> None:
        record = models.get_by_iid(connection, call.project, request.model)
        models.delete(connection, call.project, record.name)

    await call.services.database.write(work)
    return wire.Empty()


def sources(call: Call, connection: Connection, request: wire.CandidatePath) -> our_wire.SourceList:
    """List what of a candidate a version can be made from."""
    record = candidates.get_by_iid(connection, call.project, request.candidate)
    return our_wire.SourceList(
        [
            our_wire.Source(item.source, item.kind.value, item.name, item.files, item.size)
            for item in origins.of_candidate(connection, call.project, record)
        ]
    )


async def create_version(call: Call, request: our_wire.VersionCreate) -> our_wire.Version:
    """Create the next version of a model, from a candidate or for files that are uploaded to it."""

    def work(connection: Connection) -> our_wire.Version:
        scope = call.project
        model = models.get_by_iid(connection, scope, request.model)
        record = versions.create(connection, scope, _new_version(connection, scope, model, request))
        versions.set_aliases(connection, scope, record, request.aliases)
        return shown.version(connection, scope, record)

    return await call.services.database.write(work)


def _new_version(
    connection: Connection, scope: Scope, model: ModelRecord, request: our_wire.VersionCreate
) -> NewVersion:
    metadata = dict(request.metadata)
    if request.version:
        metadata[wellknown.SEMVER] = request.version
    run_id, source = "", request.source
    if request.candidate is not None:
        record = candidates.get_by_iid(connection, scope, request.candidate)
        run_id = record.external_id
        known = {item.source for item in origins.of_candidate(connection, scope, record)}
        if source and source not in known:
            raise InvalidValue("The candidate has no such source.", field="source")
    elif source:
        raise InvalidValue("A source goes with a candidate.", field="source")
    else:
        # A version that has files of its own says its semantic version itself.
        metadata.setdefault(wellknown.SEMVER, versions.next_semver(connection, scope, model))
    return NewVersion(model.name, source, run_id, description=request.description, metadata=metadata)


def get_version(call: Call, connection: Connection, request: our_wire.VersionPath) -> our_wire.Version:
    """Get a version with all that its page shows."""
    return shown.version(connection, call.project, _find(connection, call.project, request.model, request.version))


async def change_version(call: Call, request: our_wire.VersionChange) -> our_wire.Version:
    """Change a version's description, stage, aliases or metadata."""

    def work(connection: Connection) -> our_wire.Version:
        scope = call.project
        record = _find(connection, scope, request.model, request.version)
        for apply in _changes(request):
            apply(connection, scope, record)
        return shown.version(connection, scope, _find(connection, scope, request.model, request.version))

    return await call.services.database.write(work)


_Change = Callable[[Connection, Scope, VersionRecord], None]


def _changes(request: our_wire.VersionChange) -> list[_Change]:
    found: list[_Change] = []
    description, aliases = request.description, request.aliases
    if description is not None:
        found.append(lambda connection, scope, record: versions.describe(connection, scope, record, description))
    if request.stage is not None:
        stage = rules.check_stage(request.stage)
        found.append(
            lambda connection, scope, record: versions.move(connection, scope, record, stage, archive_others=False)
        )
    if aliases is not None:
        found.append(lambda connection, scope, record: versions.set_aliases(connection, scope, record, aliases))
    if request.metadata:
        found.append(lambda connection, scope, record: _change_pairs(connection, scope, record, request.metadata))
    return found


def _change_pairs(
    connection: Connection, scope: Scope, record: VersionRecord, pairs: Mapping[str, str | None]
) -> None:
    for key, value in pairs.items():
        if value is None:
            versions.delete_metadata(connection, scope, record, key)
        else:
            versions.set_metadata(connection, scope, record, key, value)


async def delete_version(call: Call, request: our_wire.VersionPath) -> wire.Empty:
    """Delete a version for good; its number is not given out again, and files of candidates stay."""

    def work(connection: Connection) -> None:
        record = _find(connection, call.project, request.model, request.version)
        versions.delete(connection, call.project, record)

    await call.services.database.write(work)
    return wire.Empty()


def _find(connection: Connection, scope: Scope, model: int, number: int) -> VersionRecord:
    return lookup.by_place(connection, scope, (model, number))


ENDPOINTS = (
    *(
        operations.of_models(endpoint)
        for endpoint in (
            operations.read("/models", list_models, our_wire.ModelQuery, our_wire.ModelList),
            operations.write("POST", "/models", create, our_wire.ModelCreate, our_wire.Model),
            operations.read(_MODEL, get, our_wire.ModelPath, our_wire.ModelPage),
            operations.write("PATCH", _MODEL, change, our_wire.ModelChange, our_wire.ModelPage),
            operations.write("DELETE", _MODEL, delete, our_wire.ModelPath, wire.Empty),
            operations.write("POST", f"{_MODEL}/versions", create_version, our_wire.VersionCreate, our_wire.Version),
            operations.read(_VERSION, get_version, our_wire.VersionPath, our_wire.Version),
            operations.write("PATCH", _VERSION, change_version, our_wire.VersionChange, our_wire.Version),
            operations.write("DELETE", _VERSION, delete_version, our_wire.VersionPath, wire.Empty),
        )
    ),
    operations.read("/candidates/{candidate}/sources", sources, wire.CandidatePath, our_wire.SourceList),
)
