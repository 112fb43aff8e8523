"""The answer of an experiment as pages and the API show it."""

from collections.abc import Sequence

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.comparison import nearest as comparison
from shortlist.ranking import leaders as ranking_leaders
from shortlist.ranking import service as ranking
from shortlist.ranking.sentence import describe
from shortlist.ranking.types import Direction
from shortlist.tracking import candidates, store_candidates
from shortlist.web import translate, wire_answer
from shortlist.web.wire_leaders import Leader, LeaderList
from shortlist.web.wire_nearest import Difference, Neighbour, Neighbourhood


def shown(connection: Connection, scope: Scope, experiment_iid: int, standing: ranking.Standing) -> wire_answer.Answer:
    """The answer that a standing gives, with the names of those that it names."""
    found = ranking.answer_to(connection, scope, experiment_iid, standing)
    named = [score.iid for score in (found.best, found.runner_up, found.baseline) if score is not None]
    names = {record.iid: record.name for record in store_candidates.by_iids(connection, scope, named)}
    return translate.answer(found, names)


def leaders(connection: Connection, scope: Scope, experiment_iids: Sequence[int]) -> LeaderList:
    """The best candidate of each experiment, with its name."""
    found = ranking_leaders.leaders(connection, scope, experiment_iids)
    named = [score.iid for item in found for score in (item.best, item.other) if score is not None]
    names = {record.iid: record.name for record in store_candidates.by_iids(connection, scope, named)}
    return LeaderList(
        [
            Leader(
                experiment=item.experiment_iid,
                goal=translate.goal(item.goal),
                by=describe(item.goal),
                best=translate.score(item.best, names),
                other=translate.score(item.other, names),
                lead=item.lead,
                best_so_far=list(item.best_so_far),
            )
            for item in found
        ]
    )


def nearest(connection: Connection, scope: Scope, iid: int) -> Neighbourhood:
    """Who differs least from a candidate, and how they stand by the goal."""
    found = comparison.nearest(connection, scope, candidates.get_by_iid(connection, scope, iid))
    names = {other.record.iid: other.record.name for other in found.neighbours}
    return Neighbourhood(
        by=None if found.goal is None else describe(found.goal),
        lower_is_better=found.goal is not None and found.goal.direction is Direction.MINIMIZE,
        score=translate.score(found.score, names),
        neighbours=[
            Neighbour(
                iid=other.record.iid,
                name=other.record.name,
                status=other.record.status.value,
                differences=[Difference(item.key, item.here, item.there) for item in other.differences],
                score=translate.score(other.score, names),
                rank=other.rank,
            )
            for other in found.neighbours
        ],
    )
