"""What can be done with candidates. Every function runs inside a transaction that its caller opened."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.audit import service as audit
from shortlist.clock import now_ms
from shortlist.db import changes
from shortlist.db.counters import take
from shortlist.errors import InvalidValue, NotFound
from shortlist.ids import new_external_id, parse_external_id
from shortlist.metrics import service as metrics
from shortlist.metrics.types import CandidateKey, Points
from shortlist.provenance import origins, reported
from shortlist.tracking import experiments, rules, store_datasets, wellknown
from shortlist.tracking import store_candidates as store
from shortlist.tracking.names import make_up_name
from shortlist.tracking.types import (
    Batch,
    CandidateChange,
    CandidateData,
    CandidateRecord,
    DatasetInput,
    EncodedData,
    NewCandidate,
)


def create(connection: Connection, scope: Scope, new: NewCandidate) -> CandidateRecord:
    """Create a candidate and give it the project's next iid and a new external id.

    The name is that of `new`, else the metadata key for names, else made up; afterwards the two agree.

    Raises:
        InvalidValue: a value against the rules, two different names, or a deleted experiment.
        NotFound: there is no such experiment.
    """
    metadata = dict(new.metadata)
    metadata[wellknown.NAME] = rules.check_candidate_name(_choose_name(new))
    rules.check_time(new.start_time, "start_time")
    if new.end_time is not None:
        rules.check_time(new.end_time, "end_time")
    rules.check_text(new.user_name, rules.MAX_KEY, "user_id")
    check_metadata(metadata)
    experiments.check_active(connection, scope, new.experiment_iid)
    now = now_ms()
    record = CandidateRecord(
        iid=take(connection, scope.project_id, "candidate"),
        external_id=new_external_id(),
        experiment_iid=new.experiment_iid,
        name=metadata[wellknown.NAME],
        note=metadata.get(wellknown.NOTE, ""),
        status=new.status,
        start_time=new.start_time,
        end_time=new.end_time,
        user_id=scope.actor.user_id,
        user_name=new.user_name,
        parent_external_id=_parent(metadata.get(wellknown.PARENT)),
        created_at=now,
        updated_at=now,
        deleted_at=None,
    )
    store.add(connection, scope, record)
    store.set_metadata(connection, scope, record, metadata)
    origins.note_created(connection, scope, record.iid, metadata)
    _note(connection, scope, record)
    return record


def data_of_new(record: CandidateRecord, new: NewCandidate) -> CandidateData:
    """What `data` would read of a candidate that `create` has just made."""
    metadata = {**new.metadata, wellknown.NAME: record.name}
    return CandidateData({}, dict(sorted(metadata.items())), [])


def _note(connection: Connection, scope: Scope, record: CandidateRecord) -> None:
    changes.note(connection, scope.project_id, record.experiment_iid, record.iid)


def _choose_name(new: NewCandidate) -> str:
    named = new.metadata.get(wellknown.NAME, "")
    if new.name and named and new.name != named:
        raise InvalidValue(
            f"Both 'run_name' argument and '{wellknown.NAME}' tag are specified, but with different values "
            f"(run_name='{new.name}', {wellknown.NAME}='{named}').",
            field="run_name",
        )
    return new.name or named or make_up_name()


def _parent(external_id: str | None) -> str | None:
    if not external_id:
        return None
    try:
        return parse_external_id(external_id)
    except NotFound:
        return None  # kept as metadata; it names no candidate of ours


def get(connection: Connection, scope: Scope, external_id: str, *, hold: bool = False) -> CandidateRecord:
    """A candidate by its external id, deleted or not. `hold`: nobody moves it before the transaction ends."""
    record = store.by_external_id(connection, scope, parse_external_id(external_id), hold=hold)
    if record is None:
        raise NotFound(f"Run with id={external_id} not found", field="run_id")
    return record


def get_by_iid(connection: Connection, scope: Scope, iid: int) -> CandidateRecord:
    record = store.by_iid(connection, scope, iid)
    if record is None:
        raise NotFound(f"There is no candidate {iid} in this project.", field="candidate")
    return record


def iids_of(connection: Connection, scope: Scope, external_ids: Sequence[str]) -> dict[int, str]:
    """External ids by iid, in order of the external id; those that no candidate has are passed over."""
    known: set[str] = set()
    for external_id in external_ids:
        try:
            known.add(parse_external_id(external_id))
        except NotFound:
            continue
    return store.iids_of(connection, scope, sorted(known))


def get_active(connection: Connection, scope: Scope, external_id: str, *, hold: bool = False) -> CandidateRecord:
    """A candidate that may be written to. To be held for what is filed under its experiment."""
    record = get(connection, scope, external_id, hold=hold)
    if record.deleted_at is not None:
        raise InvalidValue(
            f"The run {external_id} must be in the 'active' state. Current state is deleted.", field="run_id"
        )
    return record


def encoded_data(connection: Connection, scope: Scope, iids: Sequence[int]) -> dict[int, EncodedData]:
    """The same as `data`, with the pairs as JSON. Three statements."""
    params = store.pairs_as_json(connection, scope, "param", iids)
    metadata = store.pairs_as_json(connection, scope, "metadata", iids)
    datasets = store_datasets.of_candidates(connection, scope, iids)
    return {iid: EncodedData(params.get(iid, "[]"), metadata.get(iid, "[]"), datasets[iid]) for iid in iids}


def data(connection: Connection, scope: Scope, iids: Sequence[int]) -> dict[int, CandidateData]:
    """Parameters, metadata and datasets of several candidates. Three statements, whatever their number."""
    params = store.params_of(connection, scope, iids)
    metadata = store.metadata_of(connection, scope, iids)
    datasets = store_datasets.of_candidates(connection, scope, iids)
    return {iid: CandidateData(params[iid], metadata[iid], datasets[iid]) for iid in iids}


def values_in_use(
    connection: Connection, scope: Scope, experiment_iid: int, key: str, values: Sequence[str]
) -> set[str]:
    """Those of `values` that candidates of an experiment that are not deleted have as metadata of a key. One
    statement."""
    return store.values_in_use(connection, scope, experiment_iid, key, values)


def params(connection: Connection, scope: Scope, iids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Parameters of several candidates, by key in order. One statement."""
    return store.params_of(connection, scope, iids)


