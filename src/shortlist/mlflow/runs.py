"""Operations on runs as a whole. Paths are relative to `/api/2.0/mlflow`."""

from functools import partial

from sqlalchemy import Connection

from shortlist.clock import now_ms
from shortlist.http.endpoint import Call, required
from shortlist.mlflow import lengths, operations, pages_of_runs, translate
from shortlist.mlflow import wire_runs as wire
from shortlist.mlflow.wire_experiments import Empty
from shortlist.search import fresh
from shortlist.search.service import CandidateSearch
from shortlist.tracking import candidates
from shortlist.tracking.types import CandidateChange, NewCandidate


def run_id(request: wire.RunId) -> str:
    """The id, under whichever of its two names the client sent it."""
    return required(request.run_id or request.run_uuid, "run_id")


async def create(call: Call, request: wire.CreateRun) -> wire.RunAnswer:
    """Create a run."""
    new = NewCandidate(
        experiment_iid=translate.experiment_iid(request.experiment_id or "0"),
        name=request.run_name,
        start_time=now_ms() if request.start_time is None else request.start_time,
        user_name=request.user_id or call.actor.username,
        metadata=lengths.metadata(call, request.tags),
    )

    record = await call.services.candidate_writes.create(call.project, new)
    return wire.RunAnswer(translate.new_run(record, candidates.data_of_new(record, new)))


def get(call: Call, connection: Connection, request: wire.RunId) -> wire.RunAnswer:
    """Get a run with its latest metrics, deleted runs included."""
    record = candidates.get(connection, call.project, run_id(request))
    return wire.RunAnswer(pages_of_runs.load(connection, call.project, [record.iid])[0])


async def update(call: Call, request: wire.UpdateRun) -> wire.RunInfoAnswer:
    """Change a run's status, end time or name."""
    external_id = run_id(request)
    changes = CandidateChange(
        name=request.run_name or None,
        status=None if request.status is None else translate.status(request.status),
        end_time=request.end_time,
    )

    record = await call.services.candidate_writes.change(call.project, external_id, changes)
    return wire.RunInfoAnswer(translate.run_info(record))


async def delete(call: Call, request: wire.RunId) -> Empty:
    """Delete a run; it can be restored."""
    external_id = run_id(request)

    def work(connection: Connection) -> None:
        candidates.delete(connection, call.project, candidates.get(connection, call.project, external_id))

    await call.services.database.write(work)
    return Empty()


async def restore(call: Call, request: wire.RunId) -> Empty:
    """Restore a deleted run."""
    external_id = run_id(request)

    def work(connection: Connection) -> None:
        candidates.restore(connection, call.project, candidates.get(connection, call.project, external_id))

    await call.services.database.write(work)
    return Empty()


async def search(call: Call, request: wire.SearchRuns) -> wire.RunPage:
    """Search the runs of experiments, a page at a time."""
    query = CandidateSearch(
        experiment_iids=translate.searched_iids(request.experiment_ids),
        filter=request.filter,
        order_by=translate.order_by(request.order_by),
        view=translate.view(request.run_view_type, "run_view_type"),
        max_results=request.max_results,
        page_token=request.page_token,
    )
    services = call.services
    load = pages_of_runs.load
    if len(query.experiment_iids) == 1:
        load = partial(pages_of_runs.load_of_experiment, experiment_iid=query.experiment_iids[0])
    find = services.ahead.candidates
    page, runs = await fresh.candidates(services.database, services.folder, call.project, query, load, find)
    return wire.RunPage(runs, page.next_page_token)


ENDPOINTS = (
    operations.write("/runs/create", create, wire.CreateRun, wire.RunAnswer),
    operations.read("/runs/get", get, wire.RunId, wire.RunAnswer),
    operations.write("/runs/update", update, wire.UpdateRun, wire.RunInfoAnswer),
    operations.write("/runs/delete", delete, wire.RunId, Empty),
    operations.write("/runs/restore", restore, wire.RunId, Empty),
    operations.search("/runs/search", search, wire.SearchRuns, wire.RunPage),
)
