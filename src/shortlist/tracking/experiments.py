"""What can be done with experiments. Every function runs inside a transaction that its caller opened."""

from collections.abc import Mapping

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.audit import service as audit
from shortlist.clock import now_ms
from shortlist.db.counters import take
from shortlist.errors import AlreadyExists, InvalidValue, NotFound
from shortlist.tracking import rules, wellknown
from shortlist.tracking import store_experiments as store
from shortlist.tracking.types import ExperimentRecord

# The MLflow client starts runs in experiment 0 when nobody named one, so every project has it, from its first use.
DEFAULT_IID = 0
DEFAULT_NAME = "Default"


def create(
    connection: Connection,
    scope: Scope,
    name: str,
    metadata: Mapping[str, str],
    artifact_location: str | None = None,
) -> ExperimentRecord:
    """Create an experiment and give it the project's next iid.

    Raises:
        InvalidValue: a name, key, value or location against the rules.
        AlreadyExists: the name is taken, possibly by a deleted experiment.
    """
    rules.check_experiment_name(name)
    _check_metadata(metadata)
    if name == DEFAULT_NAME:
        ensure_default(connection, scope)
    now = now_ms()
    record = ExperimentRecord(
        iid=take(connection, scope.project_id, "experiment"),
        name=name,
        note=metadata.get(wellknown.EXPERIMENT_NOTE, ""),
        artifact_location=rules.check_artifact_location(artifact_location) if artifact_location else None,
        created_at=now,
        updated_at=now,
        created_by=scope.actor.user_id,
        deleted_at=None,
        metadata=dict(metadata),
    )
    if not store.add(connection, scope, record):
        raise _name_taken(connection, scope, name)
    store.set_metadata(connection, scope, record.iid, metadata)
    return record


def ensure_default(connection: Connection, scope: Scope) -> None:
    """Make the experiment `Default` with iid 0 unless the project has it."""
    if not store.by_iids(connection, scope, [DEFAULT_IID]):
        store.add(connection, scope, _default(now_ms()))


def get(connection: Connection, scope: Scope, iid: int) -> ExperimentRecord:
    """An experiment, deleted or not. Experiment 0 answers before its first use too."""
    found = store.by_iids(connection, scope, [iid])
    if found:
        return found[0]
    if iid == DEFAULT_IID:
        return _default(0)
    raise NotFound(f"No Experiment with id={iid} exists", field="experiment_id")


def get_by_name(connection: Connection, scope: Scope, name: str) -> ExperimentRecord:
    iid = store.iid_by_name(connection, scope, name)
    if iid is None:
        if name == DEFAULT_NAME:
            return _default(0)
        raise NotFound(f"Could not find experiment with name '{name[:500]}'", field="experiment_name")
    return get(connection, scope, iid)


def rename(connection: Connection, scope: Scope, iid: int, name: str) -> None:
    record = get_active(connection, scope, iid)
    rules.check_experiment_name(name)
    if name == record.name:
        return
    if name == DEFAULT_NAME or store.iid_by_name(connection, scope, name) is not None:
        raise _name_taken(connection, scope, name)
    store.change(connection, scope, iid, {"name": name, "updated_at": now_ms()})


def set_note(connection: Connection, scope: Scope, iid: int, note: str) -> None:
    set_metadata(connection, scope, iid, wellknown.EXPERIMENT_NOTE, note)


def delete(connection: Connection, scope: Scope, iid: int) -> None:
    """Delete an experiment and mark its candidates deleted; its name stays taken and nothing is lost."""
    if iid == DEFAULT_IID:
        ensure_default(connection, scope)
    record = get(connection, scope, iid)
    if record.deleted_at is not None:
        raise NotFound(f"No active Experiment with id={iid} exists", field="experiment_id")
    now = now_ms()
    store.change(connection, scope, iid, {"deleted_at": now, "updated_at": now})
    store.mark_candidates(connection, scope, iid, now)
    audit.record_in(connection, scope, "experiment:delete", record.name, iid)


def restore(connection: Connection, scope: Scope, iid: int) -> None:
    """Bring back a deleted experiment with all its candidates."""
    record = get(connection, scope, iid)
    if record.deleted_at is None:
        raise NotFound(f"No deleted Experiment with id={iid} exists", field="experiment_id")
    store.change(connection, scope, iid, {"deleted_at": None, "updated_at": now_ms()})
    store.mark_candidates(connection, scope, iid, None)
    audit.record_in(connection, scope, "experiment:restore", record.name, iid)


def set_metadata(connection: Connection, scope: Scope, iid: int, key: str, value: str) -> None:
    _check_metadata({key: value})
    get_active(connection, scope, iid)
    store.set_metadata(connection, scope, iid, {key: value})
    changed: dict[str, str | int] = {"updated_at": now_ms()}
    if key == wellknown.EXPERIMENT_NOTE:
        changed["note"] = value
    store.change(connection, scope, iid, changed)


def delete_metadata(connection: Connection, scope: Scope, iid: int, key: str) -> None:
    get_active(connection, scope, iid)
    if not store.delete_metadata(connection, scope, iid, key):
        raise NotFound(f"No tag with name: {key} in experiment with id {iid}", field="key")
    changed: dict[str, str | int] = {"updated_at": now_ms()}
    if key == wellknown.EXPERIMENT_NOTE:
        changed["note"] = ""
    store.change(connection, scope, iid, changed)


def get_active(connection: Connection, scope: Scope, iid: int) -> ExperimentRecord:
    """An experiment that may be written to.

    Raises:
        NotFound: there is none. InvalidValue: it is deleted.
    """
    check_active(connection, scope, iid)
    return get(connection, scope, iid)


def check_active(connection: Connection, scope: Scope, iid: int) -> None:
    """The same check, in one statement. Experiment 0 is made if the project lacks it."""
    found = store.deletion(connection, scope, iid)
    if found is None:
        if iid != DEFAULT_IID:
            raise NotFound(f"No Experiment with id={iid} exists", field="experiment_id")
        ensure_default(connection, scope)
    elif found[0] is not None:
        raise InvalidValue(
            f"The experiment {iid} must be in the 'active' state, but it is deleted.", field="experiment_id"
        )


def _default(created_at: int) -> ExperimentRecord:
    return ExperimentRecord(DEFAULT_IID, DEFAULT_NAME, "", None, created_at, created_at, None, None)


def _check_metadata(metadata: Mapping[str, str]) -> None:
    for key, value in metadata.items():
        rules.check_key(key, "key")
        rules.check_text(value, rules.MAX_EXPERIMENT_METADATA_VALUE, "value")


def _name_taken(connection: Connection, scope: Scope, name: str) -> AlreadyExists:
    iid = store.iid_by_name(connection, scope, name)
    found = store.by_iids(connection, scope, [] if iid is None else [iid])
    hint = " in deleted state; restore it, or choose another name" if found and found[0].deleted_at else ""
    return AlreadyExists(f"Experiment(name={name}) already exists{hint}.", field="name")
