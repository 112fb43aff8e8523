"""What pages show, read in a fixed number of statements: shared by the pages and the JSON API behind them."""

from collections.abc import Sequence

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.charts.influence import influence
from shortlist.errors import InvalidValue
from shortlist.http.services import Services
from shortlist.identity import service as identity
from shortlist.metrics import service as metrics
from shortlist.packages import service as packages
from shortlist.ranking import orders
from shortlist.ranking import service as ranking
from shortlist.ranking.sentence import describe
from shortlist.ranking.types import Direction
from shortlist.reports import store as reports
from shortlist.search import experiments as experiment_search
from shortlist.search import fresh
from shortlist.search import service as search
from shortlist.search.service import CandidateSearch
from shortlist.search.text import name_contains
from shortlist.search.types import ExperimentSearch
from shortlist.tracking import candidates, experiments, stars, store_candidates, store_experiments, store_keys
from shortlist.tracking.types import CandidateRecord, ExperimentActivity
from shortlist.web import answers, ci, logged, models, ranked, translate, windows, wire, wire_answer
from shortlist.web.rows import RowLoader

_EXPERIMENT_ORDERS = {
    "activity": ["last_update_time DESC"],
    "newest": ["creation_time DESC"],
    "name": ["name ASC"],
}


def experiment_list(connection: Connection, scope: Scope, query: wire.ExperimentQuery) -> wire.ExperimentList:
    """A page of experiments with their counts, in four statements."""
    found = experiment_search.search(
        connection,
        scope,
        ExperimentSearch(
            filter=name_contains(query.search),
            order_by=_EXPERIMENT_ORDERS[query.sort],
            view=query.view,
            max_results=query.max_results,
            page_token=query.page_token,
        ),
    )
    return wire.ExperimentList(_experiments(connection, scope, found.iids), found.next_page_token)


def experiment(connection: Connection, scope: Scope, iid: int) -> wire.Experiment:
    experiments.get(connection, scope, iid)
    found = _experiments(connection, scope, [iid])
    if found:
        return found[0]
    return translate.experiment(experiments.get(connection, scope, iid), ExperimentActivity(), {})


def _experiments(connection: Connection, scope: Scope, iids: Sequence[int]) -> list[wire.Experiment]:
    records = store_experiments.by_iids(connection, scope, iids)
    activity = store_experiments.activity(connection, scope, iids)
    users = identity.usernames(connection, {item.created_by for item in records if item.created_by is not None})
    return [translate.experiment(item, activity.get(item.iid, ExperimentActivity()), users) for item in records]


def columns(connection: Connection, scope: Scope, iid: int) -> wire.ColumnList:
    """The keys that candidates of an experiment have, metrics first."""
    experiments.get(connection, scope, iid)
    found = [wire.Column("metric", key, count, 2) for key, count in metrics.keys(connection, scope, iid)]
    params = store_keys.keys_of_experiment(connection, scope, "param", iid)
    differing = sorted((-count, key) for key, count, distinct in params if distinct > 1)
    shares = influence(connection, scope, iid, [key for _, key in differing])
    found += [wire.Column("param", key, count, distinct, shares.get(key, 0)) for key, count, distinct in params]
    known = store_keys.keys_of_experiment(connection, scope, "metadata", iid)
    found += [wire.Column("metadata", key, count, distinct) for key, count, distinct in known]
    found += [wire.Column("ci", key, count, 2) for key, count in reports.known_facts(connection, scope, iid).items()]
    return wire.ColumnList(found)


async def candidate_page(services: Services, scope: Scope, query: wire.CandidateQuery) -> wire.CandidatePage:
    """A page of candidates and how many the filter finds in all."""
    if query.ranked:
        return await ranked.page(services, scope, query)
    if query.fold:
        raise InvalidValue("Only ranked candidates are folded.", field="fold")
    asked = search_of(query)
    if windows.is_wanted(query):
        return await windows.window(services, scope, query, asked)
    loader = RowLoader(query.columns)

    def read(connection: Connection) -> wire.CandidatePage:
        found = orders.first_page(connection, scope, asked)
        if found is None:
            found = services.ahead.first_page(connection, scope, asked)
        if found is None:
            found = search.candidates(connection, scope, asked), search.count(connection, scope, asked)
        page, total = found
        return wire.CandidatePage(loader(connection, scope, page.iids), total, page.next_page_token)

    if not search.reads_metrics(asked):
        return await services.database.read(read)
    return await fresh.folded(services.database, services.folder, scope, asked.experiment_iids, read)


