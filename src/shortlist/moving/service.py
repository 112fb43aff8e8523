"""Moving candidates to another experiment, with all that was written about them.

A candidate keeps its number, its external id and the address of its artifacts, because those are of the project. Its
parameters, metadata and points are filed under the experiment and follow it, and so do its package, which is named
after the experiment, and the models that it logged, which the client looks for in the experiment of their candidate.
No stored byte is read or copied.
"""

from collections import defaultdict
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.audit import service as audit
from shortlist.clock import now_ms
from shortlist.db import changes
from shortlist.errors import InvalidValue, NotFound
from shortlist.moving import store
from shortlist.tracking import experiments
from shortlist.tracking.types import CandidateRecord

# So many at once at most, children included: one transaction moves them.
MAX_MOVED = 5_000


class Moved(msgspec.Struct, frozen=True):
    """Candidates that moved, in order of their numbers, by the experiment that they were in."""

    before: dict[int, list[int]]


def move(connection: Connection, scope: Scope, iids: Sequence[int], experiment_iid: int) -> Moved:
    """Move candidates, and whatever is nested below them where they are; those that are there already stay.

    A child that is moved without its parent keeps its parent.

    Raises:
        NotFound: one of the candidates or the experiment is not there.
        InvalidValue: one of the candidates or the experiment is deleted, or there are too many of them.
    """
    experiments.check_active(connection, scope, experiment_iid)
    chosen = store.take(connection, scope, iids)
    _check(iids, chosen)
    going = _with_children(connection, scope, [record for record in chosen if record.experiment_iid != experiment_iid])
    by_experiment: defaultdict[int, list[CandidateRecord]] = defaultdict(list)
    for record in sorted(going, key=lambda record: record.iid):
        by_experiment[record.experiment_iid].append(record)
    for before, records in by_experiment.items():
        _move(connection, scope, records, before, experiment_iid)
    return Moved({before: [record.iid for record in records] for before, records in by_experiment.items()})


def _check(iids: Sequence[int], chosen: Sequence[CandidateRecord]) -> None:
    missing = set(iids) - {record.iid for record in chosen}
    if missing:
        raise NotFound(f"There is no candidate {min(missing)} in this project.", field="candidates")
    deleted = [record for record in chosen if record.deleted_at is not None]
    if deleted:
        raise InvalidValue(f"The candidate {deleted[0].iid} is deleted. Restore it first.", field="candidates")


def _with_children(connection: Connection, scope: Scope, chosen: Sequence[CandidateRecord]) -> list[CandidateRecord]:
    """The candidates and all that is below them in the same experiment, each once."""
    found = {record.iid: record for record in chosen}
    level = list(found.values())
    while level:
        if len(found) > MAX_MOVED:
            raise InvalidValue(
                f"At most {MAX_MOVED:,} candidates can be moved at once, those below them included.",
                field="candidates",
            )
        below = store.take_children(connection, scope, level)
        level = [record for record in below if record.iid not in found]
        found |= {record.iid: record for record in level}
    return list(found.values())


def _move(
    connection: Connection, scope: Scope, records: Sequence[CandidateRecord], before: int, experiment_iid: int
) -> None:
    going = store.Going([record.iid for record in records], [record.external_id for record in records], before)
    store.move_points(connection, scope, going, experiment_iid)
    store.move_written(connection, scope, going, experiment_iid)
    store.move_datasets(connection, scope, going, experiment_iid)
    store.move_files(connection, scope, going, experiment_iid)
    store.move_candidates(connection, scope, going, experiment_iid, now_ms())
    for record in records:
        changes.note(connection, scope.project_id, before, record.iid)
        changes.note(connection, scope.project_id, experiment_iid, record.iid)
        audit.record_in(
            connection,
            scope,
            "candidate:move",
            record.name,
            record.iid,
            experiment_before=before,
            experiment=experiment_iid,
        )
