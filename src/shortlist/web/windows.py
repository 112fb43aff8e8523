"""Any part of a long list of candidates: cut from an order that is made once and kept for those who scroll."""

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.errors import InvalidValue
from shortlist.http.services import Services
from shortlist.ranking import orders
from shortlist.ranking.snapshots import Asked, Snapshot
from shortlist.search import fresh
from shortlist.search import service as search
from shortlist.search.service import MAX_RESULTS, CandidateSearch
from shortlist.web import wire
from shortlist.web.rows import RowLoader

_MOST_START = 2**53


def asked(scope: Scope, query: wire.CandidateQuery) -> Asked:
    """The search of a query, whatever part of what it finds is wanted."""
    return Asked(
        scope.project_id,
        query.experiment,
        query.filter,
        tuple(query.order_by),
        query.view,
        query.ranked,
        query.fold,
        tuple(query.expanded),
    )


def is_wanted(query: wire.CandidateQuery) -> bool:
    """Whether a query asks for a part that no page token leads to."""
    return bool(query.start or query.snapshot)


def check(query: wire.CandidateQuery) -> None:
    """Raises InvalidValue: a size, or a start that is none or comes with a token."""
    if not 1 <= query.max_results <= MAX_RESULTS:
        raise InvalidValue(f"The size of a page must be between 1 and {MAX_RESULTS}.", field="max_results")
    if not 0 <= query.start <= _MOST_START:
        raise InvalidValue("The start of a page is the number of rows before it.", field="start")
    if query.page_token and is_wanted(query):
        raise InvalidValue("A page token says where its page starts.", field="start")


async def window(
    services: Services, scope: Scope, query: wire.CandidateQuery, wanted: CandidateSearch
) -> wire.CandidatePage:
    """The rows of an order from `start` on. O(n log n) for n candidates where the order is new, O(rows) afterwards.

    Raises:
        InvalidValue: as `check`, or a filter or an order that is not good.
    """
    check(query)
    kept = services.snapshots.find(query.snapshot, asked(scope, query)) if query.snapshot else None
    if kept is not None:
        return await services.database.read(lambda connection: _cut(connection, scope, query, kept, query.snapshot))

    def read(connection: Connection) -> wire.CandidatePage:
        made = Snapshot(asked(scope, query), orders.in_order(connection, scope, wanted))
        return _cut(connection, scope, query, made, services.snapshots.keep(made))

    if not search.reads_metrics(wanted):
        return await services.database.read(read)
    return await fresh.folded(services.database, services.folder, scope, [query.experiment], read)


def _cut(
    connection: Connection, scope: Scope, query: wire.CandidateQuery, found: Snapshot, name: str
) -> wire.CandidatePage:
    iids: list[int] = found.iids[query.start : query.start + query.max_results].tolist()
    rows = RowLoader(query.columns)(connection, scope, iids)
    return wire.CandidatePage(rows, len(found.iids), snapshot=name)
