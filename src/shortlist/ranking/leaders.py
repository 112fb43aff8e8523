"""The best candidate of each of several experiments and how it came about, for lists of experiments."""

from collections.abc import Iterable, Sequence

import numpy as np
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.errors import InvalidValue
from shortlist.ranking import rules
from shortlist.ranking import service as ranking
from shortlist.ranking.scores import Scores
from shortlist.ranking.types import Direction, Leader, Score

MAX_EXPERIMENTS = 100
_POINTS = 48


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
    return Leader(experiment_iid, goal, ranked[0] if ranked else None, best_so_far(newest_first, goal.direction))


def best_so_far(newest_first: Iterable[Score], direction: Direction) -> list[float]:
    """The best value after each candidate that has a rank, oldest first; of many, some at equal distances, the last
    among them."""
    scores = Scores.of(newest_first)
    values = scores.value[(scores.reason == 0) & ~np.isnan(scores.value)][::-1]
    if not len(values):
        return []
    records = (np.maximum if direction is Direction.MAXIMIZE else np.minimum).accumulate(values)
    places = np.unique(np.linspace(0, len(values) - 1, min(_POINTS, len(values))).round().astype(int))
    return records[places].tolist()
