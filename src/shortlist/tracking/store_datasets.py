"""SQL on datasets and on which candidates used them."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import ClauseElement, Connection, bindparam, select

from shortlist.access.scope import Scope
from shortlist.db.counters import take
from shortlist.db.dialect import insert, upsert
from shortlist.db.prepared import Prepared, of_each
from shortlist.tracking.tables import dataset, dataset_input
from shortlist.tracking.types import CandidateRecord, DatasetInput
from shortlist.tracking.wellknown import DATASET_CONTEXT


def link(connection: Connection, scope: Scope, record: CandidateRecord, inputs: Sequence[DatasetInput]) -> None:
    """Note that a candidate used datasets; one that the experiment knows by name and digest is not stored again.

    A use that is noted already keeps its tags, and gets those that it does not have.
    """
    noted = _tags_of_inputs(connection, scope, record.iid)
    for item in inputs:
        dataset_id = ensure(connection, scope, record.experiment_iid, item)
        noted[dataset_id] = item.tags | noted.get(dataset_id, {})
    rows = [
        {
            "project_id": scope.project_id,
            "candidate_iid": record.iid,
            "dataset_id": dataset_id,
            "context": tags.get(DATASET_CONTEXT),
            "tags": msgspec.json.encode(tags).decode(),
        }
        for dataset_id, tags in noted.items()
    ]
    upsert(connection, dataset_input, rows)


def _tags_of_inputs(connection: Connection, scope: Scope, candidate_iid: int) -> dict[int, dict[str, str]]:
    """The tags of each use of a dataset by a candidate, by the dataset's id."""
    statement = select(dataset_input.c.dataset_id, dataset_input.c.tags).where(
        dataset_input.c.project_id == scope.project_id, dataset_input.c.candidate_iid == candidate_iid
    )
    return {
        dataset_id: msgspec.json.decode(tags, type=dict[str, str])
        for dataset_id, tags in connection.execute(statement)
    }


def ensure(connection: Connection, scope: Scope, experiment_iid: int, item: DatasetInput) -> int:
    """The id of a dataset of an experiment, which gets it unless it has one of that name and digest."""
    known = select(dataset.c.id).where(
        dataset.c.project_id == scope.project_id,
        dataset.c.experiment_iid == experiment_iid,
        dataset.c.name == item.name,
        dataset.c.digest == item.digest,
    )
    found = connection.execute(known).scalar_one_or_none()
    if found is not None:
        return found
    statement = insert(connection, dataset).on_conflict_do_nothing()
    connection.execute(
        statement,
        {
            "project_id": scope.project_id,
            "id": take(connection, scope.project_id, "dataset"),
            "experiment_iid": experiment_iid,
            "name": item.name,
            "digest": item.digest,
            "source_type": item.source_type,
            "source": item.source,
            "schema": item.schema,
            "profile": item.profile,
        },
    )
    return connection.execute(known).scalar_one()


def _used(dialect: str) -> ClauseElement:
    statement = (
        select(
            dataset_input.c.candidate_iid,
            dataset.c.name,
            dataset.c.digest,
            dataset.c.source_type,
            dataset.c.source,
            dataset.c.schema,
            dataset.c.profile,
            dataset_input.c.tags,
        )
        .join(
            dataset,
            (dataset.c.project_id == dataset_input.c.project_id) & (dataset.c.id == dataset_input.c.dataset_id),
        )
        .where(dataset_input.c.project_id == bindparam("project_id"))
    )
    used = of_each(dialect, statement, dataset_input.c.candidate_iid, "iids")
    return used.order_by("candidate_iid", "name", "digest")


_USED = Prepared(_used, lists=["iids"])


def of_candidates(connection: Connection, scope: Scope, iids: Sequence[int]) -> dict[int, list[DatasetInput]]:
    """The datasets that each candidate used, by name. One statement."""
    found: dict[int, list[DatasetInput]] = {iid: [] for iid in iids}
    for iid, *fields, tags in _USED.rows(connection, project_id=scope.project_id, iids=iids):
        found[iid].append(DatasetInput(*fields, tags=msgspec.json.decode(tags, type=dict[str, str])))
    return found


def used_in(
    connection: Connection, scope: Scope, experiment_iids: Sequence[int], limit: int
) -> list[tuple[int, str, str, str | None]]:
    """(experiment, name, digest, context) of the datasets that candidates of experiments used, each once."""
    columns = (dataset.c.experiment_iid, dataset.c.name, dataset.c.digest, dataset_input.c.context)
    statement = (
        select(*columns)
        .distinct()
        .join(
            dataset_input,
            (dataset_input.c.project_id == dataset.c.project_id) & (dataset_input.c.dataset_id == dataset.c.id),
        )
        .where(dataset.c.project_id == scope.project_id, dataset.c.experiment_iid.in_(experiment_iids))
        .order_by(*columns)
        .limit(limit)
    )
    return [(iid, name, digest, context) for iid, name, digest, context in connection.execute(statement)]