async def answer(services: Services, scope: Scope, experiment_iid: int) -> wire_answer.Answer:
    """Who leads an experiment, with every acknowledged point counted."""

    def read(connection: Connection) -> wire_answer.Answer:
        experiments.get(connection, scope, experiment_iid)
        return answers.shown(connection, scope, experiment_iid, ranking.standing(connection, scope, experiment_iid))

    return await fresh.folded(services.database, services.folder, scope, [experiment_iid], read)


async def answered_page(services: Services, scope: Scope, query: wire.CandidateQuery) -> wire.AnsweredPage:
    """The answer of an experiment and the first page of a search, ranked or not."""
    if not query.ranked:
        found = await candidate_page(services, scope, query)
        return wire.AnsweredPage(await answer(services, scope, query.experiment), found)
    return await fresh.folded(
        services.database,
        services.folder,
        scope,
        [query.experiment],
        lambda connection: ranked.first(connection, services, scope, query),
    )


def search_of(query: wire.CandidateQuery) -> CandidateSearch:
    return CandidateSearch(
        experiment_iids=[query.experiment],
        filter=query.filter,
        order_by=query.order_by,
        view=query.view,
        max_results=query.max_results,
        page_token=query.page_token,
    )


def candidate(connection: Connection, scope: Scope, iid: int) -> wire.Candidate:
    """Everything on a candidate's page but its curves and the bytes of its files."""
    record = candidates.get_by_iid(connection, scope, iid)
    experiment = experiments.get(connection, scope, record.experiment_iid)
    data = candidates.data(connection, scope, [iid])[iid]
    listed, truncated = files(connection, scope, record)
    return wire.Candidate(
        iid=record.iid,
        external_id=record.external_id,
        name=record.name,
        note=record.note,
        status=record.status.value,
        start_time=record.start_time,
        end_time=record.end_time,
        created_by=record.user_name,
        created_at=record.created_at,
        deleted=record.deleted_at is not None,
        experiment=wire.CandidateLink(
            experiment.iid, experiment.name, "active" if experiment.deleted_at is None else "deleted"
        ),
        parent=_parent(connection, scope, record),
        children=[translate.link(child) for child in store_candidates.children(connection, scope, record.external_id)],
        metrics=[translate.series(item) for item in metrics.summaries(connection, scope, iid)],
        params=[wire.KeyValue(key, value) for key, value in data.params.items()],
        metadata=[wire.KeyValue(key, value) for key, value in data.metadata.items()],
        datasets=[
            wire.Dataset(item.name, item.digest, item.tags.get("mlflow.data.context"), item.source_type)
            for item in data.datasets
        ],
        files=listed,
        files_truncated=truncated,
        place=_place(connection, scope, record),
        versions=models.made_from(connection, scope, iid),
        ci=ci.of_candidate(connection, scope, iid),
        starred=iid in stars.among(connection, scope, [iid]),
        models=logged.of_candidate(connection, scope, record),
    )


def _place(connection: Connection, scope: Scope, record: CandidateRecord) -> wire.Place | None:
    goal, standing, ranked, _ = ranking.standing(connection, scope, record.experiment_iid)
    if goal is None:
        return None
    place = standing.find(record.iid)
    rank = None if place is None or place >= ranked else place + 1
    lower = goal.direction is Direction.MINIMIZE
    return wire.Place(rank, ranked, describe(goal), metric=goal.metric, lower_is_better=lower)


def _parent(connection: Connection, scope: Scope, record: CandidateRecord) -> wire.CandidateLink | None:
    if record.parent_external_id is None:
        return None
    parent = store_candidates.by_external_id(connection, scope, record.parent_external_id)
    return None if parent is None else translate.link(parent)


def files(connection: Connection, scope: Scope, record: CandidateRecord) -> tuple[list[wire.File], bool]:
    reference = packages.candidate_package(record.experiment_iid, record.iid)
    found, truncated = packages.files(connection, scope, reference, models.MAX_LISTED_FILES)
    return [translate.file(item) for item in found], truncated
