"""Removes for good what was deleted before the grace period: candidates, logged models and experiments, with all that
was written about them. The sweep then frees their files' bytes.

Safe to stop at any point and beside requests and other processes: a batch is a transaction that takes only rows that
nobody else has locked, and looks at them again when it has them.
"""

from collections.abc import Callable

from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.access.scope import SERVER, Scope
from shortlist.audit import service as audit
from shortlist.db import changes
from shortlist.db.database import Database
from shortlist.errors import NotFound
from shortlist.logged_models import service as logged_models
from shortlist.logged_models import store_links
from shortlist.logs import get_logger
from shortlist.metrics import service as metrics
from shortlist.packages import registry
from shortlist.packages import service as packages
from shortlist.projects import service as projects
from shortlist.retention import store_purge as store
from shortlist.retention.types import Expired

_log = get_logger(__name__)

# One transaction removes so many, so that requests need not wait long.
_BATCH = 50

Told = Callable[[int], None]
_Batch = Callable[[Connection, Scope, int], Expired]


def expired(database: Database, before: int, project_id: int | None = None) -> Expired:
    """What `purge` would remove now, of one project or of all; nothing is changed. Times are in milliseconds."""

    def count(connection: Connection) -> Expired:
        chosen = [project_id] if project_id is not None else store.projects_with_expired(connection, before)
        found = (store.expired(connection, _scope(connection, each), before) for each in chosen)
        return sum(found, start=Expired())

    return database.read_now(count)


def purge(
    database: Database,
    before: int,
    project_id: int | None = None,
    *,
    told: Told = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Expired:
    """Remove what was deleted before a time, batch after batch; `told` hears how many each had."""
    if project_id is not None:
        chosen = [project_id]
    else:
        chosen = database.read_now(lambda connection: store.projects_with_expired(connection, before))
    total = Expired()
    for each in chosen:
        removed = _purge_project(database, each, before, told, stopped)
        if removed.total:
            _log.info(
                "removed for good",
                project_id=each,
                candidates=removed.candidates,
                logged_models=removed.logged_models,
                experiments=removed.experiments,
            )
        total += removed
    return total


def _purge_project(
    database: Database, project_id: int, before: int, told: Told, stopped: Callable[[], bool]
) -> Expired:
    def work(connection: Connection, batch: _Batch) -> Expired:
        try:
            scope = _scope(connection, project_id)
        except NotFound:  # it has gone as a whole since it was listed
            return Expired()
        return batch(connection, scope, before)

    total = Expired()
    for batch in (_purge_candidates, _purge_logged_models, _purge_experiments):
        while not stopped():
            removed = database.write_now(lambda connection: work(connection, batch))  # noqa: B023
            if not removed.total:
                break
            total += removed
            told(removed.total)
            database.meters.purged["candidate"].add(removed.candidates)
            database.meters.purged["logged_model"].add(removed.logged_models)
            database.meters.purged["experiment"].add(removed.experiments)
    return total


def _scope(connection: Connection, project_id: int) -> Scope:
    project = projects.get(connection, SERVER.actor, project_id)
    return Scope(SERVER.actor, Action.EXPERIMENT_WRITE, projects.facts(project))


def _purge_candidates(connection: Connection, scope: Scope, before: int) -> Expired:
    found = store.candidates(connection, scope, before, _BATCH)
    if not found:
        return Expired()
    iids = [iid for iid, _, _ in found]
    metrics.delete_candidate(connection, scope, iids)
    for iid, experiment_iid, _ in found:
        registry.delete_of(connection, scope, packages.candidate_package(experiment_iid, iid))
        changes.note(connection, scope.project_id, experiment_iid, iid)
    store.forget_candidates(connection, scope, [external_id for _, _, external_id in found])
    store.remove_candidates(connection, scope, iids)
    _record(connection, scope, candidates=iids)
    return Expired(candidates=len(iids))


def _purge_logged_models(connection: Connection, scope: Scope, before: int) -> Expired:
    found = store.logged_models(connection, scope, before, _BATCH)
    if not found:
        return Expired()
    for record in found:
        registry.delete_of(connection, scope, logged_models.package(record))
    iids = [record.iid for record in found]
    store_links.note_linked(connection, scope, iids)
    store.remove_logged_models(connection, scope, iids)
    _record(connection, scope, logged_models=iids)
    return Expired(logged_models=len(iids))


def _purge_experiments(connection: Connection, scope: Scope, before: int) -> Expired:
    iids = store.experiments(connection, scope, before, _BATCH)
    if not iids:
        return Expired()
    store.remove_experiments(connection, scope, iids)
    for iid in iids:
        changes.note(connection, scope.project_id, iid)
    _record(connection, scope, experiments=iids)
    return Expired(experiments=len(iids))


def _record(connection: Connection, scope: Scope, **removed: list[int]) -> None:
    project = scope.project
    audit.record_of_project(connection, SERVER, project.id, project.full_path, "retention:purge", **removed)
