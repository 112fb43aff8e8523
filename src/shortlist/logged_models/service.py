"""What can be done with logged models. Every function runs inside a transaction that its caller opened."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.audit import service as audit
from shortlist.clock import now_ms
from shortlist.db import changes
from shortlist.db.counters import take
from shortlist.errors import InvalidValue, NotFound
from shortlist.ids import new_external_id
from shortlist.logged_models import rules, store, store_links
from shortlist.logged_models.types import (
    LinkedPoint,
    LinkKind,
    LoggedModelData,
    LoggedModelRecord,
    ModelLink,
    ModelStatus,
    NewLoggedModel,
)
from shortlist.packages.types import PackageRef, PackageType
from shortlist.tracking import candidates, experiments
from shortlist.tracking.names import make_up_name
from shortlist.tracking.types import CandidateRecord


def create(connection: Connection, scope: Scope, new: NewLoggedModel) -> LoggedModelRecord:
    """Create a logged model whose files are still to come.

    Raises:
        InvalidValue: a value against the rules, or a deleted experiment.
        NotFound: there is no such experiment, or no such candidate.
    """
    name = make_up_name() if new.name is None else rules.check_name(new.name)
    rules.check_model_type(new.model_type)
    rules.check_params(new.params)
    rules.check_metadata(new.metadata)
    experiments.get_active(connection, scope, new.experiment_iid)
    maker = None
    if new.candidate_external_id:
        maker = candidates.get(connection, scope, new.candidate_external_id).external_id
    now = now_ms()
    record = LoggedModelRecord(
        iid=take(connection, scope.project_id, "logged_model"),
        external_id=f"m-{new_external_id()}",
        experiment_iid=new.experiment_iid,
        name=name,
        model_type=new.model_type,
        status=ModelStatus.PENDING,
        candidate_external_id=maker,
        created_at=now,
        updated_at=now,
        created_by=scope.actor.user_id,
        deleted_at=None,
    )
    store.add(connection, scope, record)
    store.add_params(connection, scope, record.iid, new.params)
    store.set_metadata(connection, scope, record.iid, new.metadata)
    store.note_change(connection, scope, record)
    return record


def find(connection: Connection, scope: Scope, external_id: str) -> LoggedModelRecord:
    """A logged model, deleted or not."""
    external_id = rules.parse_external_id(external_id)
    found = store.by_external_ids(connection, scope, [external_id]).get(external_id)
    if found is None:
        raise rules.not_found(external_id)
    return found


def get(connection: Connection, scope: Scope, external_id: str) -> LoggedModelRecord:
    """A logged model that is not deleted."""
    record = find(connection, scope, external_id)
    if record.deleted_at is not None:
        raise rules.not_found(external_id)
    return record


def finalize(connection: Connection, scope: Scope, external_id: str, status: ModelStatus) -> LoggedModelRecord:
    """Note that a model's files are complete, or that they will not be. It may be said again."""
    record = get(connection, scope, external_id)
    store.change(connection, scope, record.iid, {"status": status, "updated_at": now_ms()})
    store.note_change(connection, scope, record)
    return find(connection, scope, external_id)


def delete(connection: Connection, scope: Scope, external_id: str) -> None:
    """Mark a logged model deleted, or find that it is. Its files stay, and versions made from it go on working."""
    record = find(connection, scope, external_id)
    if record.deleted_at is not None:
        return
    now = now_ms()
    store.change(connection, scope, record.iid, {"deleted_at": now, "updated_at": now})
    store.note_change(connection, scope, record)
    audit.record_in(connection, scope, "logged_model:delete", record.name, record.iid)


def set_metadata(connection: Connection, scope: Scope, external_id: str, pairs: Mapping[str, str]) -> None:
    rules.check_metadata(pairs)
    record = get(connection, scope, external_id)
    store.set_metadata(connection, scope, record.iid, pairs)
    store.change(connection, scope, record.iid, {"updated_at": now_ms()})


def delete_metadata(connection: Connection, scope: Scope, external_id: str, key: str) -> None:
    """Remove a metadata key.

    Raises:
        NotFound: there is no such model, or it does not have the key.
    """
    record = get(connection, scope, external_id)
    if not store.delete_metadata(connection, scope, record.iid, key):
        raise NotFound(f"No tag with key {key!r} found for model with ID {external_id!r}.", field="tag_key")


def add_params(connection: Connection, scope: Scope, external_id: str, params: Mapping[str, str]) -> None:
    """Add parameters; the same value again is accepted.

    Raises:
        InvalidValue: a parameter already has another value.
    """
    rules.check_params(params)
    record = get(connection, scope, external_id)
    store.add_params(connection, scope, record.iid, params)
    stored = store.data(connection, scope, [record.iid])[record.iid].params
    for key, value in params.items():
        if stored[key] != value:
            raise InvalidValue(
                f"Changing param values is not allowed. Param with key='{key}' was already logged with "
                f"value='{stored[key]}' for model ID='{external_id}'. Attempted logging new value '{value}'.",
                field="params",
            )


def record_metrics(
    connection: Connection, scope: Scope, candidate_external_id: str, points: Sequence[LinkedPoint]
) -> None:
    """Note the latest points that a candidate measured of logged models.

    Raises:
        NotFound: one of the models is not there.
    """
    iids = _iids(connection, scope, [item.model_external_id for item in points])
    store.put_metrics(
        connection, scope, candidate_external_id, [(iids[item.model_external_id], item) for item in points]
    )


def link(connection: Connection, scope: Scope, candidate_external_id: str, links: Sequence[ModelLink]) -> None:
    """Note which logged models a candidate used or made.

    Raises:
        InvalidValue: the candidate is deleted. NotFound: it or one of the models is not there.
    """
    record = candidates.get_active(connection, scope, candidate_external_id)
    iids = _iids(connection, scope, [item.model_external_id for item in links])
    for kind in LinkKind:
        steps = {iids[item.model_external_id]: item.step for item in links if item.kind is kind}
        store_links.put(connection, scope, record.iid, kind, steps)
    changes.note(connection, scope.project_id, record.experiment_iid, record.iid)


def made_by(
    connection: Connection, scope: Scope, maker: CandidateRecord
) -> list[tuple[LoggedModelRecord, LoggedModelData, int | None]]:
    """The logged models that a candidate made and that are not deleted, with what is known of them and the step, if
    the candidate named them as its output.

    In order of their creation, in two statements where it made none.
    """
    links = store_links.of_candidates(connection, scope, [maker.iid])[maker.iid]
    steps = {link.model_external_id: link.step for link in links if link.kind is LinkKind.OUTPUT}
    records = store.made_by(connection, scope, maker.external_id, list(steps))
    if not records:
        return []
    found = store.data(connection, scope, [record.iid for record in records])
    return [(record, found[record.iid], steps.get(record.external_id)) for record in records]


def _iids(connection: Connection, scope: Scope, external_ids: Sequence[str]) -> dict[str, int]:
    parsed = {text: rules.parse_external_id(text) for text in external_ids}
    records = store.by_external_ids(connection, scope, list(parsed.values()))
    for text, external_id in parsed.items():
        if external_id not in records:
            raise rules.not_found(text)
    return {text: records[external_id].iid for text, external_id in parsed.items()}


def package(record: LoggedModelRecord) -> PackageRef:
    """The package whose files are a logged model's."""
    return PackageRef(PackageType.ML_MODEL, f"ml_experiment_{record.experiment_iid}", record.external_id)
