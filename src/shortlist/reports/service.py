"""Reports of merge requests and pipelines. Functions run inside a transaction that the caller opened.

Ranks and values are those of `ranking`, so a report says what the experiment's page says.
"""

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.provenance import origins
from shortlist.provenance.types import Origin
from shortlist.ranking import rules
from shortlist.ranking import service as ranking
from shortlist.ranking.types import Direction, Score
from shortlist.reports import store
from shortlist.reports.types import ExperimentReport, Produced, Report, ReportQuery
from shortlist.tracking import store_candidates, store_experiments

MAX_CANDIDATES = 1_000
MAX_EXPERIMENTS = 20


def experiments_of(connection: Connection, scope: Scope, query: ReportQuery) -> list[int]:
    """The experiments that a report reads, so that their points can be folded first."""
    return sorted(set(_chosen(connection, scope, query)[0].values()))[:MAX_EXPERIMENTS]


def report(connection: Connection, scope: Scope, query: ReportQuery) -> Report:
    """What a merge request or a pipeline produced; empty where nothing is known of it."""
    iids, found = _chosen(connection, scope, query)
    by_experiment: defaultdict[int, list[int]] = defaultdict(list)
    for iid, experiment_iid in iids.items():
        by_experiment[experiment_iid].append(iid)
    newest = [found[iid].facts for iid in iids]
    target = query.target or next((facts.target_branch for facts in newest if facts.target_branch), "")
    listed = sorted(by_experiment)[:MAX_EXPERIMENTS]
    on_target = store.on_branch(connection, scope, listed, target) if target and listed else set[int]()
    found = {**origins.of_candidates(connection, scope, sorted(on_target)), **found}
    names = {item.iid: item.name for item in store_experiments.by_iids(connection, scope, listed)}
    return Report(
        query=query,
        target=target,
        title=next((facts.merge_request_title for facts in newest if facts.merge_request_title), ""),
        experiments=[
            _experiment(connection, scope, (iid, names[iid]), set(by_experiment[iid]), on_target, found)
            for iid in listed
            if iid in names
        ],
    )


def _chosen(connection: Connection, scope: Scope, query: ReportQuery) -> tuple[dict[int, int], dict[int, Origin]]:
    iids = store.produced_by(connection, scope, query.subject, query.number, MAX_CANDIDATES)
    found = origins.of_candidates(connection, scope, list(iids))
    wanted = query.ci_project.lower()
    kept = {iid: place for iid, place in iids.items() if not wanted or found[iid].facts.project.lower() == wanted}
    return kept, found


def _experiment(
    connection: Connection,
    scope: Scope,
    experiment: tuple[int, str],
    own: set[int],
    on_target: set[int],
    found: Mapping[int, Origin],
) -> ExperimentReport:
    iid, name = experiment
    goal, standing, ranked = ranking.standing(connection, scope, iid)
    places = {score.iid: rank for rank, score in enumerate(standing[:ranked], 1)}
    best = next((score for score in standing[:ranked] if score.iid in on_target - own), None)
    shown = [score for score in standing if score.iid in own or score is best]
    records = store_candidates.by_iids(connection, scope, [score.iid for score in shown])
    names = {record.iid: record.name for record in records}

    def produced(score: Score) -> Produced:
        delta = None
        if goal is not None and best is not None and score is not best and score.iid in places:
            delta = _better_by(score, best, goal.direction)
        return Produced(names[score.iid], score, places.get(score.iid), delta, found[score.iid])

    return ExperimentReport(
        iid=iid,
        name=name,
        goal=goal,
        produced=[produced(score) for score in shown if score.iid in own],
        target=None if best is None else produced(best),
        ranked=ranked,
    )


def _better_by(score: Score, other: Score, direction: Direction) -> float | None:
    """How much better one is than the other; negative where it is worse."""
    if rules.rank([score, other], direction)[0] is other:
        worse = rules.lead_of(other, score, direction)
        return None if worse is None else -worse
    return rules.lead_of(score, other, direction)
