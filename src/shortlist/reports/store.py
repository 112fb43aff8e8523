"""SQL on candidates by where they came from."""

from collections.abc import Mapping, Sequence

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


def seen(
    connection: Connection, scope: Scope, subject: str, within: Mapping[str, str], limit: int, offset: int
) -> tuple[list[tuple[str, int, int]], int]:
    """The numbers of jobs or pipelines that made candidates, the newest first, with the newest candidate of each and
    how many there are; and how many numbers there are in all. `within` has the values of facts that they must have."""
    here = candidate_origin.c
    wanted = [here.project_id == scope.project_id, here[subject].is_not(None)]
    wanted += [here[name] == value for name, value in within.items()]
    newest = func.max(here.candidate_iid)
    statement = (
        select(here[subject], newest, func.count())
        .select_from(_JOINED)
        .where(*wanted)
        .group_by(here[subject])
        .order_by(newest.desc())
        .limit(limit)
        .offset(offset)
    )
    total = select(func.count(func.distinct(here[subject]))).select_from(_JOINED).where(*wanted)
    rows = [(number, iid, count) for number, iid, count in connection.execute(statement)]
    return rows, connection.execute(total).scalar_one()
