"""Operations on registered models. Paths are relative to `/api/2.0/mlflow`."""

from collections.abc import Callable

from sqlalchemy import Connection

from shortlist.http.endpoint import Call, Endpoint, required
from shortlist.mlflow import operations, translate, translate_registry
from shortlist.mlflow import wire_registry as wire
from shortlist.mlflow.wire_experiments import Empty
from shortlist.models import lookup, models, rules, store_models, versions
from shortlist.models.types import ModelRecord
from shortlist.search import registry as search
from shortlist.search.types import RegistrySearch

_DEFAULT_PAGE = 100


async def create(call: Call, request: wire.CreateModel) -> wire.RegisteredModelAnswer:
    """Create a registered model."""
    name, tags = required(request.name, "name"), translate.pairs(request.tags)
    return await _answer(
        call, lambda connection: models.create(connection, call.project, name, request.description, tags)
    )


def get(call: Call, connection: Connection, request: wire.ModelName) -> wire.RegisteredModelAnswer:
    """Get a registered model with the latest version of each stage."""
    record = models.get(connection, call.project, required(request.name, "name"))
    return wire.RegisteredModelAnswer(_load(connection, call, record))


async def rename(call: Call, request: wire.RenameModel) -> wire.RegisteredModelAnswer:
    """Rename a registered model with all its versions."""
    name, new_name = required(request.name, "name"), required(request.new_name, "new_name")
    return await _answer(call, lambda connection: models.rename(connection, call.project, name, new_name))


async def update(call: Call, request: wire.UpdateModel) -> wire.RegisteredModelAnswer:
    """Change the description of a registered model."""
    name = required(request.name, "name")
    return await _answer(call, lambda connection: models.describe(connection, call.project, name, request.description))


async def delete(call: Call, request: wire.ModelName) -> Empty:
    """Delete a registered model with its versions and aliases."""
    name = required(request.name, "name")
    return await _empty(call, lambda connection: models.delete(connection, call.project, name))


def search_page(call: Call, connection: Connection, request: wire.SearchRegistry) -> wire.RegisteredModels:
    """Search registered models, a page at a time; prompts are left out unless the filter names their tag."""
    size = _DEFAULT_PAGE if request.max_results is None else request.max_results
    query = RegistrySearch(request.filter, request.order_by, size, request.page_token)
    page = search.models(connection, call.project, query)
    records = store_models.by_iids(connection, call.project, page.iids)
    found = models.load(connection, call.project, records)
    return wire.RegisteredModels([translate_registry.registered_model(model) for model in found], page.next_page_token)


def latest_versions(call: Call, connection: Connection, request: wire.LatestVersions) -> wire.ModelVersions:
    """Get the latest version of each stage of a registered model."""
    stages = {rules.check_stage(text, "stages") for text in request.stages}
    record = models.get(connection, call.project, required(request.name, "name"))
    found = models.load(connection, call.project, [record])[0].latest
    return wire.ModelVersions(
        [
            translate_registry.model_version(version)
            for version in found
            if not stages or version.record.stage in stages
        ]
    )


async def set_tag(call: Call, request: wire.SetModelTag) -> Empty:
    """Set a tag of a registered model, or overwrite it."""
    name, key, value = required(request.name, "name"), required(request.key, "key"), request.value or ""
    return await _empty(call, lambda connection: models.set_metadata(connection, call.project, name, key, value))


async def delete_tag(call: Call, request: wire.DeleteModelTag) -> Empty:
    """Delete a tag of a registered model; one that is not there is passed over."""
    name, key = required(request.name, "name"), required(request.key, "key")
    return await _empty(call, lambda connection: models.delete_metadata(connection, call.project, name, key))


async def set_alias(call: Call, request: wire.SetAlias) -> Empty:
    """Point an alias at a version."""
    name, alias = required(request.name, "name"), request.alias or ""
    version = required(request.version, "version")
    return await _empty(call, lambda connection: versions.set_alias(connection, call.project, name, alias, version))


async def delete_alias(call: Call, request: wire.AliasName) -> Empty:
    """Delete an alias; one that is not there is passed over."""
    name, alias = required(request.name, "name"), request.alias or ""
    return await _empty(call, lambda connection: models.delete_alias(connection, call.project, name, alias))


def get_by_alias(call: Call, connection: Connection, request: wire.AliasName) -> wire.ModelVersionAnswer:
    """Get the version that an alias points at; a semantic version counts as an alias."""
    record = lookup.by_alias(connection, call.project, required(request.name, "name"), request.alias or "")
    return wire.ModelVersionAnswer(
        translate_registry.model_version(versions.load(connection, call.project, [record])[0])
    )


def _load(connection: Connection, call: Call, record: ModelRecord) -> wire.RegisteredModel:
    return translate_registry.registered_model(models.load(connection, call.project, [record])[0])


async def _answer(call: Call, work: Callable[[Connection], ModelRecord]) -> wire.RegisteredModelAnswer:
    return wire.RegisteredModelAnswer(
        await call.services.database.write(lambda connection: _load(connection, call, work(connection)))
    )


async def _empty(call: Call, work: Callable[[Connection], None]) -> Empty:
    await call.services.database.write(work)
    return Empty()


_AT = "/registered-models/"
_ALIAS = f"{_AT}alias"

ENDPOINTS: tuple[Endpoint, ...] = tuple(
    operations.registry(endpoint)
    for endpoint in (
        operations.write(f"{_AT}create", create, wire.CreateModel, wire.RegisteredModelAnswer),
        operations.read(f"{_AT}get", get, wire.ModelName, wire.RegisteredModelAnswer),
        operations.write(f"{_AT}rename", rename, wire.RenameModel, wire.RegisteredModelAnswer),
        operations.write(f"{_AT}update", update, wire.UpdateModel, wire.RegisteredModelAnswer, "PATCH"),
        operations.write(f"{_AT}delete", delete, wire.ModelName, Empty, "DELETE"),
        operations.read(f"{_AT}search", search_page, wire.SearchRegistry, wire.RegisteredModels),
        # MLflow's client for R searches by POST.
        operations.read(f"{_AT}search", search_page, wire.SearchRegistry, wire.RegisteredModels, "POST"),
        operations.read(f"{_AT}get-latest-versions", latest_versions, wire.LatestVersions, wire.ModelVersions),
        operations.read(f"{_AT}get-latest-versions", latest_versions, wire.LatestVersions, wire.ModelVersions, "POST"),
        operations.write(f"{_AT}set-tag", set_tag, wire.SetModelTag, Empty),
        operations.write(f"{_AT}delete-tag", delete_tag, wire.DeleteModelTag, Empty, "DELETE"),
        operations.write(_ALIAS, set_alias, wire.SetAlias, Empty),
        operations.write(_ALIAS, delete_alias, wire.AliasName, Empty, "DELETE"),
        operations.read(_ALIAS, get_by_alias, wire.AliasName, wire.ModelVersionAnswer),
    )
)
