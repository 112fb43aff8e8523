"""A page of candidates in the order of the answer: the best first, whoever has no rank last."""

from collections.abc import Sequence

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.errors import InvalidValue
from shortlist.http.services import Services
from shortlist.metrics import service as metrics
from shortlist.ranking import service as ranking
from shortlist.ranking.types import Score
from shortlist.search import fresh
from shortlist.search import service as search
from shortlist.search.service import MAX_RESULTS
from shortlist.tracking import experiments
from shortlist.web import translate, wire
from shortlist.web.rows import RowLoader


async def page(services: Services, scope: Scope, query: wire.CandidateQuery) -> wire.CandidatePage:
    """A page from scores that are read whole, since a rank counts every candidate; a fixed number of statements.

    A token is the number of rows before the page: ranks move with every value that is logged, and so do places.

    Raises:
        InvalidValue: an order or a view that goes with no rank, a filter, token or size that is not good.
    """
    start = _start(query)

    def read(connection: Connection) -> wire.CandidatePage:
        experiments.get(connection, scope, query.experiment)
        goal, standing, ranked = ranking.standing(connection, scope, query.experiment)
        places = list(enumerate(standing, 1))
        if query.filter:
            found = search.matching(connection, scope, query.experiment, query.filter)
            places = [(number, score) for number, score in places if score.iid in found]
        shown = places[start : start + query.max_results]
        following = start + query.max_results
        rows = RowLoader(query.columns)
        return wire.CandidatePage(
            rows(connection, scope, [score.iid for _, score in shown])
            if goal is None
            else _rows(connection, scope, rows, shown, ranked),
            len(places),
            str(following) if following < len(places) else None,
        )

    return await fresh.folded(services.database, services.folder, scope, [query.experiment], read)


def _start(query: wire.CandidateQuery) -> int:
    if query.order_by:
        raise InvalidValue("Ranked candidates have an order of their own.", field="order_by")
    if query.view != "active":
        raise InvalidValue("Only active candidates are ranked.", field="view")
    if not 1 <= query.max_results <= MAX_RESULTS:
        raise InvalidValue(f"The size of a page must be between 1 and {MAX_RESULTS}.", field="max_results")
    token = query.page_token
    if token and not (token.isascii() and token.isdigit() and len(token) <= 9):
        raise InvalidValue("The page token is not one that this server gave out.", field="page_token")
    return int(token or 0)


def _rows(
    connection: Connection, scope: Scope, loader: RowLoader, shown: Sequence[tuple[int, Score]], ranked: int
) -> list[wire.CandidateRow]:
    steps = {score.iid: score.step for _, score in shown if score.step is not None}
    wanted = loader.metrics is None or loader.metrics
    values = metrics.values_at(connection, scope, steps, loader.metrics) if steps and wanted else {}
    by_iid = {score.iid: (number, score) for number, score in shown}
    rows = loader(connection, scope, list(by_iid))
    for row in rows:
        number, score = by_iid[row.iid]
        row.standing = wire.Standing(
            rank=number if number <= ranked else None,
            value=None if score.value is None else translate.value(score.value),
            step=score.step,
            unranked=None if score.unranked is None else score.unranked.value,
            at_step={item.key: translate.value(item.value) for item in values.get(row.iid, [])},
        )
    return rows
