"""Domain records as the browser's JSON API shows them."""

import math
from collections.abc import Sequence

from shortlist.access.scope import Actor
from shortlist.metrics.types import Curve, Latest, SeriesSummary
from shortlist.packages.types import PackageFile
from shortlist.tracking import types as ours
from shortlist.web import wire


def value(number: float) -> wire.Value:
    """A metric value; JSON has no number for NaN and the infinities, so they are texts."""
    if math.isfinite(number):
        return number
    if math.isnan(number):
        return "NaN"
    return "Infinity" if number > 0 else "-Infinity"


def user(actor: Actor) -> wire.User | None:
    if actor.user_id is None:
        return None
    return wire.User(actor.user_id, actor.username, actor.name, actor.administrator)


def experiment(
    record: ours.ExperimentRecord, activity: ours.ExperimentActivity, users: dict[int, str]
) -> wire.Experiment:
    return wire.Experiment(
        iid=record.iid,
        name=record.name,
        note=record.note,
        created_at=record.created_at,
        updated_at=record.updated_at,
        created_by=users.get(record.created_by) if record.created_by is not None else None,
        deleted=record.deleted_at is not None,
        candidates=activity.candidates,
        running=activity.running,
        failed=activity.failed,
        last_activity_at=max(activity.last_activity_at or 0, record.updated_at),
    )


def candidate_row(
    record: ours.CandidateRecord,
    metrics: Sequence[Latest],
    params: dict[str, str],
    metadata: dict[str, str],
) -> wire.CandidateRow:
    return wire.CandidateRow(
        iid=record.iid,
        external_id=record.external_id,
        name=record.name,
        status=record.status.value,
        start_time=record.start_time,
        end_time=record.end_time,
        created_by=record.user_name,
        parent=record.parent_external_id,
        deleted=record.deleted_at is not None,
        metrics={item.key: value(item.value) for item in metrics},
        params=params,
        metadata=metadata,
    )


def link(record: ours.CandidateRecord) -> wire.CandidateLink:
    return wire.CandidateLink(record.iid, record.name, record.status.value)


def series(item: SeriesSummary) -> wire.Series:
    return wire.Series(
        key=item.key,
        count=item.count,
        last=value(item.last),
        last_step=item.last_step,
        last_timestamp=item.last_timestamp,
        minimum=item.minimum,
        minimum_step=item.minimum_step,
        maximum=item.maximum,
        maximum_step=item.maximum_step,
        has_nan=item.has_nan,
        has_infinity=item.has_infinity,
    )


def file(item: PackageFile) -> wire.File:
    return wire.File(item.path, item.size, item.sha256.hex(), item.content_type, item.created_at)


def curve(item: Curve) -> wire.Curve:
    return wire.Curve(
        candidate=item.candidate_iid,
        key=item.key,
        x=item.x.tolist(),
        y=[value(number) for number in item.y.tolist()],
        count=item.count,
    )
