"""A page of candidates in the order of the answer: the best first, whoever has no rank last."""

import re
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.errors import InvalidValue
from shortlist.http.services import Services
from shortlist.metrics import service as metrics
from shortlist.ranking import service as ranking
from shortlist.ranking.snapshots import Place, Snapshot, Snapshots
from shortlist.search import fresh
from shortlist.search import service as search
from shortlist.search.service import MAX_RESULTS
from shortlist.tracking import experiments
from shortlist.web import answers, translate, wire
from shortlist.web.rows import RowLoader

_TOKEN = re.compile(r"([0-9a-f]{12})-(\d{1,9})-(\d{1,18})\Z")


class _After(msgspec.Struct, frozen=True):
    """What a token says: the snapshot, the rows before the page, and the last of them."""

    snapshot: str
    rows: int
    iid: int


async def page(services: Services, scope: Scope, query: wire.CandidateQuery) -> wire.CandidatePage:
    """A page in a fixed number of statements; the first reads the scores of the whole experiment.

    The pages that follow are cut from the same order, so that no candidate that is added or moves meanwhile shifts
    them. Where that order is no longer kept, they go on below the last row that was given out.

    Raises:
        InvalidValue: an order or a view that goes with no rank, a filter, token or size that is not good.
    """
    after = _after(query)
    kept = None if after is None else _kept(services.snapshots, scope, query, after)
    if after is not None and kept is not None:
        found, name = kept, after.snapshot
        return await services.database.read(
            lambda connection: _cut(connection, scope, query, found, (name, after.rows))
        )

    def read(connection: Connection) -> wire.CandidatePage:
        _, found = snapshot(connection, scope, query)
        return _cut(connection, scope, query, found, (services.snapshots.keep(found), _start(found, after)))

    return await fresh.folded(services.database, services.folder, scope, [query.experiment], read)


def first(connection: Connection, services: Services, scope: Scope, query: wire.CandidateQuery) -> wire.AnsweredPage:
    """The first page and the answer, from one reading of the scores."""
    _after(query)
    standing, found = snapshot(connection, scope, query)
    rows = _cut(connection, scope, query, found, (services.snapshots.keep(found), 0))
    return wire.AnsweredPage(answers.shown(connection, scope, standing), rows)


def snapshot(connection: Connection, scope: Scope, query: wire.CandidateQuery) -> tuple[ranking.Standing, Snapshot]:
    """The order of an experiment now, and the places in it that the filter leaves."""
    experiments.get(connection, scope, query.experiment)
    standing = ranking.standing(connection, scope, query.experiment)
    places: list[Place] = list(enumerate(standing.scores, 1))
    named = None if standing.goal is None else standing.goal.baseline
    baseline = next((place for place in places if place[1].iid == named), None)
    if query.filter:
        found = search.matching(connection, scope, query.experiment, query.filter)
        places = [place for place in places if place[1].iid in found]
    return standing, Snapshot(
        scope.project_id, query.experiment, query.filter, standing.goal, places, standing.ranked, baseline
    )


def _kept(snapshots: Snapshots, scope: Scope, query: wire.CandidateQuery, after: _After) -> Snapshot | None:
    return snapshots.find(after.snapshot, scope.project_id, query.experiment, query.filter)


def _start(found: Snapshot, after: _After | None) -> int:
    if after is None:
        return 0
    place = next((at for at, (_, score) in enumerate(found.places, 1) if score.iid == after.iid), None)
    return after.rows if place is None else place


def _after(query: wire.CandidateQuery) -> _After | None:
    if query.order_by:
        raise InvalidValue("Ranked candidates have an order of their own.", field="order_by")
    if query.view != "active":
        raise InvalidValue("Only active candidates are ranked.", field="view")
    if not 1 <= query.max_results <= MAX_RESULTS:
        raise InvalidValue(f"The size of a page must be between 1 and {MAX_RESULTS}.", field="max_results")
    if not query.page_token:
        return None
    found = _TOKEN.match(query.page_token)
    if found is None:
        raise InvalidValue("The page token is not one that this server gave out.", field="page_token")
    return _After(found[1], int(found[2]), int(found[3]))


def _cut(
    connection: Connection, scope: Scope, query: wire.CandidateQuery, found: Snapshot, at: tuple[str, int]
) -> wire.CandidatePage:
    """The page of a snapshot that begins at (its name, rows before)."""
    name, start = at
    shown = found.places[start : start + query.max_results]
    following = start + len(shown)
    loader = RowLoader(query.columns)
    if found.goal is None:
        rows, baseline = loader(connection, scope, [score.iid for _, score in shown]), None
    else:
        rows, baseline = _rows(connection, scope, loader, found, shown)
    more = following < len(found.places)
    return wire.CandidatePage(
        [row for row in rows if not row.deleted],
        len(found.places),
        f"{name}-{following}-{shown[-1][1].iid}" if more and shown else None,
        baseline,
    )


def _rows(
    connection: Connection, scope: Scope, loader: RowLoader, found: Snapshot, shown: Sequence[Place]
) -> tuple[list[wire.CandidateRow], wire.CandidateRow | None]:
    """The rows of the places, and that of the baseline, which is read with them."""
    by_iid = {place[1].iid: place for place in (*shown, *([found.baseline] if found.baseline else []))}
    steps = {iid: score.step for iid, (_, score) in by_iid.items() if score.step is not None}
    wanted = loader.metrics is None or loader.metrics
    values = metrics.values_at(connection, scope, steps, loader.metrics) if steps and wanted else {}
    rows = {row.iid: row for row in loader(connection, scope, list(by_iid))}
    for iid, row in rows.items():
        number, score = by_iid[iid]
        row.standing = wire.Standing(
            rank=number if number <= found.ranked else None,
            value=None if score.value is None else translate.value(score.value),
            step=score.step,
            unranked=None if score.unranked is None else score.unranked.value,
            at_step={item.key: translate.value(item.value) for item in values.get(iid, [])},
        )
    baseline = None if found.baseline is None else rows.get(found.baseline[1].iid)
    return (
        [rows[score.iid] for _, score in shown if score.iid in rows],
        None if baseline is None or baseline.deleted else baseline,
    )
