"""The goal of an experiment and the answer to it. Functions run inside a transaction that the caller opened.

What they read of metrics is what has been folded; `search.fresh.folded` folds first.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.clock import now_ms
from shortlist.metrics import service as metrics
from shortlist.ranking import rules, store
from shortlist.ranking.types import Answer, Chosen, Direction, Goal, Reduction, Score, Unranked
from shortlist.search import service as search
from shortlist.tracking import candidates, experiments
from shortlist.tracking.types import Status

# Seeds of one training rank near each other; a group is looked for among so many of the best.
MAX_GROUPED = 10_000


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
    """Who leads an experiment; see `Answer`. A fixed number of statements, whatever the number of candidates."""
    return answer_to(connection, scope, standing(connection, scope, experiment_iid))


def among(connection: Connection, scope: Scope, experiment_iids: Sequence[int], iids: Sequence[int]) -> Chosen:
    """The answer among some candidates by the goal of the first experiment; the best's group is that of its own.

    Args:
        experiment_iids: the experiment of each of `iids`.
    """
    found = goal(connection, scope, experiment_iids[0])
    by = found or Goal(metric="", direction=Direction.MAXIMIZE)
    wanted = dict(zip(iids, experiment_iids, strict=True))
    everyone = {iid: scores(connection, scope, iid, by) for iid in dict.fromkeys(experiment_iids)}
    places = {iid: rules.rank(scored, by.direction) for iid, scored in everyone.items()}
    ranks = {score.iid: rank for ranked in places.values() for rank, score in enumerate(ranked, 1)}
    chosen = {score.iid: score for scored in everyone.values() for score in scored if score.iid in wanted}
    if found is None:
        return Chosen(Answer(), chosen, {})
    given = [chosen[iid] for iid in iids if iid in chosen]
    ranked = rules.rank(given, by.direction)
    peers = places[wanted[ranked[0].iid]] if ranked else []
    params = _params_of_group(connection, scope, ranked[0].iid, peers) if ranked else {}
    answer = rules.answer(found, given, ranked, params, peers)
    return Chosen(answer, chosen, {iid: rank for iid, rank in ranks.items() if iid in wanted})


class Standing(NamedTuple):
    """A goal, every candidate's score with those that are ranked first, and how many are.

    Without a goal all are in order of time, newest first.
    """

    goal: Goal | None
    scores: list[Score]
    ranked: int


def standing(connection: Connection, scope: Scope, experiment_iid: int) -> Standing:
    found = goal(connection, scope, experiment_iid)
    if found is None:
        nothing = Goal(metric="", direction=Direction.MAXIMIZE)
        return Standing(None, scores(connection, scope, experiment_iid, nothing), 0)
    return Standing(found, *rules.standing(scores(connection, scope, experiment_iid, found), found.direction))


def answer_to(connection: Connection, scope: Scope, found: Standing) -> Answer:
    """The answer that a standing gives."""
    if found.goal is None:
        return Answer()
    ranked = found.scores[: found.ranked]
    params = _params_of_group(connection, scope, ranked[0].iid, ranked) if ranked else {}
    return rules.answer(found.goal, found.scores, ranked, params)


def scores(connection: Connection, scope: Scope, experiment_iid: int, by: Goal) -> list[Score]:
    """The score of every candidate of an experiment that is not deleted, newest first."""
    rows = store.ranked_candidates(connection, scope, experiment_iid)
    facts = store.facts(connection, scope, experiment_iid, by.metric)
    feasible: set[int] | None = None
    if by.constraints:
        feasible = search.matching(connection, scope, experiment_iid, by.constraints)
    means: Mapping[int, float] = {}
    if by.reduction is Reduction.MEAN_LAST:
        iids = [iid for iid, _ in rows if iid in facts]
        values = metrics.last_values(connection, scope, iids, by.metric, by.last)
        means = {iid: float(np.mean(found)) for iid, found in values.items()}
    excluded = {iid for iid, _ in rows} - feasible if feasible is not None else set[int]()
    return [
        _score(iid, found, by, means.get(iid), _unranked(status, found, infeasible=iid in excluded))
        for iid, status in rows
        for found in (facts.get(iid),)
    ]


def _score(iid: int, found: store.Facts | None, by: Goal, mean: float | None, reason: Unranked | None) -> Score:
    if found is None:
        return Score(iid, None, None, reason)
    if reason is Unranked.NOT_FINITE or by.reduction is Reduction.LAST:
        return Score(iid, found.last_value, found.last_step, reason)
    if by.reduction is Reduction.MEAN_LAST:
        return Score(iid, mean, found.last_step, reason)
    if by.direction is Direction.MAXIMIZE:
        return Score(iid, found.max_value, found.max_step, reason)
    return Score(iid, found.min_value, found.min_step, reason)


def _unranked(status: str, found: store.Facts | None, *, infeasible: bool) -> Unranked | None:
    if status in (Status.FAILED, Status.KILLED):
        return Unranked.FAILED
    if found is not None and (found.last_value is None or not math.isfinite(found.last_value)):
        return Unranked.NOT_FINITE
    if status in (Status.RUNNING, Status.SCHEDULED):
        return Unranked.RUNNING
    if found is None:
        return Unranked.NO_VALUE
    return Unranked.INFEASIBLE if infeasible else None


def _params_of_group(
    connection: Connection, scope: Scope, best: int, ranked: Sequence[Score]
) -> dict[int, dict[str, str]]:
    """The parameters of those that may be in the group of `best`: they have all of its, seeds aside."""
    own = candidates.params(connection, scope, [best])[best]
    if not own:
        return {}
    near = [score.iid for score in ranked[:MAX_GROUPED]]
    members = store.with_params(connection, scope, near, rules.without_seeds(own))
    # Of so many that the best is not near itself, it is still one.
    return candidates.params(connection, scope, list(dict.fromkeys([best, *members])))
