"""What can be done with candidates. Every function runs inside a transaction that its caller opened."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.audit import service as audit
from shortlist.clock import now_ms
from shortlist.db import changes
from shortlist.db.counters import take
from shortlist.errors import InvalidValue, NotFound
from shortlist.ids import new_external_id, parse_external_id
from shortlist.provenance import origins, reported
from shortlist.tracking import experiments, rules, store_datasets, wellknown
from shortlist.tracking import store_candidates as store
from shortlist.tracking.names import make_up_name
from shortlist.tracking.types import (
    CandidateChange,
    CandidateData,
    CandidateRecord,
    DatasetInput,
    EncodedData,
    NewCandidate,
)

_BY_IID = attrgetter("iid")


class Creation(NamedTuple):
    """What somebody wants to create."""

    scope: Scope
    new: NewCandidate


class Edit(NamedTuple):
    """What somebody wants to change of a candidate."""

    scope: Scope
    external_id: str
    change: CandidateChange


class Said(NamedTuple):
    """What somebody says of a candidate: parameters, or metadata."""

    scope: Scope
    record: CandidateRecord
    pairs: Mapping[str, str]


def create(connection: Connection, scope: Scope, new: NewCandidate) -> CandidateRecord:
    """Create a candidate and give it the project's next iid and a new external id.

    The name is that of `new`, else the metadata key for names, else made up; afterwards the two agree.

    Raises:
        InvalidValue: a value against the rules, two different names, or a deleted experiment.
        NotFound: there is no such experiment.
    """
    return create_all(connection, [Creation(scope, new)])[0]


def create_all(connection: Connection, creations: Sequence[Creation]) -> list[CandidateRecord]:
    """The same for candidates of one project: all of them, or none. A fixed number of statements an experiment."""
    metadata = [_checked(new) for _, new in creations]
    project_id = creations[0].scope.project_id
    for experiment_iid in sorted({new.experiment_iid for _, new in creations}):
        experiments.check_active(connection, creations[0].scope, experiment_iid)
    first = take(connection, project_id, "candidate", len(creations))
    records = [_record(scope, new, first + place, metadata[place]) for place, (scope, new) in enumerate(creations)]
    store.add(connection, project_id, records)
    store.set_metadata(connection, project_id, [store.Owned(*each) for each in zip(records, metadata, strict=True)])
    for place, record in enumerate(records):
        scope = creations[place].scope
        origins.note_created(connection, scope, record.iid, metadata[place])
        note(connection, scope, record)
    return records


def _checked(new: NewCandidate) -> dict[str, str]:
    """The metadata of a new candidate, whose other values are good too."""
    metadata = dict(new.metadata)
    metadata[wellknown.NAME] = rules.check_candidate_name(_choose_name(new))
    rules.check_time(new.start_time, "start_time")
    if new.end_time is not None:
        rules.check_time(new.end_time, "end_time")
    rules.check_text(new.user_name, rules.MAX_KEY, "user_id")
    check_metadata(metadata)
    return metadata


def _record(scope: Scope, new: NewCandidate, iid: int, metadata: Mapping[str, str]) -> CandidateRecord:
    now = now_ms()
    return CandidateRecord(
        iid=iid,
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


def data_of_new(record: CandidateRecord, new: NewCandidate) -> CandidateData:
    """What `data` would read of a candidate that `create` has just made."""
    metadata = {**new.metadata, wellknown.NAME: record.name}
    return CandidateData({}, dict(sorted(metadata.items())), [])


def note(connection: Connection, scope: Scope, record: CandidateRecord) -> None:
    """To be called where a candidate is changed: who looks at it hears of it."""
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
    return _active(get(connection, scope, external_id, hold=hold), external_id)


def _active(record: CandidateRecord | None, external_id: str) -> CandidateRecord:
    if record is None:
        raise NotFound(f"Run with id={external_id} not found", field="run_id")
    if record.deleted_at is not None:
        raise InvalidValue(
            f"The run {external_id} must be in the 'active' state. Current state is deleted.", field="run_id"
        )
    return record


def all_active(
    connection: Connection, project_id: int, external_ids: Sequence[str], hold: store.Hold
) -> list[CandidateRecord]:
    """Candidates that may be written to, by their external ids, in one statement."""
    canonical = [parse_external_id(external_id) for external_id in external_ids]
    found = store.by_external_ids(connection, project_id, set(canonical), hold)
    return [_active(found.get(key), asked) for key, asked in zip(canonical, external_ids, strict=True)]


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
    values, metadata = _changes(new)
    store.change(connection, scope, record.iid, values)
    note(connection, scope, record)
    store.set_metadata(connection, scope.project_id, [store.Owned(record, metadata)])
    return msgspec.structs.replace(record, **values)


def change_all(connection: Connection, edits: Sequence[Edit]) -> list[CandidateRecord]:
    """Change candidates of one project by their external ids, in the order in which they come: all of them, or none.
    Returns each as it was after its change. Three statements.

    Raises:
        InvalidValue: one is deleted, or a value is against the rules. NotFound: there is no such candidate.
    """
    project_id = edits[0].scope.project_id
    found = all_active(connection, project_id, [edit.external_id for edit in edits], "whole")
    records = {record.iid: record for record in found}
    metadata: dict[int, dict[str, str]] = {}
    after: list[CandidateRecord] = []
    for edit, before in zip(edits, found, strict=True):
        values, pairs = _changes(edit.change)
        records[before.iid] = msgspec.structs.replace(records[before.iid], **values)
        metadata.setdefault(before.iid, {}).update(pairs)
        after.append(records[before.iid])
        note(connection, edit.scope, before)
    ordered = sorted(records.values(), key=_BY_IID)
    store.change_held(connection, project_id, ordered)
    store.set_metadata(connection, project_id, [store.Owned(record, metadata[record.iid]) for record in ordered])
    return after


def _changes(new: CandidateChange) -> tuple[dict[str, Any], dict[str, str]]:
    """New values of a candidate's fields, and the metadata that says the same."""
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
    return values, metadata


