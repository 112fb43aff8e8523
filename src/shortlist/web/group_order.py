"""Seed groups in another order than the goal's: by what their rows show."""

from collections.abc import Sequence

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.metrics import service as metrics
from shortlist.numeric import Floats, Ints, np
from shortlist.ranking import folding
from shortlist.ranking.folding import Folded
from shortlist.ranking.service import Standing
from shortlist.search import service as search
from shortlist.search.fields import CANDIDATE, METRIC
from shortlist.search.order import parse_order
from shortlist.search.service import CandidateSearch
from shortlist.web import wire

# Of more candidates the last values decide, which need no look into their points.
_MOST_AT_STEP = 5_000


def ordered(
    connection: Connection, scope: Scope, query: wire.CandidateQuery, standing: Standing, folded: Folded
) -> Folded:
    """The rows of seed groups in the order of a query, the members of each in it too.

    Where the first field is a metric, its mean decides, as the row shows it; else, and between equals, a group stands
    where the first of its members would.

    Raises:
        InvalidValue: an order that is not good.
    """
    asked = CandidateSearch(experiment_iids=[query.experiment], filter=query.filter, order_by=query.order_by)
    found = search.in_order(connection, scope, asked)
    first = parse_order(query.order_by, CANDIDATE)[0]
    keys = [_over_rows(folded, _positions(standing.scores.iid, found), np.min)]
    if first.field.group == METRIC and not first.field.function:
        shown = _shown(connection, scope, standing, first.field.key)
        keys.insert(0, _over_rows(folded, -shown if first.descending else shown, _mean))
    return folding.reordered(folded, keys)


def _positions(iids: Ints, found: Ints) -> Floats:
    """Where each candidate stands among those that were found."""
    positions = np.full(len(iids), np.inf)
    by_iid = np.argsort(iids)
    positions[by_iid[np.searchsorted(iids, found, sorter=by_iid)]] = np.arange(len(found))
    return positions


def _over_rows(folded: Folded, values: Floats, merge: folding.Merge) -> Floats:
    """Values by place in the standing as values of rows; those of a group's members become one."""
    own = values[folded.places]
    for row, group in folded.groups.items():
        own[row] = merge(values[np.array(group.places, np.int64)])
    return own


def _mean(values: Floats) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else np.nan


def _shown(connection: Connection, scope: Scope, standing: Standing, key: str) -> Floats:
    """A metric of each candidate in the standing, as its row shows it."""
    scores, goal = standing.scores, standing.goal
    iids: list[int] = scores.iid.tolist()
    last = metrics.latest(connection, scope, iids, [key])
    values = _of(iids, last)
    ranked = scores[: standing.ranked]
    if goal is not None and goal.metric == key:
        values[: standing.ranked] = ranked.value
    elif standing.ranked <= _MOST_AT_STEP:
        steps = {score.iid: score.step for score in ranked if score.step is not None}
        at_step = _of(iids, metrics.values_at(connection, scope, steps, [key]))
        values = np.where(np.isnan(at_step), values, at_step)
    return values


def _of(iids: Sequence[int], found: dict[int, list[metrics.Latest]]) -> Floats:
    return np.array([found[iid][0].value if found.get(iid) else np.nan for iid in iids], np.float64)
