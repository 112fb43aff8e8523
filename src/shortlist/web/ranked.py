"""A page of candidates in the order of the answer: the best first, whoever has no rank last."""

import re
from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.errors import InvalidValue
from shortlist.http.services import Services
from shortlist.metrics import service as metrics
from shortlist.metrics.types import Latest
from shortlist.numeric import np
from shortlist.ranking import service as ranking
from shortlist.ranking.snapshots import Snapshot
from shortlist.ranking.types import Score, Unranked
from shortlist.search import fresh
from shortlist.search import service as search
from shortlist.tracking import experiments
from shortlist.web import answers, group_order, groups, translate, windows, wire, wire_answer
from shortlist.web.rows import RowLoader

_TOKEN = re.compile(r"([0-9a-f]{12})-(\d{1,9})-(-?\d{1,18})\Z")


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
    name = query.snapshot if after is None else after.snapshot
    found = services.snapshots.find(name, windows.asked(scope, query)) if name else None
    if found is not None:
        start = query.start if after is None else after.rows
        return await services.database.read(lambda connection: _cut(connection, scope, query, found, (name, start)))

    def read(connection: Connection) -> wire.CandidatePage:
        _, made = snapshot(connection, scope, query)
        start = query.start if after is None else _start(made, after)
        return _cut(connection, scope, query, made, (services.snapshots.keep(made), start))

    return await fresh.folded(services.database, services.folder, scope, [query.experiment], read)


def first(connection: Connection, services: Services, scope: Scope, query: wire.CandidateQuery) -> wire.AnsweredPage:
    """The first page and the answer, from one reading of the scores."""
    _after(query)
    standing, found = snapshot(connection, scope, query)
    rows = _cut(connection, scope, query, found, (services.snapshots.keep(found), 0))
    return wire.AnsweredPage(answers.shown(connection, scope, query.experiment, standing), rows)


def snapshot(connection: Connection, scope: Scope, query: wire.CandidateQuery) -> tuple[ranking.Standing, Snapshot]:
    """The order of an experiment now, and the places in it that the filter leaves."""
    experiments.get(connection, scope, query.experiment)
    standing = ranking.standing(connection, scope, query.experiment)
    iids = standing.scores.iid
    places = np.arange(len(iids))
    if query.filter:
        found = search.matching(connection, scope, query.experiment, query.filter)
        places = np.flatnonzero(np.isin(iids, np.fromiter(found, np.int64, len(found))))
    baseline = None
    if standing.goal is not None and standing.goal.baseline is not None:
        baseline = standing.scores.find(standing.goal.baseline)
    asked = windows.asked(scope, query)
    if query.fold == "":
        return standing, Snapshot(asked, iids[places], standing, places, baseline)
    fold = ranking.by_seed if query.fold == "seeds" else ranking.as_tree
    folded = fold(connection, scope, query.experiment, standing, places, query.expanded)
    if query.order_by:
        folded = group_order.ordered(connection, scope, query, standing, folded)
    return standing, Snapshot(asked, folded.iids, standing, folded.places, baseline, folded)


def _start(found: Snapshot, after: _After) -> int:
    """Below the last row that was given out, wherever it is now."""
    places = np.flatnonzero(found.iids == after.iid)
    return int(places[0]) + 1 if len(places) else after.rows


def _after(query: wire.CandidateQuery) -> _After | None:
    if query.order_by and query.fold != "seeds":
        raise InvalidValue("Ranked candidates have an order of their own.", field="order_by")
    if query.view != "active":
        raise InvalidValue("Only active candidates are ranked.", field="view")
    windows.check(query)
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
    shown: list[int] = found.iids[start : start + query.max_results].tolist()
    following = start + len(shown)
    loader = RowLoader(query.columns)
    standing = found.standing
    if standing is None or standing.goal is None or found.places is None:
        rows, baseline = loader(connection, scope, shown), None
    else:
        places: list[int] = found.places[start:following].tolist()
        wanted = places if found.folded is None else groups.wanted(found.folded, start, following)
        rows, baseline = _rows(connection, scope, loader, standing, (wanted, found.baseline))
        if found.folded is not None:
            rows = groups.rows(found.folded, start, following, rows, standing)
            if baseline is not None and found.baseline is not None:
                baseline = groups.ranked(found.folded, found.baseline, baseline)
    more = following < len(found.iids)
    return wire.CandidatePage(
        [row for row in rows if not row.deleted],
        len(found.iids),
        f"{name}-{following}-{shown[-1]}" if more and shown else None,
        baseline,
        name,
    )


def _rows(
    connection: Connection,
    scope: Scope,
    loader: RowLoader,
    standing: ranking.Standing,
    shown: tuple[Sequence[int], int | None],
) -> tuple[list[wire.CandidateRow], wire.CandidateRow | None]:
    """The rows at some places and at that of the baseline, which is read with them."""
    places, baseline = shown
    scores = {place: standing.scores[place] for place in (*places, *([] if baseline is None else [baseline]))}
    steps = {score.iid: score.step for score in scores.values() if score.step is not None}
    wanted = loader.metrics is None or loader.metrics
    values = metrics.values_at(connection, scope, steps, loader.metrics) if steps and wanted else {}
    endings = _endings(connection, scope, standing, scores.values())
    found = {row.iid: row for row in loader(connection, scope, [score.iid for score in scores.values()])}
    for place, score in scores.items():
        if score.iid in found:
            found[score.iid].standing = _standing(
                standing, place, score, values.get(score.iid, []), endings.get(score.iid)
            )
    pinned = None if baseline is None else found.get(scores[baseline].iid)
    rows = [found[scores[place].iid] for place in places if scores[place].iid in found]
    return rows, None if pinned is None or pinned.deleted else pinned


def _endings(
    connection: Connection, scope: Scope, standing: ranking.Standing, scores: Iterable[Score]
) -> dict[int, wire_answer.Ending]:
    """How the metric of those that failed or diverged ended. One statement where there are any."""
    broken = [score.iid for score in scores if score.unranked in (Unranked.FAILED, Unranked.NOT_FINITE)]
    if standing.goal is None or not broken:
        return {}
    return {
        iid: wire_answer.Ending(item.last_step, item.odd_step, item.has_nan, item.has_infinity)
        for iid, item in metrics.endings(connection, scope, broken, standing.goal.metric).items()
    }


def _standing(
    standing: ranking.Standing,
    place: int,
    score: Score,
    values: Sequence[Latest],
    ending: wire_answer.Ending | None,
) -> wire_answer.Standing:
    return wire_answer.Standing(
        rank=place + 1 if place < standing.ranked else None,
        value=None if score.value is None else translate.value(score.value),
        step=score.step,
        unranked=None if score.unranked is None else score.unranked.value,
        at_step={item.key: translate.value(item.value) for item in values},
        ending=ending,
        pareto=standing.front is not None and bool(standing.front[place]),
    )
