"""Seed groups in another order than the goal's: by what their rows show."""

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.metrics import service as metrics
from shortlist.numeric import Floats, Ints, np
from shortlist.ranking import folding, orders
from shortlist.ranking.board import Board
from shortlist.ranking.folding import Folded
from shortlist.ranking.service import Standing
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
    found = orders.in_order(connection, scope, asked)
    first = parse_order(query.order_by, CANDIDATE)[0]
    keys = [folded.over_members(_positions(standing.scores.iid, found), folding.smallest)]
    if first.field.group == METRIC and not first.field.function:
        shown = _shown(connection, scope, standing, query.experiment, first.field.key)
        keys.insert(0, folded.over_members(-shown if first.descending else shown, folding.mean))
    return folding.reordered(folded, keys)


def _positions(iids: Ints, found: Ints) -> Floats:
    """Where each candidate stands among those that were found."""
    positions = np.full(len(iids), np.inf)
    by_iid = np.argsort(iids)
    positions[by_iid[np.searchsorted(iids, found, sorter=by_iid)]] = np.arange(len(found))
    return positions


def _shown(connection: Connection, scope: Scope, standing: Standing, experiment_iid: int, key: str) -> Floats:
    """A metric of each candidate in the standing, as its row shows it."""
    scores, goal = standing.scores, standing.goal
    last = Board(connection, scope, experiment_iid).latest(key)
    places, has = last.places(scores.iid)
    values: Floats = np.where(has, last["value"][places], np.nan) if len(last) else np.full(len(scores), np.nan)
    ranked = scores[: standing.ranked]
    if goal is not None and goal.metric == key:
        values[: standing.ranked] = ranked.value
    elif standing.ranked <= _MOST_AT_STEP:
        steps = {score.iid: score.step for score in ranked if score.step is not None}
        found = metrics.values_at(connection, scope, steps, [key])
        at_step = np.array([found[iid][0].value if found.get(iid) else np.nan for iid in scores.iid.tolist()])
        values = np.where(np.isnan(at_step), values, at_step)
    return values
