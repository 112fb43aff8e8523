"""Operations on logged models. Paths are relative to `/api/2.0/mlflow`."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from shortlist.access.actions import Action
from shortlist.access.scope import Scope
from shortlist.errors import InvalidValue, MissingValue
from shortlist.http.endpoint import Call, required
from shortlist.http.transfer import look_up, send
from shortlist.logged_models import rules, store
from shortlist.logged_models import service as logged_models
from shortlist.logged_models.types import LoggedModelRecord, NewLoggedModel
from shortlist.mlflow import artifacts, lengths, operations, translate, translate_models
from shortlist.mlflow import wire_logged_models as wire
from shortlist.mlflow.wire_experiments import Empty
from shortlist.mlflow.wire_runs import ParamIn
from shortlist.models.places import of_logged_model
from shortlist.packages.rules import check_directory
from shortlist.packages.types import PackageFile
from shortlist.search import registry as search
from shortlist.search.types import LoggedModelOrder, LoggedModelSearch, OnDataset
from shortlist.tracking import roots

T = TypeVar("T")


async def create(call: Call, request: wire.CreateLoggedModel) -> wire.LoggedModelAnswer:
    """Create a logged model whose files are still to come."""
    new = NewLoggedModel(
        experiment_iid=translate.experiment_iid(request.experiment_id),
        name=request.name or None,
        model_type=request.model_type,
        candidate_external_id=request.source_run_id or None,
        params=_params(call, request.params),
        metadata=translate.pairs(request.tags),
    )
    return await _answer(call, lambda connection: logged_models.create(connection, call.project, new))


def get(call: Call, connection: Connection, request: wire.GetLoggedModel) -> wire.LoggedModelAnswer:
    """Get a logged model with its parameters, tags and metrics."""
    find = logged_models.find if request.allow_deleted else logged_models.get
    record = find(connection, call.project, required(request.model_id, "model_id"))
    return wire.LoggedModelAnswer(load(connection, call.project, [record])[0])


async def finalize(call: Call, request: wire.FinalizeLoggedModel) -> wire.LoggedModelAnswer:
    """Note that a logged model's files are complete, or that they will not be."""
    model_id = required(request.model_id, "model_id")
    status = translate_models.model_status(request.status)
    return await _answer(call, lambda connection: logged_models.finalize(connection, call.project, model_id, status))


async def delete(call: Call, request: wire.ModelId) -> Empty:
    """Delete a logged model; it can still be read where a client asks for deleted ones."""
    model_id = required(request.model_id, "model_id")
    return await _empty(call, lambda connection: logged_models.delete(connection, call.project, model_id))


async def set_tags(call: Call, request: wire.SetLoggedModelTags) -> Empty:
    """Set tags of a logged model, overwriting those that are there."""
    model_id = required(request.model_id, "model_id")
    tags = translate.pairs(request.tags)
    return await _empty(call, lambda connection: logged_models.set_metadata(connection, call.project, model_id, tags))


async def delete_tag(call: Call, request: wire.DeleteLoggedModelTag) -> Empty:
    """Delete a tag of a logged model."""
    model_id, key = required(request.model_id, "model_id"), required(request.tag_key, "tag_key")
    return await _empty(
        call, lambda connection: logged_models.delete_metadata(connection, call.project, model_id, key)
    )


async def log_params(call: Call, request: wire.LogLoggedModelParams) -> Empty:
    """Add parameters to a logged model; the same value again is accepted, another value is not."""
    model_id = required(request.model_id, "model_id")
    params = _params(call, request.params)
    return await _empty(call, lambda connection: logged_models.add_params(connection, call.project, model_id, params))


def list_directory(
    call: Call, connection: Connection, request: wire.ListLoggedModelArtifacts
) -> wire.LoggedModelListing:
    """List a directory of a logged model's files, by paths below the model."""
    record = logged_models.get(connection, call.project, required(request.model_id, "model_id"))
    place = of_logged_model(record, check_directory(request.artifact_directory_path))
    return wire.LoggedModelListing(
        roots.of_logged_model(record.external_id), artifacts.infos_below(call, connection, place)
    )


async def download(call: Call, request: Request) -> Response:
    """Download a file of a logged model."""
    path = required(request.query_params.get("artifact_file_path"), "artifact_file_path")

    def find(connection: Connection) -> PackageFile:
        record = logged_models.get(connection, call.project, call.path["model_id"])
        return artifacts.file_at(connection, call, of_logged_model(record, path))

    return await send(call, request, await look_up(call, find))


