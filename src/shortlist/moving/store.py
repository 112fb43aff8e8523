"""SQL that files what is written about candidates under another experiment."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from shortlist.access.scope import Scope
from shortlist.db.dialect import among, among_rows
from shortlist.logged_models.tables import logged_model
from shortlist.metrics import store as metrics
from shortlist.metrics.tables import metric_latest, metric_log, metric_series
from shortlist.models.tables import model_version
from shortlist.packages import service as packages
from shortlist.packages.tables import package, package_upload
from shortlist.tracking import store_candidates, store_datasets
from shortlist.tracking.tables import candidate, dataset, dataset_input, metadata, param
from shortlist.tracking.types import CandidateRecord, DatasetInput


class Going(msgspec.Struct, frozen=True):
    """Candidates that leave an experiment."""

    iids: list[int]
    external_ids: list[str]
    before: int


def take(connection: Connection, scope: Scope, iids: Sequence[int]) -> list[CandidateRecord]:
    """The candidates that exist, which nobody else changes or folds until commit."""
    return _take(connection, scope, among(connection, candidate.c.iid, list(iids)))


def take_children(connection: Connection, scope: Scope, parents: Sequence[CandidateRecord]) -> list[CandidateRecord]:
    """What is nested directly below candidates, in their experiments, deleted or not."""
    below = among(connection, candidate.c.parent_external_id, [parent.external_id for parent in parents])
    experiments = sorted({parent.experiment_iid for parent in parents})
    return _take(connection, scope, and_(below, among(connection, candidate.c.experiment_iid, experiments)))


def _take(connection: Connection, scope: Scope, chosen: ColumnElement[bool]) -> list[CandidateRecord]:
    statement = (
        select(candidate.c.iid)
        .where(candidate.c.project_id == scope.project_id, chosen)
        .order_by(candidate.c.iid)
        .with_for_update()
    )
    return store_candidates.by_iids(connection, scope, list(connection.execute(statement).scalars()))


def move_candidates(connection: Connection, scope: Scope, going: Going, experiment_iid: int, now: int) -> None:
    connection.execute(
        update(candidate)
        .where(candidate.c.project_id == scope.project_id, among(connection, candidate.c.iid, going.iids))
        .values(experiment_iid=experiment_iid, updated_at=now)
    )
    version = model_version.c
    connection.execute(
        update(model_version)
        .where(version.project_id == scope.project_id, among(connection, version.candidate_iid, going.iids))
        .values(experiment_iid=experiment_iid)
    )


def move_written(connection: Connection, scope: Scope, going: Going, experiment_iid: int) -> None:
    """Parameters and metadata."""
    for table in (param, metadata):
        connection.execute(
            update(table)
            .where(table.c.project_id == scope.project_id, among(connection, table.c.candidate_iid, going.iids))
            .values(experiment_iid=experiment_iid)
        )


def move_points(connection: Connection, scope: Scope, going: Going, experiment_iid: int) -> None:
    """What is still in the log, and the latest values. Chunks and series are filed under the candidate alone."""
    series, latest, log = metric_series.c, metric_latest.c, metric_log.c
    connection.execute(
        update(metric_log)
        .where(
            log.project_id == scope.project_id,
            log.experiment_iid == going.before,
            among(connection, log.candidate_iid, going.iids),
        )
        .values(experiment_iid=experiment_iid)
    )
    statement = select(series.key_id, series.candidate_iid).where(
        series.project_id == scope.project_id, among(connection, series.candidate_iid, going.iids)
    )
    places = [(going.before, row.key_id, row.candidate_iid) for row in connection.execute(statement)]
    if not places:
        return
    columns = (latest.experiment_iid, latest.key_id, latest.candidate_iid)
    connection.execute(
        update(metric_latest)
        .where(latest.project_id == scope.project_id, among_rows(connection, columns, places))
        .values(experiment_iid=experiment_iid)
    )
    counts: dict[tuple[int, int], int] = {}
    for _, key_id, _ in places:
        for pair, change in (((going.before, key_id), -1), ((experiment_iid, key_id), 1)):
            counts[pair] = counts.get(pair, 0) + change
    metrics.count_columns(connection, scope.project_id, counts)


def move_datasets(connection: Connection, scope: Scope, going: Going, experiment_iid: int) -> None:
    """Datasets belong to an experiment: the new one gets those that it does not know."""
    used = dataset_input.c
    moving = and_(used.project_id == scope.project_id, among(connection, used.candidate_iid, going.iids))
    joined = and_(used.project_id == dataset.c.project_id, used.dataset_id == dataset.c.id)
    names = ("name", "digest", "source_type", "source", "schema", "profile")
    statement = select(dataset.c.id, *(dataset.c[name] for name in names)).distinct()
    for row in connection.execute(statement.join(dataset_input, joined).where(moving)).all():
        item = DatasetInput(row.name, row.digest, row.source_type, row.source, row.schema, row.profile, tags={})
        known = store_datasets.ensure(connection, scope, experiment_iid, item)
        connection.execute(update(dataset_input).where(moving, used.dataset_id == row.id).values(dataset_id=known))


def move_files(connection: Connection, scope: Scope, going: Going, experiment_iid: int) -> None:
    """Logged models, their packages and those of the candidates, and uploads that are under way."""
    logged = logged_model.c
    made = and_(
        logged.project_id == scope.project_id,
        logged.experiment_iid == going.before,
        among(connection, logged.candidate_external_id, going.external_ids),
    )
    models = list(connection.execute(select(logged.external_id).where(made)).scalars())
    connection.execute(update(logged_model).where(made).values(experiment_iid=experiment_iid))
    versions = [*map(str, going.iids), *models]
    before, after = (packages.candidate_package(iid, 0) for iid in (going.before, experiment_iid))
    of_before = and_(
        package.c.project_id == scope.project_id, package.c.type == before.type.value, package.c.name == before.name
    )
    # A deleted package goes by its version, `~` and its id.
    deleted = connection.execute(
        select(package.c.id, package.c.version).where(of_before, package.c.deleted_at.is_not(None))
    )
    ids = [row.id for row in deleted if row.version.partition("~")[0] in set(versions)]
    theirs = or_(among(connection, package.c.version, versions), among(connection, package.c.id, ids))
    connection.execute(update(package).where(of_before, theirs).values(name=after.name))
    upload = package_upload.c
    connection.execute(
        update(package_upload)
        .where(
            upload.project_id == scope.project_id,
            upload.type == before.type.value,
            upload.name == before.name,
            among(connection, upload.version, versions),
        )
        .values(name=after.name)
    )
