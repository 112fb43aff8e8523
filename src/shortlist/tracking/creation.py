"""Candidates that are written whole: by a form, or from a table of results."""

from collections.abc import Mapping

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.metrics.types import Points
from shortlist.tracking import candidates, logs, rules, wellknown
from shortlist.tracking.types import Batch, CandidateRecord, NewCandidate, Status

_ENDED = frozenset({Status.FINISHED, Status.FAILED, Status.KILLED})


def has_ended(status: Status) -> bool:
    return status in _ENDED


def with_note(metadata: Mapping[str, str], note: str) -> dict[str, str]:
    """Metadata that also says the note, which is where clients keep it."""
    return {**metadata, wellknown.NOTE: note} if note else dict(metadata)


def create(
    connection: Connection, scope: Scope, new: NewCandidate, params: Mapping[str, str], points: Points
) -> CandidateRecord:
    """Create a candidate with its parameters and metrics: all of it, or nothing.

    Raises:
        InvalidValue: a value against the rules, or a deleted experiment.
        NotFound: there is no such experiment.
    """
    for key, value in params.items():
        rules.check_key(key, "params.key")
        rules.check_text(value, rules.MAX_PARAM_VALUE, "params.value")
    record = candidates.create(connection, scope, new)
    logs.log_batch(connection, scope, record.external_id, Batch(params=dict(params)), points)
    return record
