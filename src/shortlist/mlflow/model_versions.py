"""Operations on the versions of registered models. Paths are relative to `/api/2.0/mlflow`."""

from collections.abc import Callable

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from shortlist.access.actions import Action
from shortlist.errors import MissingValue
from shortlist.http.endpoint import Call, Endpoint, required
from shortlist.http.transfer import look_up, send
from shortlist.mlflow import artifacts, operations, translate, translate_registry
from shortlist.mlflow import wire_registry as wire
from shortlist.mlflow.wire_experiments import Empty
from shortlist.models import lookup, places, rules, store_versions, versions
from shortlist.models.types import NewVersion, VersionRecord
from shortlist.packages.types import PackageFile
from shortlist.search import registry as search
from shortlist.search.types import RegistrySearch


async def create(call: Call, request: wire.CreateVersion) -> wire.ModelVersionAnswer:
    """Create the next version of a registered model from a run, a logged model, another version, or a URI."""
    new = NewVersion(
        model_name=required(request.name, "name"),
        source=request.source or "",
        run_id=request.run_id or "",
        logged_model_id=request.model_id or "",
        run_link=request.run_link or "",
        description=request.description or "",
        metadata=translate.pairs(request.tags),
    )

    def work(connection: Connection) -> wire.ModelVersion:
        return _load(connection, call, versions.create(connection, call.project, new))

    return wire.ModelVersionAnswer(await call.services.database.write(work))


def get(call: Call, connection: Connection, request: wire.Version) -> wire.ModelVersionAnswer:
    """Get a version by its number or its semantic version."""
    return wire.ModelVersionAnswer(_load(connection, call, _find(connection, call, request)))


def download_uri(call: Call, connection: Connection, request: wire.Version) -> wire.DownloadUri:
    """Get the place of a version's files."""
    return wire.DownloadUri(_find(connection, call, request).location)


async def update(call: Call, request: wire.UpdateVersion) -> wire.ModelVersionAnswer:
    """Change the description of a version."""
    return await _change(
        call,
        request,
        lambda connection, record: versions.describe(connection, call.project, record, request.description),
    )


async def transition(call: Call, request: wire.TransitionStage) -> wire.ModelVersionAnswer:
    """Put a version in a stage, and archive those that were in it if asked to."""
    stage = rules.check_stage(required(request.stage, "stage"))
    return await _change(
        call,
        request,
        lambda connection, record: versions.move(
            connection, call.project, record, stage, archive_others=request.archive_existing_versions
        ),
    )


async def delete(call: Call, request: wire.Version) -> Empty:
    """Delete a version with its aliases; its number is not given out again."""

    def work(connection: Connection) -> None:
        versions.delete(connection, call.project, _find(connection, call, request))

    await call.services.database.write(work)
    return Empty()


def search_page(call: Call, connection: Connection, request: wire.SearchRegistry) -> wire.ModelVersions:
    """Search the versions of all registered models, a page at a time; those of prompts are left out."""
    size = search.MAX_VERSIONS if request.max_results is None else request.max_results
    query = RegistrySearch(request.filter, request.order_by, size, request.page_token)
    page = search.versions(connection, call.project, query)
    records = store_versions.by_iids(connection, call.project, page.iids)
    found = versions.load(connection, call.project, records)
    return wire.ModelVersions([translate_registry.model_version(version) for version in found], page.next_page_token)


async def set_tag(call: Call, request: wire.SetVersionTag) -> Empty:
    """Set a tag of a version, or overwrite it."""
    key = required(request.key, "key")
    if request.value is None:
        raise MissingValue("value")
    value = request.value

    def work(connection: Connection) -> None:
        versions.set_metadata(connection, call.project, _find(connection, call, request), key, value)

    await call.services.database.write(work)
    return Empty()


async def delete_tag(call: Call, request: wire.DeleteVersionTag) -> Empty:
    """Delete a tag of a version; one that is not there is passed over."""
    key = required(request.key, "key")

    def work(connection: Connection) -> None:
        versions.delete_metadata(connection, call.project, _find(connection, call, request), key)

    await call.services.database.write(work)
    return Empty()


async def download(call: Call, request: Request) -> Response:
    """Download a file of a version that is kept here."""
    given = request.query_params
    wanted = wire.Version(given.get("name"), given.get("version"))
    path = required(given.get("path"), "path")

    def find(connection: Connection) -> PackageFile:
        record = _find(connection, call, wanted)
        return artifacts.file_at(connection, call, places.of_version(connection, call.project, record, path))

    return await send(call, request, await look_up(call, find))


def _find(connection: Connection, call: Call, request: wire.Version) -> VersionRecord:
    name, version = required(request.name, "name"), required(request.version, "version")
    return lookup.version(connection, call.project, name, version)


def _load(connection: Connection, call: Call, record: VersionRecord) -> wire.ModelVersion:
    return translate_registry.model_version(versions.load(connection, call.project, [record])[0])


async def _change(
    call: Call, request: wire.Version, change: Callable[[Connection, VersionRecord], None]
) -> wire.ModelVersionAnswer:
    def work(connection: Connection) -> wire.ModelVersion:
        change(connection, _find(connection, call, request))
        return _load(connection, call, _find(connection, call, request))

    return wire.ModelVersionAnswer(await call.services.database.write(work))


_AT = "/model-versions/"

ENDPOINTS: tuple[Endpoint, ...] = tuple(
    operations.registry(endpoint)
    for endpoint in (
        operations.write(f"{_AT}create", create, wire.CreateVersion, wire.ModelVersionAnswer),
        operations.read(f"{_AT}get", get, wire.Version, wire.ModelVersionAnswer),
        operations.read(f"{_AT}get-download-uri", download_uri, wire.Version, wire.DownloadUri),
        operations.write(f"{_AT}update", update, wire.UpdateVersion, wire.ModelVersionAnswer, "PATCH"),
        operations.write(f"{_AT}transition-stage", transition, wire.TransitionStage, wire.ModelVersionAnswer),
        operations.write(f"{_AT}delete", delete, wire.Version, Empty, "DELETE"),
        operations.read(f"{_AT}search", search_page, wire.SearchRegistry, wire.ModelVersions),
        operations.write(f"{_AT}set-tag", set_tag, wire.SetVersionTag, Empty),
        operations.write(f"{_AT}delete-tag", delete_tag, wire.DeleteVersionTag, Empty, "DELETE"),
    )
)
# At the root of the address, without a version of the API.
FILES = (operations.stream("GET", f"{_AT}get-artifact", Action.MODEL_READ, download),)
