"""SQL on what candidates have in common."""

from sqlalchemy import Connection, and_, func, select

from shortlist.access.scope import Scope
from shortlist.tracking.tables import candidate, param
from shortlist.tracking.types import CandidateRecord


def sharing(
    connection: Connection, scope: Scope, record: CandidateRecord, *, around: int, limit: int
) -> list[tuple[int, int]]:
    """(candidate, parameters in which it agrees) of the others of an experiment, most first, newest of equals first.

    Args:
        around: how far from its own iid others are looked at; it bounds what an experiment of any size costs.
    """
    own, other = param.alias("own"), param.alias("other")
    agrees = and_(
        other.c.project_id == own.c.project_id,
        other.c.experiment_iid == own.c.experiment_iid,
        other.c.key == own.c.key,
        other.c.value == own.c.value,
        other.c.candidate_iid.between(record.iid - around, record.iid + around),
        other.c.candidate_iid != record.iid,
    )
    exists = and_(
        candidate.c.project_id == other.c.project_id,
        candidate.c.iid == other.c.candidate_iid,
        candidate.c.deleted_at.is_(None),
    )
    count = func.count()
    statement = (
        select(other.c.candidate_iid, count)
        .select_from(own.join(other, agrees).join(candidate, exists))
        .where(own.c.project_id == scope.project_id, own.c.candidate_iid == record.iid)
        .group_by(other.c.candidate_iid)
        .order_by(count.desc(), other.c.candidate_iid.desc())
        .limit(limit)
    )
    return [(row[0], row[1]) for row in connection.execute(statement)]