def change(connection: Connection, scope: Scope, record: CandidateRecord, new: CandidateChange) -> CandidateRecord:
    """Change a candidate's own fields, and the metadata that says the same. Returns it as it is afterwards."""
    values: dict[str, Any] = {"updated_at": now_ms()}
    metadata: dict[str, str] = {}
    if new.name is not None:
        values["name"] = metadata[wellknown.NAME] = rules.check_candidate_name(new.name)
    if new.note is not None:
        values["note"] = metadata[wellknown.NOTE] = rules.check_text(new.note, rules.MAX_NOTE, "note")
    if new.status is not None:
        values["status"] = new.status
    if new.end_time is not None:
        values["end_time"] = rules.check_time(new.end_time, "end_time")
    store.change(connection, scope, record.iid, values)
    _note(connection, scope, record)
    store.set_metadata(connection, scope, record, metadata)
    return msgspec.structs.replace(record, **values)


def delete(connection: Connection, scope: Scope, record: CandidateRecord) -> None:
    """Mark a candidate deleted; it can be read and restored. Doing it twice is the same as once."""
    if record.deleted_at is None:
        now = now_ms()
        store.change(connection, scope, record.iid, {"deleted_at": now, "updated_at": now})
        _note(connection, scope, record)
        audit.record_in(connection, scope, "candidate:delete", record.name, record.iid)


def restore(connection: Connection, scope: Scope, record: CandidateRecord) -> None:
    """Bring back a deleted candidate.

    Raises:
        InvalidValue: its experiment is deleted, so that it could not be seen. NotFound: it has been removed for good.
    """
    if record.deleted_at is not None:
        store.lock(connection, scope, record.iid)
        get_by_iid(connection, scope, record.iid)
        experiments.get_active(connection, scope, record.experiment_iid)
        store.change(connection, scope, record.iid, {"deleted_at": None, "updated_at": now_ms()})
        _note(connection, scope, record)
        audit.record_in(connection, scope, "candidate:restore", record.name, record.iid)


