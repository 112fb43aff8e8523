"""The answer of an experiment as pages and the API show it."""

from collections.abc import Sequence

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.ranking import leaders as ranking_leaders
from shortlist.ranking import service as ranking
from shortlist.ranking.sentence import describe
from shortlist.tracking import store_candidates
from shortlist.web import translate, wire
from shortlist.web.wire_leaders import Leader, LeaderList


def shown(connection: Connection, scope: Scope, standing: ranking.Standing) -> wire.Answer:
    """The answer that a standing gives, with the names of those that it names."""
    found = ranking.answer_to(connection, scope, standing)
    named = [score.iid for score in (found.best, found.runner_up, found.baseline) if score is not None]
    names = {record.iid: record.name for record in store_candidates.by_iids(connection, scope, named)}
    return translate.answer(found, names)


def leaders(connection: Connection, scope: Scope, experiment_iids: Sequence[int]) -> LeaderList:
    """The best candidate of each experiment, with its name."""
    found = ranking_leaders.leaders(connection, scope, experiment_iids)
    best = [item.best.iid for item in found if item.best is not None]
    names = {record.iid: record.name for record in store_candidates.by_iids(connection, scope, best)}
    return LeaderList(
        [
            Leader(
                experiment=item.experiment_iid,
                goal=translate.goal(item.goal),
                by=describe(item.goal),
                best=None if item.best is None else translate.score(item.best, names),
                best_so_far=list(item.best_so_far),
            )
            for item in found
        ]
    )
