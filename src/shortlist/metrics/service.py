"""The metric engine as the rest of the program calls it. `folder` makes what is appended here cheap to read."""

from collections import Counter
from collections.abc import Mapping, Sequence
from operator import attrgetter

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.metrics import backlog, codec, order, overlay, store, store_log, store_read
from shortlist.metrics.curves import curves
from shortlist.metrics.ending import endings, last_values
from shortlist.metrics.history import history, values_at
from shortlist.metrics.summary import summaries
from shortlist.metrics.types import CandidateKey, Curve, CurveRequest, Latest, Points

__all__ = [
    "Curve",
    "CurveRequest",
    "append",
    "append_active",
    "curves",
    "delete_candidate",
    "endings",
    "history",
    "keys",
    "last_values",
    "latest",
    "summaries",
    "unfolded",
    "values_at",
]

_NAN = float("nan")
_BY_KEY = attrgetter("key")


def append(connection: Connection, scope: Scope, candidate: CandidateKey, points: Points) -> None:
    """Log checked points to a candidate that the caller knows to be active. No points are nothing to log."""
    append_all(connection, scope.project_id, [(candidate, points)])


def append_all(connection: Connection, project_id: int, logged: Sequence[tuple[CandidateKey, Points | None]]) -> None:
    """The same for candidates of one project, in one statement."""
    store.append(connection, project_id, [(key, points.encode()) for key, points in logged if points])


def payload_of(key: str, value: float, timestamp: int, step: int) -> bytes:
    """What `Points.encode()` answers for one checked point, for `append_active`."""
    return codec.encode_point(key, value, timestamp, step)


def append_active(connection: Connection, project_id: int, payloads: Sequence[tuple[str, bytes]]) -> bool:
    """Log `Points.encode()` to candidates by their external ids, if all of them exist and are not deleted; whether it
    was so. One statement. Otherwise a transaction around it must not go on."""
    return store.append_active(connection, project_id, payloads)


def latest(
    connection: Connection, scope: Scope, candidate_iids: Sequence[int], keys: Sequence[str] | None = None
) -> dict[int, list[Latest]]:
    """The latest point of every metric (or of `keys`) of candidates, in order of key; at most four statements.

    Every candidate that was asked for is in the answer.
    """
    answer: dict[int, list[Latest]] = {iid: [] for iid in candidate_iids}
    if not answer or (keys is not None and not keys):
        return answer
    fresh: dict[tuple[int, str], Latest] = {}
    for piece in backlog.pieces(connection, scope, list(answer)):
        _add_fresh(fresh, overlay.gather(piece, keys))
    key_ids = None if keys is None else list(store.key_ids(connection, scope.project_id, keys).values())
    rows = store_read.latest_rows(connection, scope.project_id, list(answer), key_ids)
    names = store_read.key_names(connection, scope.project_id, list({row[1] for row in rows}))
    for iid, key_id, value, timestamp, step in rows:
        answer[iid].append(Latest(names[key_id], _NAN if value is None else value, timestamp, step))
    if fresh:
        _put(answer, fresh)
    for found in answer.values():
        found.sort(key=_BY_KEY)
    return answer


def unfolded(connection: Connection, scope: Scope, experiment_iid: int, candidate_iids: Sequence[int]) -> set[int]:
    """Those of some candidates of an experiment that have points in the log, of which no change was noted yet.

    Who keeps what he read of the others asks for this first, and only then how old it is (`db.memory`): what is
    folded in between counts as changed.
    """
    return store_log.logged(connection, scope.project_id, experiment_iid, candidate_iids)


def _add_fresh(fresh: dict[tuple[int, str], Latest], points_of_log: overlay.LogPoints) -> None:
    """Keep the latest point of each series of the log."""
    for iid, key, points in points_of_log.series():
        item = Latest(key, float(points.value[-1]), int(points.timestamp[-1]), int(points.step[-1]))
        known = fresh.get((iid, key))
        if known is None or _rank(item) > _rank(known):
            fresh[iid, key] = item


def _put(answer: dict[int, list[Latest]], fresh: Mapping[tuple[int, str], Latest]) -> None:
    """Put the latest points of the log in the place of earlier ones."""
    known = {(iid, item.key): place for iid, found in answer.items() for place, item in enumerate(found)}
    for (iid, key), item in fresh.items():
        place = known.get((iid, key))
        if place is None:
            answer[iid].append(item)
        elif _rank(item) > _rank(answer[iid][place]):
            answer[iid][place] = item


def _rank(item: Latest) -> tuple[int, int, tuple[float, bool]]:
    return item.step, item.timestamp, order.rank(item.value)


def keys(connection: Connection, scope: Scope, experiment_iid: int) -> list[tuple[str, int]]:
    """The metric keys of an experiment in order, and how many of its candidates, deleted ones too, have each."""
    logged: Counter[str] = Counter()
    seen: set[tuple[int, str]] = set()
    for piece in backlog.pieces_of_experiment(connection, scope, experiment_iid):
        pairs = {(iid, key) for iid, payload in piece for key in codec.payload_keys(payload)} - seen
        # All rows of a candidate follow each other, so the next piece may have more of the last one only.
        seen = {pair for pair in seen | pairs if pair[0] == piece[-1][0]} if piece else set()
        if pairs:
            iids, names = list({iid for iid, _ in pairs}), list({key for _, key in pairs})
            pairs -= store_read.folded_pairs(connection, scope.project_id, experiment_iid, iids, names)
        logged.update(key for _, key in pairs)
    return sorted((logged + Counter(store_read.column_counts(connection, scope.project_id, experiment_iid))).items())


def delete_candidate(connection: Connection, scope: Scope, candidate_iids: Sequence[int]) -> None:
    """Delete every metric of candidates for good. To be called while the candidates' own rows still exist."""
    store.delete_candidates(connection, scope.project_id, candidate_iids)
