"""What merge requests and pipelines produced, as their pages and the API show it."""

from collections.abc import Mapping

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.connected import lookups
from shortlist.connected.types import Key, Lookup
from shortlist.http.services import Services
from shortlist.provenance.types import Origin
from shortlist.ranking.sentence import describe
from shortlist.reports import markdown, service
from shortlist.reports.types import ExperimentReport, Produced, Report, ReportQuery
from shortlist.search import fresh
from shortlist.web import ci, translate, wire_ci
from shortlist.web import wire_reports as wire

MAX_NUMBER = 250
_Lookups = Mapping[Key, Lookup]
# What is the same for every job of a merge request, or of a pipeline.
_SHARED: dict[str, tuple[wire_ci.CiKind, ...]] = {
    "merge_request": ("merge_request", "project"),
    "pipeline": ("pipeline", "merge_request", "sha", "ref", "user", "project"),
}


async def report(services: Services, scope: Scope, query: ReportQuery, base_url: str) -> wire.Report:
    """A report in which every acknowledged point is counted. `base_url` begins the links of its Markdown."""
    experiments = await services.database.read(lambda connection: service.experiments_of(connection, scope, query))

    def read(connection: Connection) -> tuple[Report, _Lookups]:
        found = service.report(connection, scope, query)
        return found, lookups.of_origins(connection, scope.project_id, _origins(found))

    found, looked_up = await fresh.folded(services.database, services.folder, scope, experiments, read)
    services.refresher.seen(scope.project_id, [row.score.iid for item in found.experiments for row in item.produced])
    return wire.Report(
        subject=query.subject,
        number=query.number,
        ci_project=query.ci_project,
        target=found.target,
        title=found.title,
        ci=None if found.newest is None else _of_subject(found.newest, query, looked_up),
        projects=list(found.projects),
        related=list(found.related),
        experiments=[_experiment(item, looked_up) for item in found.experiments],
        markdown=markdown.text(found, f"{base_url}/{scope.project.full_path}"),
    )


def _origins(found: Report) -> list[Origin]:
    rows = [row for item in found.experiments for row in (*item.produced, item.target) if row is not None]
    return [*(row.origin for row in rows), *([found.newest] if found.newest else ())]


def _of_subject(newest: Origin, query: ReportQuery, looked_up: _Lookups) -> wire_ci.Ci:
    shown = ci.shown(newest, looked_up)
    shown.facts = [fact for fact in shown.facts if fact.kind in _SHARED[query.subject]]
    return shown


def _experiment(item: ExperimentReport, looked_up: _Lookups) -> wire.ReportExperiment:
    return wire.ReportExperiment(
        iid=item.iid,
        name=item.name,
        metric="" if item.goal is None else item.goal.metric,
        goal="" if item.goal is None else describe(item.goal),
        ranked=item.ranked,
        produced=[_produced(row, looked_up) for row in item.produced],
        target=None if item.target is None else _produced(item.target, looked_up),
    )


def _produced(row: Produced, looked_up: _Lookups) -> wire.ReportRow:
    return wire.ReportRow(
        iid=row.score.iid,
        name=row.name,
        rank=row.rank,
        unranked=None if row.score.unranked is None else row.score.unranked.value,
        value=None if row.score.value is None else translate.value(row.score.value),
        delta=row.delta,
        ci=ci.shown(row.origin, looked_up),
    )
