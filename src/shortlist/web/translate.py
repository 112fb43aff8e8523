"""Domain records as the browser's JSON API shows them."""

import math
from collections.abc import Sequence

from shortlist.access.scope import Actor
from shortlist.metrics.types import Curve, Latest, SeriesSummary
from shortlist.numeric import Floats, Ints, np
from shortlist.packages.types import PackageFile
from shortlist.ranking import types as ranking
from shortlist.ranking.sentence import sentence
from shortlist.tracking import types as ours
from shortlist.web import wire, wire_answer, wire_curves

_EXACT = 2**53  # from here on not every whole number has a float of its own


def value(number: float) -> wire_answer.Value:
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
        odd_step=item.odd_step,
    )


def file(item: PackageFile, path: str | None = None) -> wire.File:
    """A file at its path in the package, or at another that it is shown under."""
    return wire.File(
        item.path if path is None else path, item.size, item.sha256.hex(), item.content_type, item.created_at
    )


def curve(item: Curve) -> wire_curves.Curve:
    return wire_curves.Curve(
        candidate=item.candidate_iid,
        key=item.key,
        x=_whole(item.x).tolist(),
        y=item.y.tolist() if np.isfinite(item.y).all() else [value(number) for number in item.y.tolist()],
        count=item.count,
    )


def _whole(x: Floats) -> Ints | Floats:
    """Steps and times as integers, whose text is shorter and costs a tenth of the time; other numbers as they are."""
    if len(x) and max(-x[0], x[-1]) < _EXACT and (np.trunc(x) == x).all():
        return x.astype(np.int64)
    return x


def goal(item: ranking.Goal) -> wire_answer.Goal:
    return wire_answer.Goal(
        metric=item.metric,
        direction=item.direction.value,
        reduction=item.reduction.value,
        last=item.last,
        constraints=item.constraints,
        baseline=item.baseline,
        confirmed=item.confirmed,
        second=None if item.second is None else wire_answer.Second(item.second.metric, item.second.direction.value),
    )


def goal_of(change: wire_answer.GoalChange) -> ranking.Goal:
    return ranking.Goal(
        metric=change.metric,
        direction=ranking.Direction(change.direction),
        reduction=ranking.Reduction(change.reduction),
        last=change.last,
        constraints=change.constraints,
        baseline=change.baseline,
        second=None
        if change.second is None
        else ranking.Second(change.second.metric, ranking.Direction(change.second.direction)),
    )


def score(item: ranking.Score | None, names: dict[int, str]) -> wire_answer.Score | None:
    if item is None:
        return None
    number = None if item.value is None else value(item.value)
    reason = None if item.unranked is None else item.unranked.value
    return wire_answer.Score(item.iid, names.get(item.iid, ""), number, item.step, reason)


def answer(item: ranking.Answer, names: dict[int, str]) -> wire_answer.Answer:
    """`names` has the candidates that the answer names."""
    return wire_answer.Answer(
        sentence=sentence(item, names),
        goal=None if item.goal is None else goal(item.goal),
        best=score(item.best, names),
        runner_up=score(item.runner_up, names),
        baseline=score(item.baseline, names),
        lead=item.lead,
        group=_group(item.group),
        within_noise=item.within_noise,
        ranked=item.ranked,
        running=item.running,
        failed=item.failed,
        not_finite=item.not_finite,
        infeasible=item.infeasible,
        no_value=item.no_value,
        front=item.front,
    )


def _group(item: ranking.Group | None) -> wire_answer.Group | None:
    if item is None:
        return None
    return wire_answer.Group(dict(item.params), list(item.iids), item.mean, item.deviation)
