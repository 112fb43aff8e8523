"""What clients log to candidates: parameters, points, metadata. Functions run inside a transaction of their caller."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.errors import InvalidValue
from shortlist.metrics import service as metrics
from shortlist.metrics.types import CandidateKey, Points
from shortlist.tracking import candidates
from shortlist.tracking import store_candidates as store
from shortlist.tracking.candidates import Said
from shortlist.tracking.types import Batch, CandidateRecord


class Logged(NamedTuple):
    """What somebody logs to a candidate with one request."""

    scope: Scope
    external_id: str
    batch: Batch
    points: Points | None


class LoggedPoints(NamedTuple):
    """Points that somebody logs with one request, as `Points.encode()` answers them, to a canonical external id."""

    scope: Scope
    external_id: str
    payload: bytes


def log_batch(
    connection: Connection, scope: Scope, external_id: str, batch: Batch, points: Points | None = None
) -> CandidateKey:
    """Write parameters, metrics and metadata of one request: all of it, or nothing.

    Raises:
        InvalidValue: the candidate is deleted, or a parameter already has another value.
        NotFound: there is no such candidate.
    """
    return log_all(connection, [Logged(scope, external_id, batch, points)])[0]


def log_all(connection: Connection, logged: Sequence[Logged]) -> list[CandidateKey]:
    """The same for requests to candidates of one project, in the order in which they came: all of them, or none. A
    fixed number of statements, in an order in which no two transactions wait for each other's rows.
    """
    project_id = logged[0].scope.project_id
    # Points alone are appended, which waits for nobody; a fold files them where the candidate is by then.
    writes = any(each.batch.params or each.batch.metadata for each in logged)
    ids = [each.external_id for each in logged]
    found = list(
        zip(logged, candidates.all_active(connection, project_id, ids, "here" if writes else "not"), strict=True)
    )
    keys = [CandidateKey(record.iid, record.experiment_iid) for _, record in found]
    metadata = candidates.merged([Said(each.scope, record, each.batch.metadata) for each, record in found])
    for scope, record, pairs in metadata:
        candidates.change_named(connection, scope, record, pairs)
    _add_params(connection, [Said(each.scope, record, each.batch.params) for each, record in found])
    metrics.append_all(connection, project_id, [(key, each.points) for each, key in zip(logged, keys, strict=True)])
    candidates.write_metadata(connection, metadata)
    return keys


def log_points(connection: Connection, logged: Sequence[LoggedPoints]) -> list[None]:
    """Append points of requests to candidates of one project: all of them, or none. One statement, which waits for
    nobody's rows.

    Raises:
        InvalidValue: a candidate is deleted. NotFound: there is no such candidate.
    """
    payloads = [(each.external_id, each.payload) for each in logged]
    if not metrics.append_active(connection, logged[0].scope.project_id, payloads):
        for each in logged:
            candidates.get_active(connection, each.scope, each.external_id)  # which says why
        raise InvalidValue("A run changed while this was logged; try again.", field="run_id")
    return [None] * len(logged)


def _add_params(connection: Connection, params: Sequence[Said]) -> None:
    wanted = candidates.merged([each for each in params if each[2]], first=True)
    if not wanted:
        return
    project_id = wanted[0][0].project_id
    for scope, record, _ in wanted:
        candidates.note(connection, scope, record)
    if store.add_params(connection, project_id, [store.Owned(record, pairs) for _, record, pairs in wanted]):
        stored = {record.iid: pairs for _, record, pairs in wanted}
    else:
        iids, keys = [record.iid for _, record, _ in wanted], sorted({key for *_, pairs in wanted for key in pairs})
        stored = store.params_of(connection, wanted[0][0], iids, keys)
    for _, record, pairs in params:
        _check_kept(record, pairs, stored.get(record.iid, {}))


def _check_kept(record: CandidateRecord, params: Mapping[str, str], stored: Mapping[str, str]) -> None:
    for key, value in params.items():
        if stored[key] != value:
            raise InvalidValue(
                f"Changing param values is not allowed. Param with key='{key}' was already logged with "
                f"value='{stored[key]}' for run ID='{record.external_id}'. Attempted logging new value '{value}'.",
                field="params",
            )
