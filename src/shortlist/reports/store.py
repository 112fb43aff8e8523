"""SQL on candidates by where they came from."""

from collections.abc import Sequence

from sqlalchemy import Connection, and_, func, select

from shortlist.access.scope import Scope
from shortlist.db.dialect import among
from shortlist.provenance.tables import candidate_origin
from shortlist.provenance.types import SEARCHED
from shortlist.tracking.tables import candidate

_JOINED = candidate_origin.join(
    candidate,
    and_(
        candidate.c.project_id == candidate_origin.c.project_id,
        candidate.c.iid == candidate_origin.c.candidate_iid,
        candidate.c.deleted_at.is_(None),
    ),
)


def produced_by(connection: Connection, scope: Scope, subject: str, number: str, limit: int) -> dict[int, int]:
    """The newest candidates of a merge request or a pipeline that are not deleted: iid to iid of the experiment."""
    here = candidate_origin.c
    statement = (
        select(here.candidate_iid, candidate.c.experiment_iid)
        .select_from(_JOINED)
        .where(here.project_id == scope.project_id, here[subject] == number)
        .order_by(here.candidate_iid.desc())
        .limit(limit)
    )
    return {row.candidate_iid: row.experiment_iid for row in connection.execute(statement)}


def known_facts(connection: Connection, scope: Scope, experiment_iid: int) -> dict[str, int]:
    """Of how many candidates of an experiment each searchable fact is known; those of none are left out."""
    here = candidate_origin.c
    names = (*SEARCHED, "verified")
    statement = (
        select(*(func.count(here[name]) for name in names))
        .select_from(_JOINED)
        .where(here.project_id == scope.project_id, candidate.c.experiment_iid == experiment_iid)
    )
    counts = connection.execute(statement).one()
    return {name: count for name, count in zip(names, counts, strict=True) if count}


def on_branch(connection: Connection, scope: Scope, experiment_iids: Sequence[int], ref: str) -> set[int]:
    """The candidates of experiments that were made on a branch itself, not for a merge request."""
    here = candidate_origin.c
    statement = (
        select(here.candidate_iid)
        .select_from(_JOINED)
        .where(
            here.project_id == scope.project_id,
            here.ref == ref,
            here.merge_request.is_(None),
            among(connection, candidate.c.experiment_iid, experiment_iids),
        )
    )
    return set(connection.scalars(statement))
