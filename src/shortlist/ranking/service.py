"""The goal of an experiment and the answer to it. Functions run inside a transaction that the caller opened.

What they read of metrics is what has been folded; `search.fresh.folded` folds first.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.clock import now_ms
from shortlist.metrics import service as metrics
from shortlist.numeric import Flags, Ints, np
from shortlist.ranking import folding, rules, scoring, second, store
from shortlist.ranking.board import Board
from shortlist.ranking.folding import Folded
from shortlist.ranking.scores import Scores
from shortlist.ranking.types import Answer, Chosen, Direction, Goal, Reduction, Score
from shortlist.search import service as search
from shortlist.tracking import candidates, experiments

# Seeds of one training rank near each other; a group is looked for among so many of the best.
MAX_GROUPED = 10_000
# Fewer are compared by all their parameters, without asking for another one.
_FEW = 100
_MOST_ASKED = 24


def goal(connection: Connection, scope: Scope, experiment_iid: int) -> Goal | None:
    """The goal that was set, else one guessed from the metrics; None where there are none."""
    found = store.goals(connection, scope, [experiment_iid]).get(experiment_iid)
    return found or rules.guess(metrics.keys(connection, scope, experiment_iid))


def set_goal(connection: Connection, scope: Scope, experiment_iid: int, wanted: Goal) -> Goal:
    """Set the goal of an experiment.

    Raises:
        InvalidValue: a goal against the rules, or constraints that the search language does not know.
        NotFound: no such experiment, or no such candidate for the baseline.
    """
    experiments.get_active(connection, scope, experiment_iid)
    rules.check_goal(wanted)
    search.check_filter(wanted.constraints, "constraints")
    if wanted.baseline is not None:
        candidates.get_by_iid(connection, scope, wanted.baseline)
    store.put_goal(connection, scope, experiment_iid, wanted, now_ms())
    return wanted


def forget_goal(connection: Connection, scope: Scope, experiment_iid: int) -> None:
    """Go back to a guessed goal."""
    experiments.get_active(connection, scope, experiment_iid)
    store.delete_goal(connection, scope, experiment_iid)


def answer(connection: Connection, scope: Scope, experiment_iid: int) -> Answer:
    """Who leads an experiment; see `Answer`. The number of statements does not grow with that of candidates."""
    return answer_to(connection, scope, experiment_iid, standing(connection, scope, experiment_iid))


def among(connection: Connection, scope: Scope, experiment_iids: Sequence[int], iids: Sequence[int]) -> Chosen:
    """The answer among some candidates by the goal of the first experiment; the best's group is that of its own.

    Args:
        experiment_iids: the experiment of each of `iids`.
    """
    found = goal(connection, scope, experiment_iids[0])
    by = found or Goal(metric="", direction=Direction.MAXIMIZE)
    wanted = dict(zip(iids, experiment_iids, strict=True))
    places = {iid: _by_goal(connection, scope, iid, by) for iid in dict.fromkeys(experiment_iids)}
    chosen: dict[int, Score] = {}
    ranks: dict[int, int] = {}
    for everyone, ranked in places.values():
        for place in np.flatnonzero(np.isin(everyone.iid, list(wanted))).tolist():
            score = everyone[place]
            chosen[score.iid] = score
            if place < ranked:
                ranks[score.iid] = place + 1
    if found is None:
        return Chosen(Answer(), chosen, {})
    given = Scores.of(chosen[iid] for iid in iids if iid in chosen)
    best_first = rules.rank(given, by.direction)
    peers = Scores.of([])
    if best_first:
        everyone, ranked = places[wanted[best_first[0].iid]]
        peers = everyone[:ranked]
    home = wanted[best_first[0].iid] if best_first else experiment_iids[0]
    params = _params_of_group(connection, scope, home, best_first[0].iid, peers) if best_first else {}
    return Chosen(rules.answer(found, given, best_first, params, peers), chosen, ranks)


class Standing(NamedTuple):
    """A goal, every candidate's score with those that are ranked first, and how many are.

    Without a goal all are in order of time, newest first. `front` says who is on the Pareto front, if the goal has a
    second metric.
    """

    goal: Goal | None
    scores: Scores
    ranked: int
    front: Flags | None = None


def standing(connection: Connection, scope: Scope, experiment_iid: int) -> Standing:
    """How all stand. O(n log n) for n candidates after a change, and nothing while there is none."""
    found = goal(connection, scope, experiment_iid)
    if found is None:
        nothing = Goal(metric="", direction=Direction.MAXIMIZE)
        return Standing(None, scores(connection, scope, experiment_iid, nothing), 0)
    everyone, ranked = _by_goal(connection, scope, experiment_iid, found)
    front = second.front(connection, scope, experiment_iid, found, everyone, ranked)
    return Standing(found, everyone, ranked, front)


def _by_goal(connection: Connection, scope: Scope, experiment_iid: int, by: Goal) -> tuple[Scores, int]:
    board = Board(connection, scope, experiment_iid)

    def make() -> tuple[tuple[Scores, int], int]:
        found = rules.standing(_scores(board, by), by.direction)
        return found, found[0].size

    if by.constraints:
        return rules.standing(_constrained(connection, scope, experiment_iid, by, board), by.direction)
    return board.derived(("standing", *_reading(by), by.direction), make)


def by_seed(
    connection: Connection, scope: Scope, experiment_iid: int, found: Standing, places: Ints, expanded: Sequence[int]
) -> Folded:
    """The seed groups among some places of a standing; see `folding.seed_groups`. One statement after a change."""
    board = Board(connection, scope, experiment_iid)
    by = found.goal
    direction = Direction.MAXIMIZE if by is None else by.direction

    def make() -> tuple[Folded, int]:
        known = board.kinds()
        own, has = known.places(found.scores.iid)
        # Who has no parameters at all is like nobody else.
        kinds = np.where(has, known["kind"][own] if len(known) else 0, found.scores.iid)
        made = folding.seed_groups(found.scores, found.ranked, places, kinds, direction, frozenset(expanded))
        return made, made.size

    if expanded or len(places) < len(found.scores) or (by is not None and by.constraints):
        return make()[0]
    return board.derived(("by seed", None if by is None else (*_reading(by), by.direction)), make)


def as_tree(
    connection: Connection, scope: Scope, experiment_iid: int, found: Standing, places: Ints, expanded: Sequence[int]
) -> Folded:
    """Some places of a standing as trees of parents and children; see `folding.tree`. One statement."""
    parents = store.parents(connection, scope, experiment_iid)
    return folding.tree(found.scores, places, parents, frozenset(expanded))


def answer_to(connection: Connection, scope: Scope, experiment_iid: int, found: Standing) -> Answer:
    """The answer that a standing gives."""
    if found.goal is None:
        return Answer()
    by, ranked = found.goal, found.scores[: found.ranked]

    def make() -> tuple[dict[int, dict[str, str]], int]:
        params = _params_of_group(connection, scope, experiment_iid, ranked[0].iid, ranked)
        return params, sum(len(key) + len(value) for own in params.values() for key, value in own.items())

    if not ranked:
        params = {}
    elif by.constraints:
        params, _ = make()
    else:
        params = Board(connection, scope, experiment_iid).derived(("group", *_reading(by), by.direction), make)
    answered = rules.answer(by, found.scores, ranked, params)
    if found.front is None:
        return answered
    return msgspec.structs.replace(answered, front=int(np.count_nonzero(found.front)))


def scores(connection: Connection, scope: Scope, experiment_iid: int, by: Goal) -> Scores:
    """The score of every candidate of an experiment that is not deleted, newest first."""
    board = Board(connection, scope, experiment_iid)
    if by.constraints:
        return _constrained(connection, scope, experiment_iid, by, board)
    return _scores(board, by)


def _constrained(connection: Connection, scope: Scope, experiment_iid: int, by: Goal, board: Board) -> Scores:
    # A filter may read what counts for no revision, so what it finds is not kept.
    return scoring.feasible(_scores(board, by), search.matching(connection, scope, experiment_iid, by.constraints))


def _scores(board: Board, by: Goal) -> Scores:
    def make() -> tuple[Scores, int]:
        means = board.means(by.metric, by.last) if by.reduction is Reduction.MEAN_LAST else None
        found = scoring.score(board.roster(), board.newest_first(), board.facts(by.metric), means, by)
        return found, found.size

    return board.derived(("scores", *_reading(by), by.direction), make)


def _reading(by: Goal) -> tuple[str, str, int]:
    return by.metric, by.reduction.value, by.last


def _params_of_group(
    connection: Connection, scope: Scope, experiment_iid: int, best: int, ranked: Scores
) -> dict[int, dict[str, str]]:
    """The parameters of those that may be in the group of `best`: they share what tells candidates apart.

    A statement for each parameter, of which the likeliest to tell them apart come first, until few are left.
    """
    own = candidates.params(connection, scope, [best])[best]
    common = rules.without_seeds(own)
    if not own:
        return {}
    near: set[int] = set(ranked.iid[:MAX_GROUPED].tolist())
    telling = sorted(common.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    for key, value in telling[:_MOST_ASKED]:
        near &= store.with_param(connection, scope, experiment_iid, key, value)
        if len(near) <= _FEW:
            break
    # Of so many that the best is not near itself, it is still one.
    return candidates.params(connection, scope, [best, *sorted(near - {best})])
