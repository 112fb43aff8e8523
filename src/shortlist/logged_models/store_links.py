"""SQL on which candidates made or used which logged models."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ClauseElement, Connection, bindparam, select

from shortlist.access.scope import Scope
from shortlist.db import changes
from shortlist.db.dialect import among, upsert
from shortlist.db.prepared import Prepared, of_each
from shortlist.logged_models.tables import candidate_model, logged_model
from shortlist.logged_models.types import LinkKind, ModelLink
from shortlist.tracking.tables import candidate


def put(connection: Connection, scope: Scope, candidate_iid: int, kind: LinkKind, steps: Mapping[int, int]) -> None:
    """Link a candidate to logged models, given as iid to step; a link that is there gets the new step."""
    rows = [
        {
            "project_id": scope.project_id,
            "candidate_iid": candidate_iid,
            "kind": kind.value,
            "model_iid": iid,
            "step": step,
        }
        for iid, step in sorted(steps.items())
    ]
    upsert(connection, candidate_model, rows)


def _links(dialect: str) -> ClauseElement:
    statement = (
        select(
            candidate_model.c.candidate_iid,
            candidate_model.c.kind,
            candidate_model.c.model_iid,
            logged_model.c.external_id,
            candidate_model.c.step,
        )
        .join(
            logged_model,
            (logged_model.c.project_id == candidate_model.c.project_id)
            & (logged_model.c.iid == candidate_model.c.model_iid),
        )
        .where(candidate_model.c.project_id == bindparam("project_id"))
    )
    linked = of_each(dialect, statement, candidate_model.c.candidate_iid, "iids")
    return linked.order_by("candidate_iid", "kind", "model_iid")


_LINKS = Prepared(_links, lists=["iids"])


def of_candidates(connection: Connection, scope: Scope, iids: Sequence[int]) -> dict[int, list[ModelLink]]:
    """The links of each candidate in order of the models' creation. One statement."""
    found: dict[int, list[ModelLink]] = {iid: [] for iid in iids}
    for iid, kind, _, external_id, step in _LINKS.rows(connection, project_id=scope.project_id, iids=iids):
        found[iid].append(ModelLink(LinkKind(kind), external_id, step))
    return found


def note_linked(connection: Connection, scope: Scope, model_iids: Sequence[int]) -> None:
    """Note a change of every candidate with a link to one of some logged models. One statement."""
    joined = (candidate.c.project_id == candidate_model.c.project_id) & (
        candidate.c.iid == candidate_model.c.candidate_iid
    )
    statement = (
        select(candidate.c.experiment_iid, candidate.c.iid)
        .distinct()
        .select_from(candidate_model.join(candidate, joined))
        .where(
            candidate_model.c.project_id == scope.project_id,
            among(connection, candidate_model.c.model_iid, model_iids),
        )
    )
    for experiment_iid, iid in connection.execute(statement):
        changes.note(connection, scope.project_id, experiment_iid, iid)
