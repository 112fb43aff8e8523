"""The best candidate of each of several experiments and how it came about, for lists of experiments."""

from collections.abc import Sequence

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.errors import InvalidValue
from shortlist.ranking import rules
from shortlist.ranking import service as ranking
from shortlist.ranking.records import best_so_far
from shortlist.ranking.types import Leader

MAX_EXPERIMENTS = 100


def leaders(connection: Connection, scope: Scope, experiment_iids: Sequence[int]) -> list[Leader]:
    """The leader of each experiment that has a metric to compare by; the statements are a few for each.

    Raises:
        InvalidValue: more than `MAX_EXPERIMENTS`.
    """
    if len(experiment_iids) > MAX_EXPERIMENTS:
        raise InvalidValue(f"At most {MAX_EXPERIMENTS} experiments can be asked for at once.", field="experiments")
    found = (_leader(connection, scope, iid) for iid in dict.fromkeys(experiment_iids))
    return [leader for leader in found if leader is not None]


def _leader(connection: Connection, scope: Scope, experiment_iid: int) -> Leader | None:
    goal = ranking.goal(connection, scope, experiment_iid)
    if goal is None:
        return None
    newest_first = ranking.scores(connection, scope, experiment_iid, goal)
    ranked = rules.rank(newest_first, goal.direction)
    best, other = (*ranked[:2], None, None)[:2]
    baseline = None if goal.baseline is None else newest_first.find(goal.baseline)
    if baseline is not None:
        other = newest_first[baseline]
    lead = None if best is None else rules.lead_of(best, other, goal.direction)
    return Leader(experiment_iid, goal, best, other, lead, best_so_far(newest_first, goal.direction))
