"""The browser's operation that makes a candidate by hand."""

from collections.abc import Sequence

from sqlalchemy import Connection

from shortlist.clock import now_ms
from shortlist.http.endpoint import Call
from shortlist.metrics import rules as metric_rules
from shortlist.metrics.types import Points
from shortlist.tracking import candidates, creation, wellknown
from shortlist.tracking.types import NewCandidate, Status
from shortlist.web import operations, views, wire
from shortlist.web.wire_creation import CandidateCreate, MetricPoint


async def create(call: Call, request: CandidateCreate) -> wire.Candidate:
    """Create a candidate with its parameters, metrics and metadata."""
    now, status = now_ms(), Status(request.status)
    start = now if request.start_time is None else request.start_time
    end = request.end_time
    if end is None and creation.has_ended(status):
        end = max(start, now) if request.start_time is None else start
    metadata = creation.with_note(request.metadata, request.note)
    points = points_of(request.metrics, start if end is None else end)

    def work(connection: Connection) -> wire.Candidate:
        scope = call.project
        if request.parent is not None:
            parent = candidates.get_by_iid(connection, scope, request.parent)
            metadata[wellknown.PARENT] = parent.external_id
        new = NewCandidate(
            experiment_iid=request.experiment,
            name=request.name.strip(),
            start_time=start,
            end_time=end,
            user_name=scope.actor.username or "",
            metadata=metadata,
            status=status,
        )
        record = creation.create(connection, scope, new, request.params, points)
        return views.candidate(connection, scope, record.iid)

    made = await call.services.database.write(work)
    if points:
        call.services.folder.notify(call.project.project_id, len(points))
    return made


def points_of(metrics: Sequence[MetricPoint], time: int) -> Points:
    """Points that a form gives, all of one `time` in milliseconds."""
    return Points.of(
        (
            metric_rules.check_key(item.key, f"metrics[{number}].key"),
            metric_rules.check_value(item.value, f"metrics[{number}].value"),
            time,
            metric_rules.check_step(item.step, f"metrics[{number}].step"),
        )
        for number, item in enumerate(metrics)
    )


ENDPOINTS = (
    operations.write("POST", "/experiments/{experiment}/candidates", create, CandidateCreate, wire.Candidate),
)
