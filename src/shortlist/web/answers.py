"""The answer of an experiment as pages and the API show it."""

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.ranking import service as ranking
from shortlist.tracking import store_candidates
from shortlist.web import translate, wire


def shown(connection: Connection, scope: Scope, standing: ranking.Standing) -> wire.Answer:
    """The answer that a standing gives, with the names of those that it names."""
    found = ranking.answer_to(connection, scope, standing)
    named = [score.iid for score in (found.best, found.runner_up, found.baseline) if score is not None]
    names = {record.iid: record.name for record in store_candidates.by_iids(connection, scope, named)}
    return translate.answer(found, names)