def search_page(call: Call, connection: Connection, request: wire.SearchLoggedModels) -> wire.LoggedModelPage:
    """Search the logged models of experiments, a page at a time."""
    if request.experiment_ids is None:
        raise MissingValue("experiment_ids")
    query = LoggedModelSearch(
        experiment_iids=translate.searched_iids(request.experiment_ids),
        filter=request.filter,
        order_by=[_order(place, item) for place, item in enumerate(request.order_by)],
        datasets=[_dataset(place, item) for place, item in enumerate(request.datasets)],
        max_results=request.max_results or _DEFAULT_PAGE,
        page_token=request.page_token,
    )
    page = search.logged_models(connection, call.project, query)
    records = store.by_iids(connection, call.project, page.iids)
    return wire.LoggedModelPage(load(connection, call.project, records), page.next_page_token)


def _order(place: int, item: wire.SearchOrder) -> LoggedModelOrder:
    field = required(item.field_name, f"order_by[{place}].field_name")
    dataset = OnDataset(item.dataset_name, item.dataset_digest) if item.dataset_name else None
    return LoggedModelOrder(field, not item.ascending, dataset)


def _dataset(place: int, item: wire.SearchDataset) -> OnDataset:
    return OnDataset(required(item.dataset_name, f"datasets[{place}].dataset_name"), item.dataset_digest)


def load(connection: Connection, scope: Scope, records: Sequence[LoggedModelRecord]) -> list[wire.LoggedModel]:
    """Logged models with what hangs on them, in a fixed number of statements."""
    data = store.data(connection, scope, [record.iid for record in records])
    return [translate_models.logged_model(record, data[record.iid]) for record in records]


async def _answer(call: Call, work: Callable[[Connection], LoggedModelRecord]) -> wire.LoggedModelAnswer:
    def write(connection: Connection) -> wire.LoggedModel:
        return load(connection, call.project, [work(connection)])[0]

    return wire.LoggedModelAnswer(await call.services.database.write(write))


async def _empty(call: Call, work: Callable[[Connection], None]) -> Empty:
    await call.services.database.write(work)
    return Empty()


def _params(call: Call, items: Sequence[ParamIn]) -> dict[str, str]:
    if len(items) > rules.MAX_PARAMS:
        raise InvalidValue(
            f"A request can contain at most {rules.MAX_PARAMS} params. Got {len(items)} params. "
            "Please split them across multiple requests and try again.",
            field="params",
        )
    found: dict[str, str] = {}
    for number, item in enumerate(items):
        value = lengths.fitted(call, item.value, rules.MAX_PARAM_VALUE)
        if found.setdefault(item.key, value) != value:
            raise InvalidValue(
                f"Duplicate parameter keys have been submitted: ['{item.key}'].", field=f"params[{number}].key"
            )
    return found


_DEFAULT_PAGE = 50
_ONE = "/logged-models/{model_id}"

ENDPOINTS = (
    operations.write("/logged-models", create, wire.CreateLoggedModel, wire.LoggedModelAnswer),
    operations.read("/logged-models/search", search_page, wire.SearchLoggedModels, wire.LoggedModelPage, "POST"),
    operations.read(_ONE, get, wire.GetLoggedModel, wire.LoggedModelAnswer),
    operations.write(_ONE, finalize, wire.FinalizeLoggedModel, wire.LoggedModelAnswer, "PATCH"),
    operations.write(_ONE, delete, wire.ModelId, Empty, "DELETE"),
    operations.write(f"{_ONE}/tags", set_tags, wire.SetLoggedModelTags, Empty, "PATCH"),
    operations.write(f"{_ONE}/tags/{{tag_key:path}}", delete_tag, wire.DeleteLoggedModelTag, Empty, "DELETE"),
    operations.write(f"{_ONE}/params", log_params, wire.LogLoggedModelParams, Empty),
    operations.read(
        f"{_ONE}/artifacts/directories", list_directory, wire.ListLoggedModelArtifacts, wire.LoggedModelListing
    ),
)
AJAX_ENDPOINTS = (operations.stream("GET", f"{_ONE}/artifacts/files", Action.EXPERIMENT_READ, download),)
