"""TEMPORARY until the search language lands: newest first, no filter."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, func, select

from shortlist.access.scope import Scope
from shortlist.tracking.tables import candidate, experiment


class CandidateSearch(msgspec.Struct, frozen=True):
    experiment_iids: Sequence[int]
    filter: str = ""
    order_by: Sequence[str] = ()
    view: str = "active"
    max_results: int = 1000
    page_token: str = ""


class ExperimentSearch(msgspec.Struct, frozen=True):
    filter: str = ""
    order_by: Sequence[str] = ()
    view: str = "active"
    max_results: int = 1000
    page_token: str = ""


class SearchPage(msgspec.Struct, frozen=True):
    iids: list[int]
    next_page_token: str | None


def reads_metrics(query: CandidateSearch) -> bool:
    return "metric" in query.filter or any("metric" in item for item in query.order_by)


def candidates(connection: Connection, scope: Scope, query: CandidateSearch) -> SearchPage:
    s = (
        select(candidate.c.iid)
        .where(
            candidate.c.project_id == scope.project_id,
            candidate.c.experiment_iid.in_(query.experiment_iids),
            candidate.c.deleted_at.is_(None),
        )
        .order_by(candidate.c.start_time.desc(), candidate.c.external_id)
        .limit(query.max_results)
    )
    return SearchPage(list(connection.scalars(s)), None)


def count(connection: Connection, scope: Scope, query: CandidateSearch) -> int:
    return connection.execute(
        select(func.count())
        .select_from(candidate)
        .where(
            candidate.c.project_id == scope.project_id,
            candidate.c.experiment_iid.in_(query.experiment_iids),
            candidate.c.deleted_at.is_(None),
        )
    ).scalar_one()


def experiments(connection: Connection, scope: Scope, query: ExperimentSearch) -> SearchPage:
    s = (
        select(experiment.c.iid)
        .where(experiment.c.project_id == scope.project_id, experiment.c.deleted_at.is_(None))
        .order_by(experiment.c.created_at.desc())
        .limit(query.max_results)
    )
    return SearchPage(list(connection.scalars(s)), None)
