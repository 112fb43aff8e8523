"""What can be done with versions. Every function runs inside a transaction that its caller opened."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.audit import service as audit
from shortlist.clock import now_ms
from shortlist.db.counters import take
from shortlist.errors import AlreadyExists, InvalidValue
from shortlist.logged_models import service as logged_models
from shortlist.logged_models import store as logged_models_store
from shortlist.models import files, lookup, models, rules, sources, store_models, takeover, wellknown
from shortlist.models import semver as semvers
from shortlist.models import store_versions as store
from shortlist.models.semver import Semver
from shortlist.models.types import ACTIVE_STAGES, ModelRecord, NewVersion, Origin, Stage, Version, VersionRecord
from shortlist.tracking import roots

_LOAD_AT_ONCE = 1000


def create(connection: Connection, scope: Scope, new: NewVersion) -> VersionRecord:
    """Create the next version of a model.

    Its semantic version is that of its metadata, else the next major one after every one that the model ever had.

    Raises:
        InvalidValue: a value against the rules, or a source that may not be one (`sources`).
        NotFound: there is no such model. AlreadyExists: the semantic version is taken.
    """
    rules.check_description(new.description)
    rules.check_metadata(new.metadata)
    rules.check_description(new.run_link)
    model = models.get(connection, scope, new.model_name)
    origin = sources.resolve(connection, scope, new)
    now = now_ms()
    # The lock: of two that create a version at once, the second sees the first's number, and a new name is seen.
    store_models.change(connection, scope, model.iid, {"updated_at": now})
    model = models.get(connection, scope, new.model_name)
    number, major = store.highest(connection, scope, model.iid)
    semver = _semver(connection, scope, model, new.metadata) or Semver.of_major(major + 1)
    iid = take(connection, scope.project_id, "model_version")
    record = _record(scope, model, new, origin, (iid, number + 1), semver, now)
    store.add(connection, scope, record, semver)
    store.set_metadata(connection, scope, (model.iid, record.number), new.metadata)
    record = takeover.take_over(connection, scope, record)
    if record.logged_model_id:
        _note_version(connection, scope, record)
    _record_change(connection, scope, record, "create", semver=record.semver, candidate=record.candidate_iid)
    return record


def _record(  # noqa: PLR0913, PLR0917 - the row is made of all of these
    scope: Scope,
    model: ModelRecord,
    new: NewVersion,
    origin: Origin,
    numbers: tuple[int, int],
    semver: Semver,
    now: int,
) -> VersionRecord:
    iid, number = numbers
    return VersionRecord(
        iid=iid,
        model_iid=model.iid,
        model_name=model.name,
        number=number,
        semver=semver.text,
        description=new.description,
        stage=Stage.NONE,
        source=origin.source,
        location=origin.location or roots.of_version(model.iid, number),
        run_link=new.run_link,
        run_id=origin.run_id,
        candidate_iid=origin.candidate_iid,
        experiment_iid=origin.experiment_iid,
        logged_model_id=origin.logged_model_id,
        created_at=now,
        updated_at=now,
        created_by=scope.actor.user_id,
    )


def next_semver(connection: Connection, scope: Scope, model: ModelRecord) -> str:
    """The semantic version that a version of a model gets when it names none."""
    _, major = store.highest(connection, scope, model.iid)
    return Semver.of_major(major + 1).text


def _semver(connection: Connection, scope: Scope, model: ModelRecord, metadata: Mapping[str, str]) -> Semver | None:
    text = metadata.get(wellknown.SEMVER)
    if text is None:
        return None
    found = semvers.parse(text, f"tags.{wellknown.SEMVER}")
    if store.by_semver(connection, scope, model.iid, found.text) is not None:
        raise AlreadyExists(
            f"Model Version (name={model.name}, version={found.text}) already exists.",
            field=f"tags.{wellknown.SEMVER}",
        )
    return found


class _Made(msgspec.Struct):
    """A version in the list that a logged model keeps of those made from it."""

    name: str
    version: Any


def _note_version(connection: Connection, scope: Scope, record: VersionRecord) -> None:
    found = logged_models.find(connection, scope, record.logged_model_id)
    if found.deleted_at is not None:
        return
    # Of two versions that are made at once, the second must see what the first noted.
    logged_models_store.lock(connection, scope, found.iid)
    pairs = logged_models_store.data(connection, scope, [found.iid])[found.iid].metadata
    try:
        made = msgspec.json.decode(pairs.get(wellknown.VERSIONS, "[]"), type=list[_Made])
    except msgspec.DecodeError:
        return  # a client wrote something else there; it stays
    if all((item.name, str(item.version)) != (record.model_name, str(record.number)) for item in made):
        made.append(_Made(record.model_name, record.number))
        text = msgspec.json.encode(made).decode()
        logged_models.set_metadata(connection, scope, found.external_id, {wellknown.VERSIONS: text})


def describe(connection: Connection, scope: Scope, record: VersionRecord, description: str) -> None:
    _change(connection, scope, record, {"description": rules.check_description(description)})


def move(connection: Connection, scope: Scope, record: VersionRecord, stage: Stage, *, archive_others: bool) -> None:
    """Put a version in a stage, and archive those that were in it if asked to.

    Raises:
        InvalidValue: archiving others goes with the stages in use only.
    """
    if archive_others and stage not in ACTIVE_STAGES:
        raise InvalidValue(
            "Model version transition cannot archive existing model versions because "
            f"'{stage.value.capitalize()}' is not an Active stage. Valid stages are Staging and Production.",
            field="archive_existing_versions",
        )
    _change(connection, scope, record, {"stage": stage.value})
    if archive_others:
        store.archive_others(connection, scope, _place(record), stage, now_ms())
    _record_change(
        connection,
        scope,
        record,
        "stage",
        before=record.stage.value,
        after=stage.value,
        others_archived=archive_others,
    )


def delete(connection: Connection, scope: Scope, record: VersionRecord) -> None:
    """Delete a version with its aliases, and forget what it said. Its number is not given out again."""
    now = now_ms()
    emptied: dict[str, Any] = dict.fromkeys(
        ("description", "source", "location", "run_link", "run_id", "logged_model_id"), ""
    )
    emptied |= {"candidate_iid": None, "experiment_iid": None, "deleted_at": now}
    store_models.delete_aliases_of_version(connection, scope, record.model_iid, record.number)
    store.delete_metadata(connection, scope, _place(record))
    files.drop(connection, scope, record)
    _change(connection, scope, record, emptied)
    _record_change(connection, scope, record, "delete")


def set_metadata(connection: Connection, scope: Scope, record: VersionRecord, key: str, value: str) -> None:
    """Set a metadata key; the one for the semantic version changes that, too.

    Raises:
        AlreadyExists: another version of the model has that semantic version.
    """
    rules.check_metadata({key: value}, "")
    if key == wellknown.SEMVER and value != record.semver:
        model = models.get(connection, scope, record.model_name)
        semver = _semver(connection, scope, model, {key: value})
        if semver is not None:
            parts = {"major": semver.major, "minor": semver.minor, "patch": semver.patch}
            files.rename(connection, scope, record, record.model_name, semver.text)
            store.change(connection, scope, _place(record), {"semver": semver.text, **parts})
    store.set_metadata(connection, scope, _place(record), {key: value})


def delete_metadata(connection: Connection, scope: Scope, record: VersionRecord, key: str) -> None:
    """Remove a key; one that is not there is passed over."""
    store.delete_metadata(connection, scope, _place(record), key)


def set_alias(connection: Connection, scope: Scope, name: str, alias: str, version: str) -> None:
    """Point an alias at a version, away from the one it pointed at."""
    rules.check_new_alias(alias)
    record = lookup.version(connection, scope, name, version)
    before = store_models.aliases_of(connection, scope, [record.model_iid])[record.model_iid]
    store_models.set_alias(connection, scope, record.model_iid, alias, record.number)
    if before.get(alias) != record.number:
        _record_change(connection, scope, record, "alias", added=[alias])


def set_aliases(connection: Connection, scope: Scope, record: VersionRecord, aliases: Sequence[str]) -> None:
    """Make these the aliases of a version, and no others; they leave the versions that had them.

    Raises:
        InvalidValue: an alias against the rules.
    """
    for alias in aliases:
        rules.check_new_alias(alias)
    before = store_models.aliases_of(connection, scope, [record.model_iid])[record.model_iid]
    for alias, number in before.items():
        if number == record.number and alias not in aliases:
            store_models.delete_alias(connection, scope, record.model_iid, alias)
    for alias in aliases:
        store_models.set_alias(connection, scope, record.model_iid, alias, record.number)
    store_models.change(connection, scope, record.model_iid, {"updated_at": now_ms()})
    had = {alias for alias, number in before.items() if number == record.number}
    if had != set(aliases):
        added, removed = sorted(set(aliases) - had), sorted(had - set(aliases))
        _record_change(connection, scope, record, "alias", added=added, removed=removed)


def load(connection: Connection, scope: Scope, records: Sequence[VersionRecord]) -> list[Version]:
    """Versions with metadata and aliases: two statements a thousand."""
    loaded: list[Version] = []
    for first in range(0, len(records), _LOAD_AT_ONCE):
        some = records[first : first + _LOAD_AT_ONCE]
        metadata = store.metadata_of(connection, scope, [_place(item) for item in some])
        aliases = store_models.aliases_of(connection, scope, list({item.model_iid for item in some}))
        loaded += [
            Version(
                item,
                metadata[_place(item)],
                [alias for alias, number in aliases[item.model_iid].items() if number == item.number],
            )
            for item in some
        ]
    return loaded


def _change(connection: Connection, scope: Scope, record: VersionRecord, values: Mapping[str, Any]) -> None:
    """Change a version; its model counts as changed with it."""
    now = now_ms()
    store_models.change(connection, scope, record.model_iid, {"updated_at": now})
    store.change(connection, scope, _place(record), {"updated_at": now, **values})


def _record_change(connection: Connection, scope: Scope, record: VersionRecord, what: str, **details: object) -> None:
    target = f"{record.model_name} {record.number}"
    audit.record_in(connection, scope, f"model_version:{what}", target, record.iid, **details)


def _place(record: VersionRecord) -> store.Place:
    return record.model_iid, record.number
