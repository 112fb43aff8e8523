"""Applies the rules of all projects once a day, in the background, and removes for good what was deleted long ago.

Of several processes, one takes each project's rule, and each takes other batches of what is removed.
"""

from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.access.scope import SERVER, Scope
from shortlist.clock import now_ms
from shortlist.db.database import Database
from shortlist.logs import get_logger
from shortlist.meters.rounds import Rounds
from shortlist.projects import service as projects
from shortlist.retention import purge, service, store
from shortlist.retention.types import Expired, Plan, Rule

_log = get_logger(__name__)

EVERY_MS = 24 * 3_600_000
_LOOK_SECONDS = 900.0
# One transaction deletes so many, so that requests need not wait for a whole project.
_BATCH = 100


class Keeper:
    """A thread that looks every quarter of an hour. Safe to kill at any point: the next day finds the rest."""

    def __init__(self, database: Database, purge_after_days: int) -> None:
        """`purge_after_days` is the grace period of what is deleted; 0: it stays."""
        self._database = database
        self._purge_after_days = purge_after_days
        self._rounds = Rounds("retention", _LOOK_SECONDS, database.meters, self.apply_due, self.purge_due)

    def start(self) -> None:
        self._rounds.start()

    def stop(self) -> None:
        """Return when no batch is running."""
        self._rounds.stop()

    def apply_due(self) -> int:
        """Apply the rules that are due and that no other process takes; how many candidates were deleted."""
        now = now_ms()
        before = now - EVERY_MS
        total = 0
        for project_id in self._database.read_now(lambda connection: store.due(connection, now, before)):
            if self._rounds.stopped:
                break
            if self._database.write_now(lambda connection: store.claim(connection, project_id, now, before)):  # noqa: B023
                total += apply(self._database, project_id)
        return total

    def purge_due(self) -> Expired:
        """Remove for good what was deleted before the grace period."""
        if not self._purge_after_days:
            return Expired()
        before = now_ms() - self._purge_after_days * service.DAY_MS
        return purge.purge(self._database, before, stopped=lambda: self._rounds.stopped)


def apply(database: Database, project_id: int) -> int:
    """Delete what the rule of a project deletes now, in batches; how many candidates."""

    def look(connection: Connection) -> tuple[Scope, Plan]:
        project = projects.get(connection, SERVER.actor, project_id)
        scope = Scope(SERVER.actor, Action.EXPERIMENT_WRITE, projects.facts(project))
        rule: Rule | None = service.rule(connection, scope)
        return scope, Plan([]) if rule is None else service.plan(connection, scope, rule, now_ms())

    scope, plan = database.read_now(look)
    deleted = 0
    for first in range(0, len(plan.deleted), _BATCH):
        some = plan.deleted[first : first + _BATCH]
        deleted += database.write_now(lambda connection: service.delete(connection, SERVER, scope, some))  # noqa: B023
    if deleted:
        _log.info("retention deleted candidates", project_id=project_id, candidates=deleted)
    return deleted
