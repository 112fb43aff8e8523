"""SQL on what was deleted so long ago that it goes for good.

The rows that refer to a candidate, a logged model or an experiment by a foreign key go with it; those that name it in
another way are in `forget_candidates` and `remove_experiments`.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, delete, exists, func, or_, select, union, update

from shortlist.access.scope import Scope
from shortlist.db.dialect import among
from shortlist.logged_models.tables import logged_model, logged_model_metric
from shortlist.logged_models.types import LoggedModelRecord
from shortlist.metrics.tables import metric_column
from shortlist.models.tables import model_version
from shortlist.retention.types import Expired
from shortlist.tracking.experiments import DEFAULT_IID
from shortlist.tracking.tables import candidate, dataset, experiment


def projects_with_expired(connection: Connection, before: int) -> list[int]:
    """Projects in which something was deleted before a time; for the thread that serves all of them."""
    found = union(
        *(
            select(table.c.project_id).where(table.c.deleted_at < before)
            for table in (candidate, logged_model, experiment)
        )
    )
    return sorted(connection.execute(found).scalars())


def candidates(connection: Connection, scope: Scope, before: int, limit: int) -> list[tuple[int, int, str]]:
    """(iid, experiment, external id) of candidates that go, locked until commit; not those that another locked."""
    here = candidate.c
    statement = select(here.iid, here.experiment_iid, here.external_id).where(_candidates(scope.project_id, before))
    rows = connection.execute(statement.order_by(here.deleted_at).limit(limit).with_for_update(skip_locked=True))
    return [(row[0], row[1], row[2]) for row in rows]


def logged_models(connection: Connection, scope: Scope, before: int, limit: int) -> list[LoggedModelRecord]:
    """Logged models that go, deleted by themselves or with their experiment; locked in the same way."""
    fields = [logged_model.c[name] for name in LoggedModelRecord.__struct_fields__]
    statement = select(*fields).where(_logged_models(scope.project_id, before))
    rows = connection.execute(statement.order_by(logged_model.c.iid).limit(limit).with_for_update(skip_locked=True))
    return [LoggedModelRecord(*row) for row in rows]


def experiments(connection: Connection, scope: Scope, before: int, limit: int) -> list[int]:
    """Experiments that go, because nothing is in them any more; locked in the same way."""
    here = experiment.c
    statement = select(here.iid).where(_experiments(scope.project_id, before), _holds_no(candidate, logged_model))
    rows = connection.execute(statement.order_by(here.iid).limit(limit).with_for_update(skip_locked=True))
    return list(rows.scalars())


def expired(connection: Connection, scope: Scope, before: int) -> Expired:
    """How many of each would go."""
    going = select(candidate.c.iid).where(_candidates(scope.project_id, before))
    going_models = select(logged_model.c.iid).where(_logged_models(scope.project_id, before))
    emptied = and_(
        ~exists().where(_within(candidate), candidate.c.iid.not_in(going)),
        ~exists().where(_within(logged_model), logged_model.c.iid.not_in(going_models)),
    )
    going_experiments = select(experiment.c.iid).where(_experiments(scope.project_id, before), emptied)
    return Expired(*(_count(connection, each) for each in (going, going_models, going_experiments)))


def forget_candidates(connection: Connection, scope: Scope, external_ids: Sequence[str]) -> None:
    """Let logged models forget the candidates that made and measured them."""
    measured, made = logged_model_metric.c, logged_model.c
    connection.execute(
        delete(logged_model_metric).where(
            measured.project_id == scope.project_id, among(connection, measured.candidate_external_id, external_ids)
        )
    )
    connection.execute(
        update(logged_model)
        .where(made.project_id == scope.project_id, among(connection, made.candidate_external_id, external_ids))
        .values(candidate_external_id=None)
    )


def remove_candidates(connection: Connection, scope: Scope, iids: Sequence[int]) -> None:
    _remove(connection, scope, candidate, candidate.c.iid, iids)


def remove_logged_models(connection: Connection, scope: Scope, iids: Sequence[int]) -> None:
    _remove(connection, scope, logged_model, logged_model.c.iid, iids)


def remove_experiments(connection: Connection, scope: Scope, iids: Sequence[int]) -> None:
    for table in (dataset, metric_column):
        _remove(connection, scope, table, table.c.experiment_iid, iids)
    _remove(connection, scope, experiment, experiment.c.iid, iids)


def _remove(
    connection: Connection, scope: Scope, table: Table, column: ColumnElement[int], iids: Sequence[int]
) -> None:
    connection.execute(
        delete(table).where(table.c.project_id == scope.project_id, among(connection, column, list(iids)))
    )


def _candidates(project_id: int, before: int) -> ColumnElement[bool]:
    here, version = candidate.c, model_version.c
    promoted = select(version.candidate_iid).where(
        version.project_id == project_id, version.candidate_iid.is_not(None)
    )
    return and_(here.project_id == project_id, here.deleted_at < before, here.iid.not_in(promoted))


def _logged_models(project_id: int, before: int) -> ColumnElement[bool]:
    here, version = logged_model.c, model_version.c
    registered = select(version.logged_model_id).where(version.project_id == project_id)
    gone = select(experiment.c.iid).where(experiment.c.project_id == project_id, experiment.c.deleted_at < before)
    return and_(
        here.project_id == project_id,
        or_(here.deleted_at < before, here.experiment_iid.in_(gone)),
        here.external_id.not_in(registered),
    )


def _experiments(project_id: int, before: int) -> ColumnElement[bool]:
    """Without the first one, which would come back by itself, and not deleted."""
    here, version = experiment.c, model_version.c
    promoted = select(version.experiment_iid).where(
        version.project_id == project_id, version.experiment_iid.is_not(None)
    )
    return and_(
        here.project_id == project_id, here.deleted_at < before, here.iid != DEFAULT_IID, here.iid.not_in(promoted)
    )


def _holds_no(*tables: Table) -> ColumnElement[bool]:
    return and_(*(~exists().where(_within(table)) for table in tables))


def _within(table: Table) -> ColumnElement[bool]:
    return and_(table.c.project_id == experiment.c.project_id, table.c.experiment_iid == experiment.c.iid)


def _count(connection: Connection, found: Select[Any]) -> int:
    return connection.execute(select(func.count()).select_from(found.subquery())).scalar_one()
