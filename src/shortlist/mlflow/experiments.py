"""Operations on experiments. Paths are relative to `/api/2.0/mlflow`."""

from sqlalchemy import Connection

from shortlist.errors import InvalidValue
from shortlist.http.endpoint import Call, required
from shortlist.mlflow import operations, translate
from shortlist.mlflow import wire_experiments as wire
from shortlist.search import experiments as search
from shortlist.search.types import ExperimentSearch
from shortlist.tracking import experiments, store_datasets, store_experiments


async def create(call: Call, request: wire.CreateExperiment) -> wire.ExperimentCreated:
    """Create an experiment."""
    name = required(request.name, "name")
    metadata = translate.pairs(request.tags)
    record = await call.services.database.write(
        lambda connection: experiments.create(connection, call.project, name, metadata, request.artifact_location)
    )
    return wire.ExperimentCreated(str(record.iid))


def get(call: Call, connection: Connection, request: wire.ExperimentId) -> wire.ExperimentAnswer:
    """Get an experiment, deleted ones included."""
    iid = translate.experiment_iid(request.experiment_id)
    return wire.ExperimentAnswer(translate.experiment(experiments.get(connection, call.project, iid)))


def get_by_name(call: Call, connection: Connection, request: wire.ExperimentByName) -> wire.ExperimentAnswer:
    """Get an experiment by its name, deleted ones included."""
    name = required(request.experiment_name, "experiment_name")
    return wire.ExperimentAnswer(translate.experiment(experiments.get_by_name(connection, call.project, name)))


def search_page(call: Call, connection: Connection, request: wire.SearchExperiments) -> wire.ExperimentPage:
    """Search experiments, a page at a time."""
    query = ExperimentSearch(
        filter=request.filter,
        order_by=translate.order_by(request.order_by),
        view=translate.view(request.view_type, "view_type"),
        max_results=request.max_results or 0,
        page_token=request.page_token,
    )
    page = search.search(connection, call.project, query)
    records = store_experiments.by_iids(connection, call.project, page.iids)
    return wire.ExperimentPage([translate.experiment(record) for record in records], page.next_page_token)


async def update(call: Call, request: wire.UpdateExperiment) -> wire.Empty:
    """Rename an experiment."""
    iid = translate.experiment_iid(request.experiment_id)
    name = required(request.new_name, "new_name")
    await call.services.database.write(lambda connection: experiments.rename(connection, call.project, iid, name))
    return wire.Empty()


async def delete(call: Call, request: wire.ExperimentId) -> wire.Empty:
    """Delete an experiment and its runs; both can be restored."""
    iid = translate.experiment_iid(request.experiment_id)
    await call.services.database.write(lambda connection: experiments.delete(connection, call.project, iid))
    return wire.Empty()


async def restore(call: Call, request: wire.ExperimentId) -> wire.Empty:
    """Restore a deleted experiment with all its runs."""
    iid = translate.experiment_iid(request.experiment_id)
    await call.services.database.write(lambda connection: experiments.restore(connection, call.project, iid))
    return wire.Empty()


async def set_tag(call: Call, request: wire.SetExperimentTag) -> wire.Empty:
    """Set a tag of an experiment, or overwrite it."""
    iid = translate.experiment_iid(request.experiment_id)
    key, value = required(request.key, "key"), request.value or ""
    await call.services.database.write(
        lambda connection: experiments.set_metadata(connection, call.project, iid, key, value)
    )
    return wire.Empty()


async def delete_tag(call: Call, request: wire.DeleteExperimentTag) -> wire.Empty:
    """Delete a tag of an experiment."""
    iid = translate.experiment_iid(request.experiment_id)
    key = required(request.key, "key")
    await call.services.database.write(
        lambda connection: experiments.delete_metadata(connection, call.project, iid, key)
    )
    return wire.Empty()


def search_datasets(call: Call, connection: Connection, request: wire.SearchDatasets) -> wire.DatasetSummaries:
    """List the datasets that runs of experiments used."""
    iids = translate.searched_iids(request.experiment_ids)
    if not 1 <= len(iids) <= _MAX_SEARCHED:
        raise InvalidValue(
            f"Invalid value for parameter 'experiment_ids' supplied: expected 1 to {_MAX_SEARCHED} of them.",
            field="experiment_ids",
        )
    found = store_datasets.used_in(connection, call.project, iids, _MAX_SUMMARIES)
    return wire.DatasetSummaries(
        [wire.DatasetSummary(str(iid), name, digest, context or "") for iid, name, digest, context in found]
    )


_MAX_SEARCHED = 20
_MAX_SUMMARIES = 1_000

ENDPOINTS = (
    operations.write("/experiments/create", create, wire.CreateExperiment, wire.ExperimentCreated),
    operations.read("/experiments/get", get, wire.ExperimentId, wire.ExperimentAnswer),
    operations.read("/experiments/get-by-name", get_by_name, wire.ExperimentByName, wire.ExperimentAnswer),
    operations.read("/experiments/search", search_page, wire.SearchExperiments, wire.ExperimentPage),
    operations.read("/experiments/search", search_page, wire.SearchExperiments, wire.ExperimentPage, "POST"),
    operations.write("/experiments/update", update, wire.UpdateExperiment, wire.Empty),
    operations.write("/experiments/delete", delete, wire.ExperimentId, wire.Empty),
    operations.write("/experiments/restore", restore, wire.ExperimentId, wire.Empty),
    operations.write("/experiments/set-experiment-tag", set_tag, wire.SetExperimentTag, wire.Empty),
    operations.write("/experiments/delete-experiment-tag", delete_tag, wire.DeleteExperimentTag, wire.Empty),
)
AJAX_ENDPOINTS = (
    operations.read(
        "/experiments/search-datasets", search_datasets, wire.SearchDatasets, wire.DatasetSummaries, "POST"
    ),
)
