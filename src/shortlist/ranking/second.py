"""The second metric of a goal: what candidates have of it, and who is on the Pareto front of both."""

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.metrics import service as metrics
from shortlist.numeric import Flags, Floats, np
from shortlist.ranking import rules
from shortlist.ranking.board import Board
from shortlist.ranking.columns import Columns
from shortlist.ranking.scores import NO_STEP, Scores
from shortlist.ranking.types import Goal, Second

# Of more that go on after the step that ranks them the last values count, which need no look into their points.
MOST_AT_STEP = 5_000


def values(connection: Connection, scope: Scope, experiment_iid: int, by: Goal, scores: Scores) -> Floats:
    """The second metric of each of `scores` as the table shows it: at the step that ranks the candidate where it has
    one by then, else the last; NaN where there is none. Read once after a change, in at most four statements."""
    second = by.second
    if second is None:
        return np.full(len(scores), np.nan)
    board = Board(connection, scope, experiment_iid)

    def make() -> tuple[Columns, int]:
        found = _read(connection, scope, board, second, scores)
        return found, found.size

    name = ("second", by.metric, by.reduction.value, by.last, by.direction, second.metric)
    known = board.derived(name, make)
    places, has = known.places(scores.iid)
    return np.where(has, known["value"][places], np.nan) if len(known) else np.full(len(scores), np.nan)


def front(
    connection: Connection, scope: Scope, experiment_iid: int, by: Goal, scores: Scores, ranked: int
) -> Flags | None:
    """Which of `scores` are on the Pareto front of those that have a rank, who are the first `ranked`; None for a goal
    without a second."""
    wanted = by.second
    if wanted is None:
        return None

    def make() -> tuple[Flags, int]:
        second = values(connection, scope, experiment_iid, by, scores)
        found = np.zeros(len(scores), np.bool_)
        found[:ranked] = rules.front(scores.value[:ranked], second[:ranked], (by.direction, wanted.direction))
        return found, found.nbytes

    if by.constraints:
        return make()[0]
    name = ("front", by.metric, by.reduction.value, by.last, by.direction, wanted)
    return Board(connection, scope, experiment_iid).derived(name, make)


def _read(connection: Connection, scope: Scope, board: Board, second: Second, scores: Scores) -> Columns:
    facts = board.facts(second.metric)
    places, has = facts.places(scores.iid)
    iids, steps, places = scores.iid[has], scores.step[has], places[has]
    found = facts["value"][places]
    longer = np.flatnonzero((steps != NO_STEP) & (facts["last_step"][places] > steps))
    if 0 < len(longer) <= MOST_AT_STEP:
        wanted = dict(zip(iids[longer].tolist(), steps[longer].tolist(), strict=True))
        read = metrics.values_at(connection, scope, wanted, [second.metric])
        for place in longer.tolist():
            at_step = read.get(int(iids[place]), [])
            if at_step:
                found[place] = at_step[0].value
    return Columns.arranged(iids, {"value": found})
