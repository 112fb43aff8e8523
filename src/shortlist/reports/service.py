"""Reports of merge requests and pipelines. Functions run inside a transaction that the caller opened.

Ranks and values are those of `ranking`, so a report says what the experiment's page says.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.provenance import origins
from shortlist.provenance.types import Origin
from shortlist.ranking import rules
from shortlist.ranking import service as ranking
from shortlist.ranking.types import Direction, Score
from shortlist.reports import store
from shortlist.reports.types import ExperimentReport, Produced, Report, ReportQuery, Subject
from shortlist.tracking import store_candidates, store_experiments

MAX_CANDIDATES = 1_000
MAX_EXPERIMENTS = 20
_RELATED: Mapping[Subject, str] = {"merge_request": "pipeline", "pipeline": "merge_request"}


def experiments_of(connection: Connection, scope: Scope, query: ReportQuery) -> list[int]:
    """The experiments that a report reads, so that their points can be folded first."""
    return sorted(set(_chosen(connection, scope, query)[0].values()))[:MAX_EXPERIMENTS]


def report(connection: Connection, scope: Scope, query: ReportQuery) -> Report:
    """What a merge request or a pipeline produced; empty where nothing is known of it."""
    iids, found = _chosen(connection, scope, query)
    by_experiment: defaultdict[int, list[int]] = defaultdict(list)
    for iid, experiment_iid in iids.items():
        by_experiment[experiment_iid].append(iid)
    newest = [found[iid] for iid in iids]
    target = query.target or _first(newest, "target_branch")
    listed = sorted(by_experiment)[:MAX_EXPERIMENTS]
    there = store.on_branch(connection, scope, listed, target) if target and listed else set[int]()
    origins_of = {**origins.of_candidates(connection, scope, sorted(there)), **found}
    # The main of another CI project is another branch.
    own = {origin.facts.project.lower() for origin in newest}
    on_target = {iid for iid in there if origins_of[iid].facts.project.lower() in own}
    names = {item.iid: item.name for item in store_experiments.by_iids(connection, scope, listed)}
    return Report(
        query=query,
        target=target,
        title=_first(newest, "merge_request_title"),
        newest=newest[0] if newest else None,
        projects=sorted(_distinct(found.values(), "project")),
        related=_distinct(newest, _RELATED[query.subject]),
        experiments=[
            _experiment(connection, scope, (iid, names[iid]), set(by_experiment[iid]), on_target, origins_of)
            for iid in listed
            if iid in names
        ],
    )


def _first(found: Iterable[Origin], fact: str) -> str:
    """The first that is known of a fact; empty where none is."""
    return next((value for value in _distinct(found, fact)), "")


def _distinct(found: Iterable[Origin], fact: str) -> list[str]:
    values = (str(getattr(origin.facts, fact)) for origin in found)
    return list(dict.fromkeys(value for value in values if value))


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
    goal, standing, ranked, _ = ranking.standing(connection, scope, iid)
    ranks = dict(zip(standing.iid[:ranked].tolist(), range(1, ranked + 1), strict=True))
    best = next(iter(standing[:ranked].among(on_target - own)), None)
    shown = list(standing.among({*own, best.iid} if best is not None else own))
    records = store_candidates.by_iids(connection, scope, [score.iid for score in shown])
    names = {record.iid: record.name for record in records}

    def produced(score: Score) -> Produced:
        delta = None
        if goal is not None and best is not None and score.iid != best.iid and score.iid in ranks:
            delta = _better_by(score, best, goal.direction)
        return Produced(names[score.iid], score, ranks.get(score.iid), delta, found[score.iid])

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
    if rules.rank([score, other], direction)[0].iid == other.iid:
        worse = rules.lead_of(other, score, direction)
        return None if worse is None else -worse
    return rules.lead_of(score, other, direction)
