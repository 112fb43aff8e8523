"""SQL on rules, and on the candidates that are old enough for them."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, update

from shortlist.access.scope import Scope
from shortlist.db.dialect import among, upsert
from shortlist.models.tables import model_version
from shortlist.retention.tables import retention_rule
from shortlist.retention.types import Doomed, Rule
from shortlist.tracking.tables import candidate, metadata, star
from shortlist.tracking.types import Status

KEEP = "shortlist.keep"


def rule(connection: Connection, scope: Scope) -> Rule | None:
    here = retention_rule.c
    statement = select(*(here[name] for name in Rule.__struct_fields__))
    row = connection.execute(statement.where(here.project_id == scope.project_id)).one_or_none()
    return None if row is None else Rule(**dict(zip(Rule.__struct_fields__, row, strict=True)))


def put(connection: Connection, scope: Scope, wanted: Rule) -> None:
    row = {"project_id": scope.project_id, **msgspec.structs.asdict(wanted), "began_at": 0}
    upsert(connection, retention_rule, [row])


def remove(connection: Connection, scope: Scope) -> None:
    connection.execute(delete(retention_rule).where(retention_rule.c.project_id == scope.project_id))


def _due(now: int, before: int) -> ColumnElement[bool]:
    """What was last applied far in the future was so by a clock that has been set back since."""
    began = retention_rule.c.began_at
    return or_(began < before, began > 2 * now - before)


def due(connection: Connection, now: int, before: int) -> list[int]:
    """The projects whose rule was last applied before a time; for the thread that serves all of them."""
    statement = select(retention_rule.c.project_id).where(_due(now, before))
    return list(connection.execute(statement.order_by(retention_rule.c.project_id)).scalars())


def claim(connection: Connection, project_id: int, now: int, before: int) -> bool:
    """Whether the rule was last applied before a time and no other process takes it; it then begins now."""
    taken = update(retention_rule).where(retention_rule.c.project_id == project_id, _due(now, before))
    return connection.execute(taken.values(began_at=now)).rowcount == 1


def old(connection: Connection, scope: Scope, before: int) -> list[Doomed]:
    """Candidates that ended before a time and are not deleted, the oldest first."""
    here = candidate.c
    ended = func.coalesce(here.end_time, here.updated_at)
    statement = (
        select(here.iid, here.experiment_iid, here.name, ended)
        .where(
            here.project_id == scope.project_id,
            here.deleted_at.is_(None),
            here.status.not_in([Status.RUNNING, Status.SCHEDULED]),
            ended < before,
        )
        .order_by(ended, here.iid)
    )
    return [Doomed(*row) for row in connection.execute(statement)]


def promoted(connection: Connection, scope: Scope, iids: Sequence[int]) -> set[int]:
    """Those that a model version was made from."""
    here = model_version.c
    statement = select(here.candidate_iid).where(
        here.project_id == scope.project_id, among(connection, here.candidate_iid, list(iids))
    )
    return set(connection.execute(statement.distinct()).scalars())


def starred(connection: Connection, scope: Scope, iids: Sequence[int]) -> set[int]:
    """Those that somebody starred, whoever it is: nobody's shortlist is deleted by itself."""
    here = star.c
    statement = select(here.candidate_iid).where(
        here.project_id == scope.project_id, among(connection, here.candidate_iid, list(iids))
    )
    return set(connection.execute(statement.distinct()).scalars())


def marked(connection: Connection, scope: Scope, iids: Sequence[int]) -> set[int]:
    """Those that somebody marked as to be kept."""
    here = metadata.c
    statement = select(here.candidate_iid).where(
        here.project_id == scope.project_id, here.key == KEEP, among(connection, here.candidate_iid, list(iids))
    )
    return set(connection.execute(statement).scalars())