def log_batch(
    connection: Connection, scope: Scope, external_id: str, batch: Batch, points: Points | None = None
) -> CandidateKey:
    """Write parameters, metrics and metadata of one request: all of it, or nothing.

    Raises:
        InvalidValue: the candidate is deleted, or a parameter already has another value.
        NotFound: there is no such candidate.
    """
    # Points alone are appended, which waits for nobody; a fold files them where the candidate is by then.
    record = get_active(connection, scope, external_id, hold=bool(batch.params or batch.metadata))
    key = CandidateKey(record.iid, record.experiment_iid)
    if batch.params:
        _add_params(connection, scope, record, batch.params)
        _note(connection, scope, record)
    if points is not None and len(points):
        metrics.append(connection, scope, key, points)
    if batch.metadata:
        set_metadata(connection, scope, record, batch.metadata)
    return key


def _add_params(connection: Connection, scope: Scope, record: CandidateRecord, params: Mapping[str, str]) -> None:
    if store.add_params(connection, scope, record, params):
        return
    stored = store.params_of(connection, scope, [record.iid], list(params))[record.iid]
    for key, value in params.items():
        if stored[key] != value:
            raise InvalidValue(
                f"Changing param values is not allowed. Param with key='{key}' was already logged with "
                f"value='{stored[key]}' for run ID='{record.external_id}'. Attempted logging new value '{value}'.",
                field="params",
            )


def set_metadata(connection: Connection, scope: Scope, record: CandidateRecord, pairs: Mapping[str, str]) -> None:
    """Set metadata, overwriting what is there; keys with a meaning change the candidate's own fields too."""
    store.set_metadata(connection, scope, record, pairs)
    _note(connection, scope, record)
    values: dict[str, str | int | None] = {}
    if wellknown.NAME in pairs:
        values["name"] = rules.check_candidate_name(pairs[wellknown.NAME])
    if wellknown.NOTE in pairs:
        values["note"] = pairs[wellknown.NOTE]
    if wellknown.PARENT in pairs:
        values["parent_external_id"] = _parent(pairs[wellknown.PARENT])
    if values:
        store.change(connection, scope, record.iid, values)
    _note_origin(connection, scope, record, pairs)


def _note_origin(connection: Connection, scope: Scope, record: CandidateRecord, pairs: Mapping[str, str]) -> None:
    """Keep what is known of the candidate's CI job in step with metadata that says it."""
    if reported.concerned(pairs):
        stored = store.metadata_of(connection, scope, [record.iid], reported.KEYS)[record.iid]
        origins.note_metadata(connection, scope, record.iid, stored)


def delete_metadata(connection: Connection, scope: Scope, record: CandidateRecord, key: str) -> None:
    """Remove a metadata key.

    Raises:
        NotFound: the candidate does not have it.
    """
    if not store.delete_metadata(connection, scope, record, key):
        raise NotFound(f"No tag with name: {key} in run with id {record.external_id}", field="key")
    _note(connection, scope, record)
    if key == wellknown.NOTE:
        store.change(connection, scope, record.iid, {"note": ""})
    if key == wellknown.PARENT:
        store.change(connection, scope, record.iid, {"parent_external_id": None})
    _note_origin(connection, scope, record, {key: ""})


def log_inputs(connection: Connection, scope: Scope, external_id: str, inputs: Sequence[DatasetInput]) -> None:
    record = get_active(connection, scope, external_id, hold=True)
    store_datasets.link(connection, scope, record, inputs)
    _note(connection, scope, record)


def check_metadata(metadata: Mapping[str, str], field: str = "tags") -> None:
    """Check keys and lengths; values over the limit are the caller's to cut or refuse."""
    for key, value in metadata.items():
        rules.check_key(key, f"{field}.key")
        rules.check_text(value, metadata_limit(key), f"{field}.value")


def metadata_limit(key: str) -> int:
    """How many characters the value of a metadata key may have."""
    return rules.MAX_NOTE if key == wellknown.NOTE else rules.MAX_METADATA_VALUE