def delete(connection: Connection, scope: Scope, record: CandidateRecord) -> None:
    """Mark a candidate deleted; it can be read and restored. Doing it twice is the same as once."""
    if record.deleted_at is None:
        now = now_ms()
        store.change(connection, scope, record.iid, {"deleted_at": now, "updated_at": now})
        note(connection, scope, record)
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
        note(connection, scope, record)
        audit.record_in(connection, scope, "candidate:restore", record.name, record.iid)


def merged(pairs: Sequence[Said], *, first: bool = False) -> list[Said]:
    """Each candidate of which anything is said once, in order of iid, with what is said of it last, or first."""
    found: dict[int, Said] = {}
    for scope, record, said in pairs:
        if said:
            known: Mapping[str, str] = found[record.iid].pairs if record.iid in found else {}
            found[record.iid] = Said(scope, record, {**said, **known} if first else {**known, **said})
    return [found[iid] for iid in sorted(found)]


def set_metadata(connection: Connection, scope: Scope, record: CandidateRecord, pairs: Mapping[str, str]) -> None:
    """Set metadata, overwriting what is there; keys with a meaning change the candidate's own fields too."""
    if pairs:
        change_named(connection, scope, record, pairs)
        write_metadata(connection, [Said(scope, record, pairs)])


def change_named(connection: Connection, scope: Scope, record: CandidateRecord, pairs: Mapping[str, str]) -> None:
    """Change the candidate's own fields that metadata says too."""
    values: dict[str, str | int | None] = {}
    if wellknown.NAME in pairs:
        values["name"] = rules.check_candidate_name(pairs[wellknown.NAME])
    if wellknown.NOTE in pairs:
        values["note"] = pairs[wellknown.NOTE]
    if wellknown.PARENT in pairs:
        values["parent_external_id"] = _parent(pairs[wellknown.PARENT])
    if values:
        store.change(connection, scope, record.iid, values)


def write_metadata(connection: Connection, metadata: Sequence[Said]) -> None:
    """Write metadata of candidates of one project, each of which comes once, in order of iid."""
    if not metadata:
        return
    owned = [store.Owned(record, pairs) for _, record, pairs in metadata]
    store.set_metadata(connection, metadata[0][0].project_id, owned)
    for scope, record, pairs in metadata:
        note(connection, scope, record)
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
    note(connection, scope, record)
    if key == wellknown.NOTE:
        store.change(connection, scope, record.iid, {"note": ""})
    if key == wellknown.PARENT:
        store.change(connection, scope, record.iid, {"parent_external_id": None})
    _note_origin(connection, scope, record, {key: ""})


def log_inputs(connection: Connection, scope: Scope, external_id: str, inputs: Sequence[DatasetInput]) -> None:
    record = get_active(connection, scope, external_id, hold=True)
    store_datasets.link(connection, scope, record, inputs)
    note(connection, scope, record)


def check_metadata(metadata: Mapping[str, str], field: str = "tags") -> None:
    """Check keys and lengths; values over the limit are the caller's to cut or refuse."""
    for key, value in metadata.items():
        rules.check_key(key, f"{field}.key")
        rules.check_text(value, metadata_limit(key), f"{field}.value")


def metadata_limit(key: str) -> int:
    """How many characters the value of a metadata key may have."""
    return rules.MAX_NOTE if key == wellknown.NOTE else rules.MAX_METADATA_VALUE
