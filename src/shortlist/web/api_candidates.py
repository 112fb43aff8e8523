"""The browser's operations on candidates, their curves and the list of their files."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.clock import now_ms
from shortlist.errors import InvalidValue
from shortlist.http.endpoint import AsyncHandler, Call, Pieces
from shortlist.metrics import arrow
from shortlist.metrics import service as metrics
from shortlist.search import fresh
from shortlist.tracking import candidates, editing, logs, stars
from shortlist.tracking import types as tracking
from shortlist.tracking.creation import has_ended
from shortlist.web import answers, operations, translate, views, wire
from shortlist.web.api_creation import points_of
from shortlist.web.wire_creation import CandidateEdit
from shortlist.web.wire_curves import CurveList, CurveQuery
from shortlist.web.wire_nearest import Neighbourhood

T = TypeVar("T")

_ONE = "/candidates/{candidate}"
_MAX_CANDIDATES = 100
_MAX_CURVES = 2_000
_MAX_POINTS = 10_000


async def search_page(call: Call, request: wire.CandidateQuery) -> wire.CandidatePage:
    """Search the candidates of an experiment, a page at a time."""
    return await views.candidate_page(call.services, call.project, request)


async def get(call: Call, request: wire.CandidatePath) -> wire.Candidate:
    """Get a candidate with all that its page shows."""

    def read(connection: Connection) -> wire.Candidate:
        return views.candidate(connection, call.project, request.candidate)

    found = await _among_others(call, request.candidate, read)
    call.services.refresher.seen(call.project.project_id, [request.candidate])
    return found


async def nearest(call: Call, request: wire.CandidatePath) -> Neighbourhood:
    """Tell which candidates of the experiment differ least in their parameters, and how they stand."""
    return await _among_others(
        call, request.candidate, lambda connection: answers.nearest(connection, call.project, request.candidate)
    )


async def _among_others(call: Call, iid: int, read: Callable[[Connection], T]) -> T:
    """What `read` finds of a candidate once its place among the others counts the points that are still in the log."""
    scope, services = call.project, call.services
    record = await services.database.read(lambda connection: candidates.get_by_iid(connection, scope, iid))
    return await fresh.folded(services.database, services.folder, scope, [record.experiment_iid], read)


async def change(call: Call, request: CandidateEdit) -> wire.Candidate:
    """Change a candidate's name, note, status, parameters or metadata, or add points to its metrics."""
    changed = {key: value for key, value in request.metadata.items() if value is not None}
    candidates.check_metadata(changed, "metadata")
    editing.check_params(request.params)
    now = now_ms()
    points = points_of(request.metrics, now)
    status = None if request.status is None else tracking.Status(request.status)

    def work(connection: Connection) -> wire.Candidate:
        scope = call.project
        found = candidates.get_by_iid(connection, scope, request.candidate)
        record = candidates.get_active(connection, scope, found.external_id, hold=True)
        candidates.set_metadata(connection, scope, record, changed)
        for key in request.metadata.keys() - changed.keys():
            candidates.delete_metadata(connection, scope, record, key)
        editing.set_params(connection, scope, record, request.params)
        if points:
            logs.log_batch(connection, scope, record.external_id, tracking.Batch(), points)
        ended = now if status is not None and has_ended(status) and record.end_time is None else None
        fields = tracking.CandidateChange(name=request.name, note=request.note, status=status, end_time=ended)
        candidates.change(connection, scope, record, fields)
        return views.candidate(connection, scope, request.candidate)

    answer = await call.services.database.write(work)
    if points:
        call.services.folder.notify(call.project.project_id, len(points))
    return answer


async def delete(call: Call, request: wire.CandidatePath) -> wire.Empty:
    """Delete a candidate; it can be restored."""

    def work(connection: Connection) -> None:
        record = candidates.get_by_iid(connection, call.project, request.candidate)
        candidates.delete(connection, call.project, record)

    await call.services.database.write(work)
    return wire.Empty()


async def restore(call: Call, request: wire.CandidatePath) -> wire.Candidate:
    """Restore a deleted candidate."""

    def work(connection: Connection) -> wire.Candidate:
        record = candidates.get_by_iid(connection, call.project, request.candidate)
        candidates.restore(connection, call.project, record)
        return views.candidate(connection, call.project, request.candidate)

    return await call.services.database.write(work)


def _starring(*, starred: bool) -> AsyncHandler:
    async def star(call: Call, request: wire.CandidatePath) -> wire.Empty:
        await call.services.database.write(
            lambda connection: stars.put(connection, call.project, request.candidate, starred=starred)
        )
        return wire.Empty()

    star.__doc__ = "Star a candidate for oneself." if starred else "Take one's own star from a candidate."
    return star


def curves(call: Call, connection: Connection, request: CurveQuery) -> CurveList | Pieces:
    """Read sampled curves of several candidates and metrics, as JSON or as the Arrow stream that Accept asks for."""
    if len(request.candidates) > _MAX_CANDIDATES or len(request.candidates) * len(request.keys) > _MAX_CURVES:
        raise InvalidValue(
            f"At most {_MAX_CANDIDATES} candidates and {_MAX_CURVES} curves can be read at once.", field="candidates"
        )
    if not 2 <= request.points <= _MAX_POINTS:
        raise InvalidValue(f"The number of points must be between 2 and {_MAX_POINTS}.", field="points")
    found = metrics.curves(
        connection,
        call.project,
        metrics.CurveRequest(
            candidate_iids=request.candidates,
            keys=request.keys,
            points=request.points,
            axis=request.axis,
            start=request.start,
            end=request.end,
            x_key=request.x_key,
            minus=request.minus,
        ),
    )
    if arrow.MEDIA_TYPE in call.headers.get("accept", ""):
        return Pieces(iter([arrow.curves(found)]), arrow.MEDIA_TYPE)
    return CurveList([translate.curve(item) for item in found])


ENDPOINTS = (
    operations.query(
        "/experiments/{experiment}/candidates/search", search_page, wire.CandidateQuery, wire.CandidatePage
    ),
    operations.query_get(_ONE, get, wire.CandidatePath, wire.Candidate),
    operations.query_get(_ONE + "/nearest", nearest, wire.CandidatePath, Neighbourhood),
    operations.write("PATCH", _ONE, change, CandidateEdit, wire.Candidate),
    operations.write("DELETE", _ONE, delete, wire.CandidatePath, wire.Empty),
    operations.write("POST", _ONE + "/restore", restore, wire.CandidatePath, wire.Candidate),
    *(
        replace(
            operations.write(method, _ONE + "/star", _starring(starred=starred), wire.CandidatePath, wire.Empty),
            action=Action.STAR_WRITE,
        )
        for method, starred in (("PUT", True), ("DELETE", False))
    ),
    operations.query_read("/curves", curves, CurveQuery, CurveList),
)
