"""What can be done with models. Every function runs inside a transaction that its caller opened."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.audit import service as audit
from shortlist.clock import now_ms
from shortlist.db.counters import take
from shortlist.errors import AlreadyExists, NotFound
from shortlist.models import files, rules, store_versions
from shortlist.models import store_models as store
from shortlist.models.types import Model, ModelRecord, Version


def create(
    connection: Connection, scope: Scope, name: str, description: str, metadata: Mapping[str, str]
) -> ModelRecord:
    """Create a model without versions.

    Raises:
        InvalidValue: a value against the rules. AlreadyExists: the name is taken.
    """
    rules.check_name(name)
    rules.check_description(description)
    rules.check_metadata(metadata)
    now = now_ms()
    record = ModelRecord(
        iid=take(connection, scope.project_id, "model"),
        name=name,
        description=description,
        created_at=now,
        updated_at=now,
        created_by=scope.actor.user_id,
    )
    if not store.add(connection, scope, record):
        raise _name_taken(name)
    store.set_metadata(connection, scope, record.iid, metadata)
    return record


def get(connection: Connection, scope: Scope, name: str) -> ModelRecord:
    rules.check_name(name)
    record = store.by_name(connection, scope, name)
    if record is None:
        raise NotFound(f"Registered Model with name={name} not found", field="name")
    return record


def get_by_iid(connection: Connection, scope: Scope, iid: int) -> ModelRecord:
    record = store.by_iid(connection, scope, iid)
    if record is None:
        raise NotFound(f"There is no model {iid} in this project.", field="model")
    return record


def rename(connection: Connection, scope: Scope, name: str, new_name: str) -> ModelRecord:
    """Rename a model; its versions, aliases and metadata go with it.

    Raises:
        AlreadyExists: the new name is taken.
    """
    record = get(connection, scope, name)
    rules.check_name(new_name, "new_name")
    if new_name != name and store.by_name(connection, scope, new_name) is not None:
        raise _name_taken(new_name)
    # Before anything of its versions is read: a version that is made at once would keep the old name.
    store.change(connection, scope, record.iid, {"name": new_name, "updated_at": now_ms()})
    files.rename_all(connection, scope, store_versions.of_model(connection, scope, record.iid), new_name)
    store_versions.rename_model(connection, scope, record.iid, new_name)
    return get(connection, scope, new_name)


def describe(connection: Connection, scope: Scope, name: str, description: str) -> ModelRecord:
    record = get(connection, scope, name)
    values = {"description": rules.check_description(description), "updated_at": now_ms()}
    store.change(connection, scope, record.iid, values)
    return get(connection, scope, name)


def delete(connection: Connection, scope: Scope, name: str) -> None:
    """Delete a model with its versions, their packages and aliases. What the versions were made from stays."""
    record = get(connection, scope, name)
    for version in store_versions.of_model(connection, scope, record.iid):
        files.drop(connection, scope, version)
    store.remove(connection, scope, record.iid)
    audit.record_in(connection, scope, "model:delete", record.name, record.iid)


def set_metadata(connection: Connection, scope: Scope, name: str, key: str, value: str) -> None:
    rules.check_metadata({key: value}, "")
    store.set_metadata(connection, scope, get(connection, scope, name).iid, {key: value})


def delete_metadata(connection: Connection, scope: Scope, name: str, key: str) -> None:
    """Remove a key; one that is not there is passed over."""
    store.delete_metadata(connection, scope, get(connection, scope, name).iid, key)


def delete_alias(connection: Connection, scope: Scope, name: str, alias: str) -> None:
    """Remove an alias; one that is not there is passed over."""
    rules.check_alias(alias)
    record = get(connection, scope, name)
    number = store.aliases_of(connection, scope, [record.iid])[record.iid].get(alias)
    if number is not None:
        store.delete_alias(connection, scope, record.iid, alias)
        audit.record_in(connection, scope, "model_version:alias", f"{name} {number}", removed=[alias])


def load(connection: Connection, scope: Scope, records: Sequence[ModelRecord]) -> list[Model]:
    """Models with metadata, aliases and latest versions. Five statements, whatever their number."""
    iids = [record.iid for record in records]
    metadata = store.metadata_of(connection, scope, iids)
    aliases = store.aliases_of(connection, scope, iids)
    places = store_versions.latest_places(connection, scope, iids)
    latest: dict[int, list[Version]] = {iid: [] for iid in iids}
    pairs = store_versions.metadata_of(connection, scope, places)
    for version in store_versions.by_places(connection, scope, places):
        names = [alias for alias, number in aliases[version.model_iid].items() if number == version.number]
        place = (version.model_iid, version.number)
        latest[version.model_iid].append(Version(version, pairs[place], names))
    return [Model(record, metadata[record.iid], aliases[record.iid], latest[record.iid]) for record in records]


def _name_taken(name: str) -> AlreadyExists:
    return AlreadyExists(f"Registered Model (name={name}) already exists.", field="name")
